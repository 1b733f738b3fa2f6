#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Makes the seeds of the fuzz targets, a folder each: from tests/conformance, and from seeds/<target>.txt, where
each line is one seed in the escapes of Python's bytes."""
import argparse
import base64
import codecs
import hashlib
import io
import json
import pathlib
import shutil
import zipfile

here = pathlib.Path(__file__).resolve().parent
conformance = here.parent / "tests" / "conformance"
SCOPES = ["", "s3", "iam", "sqs", "sns", "lambda", "events", "monitoring", "cloudtrail", "guardduty"]  # of protocols_fuzz.cpp
METHODS = ["POST", "GET", "PUT", "DELETE", "HEAD", "PATCH"]


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines() if line]


def text(value):
    return json.dumps(value, ensure_ascii=False).encode()


def pattern():
    for case in lines(conformance / "pattern" / "cases.jsonl"):
        event = case.get("event")
        yield case["pattern"].encode() + b"\0" + (event if isinstance(event, str) else json.dumps(event)).encode()


def policy():
    def whole(statement):
        return text({"Version": "2012-10-17", "Statement": statement})

    for case in lines(conformance / "policy" / "grammar.jsonl"):
        policy = case.get("policy")
        if policy is not None:
            yield policy.encode() if isinstance(policy, str) else text(policy)
    for case in lines(conformance / "policy" / "conditions.jsonl"):
        if "condition" in case:
            yield whole({"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": case["condition"]})
    for case in lines(conformance / "policy" / "evaluation.jsonl"):
        for statement in case.get("identity", []):
            yield whole(statement)


def insights():
    message = ""
    for case in lines(conformance / "insights" / "cases.jsonl"):
        if case.get("events"):
            message = case["events"][0] if isinstance(case["events"][0], str) else case["events"][0]["message"]
        yield case["query"].encode() + b"\0" + message.encode()


def guard():
    for path in sorted((conformance / "guard").glob("*.guard")):
        rules, cases = path.read_text().split("\n--- cases\n")
        for case in json.loads(cases):
            yield rules.encode() + b"\0" + json.dumps(case["input"]).encode()
    for case in lines(conformance / "guard" / "refused.jsonl"):
        yield case["rules"].encode()


def requests():
    for path in sorted((conformance / "protocols" / "requests").glob("*.json")):
        for request in json.loads(path.read_text()):
            yield request, base64.b64decode(request.get("body") or "")


def http_text(request, body):
    target = request["path"] + ("?" + request["query"] if request["query"] else "")
    headers = "".join(f"{name}: {value}\r\n" for name, value in request["headers"])
    return f"{request['method']} {target} HTTP/1.1\r\n{headers}\r\n".encode() + body


def protocols():
    for request, body in requests():
        scope = SCOPES.index(request["scope"]) if request["scope"] in SCOPES else 0
        head = "\n".join([request["path"], request["query"], *(f"{name}: {value}" for name, value in request["headers"])])
        yield bytes([scope, METHODS.index(request["method"])]) + head.encode() + b"\n\n" + body


def query():
    for request, body in requests():
        if request["query"]:
            yield request["query"].encode()
        if body.startswith(b"Action="):
            yield body


def xml():
    for request, body in requests():
        if request["scope"] == "s3" and body.lstrip().startswith(b"<"):
            yield request["operation"].encode() + b"\n" + body


def model():
    for request, _ in requests():
        yield f"{request['scope']} {request['operation']}\n".encode() + text(request["params"])


def sigv4():
    for path in sorted((conformance / "sigv4").glob("*.http")):
        yield path.read_bytes()


def http():
    for seed in sigv4():
        yield b"\x05" + seed
    for request, body in requests():
        yield b"\x09" + http_text(request, body)


def zip_of(entries, method):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content, mode in entries:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            entry.compress_type = method
            archive.writestr(entry, content)
    return out.getvalue()


def zips():
    code = ("index.py", "def handler(event, context):\n    return event\n" * 9, 0o100644)
    yield zip_of([], zipfile.ZIP_STORED)
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        yield zip_of([code], method)
        yield zip_of([("lib/", "", 0o40755), ("lib/a.py", "", 0o100755), ("b", "lib/a.py", 0o120777), code], method)
        yield zip_of([("../x", "out", 0o100644)], method)
        yield zip_of([("lib/x", "../../out", 0o120777)], method)
        yield zip_of([("./", "", 0o40755), ("a//./b", "x", 0o100644)], method)


MADE = {"guard": guard, "insights": insights, "pattern": pattern, "policy": policy, "protocols": protocols, "query": query, "xml": xml, "model": model,
        "sigv4": sigv4, "http": http, "zip": zips}


def written(name):
    path = here / "seeds" / f"{name}.txt"
    if not path.exists():
        return
    for line in path.read_bytes().splitlines():
        yield codecs.escape_decode(line)[0]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--out", type=pathlib.Path, required=True)
    out = parser.parse_args().out
    shutil.rmtree(out, ignore_errors=True)
    for source in sorted(here.glob("*_fuzz.cpp")):
        name = source.name.removesuffix("_fuzz.cpp")
        folder = out / name
        folder.mkdir(parents=True)
        for seed in {b"", *MADE.get(name, lambda: ())(), *written(name)}:
            (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
    (out / ".made").touch()


main()

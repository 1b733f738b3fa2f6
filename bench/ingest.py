# SPDX-License-Identifier: Apache-2.0
"""CloudTrail logs against 57 patterns: what `tocsin ingest` does before it sends (`tocsin match --cloudtrail`), in records a CPU second.
The logs are the attack logs of ../shared/data/cloudtrail, each record many times with other ids, times, addresses and names."""
import gzip
import json
import pathlib
import random
import subprocess
import uuid

from row import row

ROOT = pathlib.Path(__file__).resolve().parent.parent
LOGS = ROOT.parent / "shared/data/cloudtrail/stratus"
RULES = ROOT / "bench/ingest-rules.json"
AGENTS = ("aws-cli/2.15.30 Python/3.11.8 Linux/6.5.0 exe/x86_64", "Boto3/1.34.69 Python/3.12.2", "console.amazonaws.com", "ssm.amazonaws.com",
          "APN/1.0 HashiCorp/1.0 Terraform/1.7.5")
REGIONS = ("us-east-1", "us-east-2", "us-west-2", "eu-west-1", "eu-central-1")
IN_FILE = 2000  # records; CloudTrail writes a file about every five minutes


def vary(source, number, chance):
    """The record as if it came from another caller at another moment."""
    record = json.loads(source)
    record["eventID"] = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    record["requestID"] = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    seconds = number // 7
    record["eventTime"] = f"2024-08-{1 + seconds // 86400 % 28:02}T{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}:{seconds % 60:02}Z"
    record["sourceIPAddress"] = ".".join(str(chance.randrange(1, 255)) for _ in range(4))
    if chance.random() < 0.98:  # the attackers' own tool and regions are rare
        record["userAgent"], record["awsRegion"] = chance.choice(AGENTS), chance.choice(REGIONS)
    if "userName" in record["userIdentity"]:
        record["userIdentity"]["userName"] = f"user{chance.randrange(5000)}"
    return json.dumps(record, separators=(",", ":"))


def corpus(folder, count):
    """Makes folder/lines.jsonl, folder/list.json, folder/s3/… and folder/s3-gzip/…, once."""
    made = folder / f"made-{count}"
    if made.exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    sources = [json.dumps(record) for file in sorted(LOGS.glob("*.json")) for record in json.loads(file.read_text())]
    chance = random.Random(1)
    records = [vary(sources[i % len(sources)], i, chance) for i in range(count)]
    (folder / "lines.jsonl").write_text("\n".join(records) + "\n")
    (folder / "list.json").write_text('{"Records":[' + ",".join(records) + "]}")
    for first in range(0, count, IN_FILE):
        text = '{"Records":[' + ",".join(records[first:first + IN_FILE]) + "]}"
        for top, ending, data in (("s3", "json", text.encode()), ("s3-gzip", "json.gz", gzip.compress(text.encode(), 6))):
            day = folder / top / f"AWSLogs/123456789012/CloudTrail/us-east-1/2024/08/{1 + first // IN_FILE % 28:02}"
            day.mkdir(parents=True, exist_ok=True)
            (day / f"123456789012_CloudTrail_us-east-1_{first:09}.{ending}").write_bytes(data)
    made.touch()


def measure(binary, events, runs, threads=0):
    """The best of some runs: what disturbs one only makes it slower."""
    command = [binary, "match", "--cloudtrail", "--all-management-events", "--json", "--threads", str(threads), RULES, events]
    reports = [json.loads(subprocess.check_output(command)) for _ in range(runs)]
    return max(reports, key=lambda report: report["records_per_cpu_second"])


CASES = (("one record a line", "lines.jsonl"), ("one file", "list.json"), ("S3 layout", "s3"), ("S3 layout, gzip", "s3-gzip"))


def run(chosen, count=500_000, runs=3):
    folder = chosen.out / "cloudtrail"
    corpus(folder, count)
    rows = []
    for name, part in CASES:
        report = measure(chosen.bin / "tocsin", folder / part, runs)
        target = {"at_least": 500_000} if part != "s3-gzip" else {}
        rows.append(row(f"ingest, 57 patterns, {name}", report["records_per_cpu_second"], "records/CPU s", **target))
        rows.append(row(f"ingest, 57 patterns, {name}, both cores", report["records_per_second"], "records/s"))
        wrong = abs(report["records"] - count) + report["malformed"]
        if wrong:
            rows.append(row(f"ingest, {name}: records lost or refused", wrong, "records", at_most=0))
    return rows

#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Lets botocore read the replies that we write, and compares them with what was encoded.

  TOCSIN_REPLIES=/tmp/replies.jsonl build/dev/bin/wire_protocols_test --gtest_filter=*OtherReaders
  python3 verify_replies.py /tmp/replies.jsonl
"""
import base64
import datetime
import json
import sys

import botocore.parsers
import botocore.session
from botocore.httpchecksum import io

CLIENTS = {"states": "stepfunctions", "monitoring": "cloudwatch", "elasticloadbalancing": "elbv2", "cloudcontrolapi": "cloudcontrol",
           "tagging": "resourcegroupstaggingapi"}
PARSERS = {"AWS JSON 1.1": "json", "Query": "query", "REST-JSON": "rest-json", "REST-XML": "rest-xml", "EC2 Query": "ec2",
           "RPC v2 CBOR": "smithy-rpc-v2-cbor"}
# Read by handlers of botocore's own, or (the old notification) with one element for two members.
SPECIAL = {"GetBucketLocation", "GetBucketNotification"}


class Headers(dict):
    def __init__(self, pairs):
        super().__init__((key.lower(), value) for key, value in pairs)

    def get(self, key, default=None):
        return super().get(key.lower(), default)

    def __contains__(self, key):
        return super().__contains__(key.lower())

    def __getitem__(self, key):
        return super().__getitem__(key.lower())


def plain(value):
    if isinstance(value, datetime.datetime):
        return value.timestamp()
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if hasattr(value, "read"):
        return base64.b64encode(value.read()).decode()
    return value


def differences(path, shape, sent, read):
    """Where what was read is not what was sent; members that this botocore does not know are passed over."""
    if shape.type_name == "structure" and isinstance(sent, dict):
        for name, member in shape.members.items():
            if name in sent and name != "ContentLength":  # the server's business
                if name not in (read or {}):
                    yield f"{path}.{name}: missing"
                else:
                    yield from differences(f"{path}.{name}", member, sent[name], read[name])
    elif shape.type_name == "list" and isinstance(sent, list):
        if len(sent) != len(read):
            yield f"{path}: {len(read)} elements of {len(sent)}"
        for index, pair in enumerate(zip(sent, read)):
            yield from differences(f"{path}[{index}]", shape.member, *pair)
    elif shape.type_name == "map" and isinstance(sent, dict):
        for key, value in sent.items():
            yield from differences(f"{path}[{key}]", shape.value, value, read.get(key))
    elif shape.type_name in ("string", "char") and isinstance(sent, str) and shape.serialization.get("jsonvalue"):
        return
    elif plain(read) != sent:
        yield f"{path}: {plain(read)!r} instead of {sent!r}"


def verify(session, line):
    service = session.get_service_model(CLIENTS.get(line["service"], line["service"]))
    if line["operation"] not in service.operation_names or line["operation"] in SPECIAL:
        return None
    if line["service"] == "sqs" and service.protocol != PARSERS[line["protocol"]]:
        return None  # the shapes of one botocore fit one protocol only
    if PARSERS[line["protocol"]] not in botocore.parsers.PROTOCOL_PARSERS:
        return None  # younger than this botocore
    operation = service.operation_model(line["operation"])
    if operation.output_shape is None:
        return []
    body = base64.b64decode(line["body"])
    if operation.has_streaming_output:
        body = io.BytesIO(body)
    response = {"status_code": line["status"], "headers": Headers(line["headers"]), "body": body, "context": {"operation_name": line["operation"]}}
    parser = botocore.parsers.create_parser(PARSERS[line["protocol"]])
    try:
        read = parser.parse(response, operation.output_shape)
    except Exception as problem:
        return [f"{type(problem).__name__}: {problem}"]
    return list(differences("", operation.output_shape, line["value"], read))


def main():
    session = botocore.session.get_session()
    checked = wrong = 0
    services = set(session.get_available_services())
    with open(sys.argv[1], encoding="utf-8") as lines:
        for line in map(json.loads, lines):
            if CLIENTS.get(line["service"], line["service"]) not in services:
                continue
            found = verify(session, line)
            checked += found is not None
            if found:
                wrong += 1
                print(line["service"], line["protocol"], line["operation"], *found[:4], sep="\n  ")
    print(f"{botocore.__version__}: {checked} replies read, {wrong} wrong")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())

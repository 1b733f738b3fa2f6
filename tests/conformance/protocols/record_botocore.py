#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Records what botocore sends for calls.json: record_botocore.py > requests/botocore-VERSION.json

With --cbor, what it sends to those services that speak RPC v2 CBOR, which it prefers AWS JSON to."""
import base64
import datetime
import json
import sys
from pathlib import Path
from urllib.parse import urlsplit

import botocore.model
import botocore.session
from botocore.awsrequest import AWSResponse
from botocore.config import Config

CBOR = "smithy-rpc-v2-cbor"


def native(value):
    """What the caller passes to boto3."""
    if isinstance(value, dict):
        if "$bytes" in value:
            return base64.b64decode(value["$bytes"])
        if "$time" in value:
            return datetime.datetime.fromtimestamp(value["$time"], datetime.timezone.utc)
        return {key: native(inner) for key, inner in value.items()}
    return [native(inner) for inner in value] if isinstance(value, list) else value


def document(value):
    """What the server's Document is to hold."""
    if isinstance(value, dict):
        if "$bytes" in value or "$time" in value:
            return next(iter(value.values()))
        return {key: document(inner) for key, inner in value.items()}
    return [document(inner) for inner in value] if isinstance(value, list) else value


def body_of(request):
    body = request.body
    if body is None:
        return b""
    if hasattr(body, "read"):
        body.seek(0)
        return body.read()
    return body.encode() if isinstance(body, str) else bytes(body)


def text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def record(session, service, operation, params):
    client = session.create_client(
        service, region_name="us-east-1", endpoint_url="http://localhost:4566", aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret", config=Config(s3={"addressing_style": "path"}, retries={"max_attempts": 1}))
    seen = []

    def stop(request, **_):
        seen.append(request)
        return AWSResponse(request.url, 400, {}, None)

    client.meta.events.register("before-send", stop)
    try:
        client._make_api_call(operation, native(params))
    except Exception as problem:
        if not seen:
            raise SystemExit(f"{service} {operation}: {problem}")
    request = seen[0]
    url = urlsplit(request.url)
    hidden = {"authorization", "x-amz-date", "user-agent", "amz-sdk-invocation-id", "amz-sdk-request"}
    scope = text(request.headers["Authorization"]).split("/")[3]
    body = body_of(request)
    return {
        "scope": scope, "operation": operation, "params": document(params), "method": request.method, "path": url.path,
        "query": url.query, "headers": [[k, text(v)] for k, v in request.headers.items() if k.lower() not in hidden],
        "body": base64.b64encode(body).decode(),
    }


def main():
    calls = json.loads(Path(__file__).with_name("calls.json").read_text(encoding="utf-8"))
    session = botocore.session.get_session()
    if "--cbor" in sys.argv:
        botocore.model.PRIORITY_ORDERED_SUPPORTED_PROTOCOLS = (CBOR,)
        calls = [call for call in calls if CBOR in session.get_service_model(call[0]).metadata.get("protocols", ())]
    recorded = [record(session, *call) for call in calls]
    print("[\n" + ",\n".join(json.dumps(each, ensure_ascii=False) for each in recorded) + "\n]")


if __name__ == "__main__":
    sys.exit(main())

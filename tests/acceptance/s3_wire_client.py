#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The clients of s3_wire_test.py, for any Python with a boto3: s3_wire_client.py PORT KEY SECRET HTTPS_PORT CA."""
import hashlib
import io
import os
import socket
import sys
import time
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

PORT, KEY, SECRET, HTTPS_PORT, CA = sys.argv[1:]
REGION = "us-east-1"
BUCKET = "wire-" + boto3.__version__.replace(".", "-")
MB = 1024 * 1024

# Every name is this machine: *.localhost, which not every resolver knows, and AWS's own.
resolve = socket.getaddrinfo
socket.getaddrinfo = lambda host, *more, **named: resolve("127.0.0.1", *more, **named)


def check(condition, what):
    if not condition:
        sys.exit(f"FAILED with boto3 {boto3.__version__}: {what}")


def client(service="s3", url=f"http://127.0.0.1:{PORT}", secret=SECRET, style="path", **config):
    config = Config(retries={"total_max_attempts": 1}, s3={"addressing_style": style}, **config)
    return boto3.client(service, endpoint_url=url, region_name=REGION, aws_access_key_id=KEY, aws_secret_access_key=secret, config=config, verify=CA)


def code(call, **parameters):
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "no error"


def fetch(url, method="GET", body=None, **headers):
    """(status, headers, body) as curl or a browser would get them."""
    request = urllib.request.Request(url, method=method, data=body, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as reply:
            return reply.status, reply.headers, reply.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


class Slow(io.BytesIO):
    """A body that takes its time."""
    def read(self, *size):
        time.sleep(0.005)
        return super().read(*size)


def received():
    """How many bytes the server has read so far."""
    lines = fetch(f"http://127.0.0.1:{PORT}/metrics")[2].decode().splitlines()
    return int(next(line for line in lines if line.startswith("tocsin_http_received_bytes_total")).split()[1])


def expect(s3):
    body = Slow(os.urandom(3 * MB))
    s3.put_object(Bucket=BUCKET, Key="slow", Body=body)
    check(s3.get_object(Bucket=BUCKET, Key="slow")["Body"].read() == body.getvalue(), "a slow body")
    before = received()
    check(code(client(secret="wrong").put_object, Bucket=BUCKET, Key="refused", Body=Slow(body.getvalue())) == "SignatureDoesNotMatch", "a wrong secret")
    check(received() - before < 10_000, f"the body of a refused head is not sent: {received() - before} bytes came")


def checksums(s3):
    for name in "CRC32", "SHA1", "SHA256":
        put = s3.put_object(Bucket=BUCKET, Key=name, Body=b"content", ChecksumAlgorithm=name)
        check(put["Checksum" + name] == s3.get_object_attributes(Bucket=BUCKET, Key=name, ObjectAttributes=["Checksum"])["Checksum"]["Checksum" + name], f"{name} of an object")
    wrong = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
    check(code(s3.put_object, Bucket=BUCKET, Key="wrong", Body=b"content", ChecksumSHA256=wrong) == "BadDigest", "a wrong checksum")
    check(code(s3.put_object, Bucket=BUCKET, Key="wrong", Body=b"content", ContentMD5="1B2M2Y8AsgTpgAmY7PhCfg==") == "BadDigest", "a wrong Content-MD5")
    check(code(s3.head_object, Bucket=BUCKET, Key="wrong") == "404", "of a wrong body nothing stays")
    gone = s3.delete_objects(Bucket=BUCKET, Delete={"Objects": [{"Key": "CRC32"}, {"Key": "SHA1"}]})
    check(len(gone["Deleted"]) == 2, "DeleteObjects with the digest that the client sends")


def trailers():
    """Over HTTPS botocore sends aws-chunked with a trailer."""
    s3 = client(url=f"https://localhost:{HTTPS_PORT}")
    content = os.urandom(2 * MB + 17)
    for name in "CRC32", "SHA1", "SHA256":
        put = s3.put_object(Bucket=BUCKET, Key="trailed", Body=io.BytesIO(content), ChecksumAlgorithm=name, ContentEncoding="gzip")
        check(put["ETag"] == '"' + hashlib.md5(content).hexdigest() + '"', "the ETag of a streamed body")
        check("Checksum" + name in put, "the checksum of a trailer")
        got = s3.get_object(Bucket=BUCKET, Key="trailed")
        check(got["Body"].read() == content, "a streamed body comes back")
        # Debian's botocore puts aws-chunked over the encoding that it was given, newer ones put it beside.
        check(got.get("ContentEncoding") in ([None] if boto3.__version__ < "1.28" else ["gzip"]), "aws-chunked is not kept")
    upload = s3.create_multipart_upload(Bucket=BUCKET, Key="parts", ChecksumAlgorithm="CRC32")["UploadId"]
    parts = []
    for number, piece in (1, content * 3), (2, b"end"):
        part = s3.upload_part(Bucket=BUCKET, Key="parts", UploadId=upload, PartNumber=number, Body=io.BytesIO(piece), ChecksumAlgorithm="CRC32")
        parts.append({"PartNumber": number, "ETag": part["ETag"], "ChecksumCRC32": part["ChecksumCRC32"]})
    s3.complete_multipart_upload(Bucket=BUCKET, Key="parts", UploadId=upload, MultipartUpload={"Parts": parts})
    got = s3.get_object(Bucket=BUCKET, Key="parts")
    check(got["ContentLength"] == 3 * len(content) + 3 and got["Body"].read() == content * 3 + b"end", "an object in pieces")
    border = 3 * len(content)
    part = s3.get_object(Bucket=BUCKET, Key="parts", Range=f"bytes={border - 2}-{border + 1}")
    check(part["Body"].read() == content[-2:] + b"en", "a range over two pieces")
    check(s3.head_object(Bucket=BUCKET, Key="parts")["ContentLength"] == border + 3, "HEAD of an object in pieces")


def presigned(s3):
    s3.put_object(Bucket=BUCKET, Key="a dir/ü+1.txt", Body=b"content")
    for version in "s3", "s3v4":
        for style, url in ("path", f"http://127.0.0.1:{PORT}"), ("virtual", f"http://s3.localhost:{PORT}"):
            signer = client(url=url, style=style, signature_version=version)
            wanted = {"Bucket": BUCKET, "Key": "a dir/ü+1.txt", "ResponseContentType": "text/x-test", "ResponseContentDisposition": 'attachment; filename="a b"'}
            address = signer.generate_presigned_url("get_object", wanted, 60)
            check(("AWSAccessKeyId" in address) == (version == "s3"), "the version of the signature")
            status, headers, body = fetch(address)
            check((status, body) == (200, b"content"), f"{version}, {style}: {status} {body}")
            check((headers["Content-Type"], headers["Content-Disposition"]) == ("text/x-test", 'attachment; filename="a b"'), "the headers that were asked for")
            status, _, body = fetch(address.replace("text%2Fx-test", "text%2Fhtml"))
            check(status == 403 and b"SignatureDoesNotMatch" in body, "a changed URL")
            address = signer.generate_presigned_url("put_object", {"Bucket": BUCKET, "Key": "put"}, 60)
            status, _, body = fetch(address, "PUT", b"uploaded", **{"Content-Type": ""})
            check(status == 200 and s3.get_object(Bucket=BUCKET, Key="put")["Body"].read() == b"uploaded", f"a presigned upload: {status} {body}")
            address = signer.generate_presigned_url("list_objects", {"Bucket": BUCKET, "Prefix": "a dir"}, 60)
            status, _, body = fetch(address)
            check(status == 200 and b"<ListBucketResult" in body, f"a presigned list: {status} {body}")
    address = client(signature_version="s3v4").generate_presigned_url("get_object", {"Bucket": BUCKET, "Key": "put"}, 1)
    time.sleep(2.1)
    status, _, body = fetch(address)
    check(status == 403 and b"Request has expired" in body, f"an expired URL: {status} {body}")
    address = client("sts").generate_presigned_url("get_caller_identity", HttpMethod="GET")
    status, _, body = fetch(address)
    check(status == 200 and b"<Arn>" in body, f"STS's presigned identity: {status} {body}")


def forms(s3):
    """What a browser would send, with both versions of the signature."""
    for version in "s3", "s3v4":
        signer = client(signature_version=version)
        made = signer.generate_presigned_post(BUCKET, "posted/${filename}", {"success_action_status": "201", "Content-Type": "text/x-test"},
                                              [["content-length-range", 1, 100], ["starts-with", "$Content-Type", "text/"], {"success_action_status": "201"}], 60)
        send = lambda fields, content: fetch(made["url"], "POST", form(fields, content), **{"Content-Type": "multipart/form-data; boundary=edge"})
        status, headers, body = send(made["fields"], b"a form's file")
        check(status == 201 and b"<Key>posted/name.txt</Key>" in body, f"a form, {version}: {status} {body}")
        got = s3.get_object(Bucket=BUCKET, Key="posted/name.txt")
        check((got["Body"].read(), got["ContentType"]) == (b"a form's file", "text/x-test"), "the file of a form")
        for fields, content, error in ({**made["fields"], "key": "other"}, b"x", b"Policy Condition failed"), ({**made["fields"], "x-amz-meta-a": "b"}, b"x", b"Extra input fields"), \
                (made["fields"], b"x" * 101, b"EntityTooLarge"), ({**made["fields"], "policy": made["fields"]["policy"][:-8]}, b"x", b"SignatureDoesNotMatch"):
            status, _, body = send(fields, content)
            check(status in (400, 403) and error in body, f"a form that is refused: {error}: {status} {body}")


def form(fields, content):
    parts = [f'--edge\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode() for name, value in fields.items()]
    file = b'--edge\r\nContent-Disposition: form-data; name="file"; filename="name.txt"\r\nContent-Type: text/plain\r\n\r\n' + content
    return b"".join(parts) + file + b"\r\n--edge--\r\n"


def hosts(s3):
    s3.put_object(Bucket=BUCKET, Key="hosted", Body=b"content")
    for style, url in ("virtual", f"http://s3.us-east-1.amazonaws.com:{PORT}"), ("virtual", f"http://s3.localhost:{PORT}"), \
            ("virtual", f"http://localhost:{PORT}"), ("path", f"http://s3.us-east-1.amazonaws.com:{PORT}"):
        hosted = client(url=url, style=style)
        check(hosted.get_object(Bucket=BUCKET, Key="hosted")["Body"].read() == b"content", f"{style} of {url}")
        hosted.put_object(Bucket=BUCKET, Key="hosted", Body=b"content")
    check(client("sts", url=f"http://sts.us-east-1.amazonaws.com:{PORT}").get_caller_identity()["Arn"], "another service by its host")


def main():
    s3 = client()
    s3.create_bucket(Bucket=BUCKET)
    expect(s3)
    checksums(s3)
    trailers()
    presigned(s3)
    forms(s3)
    hosts(s3)
    print(f"boto3 {boto3.__version__}: all well")


main()

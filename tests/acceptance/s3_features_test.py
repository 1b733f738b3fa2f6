#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""S3 beyond objects, with Debian's boto3: SSE-KMS with a real KMS, lifecycles on the virtual clock, access logs, CORS, restores,
Object Lock, conditional writes, the account's public access block."""
import base64
import datetime
import hashlib
import http.client
import json
import os
import pathlib
import socket

import boto3
import botocore.exceptions

from harness import REGION, Server, check, error_code, main, make_user, read_reply, refused, say, sign, until

PORT = 15240
ACCOUNT = "123456789012"


def body(reply):
    return reply["Body"].read()


def response(error):
    return error.response["ResponseMetadata"]


def on_disk(server, text):
    """Whether the text lies open anywhere below the server's data folder."""
    return next((file.name for file in pathlib.Path(server.folder).rglob("*") if file.is_file() and text in file.read_bytes()), None)


def encryption(server, s3):
    say("SSE-KMS: data keys by the caller's own permissions, content that never lies open")
    kms = server.client("kms")
    arn = kms.create_key(Description="objects")["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket="vault")
    secret = b"the words that must not be found on the disk"
    put = s3.put_object(Bucket="vault", Key="small", Body=secret, ServerSideEncryption="aws:kms", SSEKMSKeyId=arn)
    check(put["SSEKMSKeyId"] == arn and put["ServerSideEncryption"] == "aws:kms", f"the reply {put}")
    check(body(s3.get_object(Bucket="vault", Key="small")) == secret, "a small object")
    check(body(s3.get_object(Bucket="vault", Key="small", Range="bytes=4-8")) == b"words", "a range of it")
    big = os.urandom(20_000) + secret
    s3.put_object(Bucket="vault", Key="big", Body=big, ServerSideEncryption="aws:kms", SSEKMSKeyId=arn)
    check(body(s3.get_object(Bucket="vault", Key="big")) == big, "an object in a blob")
    check(body(s3.get_object(Bucket="vault", Key="big", Range="bytes=20000-")) == secret, "a range across blocks")
    s3.put_object(Bucket="vault", Key="plain", Body=big + secret)
    check(body(s3.get_object(Bucket="vault", Key="plain")) == big + secret, "SSE-S3")
    check(not on_disk(server, secret), f"the content lies open in {on_disk(server, secret)}")
    s3.put_bucket_encryption(Bucket="vault", ServerSideEncryptionConfiguration={"Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}, "BucketKeyEnabled": True}]})
    put = s3.put_object(Bucket="vault", Key="default", Body=secret)
    check(put["ServerSideEncryption"] == "aws:kms" and put["BucketKeyEnabled"], "the bucket's default")
    check(body(s3.get_object(Bucket="vault", Key="default")) == secret, "under alias/aws/s3")

    say("SSE-KMS: parts and copies")
    upload = s3.create_multipart_upload(Bucket="vault", Key="parts", ServerSideEncryption="aws:kms", SSEKMSKeyId=arn)["UploadId"]
    pieces = [os.urandom(5 << 20), secret]
    etags = [s3.upload_part(Bucket="vault", Key="parts", UploadId=upload, PartNumber=i + 1, Body=piece)["ETag"] for i, piece in enumerate(pieces)]
    s3.complete_multipart_upload(Bucket="vault", Key="parts", UploadId=upload,
                                 MultipartUpload={"Parts": [{"PartNumber": i + 1, "ETag": etag} for i, etag in enumerate(etags)]})
    check(body(s3.get_object(Bucket="vault", Key="parts")) == b"".join(pieces), "an object in parts")
    check(body(s3.get_object(Bucket="vault", Key="parts", Range=f"bytes={(5 << 20) - 3}-{(5 << 20) + 2}")) == pieces[0][-3:] + secret[:3], "a range over two parts")
    s3.copy_object(Bucket="vault", Key="copy", CopySource="vault/parts", ServerSideEncryption="AES256")
    check(body(s3.get_object(Bucket="vault", Key="copy")) == b"".join(pieces), "a copy under SSE-S3")

    say("SSE-KMS: who may not use the key, and keys that are gone")
    key = make_user(server, "reader", "s3:*")
    reader = server.client("s3", key)
    check(error_code(reader.get_object, Bucket="vault", Key="small") == "AccessDenied", "a reader without kms:Decrypt")
    check("kms:Decrypt" in str(refused(reader.get_object, Bucket="vault", Key="small")), "the reason")
    trail = server.client("cloudtrail")
    until("the record of the refused Decrypt", lambda: [event for event in trail.lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "Decrypt"}])["Events"] if event["Username"] == "reader" and "AccessDenied" in event["CloudTrailEvent"]])
    check(error_code(reader.put_object, Bucket="vault", Key="x", Body=b"v", ServerSideEncryption="aws:kms", SSEKMSKeyId=arn) == "AccessDenied", "a writer without kms:GenerateDataKey")
    check(body(reader.get_object(Bucket="vault", Key="default")) == secret, "the key alias/aws/s3, which serves everybody in the account through S3")
    check(reader.head_object(Bucket="vault", Key="small")["SSEKMSKeyId"] == arn, "HEAD needs no key")
    server.client("iam").put_user_policy(UserName="reader", PolicyName="key", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": "kms:Decrypt", "Resource": arn, "Condition": {
            "StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com", "kms:EncryptionContext:aws:s3:arn": "arn:aws:s3:::vault/small"}}}}))
    check(body(reader.get_object(Bucket="vault", Key="small")) == secret, "a reader with kms:Decrypt by S3")
    check(error_code(reader.get_object, Bucket="vault", Key="big") == "AccessDenied", "another object's context")
    kms.disable_key(KeyId=arn)
    check(error_code(s3.get_object, Bucket="vault", Key="small") == "KMS.DisabledException", "a disabled key")
    kms.enable_key(KeyId=arn)
    kms.schedule_key_deletion(KeyId=arn, PendingWindowInDays=7)
    check(error_code(s3.get_object, Bucket="vault", Key="small") == "KMS.KMSInvalidStateException", "a key that is being deleted")
    check(error_code(s3.put_object, Bucket="vault", Key="x", Body=b"v", ServerSideEncryption="aws:kms", SSEKMSKeyId="alias/none") == "KMS.NotFoundException", "no such key")
    check(error_code(s3.put_object, Bucket="vault", Key="x", Body=b"v", SSECustomerAlgorithm="AES256", SSECustomerKey="k" * 32) == "NotImplemented", "SSE-C")


def preflight(path, headers):
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    connection.request("OPTIONS", path, headers=headers)
    reply = connection.getresponse()
    reply.read()
    return reply


def cors(s3):
    say("CORS: rules, preflights, headers of replies")
    s3.create_bucket(Bucket="pages")
    check(error_code(s3.get_bucket_cors, Bucket="pages") == "NoSuchCORSConfiguration", "no rules")
    asked = {"Origin": "https://www.example.com", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "content-type"}
    check(preflight("/pages/k", asked).status == 403, "a preflight without rules")
    s3.put_bucket_cors(Bucket="pages", CORSConfiguration={"CORSRules": [
        {"AllowedOrigins": ["https://*.example.com"], "AllowedMethods": ["GET", "PUT"], "AllowedHeaders": ["*"], "ExposeHeaders": ["ETag"], "MaxAgeSeconds": 300}]})
    reply = preflight("/pages/k", asked)
    check(reply.status == 200 and reply.headers["access-control-allow-origin"] == "https://www.example.com", f"a preflight: {reply.status} {reply.headers}")
    check(reply.headers["access-control-max-age"] == "300" and "PUT" in reply.headers["access-control-allow-methods"], "its other headers")
    check(preflight("/pages/k", {**asked, "Origin": "https://other.org"}).status == 403, "another origin")
    check(preflight("/pages", asked).status == 200, "of the bucket")
    s3.delete_bucket_cors(Bucket="pages")
    check(preflight("/pages/k", asked).status == 403, "deleted rules")


def errors(s3):
    say("errors that speak in headers")
    s3.create_bucket(Bucket="heads")
    s3.put_bucket_versioning(Bucket="heads", VersioningConfiguration={"Status": "Enabled"})
    put = s3.put_object(Bucket="heads", Key="k", Body=b"v")
    unchanged = response(refused(s3.get_object, Bucket="heads", Key="k", IfNoneMatch=put["ETag"]))
    check(unchanged["HTTPStatusCode"] == 304 and unchanged["HTTPHeaders"]["etag"] == put["ETag"], f"the ETag of a 304: {unchanged}")
    marker = s3.delete_object(Bucket="heads", Key="k")
    gone = response(refused(s3.head_object, Bucket="heads", Key="k"))
    check(gone["HTTPStatusCode"] == 404 and gone["HTTPHeaders"]["x-amz-delete-marker"] == "true", f"a deleted object's HEAD: {gone}")
    itself = response(refused(s3.get_object, Bucket="heads", Key="k", VersionId=marker["VersionId"]))
    check(itself["HTTPStatusCode"] == 405 and itself["HTTPHeaders"]["allow"] == "DELETE", f"the marker itself: {itself}")


def elsewhere(server):
    say("a bucket of another region is pointed to")
    boto3.client("s3", endpoint_url=server.url, region_name="eu-west-1", aws_access_key_id=server.root_key()[0], aws_secret_access_key=server.root_key()[1]).create_bucket(
        Bucket="in-ireland", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    with socket.create_connection(("127.0.0.1", PORT)) as connection:
        connection.sendall(sign(server.root_key(), "GET", "/in-ireland", {}, b"", "s3"))
        status, headers, _ = read_reply(connection)
    check(status == 301 and headers["x-amz-bucket-region"] == "eu-west-1", f"its reply: {status} {headers}")


def control_client(server):
    """Its clients put the account before the host's name."""
    resolve = socket.getaddrinfo
    socket.getaddrinfo = lambda host, *more, **named: resolve("127.0.0.1" if str(host).endswith(".localhost") else host, *more, **named)
    key, secret = server.root_key()
    return boto3.client("s3control", endpoint_url=f"http://localhost:{PORT}", region_name=REGION, aws_access_key_id=key, aws_secret_access_key=secret)


def account(server, s3):
    say("the account's public access block (S3 Control)")
    control = control_client(server)
    check(error_code(control.get_public_access_block, AccountId=ACCOUNT) == "NoSuchPublicAccessBlockConfiguration", "none yet")
    control.put_public_access_block(AccountId=ACCOUNT, PublicAccessBlockConfiguration={"BlockPublicAcls": True, "IgnorePublicAcls": True, "BlockPublicPolicy": True, "RestrictPublicBuckets": True})
    check(control.get_public_access_block(AccountId=ACCOUNT)["PublicAccessBlockConfiguration"]["BlockPublicPolicy"], "kept")
    s3.create_bucket(Bucket="open")
    s3.delete_public_access_block(Bucket="open")
    public = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::open/*"}})
    check(error_code(s3.put_bucket_policy, Bucket="open", Policy=public) == "AccessDenied", "a public policy")
    control.delete_public_access_block(AccountId=ACCOUNT)
    s3.put_bucket_policy(Bucket="open", Policy=public)
    check(s3.get_bucket_policy_status(Bucket="open")["PolicyStatus"]["IsPublic"], "GetBucketPolicyStatus")


def locks(s3):
    say("Object Lock: retention, legal hold, bypass")
    s3.create_bucket(Bucket="worm", ObjectLockEnabledForBucket=True)
    until_date = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(days=1)
    held = s3.put_object(Bucket="worm", Key="k", Body=b"v", ObjectLockMode="GOVERNANCE", ObjectLockRetainUntilDate=until_date)["VersionId"]
    check(error_code(s3.delete_object, Bucket="worm", Key="k", VersionId=held) == "AccessDenied", "a retained version")
    s3.put_object_legal_hold(Bucket="worm", Key="k", VersionId=held, LegalHold={"Status": "ON"})
    check(error_code(s3.delete_object, Bucket="worm", Key="k", VersionId=held, BypassGovernanceRetention=True) == "AccessDenied", "a held version")
    s3.put_object_legal_hold(Bucket="worm", Key="k", VersionId=held, LegalHold={"Status": "OFF"})
    s3.delete_object(Bucket="worm", Key="k", VersionId=held, BypassGovernanceRetention=True)


def refusals(s3):
    say("what is refused clearly")
    s3.create_bucket(Bucket="plain")
    check(error_code(s3.put_bucket_website, Bucket="plain", WebsiteConfiguration={"IndexDocument": {"Suffix": "i"}}) == "NotImplemented", "websites")
    check(error_code(s3.put_bucket_replication, Bucket="plain", ReplicationConfiguration={"Role": "r", "Rules": [{"Status": "Enabled", "Destination": {"Bucket": "arn:aws:s3:::x"}}]})
          == "NotImplemented", "replication")


def posted(fields, bucket="details"):
    edge = "edge"
    parts = "".join(f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n' for name, value in fields.items())
    form = parts + f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\ncontent\r\n--{edge}--\r\n'
    connection = http.client.HTTPConnection("127.0.0.1", PORT)
    connection.request("POST", "/" + bucket, form.encode(), {"Content-Type": f"multipart/form-data; boundary={edge}"})
    return connection.getresponse().status


def details(server, s3):
    say("details: tags of forms, ids of versions, checksums of parts, a key's id in the audit")
    s3.create_bucket(Bucket="details")
    document = "<Tagging><TagSet><Tag><Key>team</Key><Value>a b</Value></Tag></TagSet></Tagging>"
    form = s3.generate_presigned_post("details", "k", Fields={"tagging": document}, Conditions=[["starts-with", "$tagging", ""]])
    check(posted(form["fields"]) == 204, "a form with tags")
    check(s3.get_object_tagging(Bucket="details", Key="k")["TagSet"] == [{"Key": "team", "Value": "a b"}], "the form's tags")
    for call in (s3.get_object, s3.delete_object):
        check(error_code(call, Bucket="details", Key="k", VersionId="none") == "InvalidArgument", "an id that no version has")
    check(error_code(s3.put_object, Bucket="details", Key="k", WebsiteRedirectLocation="x") == "InvalidRedirectLocation", "a redirect to nowhere")
    tags = {"TagSet": [{"Key": "k", "Value": "{}"}]}
    check(error_code(s3.put_object_tagging, Bucket="details", Key="k", Tagging=tags) == "InvalidTag", "a tag of other signs")

    names = {"Bucket": "details", "Key": "parts"}
    upload = s3.create_multipart_upload(**names, ChecksumAlgorithm="SHA256")["UploadId"]
    refusal = refused(s3.upload_part, **names, UploadId=upload, PartNumber=1, Body=b"x", ChecksumAlgorithm="SHA1")
    check("expected checksum Type: sha256, actual checksum Type: sha1" in str(refusal), f"a part of another checksum: {refusal}")
    part = s3.upload_part(**names, UploadId=upload, PartNumber=1, Body=b"x", ChecksumAlgorithm="SHA256")
    bare = {"PartNumber": 1, "ETag": part["ETag"]}
    check(error_code(s3.complete_multipart_upload, **names, UploadId=upload, MultipartUpload={"Parts": [bare]}) == "InvalidRequest", "parts without their checksums")
    s3.complete_multipart_upload(**names, UploadId=upload, MultipartUpload={"Parts": [{**bare, "ChecksumSHA256": part["ChecksumSHA256"]}]})
    copy = s3.copy_object(Bucket="details", Key="copy", CopySource="details/parts", ChecksumAlgorithm="SHA1")["CopyObjectResult"]
    check(copy.get("ChecksumSHA1") == base64.b64encode(hashlib.sha1(b"x").digest()).decode(), f"a copy's checksum: {copy}")

    for key in ("u/1", "u/1", "u/2"):
        s3.create_multipart_upload(Bucket="details", Key=key)
    rolled = s3.list_multipart_uploads(Bucket="details", Delimiter="/").get("CommonPrefixes")
    check(rolled == [{"Prefix": "u/"}], f"uploads under one prefix: {rolled}")

    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": "alias/aws/s3"}}
    s3.put_bucket_encryption(Bucket="details", ServerSideEncryptionConfiguration={"Rules": [rule]})

    def recorded():
        found = server.client("cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "PutBucketEncryption"}])
        return [each for each in found["Events"] if '"details"' in each["CloudTrailEvent"]]

    event = until("the record", recorded)[0]["CloudTrailEvent"]
    check('"KMSMasterKeyID":"alias/aws/s3"' in event, f"the audit hides the key's id: {event}")


def signed_ways(server, s3):
    say("policies on how a request is signed: s3:authType, s3:signatureversion, s3:signatureAge")
    s3.create_bucket(Bucket="signed")
    s3.put_object(Bucket="signed", Key="k", Body=b"v")
    key = make_user(server, "signer")
    server.client("iam").put_user_policy(UserName="signer", PolicyName="s3", PolicyDocument=json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "s3:*", "Resource": "*"}}))
    deny = lambda condition: s3.put_bucket_policy(Bucket="signed", Policy=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Deny", "Principal": "*", "Action": "s3:*Object", "Resource": "arn:aws:s3:::signed/*", "Condition": condition}}))
    new, old = (server.client("s3", key, signature_version=version, s3={"addressing_style": "path"}) for version in ("s3v4", "s3"))

    def outcomes():
        """Of a signed header, a presigned URL, one of Version 2, and a form."""
        found = ["ok" if not error_code_or_none(new.get_object, Bucket="signed", Key="k") else "denied"]
        for client in (new, old):
            url = client.generate_presigned_url("get_object", Params={"Bucket": "signed", "Key": "k"})
            found.append({200: "ok", 403: "denied"}[server.get(url.removeprefix(server.url))[0]])
        form = new.generate_presigned_post("signed", "posted")
        found.append({204: "ok", 403: "denied"}[posted(form["fields"], "signed")])
        return found

    check(outcomes() == ["ok"] * 4, f"without a policy {outcomes()}")
    for condition, wanted in [({"StringNotEquals": {"s3:authType": "REST-HEADER"}}, ["ok", "denied", "denied", "denied"]),
                              ({"StringEquals": {"s3:signatureversion": "AWS"}}, ["ok", "ok", "denied", "ok"]),
                              ({"NumericGreaterThan": {"s3:signatureAge": "600000"}}, ["ok"] * 4),
                              ({"StringEquals": {"s3:authType": "POST"}}, ["ok", "ok", "ok", "denied"])]:
        deny(condition)
        check(outcomes() == wanted, f"{condition}: {outcomes()}")


def error_code_or_none(call, **params):
    try:
        call(**params)
    except botocore.exceptions.ClientError as error:
        return error.response["Error"]["Code"]


def let_logs_in(s3, source):
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": "logging.s3.amazonaws.com"}, "Action": "s3:PutObject", "Resource": "arn:aws:s3:::logs/*",
        "Condition": {"ArnLike": {"aws:SourceArn": f"arn:aws:s3:::{source}"}, "StringEquals": {"aws:SourceAccount": ACCOUNT}}}}))
    s3.put_bucket_logging(Bucket=source, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": "logs", "TargetPrefix": "s3/"}})


def logged(s3, words):
    """The first delivered line that has these words."""
    for each in s3.list_objects_v2(Bucket="logs", Prefix="s3/").get("Contents", []):
        for line in body(s3.get_object(Bucket="logs", Key=each["Key"])).decode().splitlines():
            if words in line:
                return line


def lifecycle(binary):
    say("a lifecycle on the virtual clock: an object's end, told by the access log; archives")
    with Server(binary, "--clock", "virtual", port=PORT) as server:
        s3 = server.client("s3")
        for bucket in ("aging", "logs"):
            s3.create_bucket(Bucket=bucket)
        let_logs_in(s3, "aging")
        s3.put_object(Bucket="aging", Key="logs/old", Body=b"v")
        s3.put_object(Bucket="aging", Key="kept", Body=b"v")
        rules = [{"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 1}}]
        check(error_code(s3.put_bucket_lifecycle_configuration, Bucket="aging", LifecycleConfiguration={"Rules": [{**rules[0], "Expiration": {"Days": 0}}]}) == "InvalidArgument", "no days")
        s3.put_bucket_lifecycle_configuration(Bucket="aging", LifecycleConfiguration={"Rules": rules})
        check(s3.get_bucket_lifecycle_configuration(Bucket="aging")["Rules"] == rules, "the rules")
        until("the object's end", lambda: [each["Key"] for each in s3.list_objects_v2(Bucket="aging")["Contents"]] == ["kept"])
        line = until("the line of it", lambda: logged(s3, "S3.EXPIRE.OBJECT"))
        check("AmazonS3" in line and "logs/old" in line, f"the line {line}")
        put = s3.put_object(Bucket="aging", Key="logs/new", Body=b"v")
        check('rule-id="logs"' in put["Expiration"], "x-amz-expiration")
        s3.put_object(Bucket="aging", Key="cold", Body=b"v", StorageClass="GLACIER")
        check(error_code(s3.get_object, Bucket="aging", Key="cold") == "InvalidObjectState", "an archived object")
        restored = s3.restore_object(Bucket="aging", Key="cold", RestoreRequest={"Days": 3000, "GlacierJobParameters": {"Tier": "Expedited"}})
        check(restored["ResponseMetadata"]["HTTPStatusCode"] == 202, "RestoreObject")


def access_log(binary):
    say("access logs: a file in the target bucket")
    with Server(binary, "--clock", "virtual", port=PORT) as server:
        s3 = server.client("s3")
        for bucket in ("watched", "logs"):
            s3.create_bucket(Bucket=bucket)
        check(error_code(s3.put_bucket_logging, Bucket="watched", BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": "none", "TargetPrefix": ""}}) == "InvalidTargetBucketForLogging",
              "a target that is not there")
        let_logs_in(s3, "watched")
        s3.put_object(Bucket="watched", Key="evidence.txt", Body=b"12345")
        s3.get_object(Bucket="watched", Key="evidence.txt")
        line = until("the file", lambda: logged(s3, "REST.GET.OBJECT"))
        check('evidence.txt "GET /watched/evidence.txt HTTP/1.1" 200 - 5 5 ' in line and "SigV4" in line, f"the line {line}")


def run(binary):
    with Server(binary, port=PORT) as server:
        s3 = server.client("s3")
        encryption(server, s3)
        cors(s3)
        errors(s3)
        elsewhere(server)
        account(server, s3)
        locks(s3)
        refusals(s3)
        details(server, s3)
        signed_ways(server, s3)
        check(server.stop() == 0, "the server stops cleanly")
    lifecycle(binary)
    access_log(binary)


if __name__ == "__main__":
    main(run)

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""S3 with clients that nobody here wrote: Debian's boto3 and AWS CLI. Buckets, objects, ranges, conditions, multipart uploads,
versions, policies that really decide, and events that really arrive."""
import hashlib
import json
import os
import socket
import subprocess
import tempfile

from botocore import UNSIGNED

from harness import REGION, Server, check, error_code, main, make_user, refused, say, until

MB = 1024 * 1024


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def body(reply):
    return reply["Body"].read()


def status(call, **parameters):
    return refused(call, **parameters).response["ResponseMetadata"]["HTTPStatusCode"]


def buckets(s3):
    say("buckets: made, listed, refused, deleted")
    s3.create_bucket(Bucket="evidence")
    s3.create_bucket(Bucket="evidence")
    check([each["Name"] for each in s3.list_buckets()["Buckets"]] == ["evidence"], "ListBuckets")
    check(s3.head_bucket(Bucket="evidence")["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == REGION, "the region of HeadBucket")
    check(s3.get_bucket_location(Bucket="evidence")["LocationConstraint"] is None, "GetBucketLocation")
    check(error_code(s3.create_bucket, Bucket="192.168.5.4") == "InvalidBucketName", "a bad name")
    check(error_code(s3.list_objects_v2, Bucket="no-such-bucket") == "NoSuchBucket", "an unknown bucket")
    check(status(s3.head_bucket, Bucket="no-such-bucket") == 404, "an unknown bucket's HEAD")


def objects(s3):
    say("objects: put, got, ranges, conditions, copies, listings")
    put = s3.put_object(Bucket="evidence", Key="notes/a b+ü.txt", Body=b"0123456789", ContentType="text/plain", Metadata={"who": "ann"}, Tagging="team=blue")
    check(put["ETag"] == '"' + hashlib.md5(b"0123456789").hexdigest() + '"', "the ETag")
    got = s3.get_object(Bucket="evidence", Key="notes/a b+ü.txt")
    check(body(got) == b"0123456789" and got["ContentType"] == "text/plain" and got["Metadata"] == {"who": "ann"}, "GetObject")
    part = s3.get_object(Bucket="evidence", Key="notes/a b+ü.txt", Range="bytes=2-4")
    check(body(part) == b"234" and part["ContentRange"] == "bytes 2-4/10" and part["ResponseMetadata"]["HTTPStatusCode"] == 206, "a range")
    get = lambda **more: s3.get_object(Bucket="evidence", Key="notes/a b+ü.txt", **more)
    check(status(get, Range="bytes=20-") == 416, "a range past the end")
    check(status(get, IfNoneMatch=put["ETag"]) == 304, "If-None-Match")
    check(status(get, IfMatch='"other"') == 412, "If-Match")
    check(status(get, IfModifiedSince=got["LastModified"]) == 304, "If-Modified-Since")
    check(error_code(s3.get_object, Bucket="evidence", Key="none") == "NoSuchKey", "a missing key")
    check(status(s3.head_object, Bucket="evidence", Key="none") == 404, "a missing key's HEAD")
    s3.copy_object(Bucket="evidence", Key="copy", CopySource={"Bucket": "evidence", "Key": "notes/a b+ü.txt"})
    check(body(s3.get_object(Bucket="evidence", Key="copy")) == b"0123456789", "CopyObject")
    for number in range(5):
        s3.put_object(Bucket="evidence", Key=f"logs/{number}", Body=b"")
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="evidence", Delimiter="/", PaginationConfig={"PageSize": 1})
    seen = [each.get("Key") or each["Prefix"] for page in pages for each in page.get("Contents", []) + page.get("CommonPrefixes", [])]
    check(seen == ["copy", "logs/", "notes/"], f"pages of a listing: {seen}")
    check([each["Key"] for each in s3.list_objects(Bucket="evidence", Prefix="notes/")["Contents"]] == ["notes/a b+ü.txt"], "ListObjects")
    gone = s3.delete_objects(Bucket="evidence", Delete={"Objects": [{"Key": f"logs/{number}"} for number in range(5)]})
    check(len(gone["Deleted"]) == 5, "DeleteObjects")
    check(error_code(s3.delete_bucket, Bucket="evidence") == "BucketNotEmpty", "a bucket that is not empty")


def multipart(s3):
    say("multipart: parts become one object, read in ranges over their borders")
    upload = s3.create_multipart_upload(Bucket="evidence", Key="disk.img")["UploadId"]
    sent = [os.urandom(5 * MB), os.urandom(5 * MB), b"the end"]
    parts = []
    for number, data in enumerate(sent, 1):
        tag = s3.upload_part(Bucket="evidence", Key="disk.img", UploadId=upload, PartNumber=number, Body=data)["ETag"]
        parts.append({"PartNumber": number, "ETag": tag})
    check(len(s3.list_parts(Bucket="evidence", Key="disk.img", UploadId=upload)["Parts"]) == 3, "ListParts")
    check(len(s3.list_multipart_uploads(Bucket="evidence")["Uploads"]) == 1, "ListMultipartUploads")
    complete = lambda chosen: s3.complete_multipart_upload(Bucket="evidence", Key="disk.img", UploadId=upload, MultipartUpload={"Parts": chosen})
    check(error_code(complete, parts[::-1]) == "InvalidPartOrder", "parts out of order")
    check(complete(parts)["ETag"].endswith('-3"'), "the ETag of an upload")
    whole = b"".join(sent)
    check(body(s3.get_object(Bucket="evidence", Key="disk.img")) == whole, "the whole")
    check(body(s3.get_object(Bucket="evidence", Key="disk.img", Range=f"bytes={5 * MB - 3}-{5 * MB + 2}")) == whole[5 * MB - 3:5 * MB + 3], "a range over a border")
    check(s3.head_object(Bucket="evidence", Key="disk.img", PartNumber=3)["ContentLength"] == 7, "one part")
    other = s3.create_multipart_upload(Bucket="evidence", Key="disk.img")["UploadId"]
    s3.abort_multipart_upload(Bucket="evidence", Key="disk.img", UploadId=other)
    check(error_code(s3.list_parts, Bucket="evidence", Key="disk.img", UploadId=other) == "NoSuchUpload", "an aborted upload")


def versions(s3):
    say("versions: what is deleted comes back")
    s3.create_bucket(Bucket="versions")
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    ids = [s3.put_object(Bucket="versions", Key="k", Body=text)["VersionId"] for text in (b"one", b"two")]
    check(body(s3.get_object(Bucket="versions", Key="k", VersionId=ids[0])) == b"one", "an old version")
    marker = s3.delete_object(Bucket="versions", Key="k")
    check(marker["DeleteMarker"] and error_code(s3.get_object, Bucket="versions", Key="k") == "NoSuchKey", "a delete marker")
    listed = s3.list_object_versions(Bucket="versions")
    check([each["VersionId"] for each in listed["Versions"]] == ids[::-1] and listed["DeleteMarkers"][0]["IsLatest"], "ListObjectVersions")
    s3.delete_object(Bucket="versions", Key="k", VersionId=marker["VersionId"])
    check(body(s3.get_object(Bucket="versions", Key="k")) == b"two", "the object that came back")


def settings(s3):
    say("settings: what is set is what is told")
    s3.create_bucket(Bucket="settings", ObjectLockEnabledForBucket=True)
    tags = [{"Key": "team", "Value": "blue +-=._:/@ green"}]
    s3.put_bucket_tagging(Bucket="settings", Tagging={"TagSet": tags})
    check(s3.get_bucket_tagging(Bucket="settings")["TagSet"] == tags, "the bucket's tags")
    s3.delete_bucket_tagging(Bucket="settings")
    check(error_code(s3.get_bucket_tagging, Bucket="settings") == "NoSuchTagSet", "no tags")
    rule = {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": False}
    s3.put_bucket_encryption(Bucket="settings", ServerSideEncryptionConfiguration={"Rules": [rule]})
    check(s3.get_bucket_encryption(Bucket="settings")["ServerSideEncryptionConfiguration"]["Rules"] == [rule], "the encryption")
    rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] = "aws:kms:dsse"
    check(error_code(s3.put_bucket_encryption, Bucket="settings", ServerSideEncryptionConfiguration={"Rules": [rule]}) == "NotImplemented", "two layers of encryption")
    block = {"BlockPublicAcls": True, "IgnorePublicAcls": False, "BlockPublicPolicy": True, "RestrictPublicBuckets": False}
    s3.put_public_access_block(Bucket="settings", PublicAccessBlockConfiguration=block)
    check(s3.get_public_access_block(Bucket="settings")["PublicAccessBlockConfiguration"] == block, "the public access block")
    check(s3.get_bucket_ownership_controls(Bucket="settings")["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}], "the ownership")
    check(s3.get_bucket_versioning(Bucket="settings")["Status"] == "Enabled", "a bucket with locks has versions")
    owner = s3.list_buckets()["Owner"]["ID"]
    check(s3.get_bucket_acl(Bucket="settings")["Grants"] == [{"Grantee": {"ID": owner, "Type": "CanonicalUser"}, "Permission": "FULL_CONTROL"}], "the ACL")
    check(error_code(s3.get_bucket_lifecycle_configuration, Bucket="settings") == "NoSuchLifecycleConfiguration", "a setting that is not made")
    s3.put_object_lock_configuration(Bucket="settings", ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}})
    version = s3.put_object(Bucket="settings", Key="k", Body=b"kept")["VersionId"]
    check(s3.get_object_retention(Bucket="settings", Key="k")["Retention"]["Mode"] == "GOVERNANCE", "the retention")
    s3.put_object_tagging(Bucket="settings", Key="k", Tagging={"TagSet": tags})
    check(s3.get_object_tagging(Bucket="settings", Key="k")["TagSet"] == tags, "the object's tags")
    s3.put_object_legal_hold(Bucket="settings", Key="k", LegalHold={"Status": "ON"})
    check(s3.head_object(Bucket="settings", Key="k")["ObjectLockLegalHoldStatus"] == "ON", "the legal hold")
    sizes = s3.get_object_attributes(Bucket="settings", Key="k", ObjectAttributes=["ObjectSize", "ETag"])
    check(sizes["ObjectSize"] == 4, "GetObjectAttributes")
    delete = lambda **more: s3.delete_object(Bucket="settings", Key="k", VersionId=version, **more)
    check(error_code(delete, BypassGovernanceRetention=True) == "AccessDenied", "a legal hold")
    s3.put_object_legal_hold(Bucket="settings", Key="k", LegalHold={"Status": "OFF"})
    check(error_code(delete) == "AccessDenied", "a retention")
    delete(BypassGovernanceRetention=True)
    s3.delete_bucket(Bucket="settings")


def permissions(server, s3):
    say("permissions: users, policies, the public access block, ACLs")
    anonymous = server.client("s3", signature_version=UNSIGNED)
    reader = server.client("s3", key=make_user(server, "reader", "s3:GetObject"))
    check(body(reader.get_object(Bucket="evidence", Key="copy")) == b"0123456789", "a reader reads")
    check(error_code(reader.put_object, Bucket="evidence", Key="x", Body=b"") == "AccessDenied", "a reader does not write")
    check(error_code(reader.get_object, Bucket="evidence", Key="none") == "AccessDenied", "a reader who may not list does not learn what is missing")
    check(error_code(anonymous.get_object, Bucket="evidence", Key="copy") == "AccessDenied", "a stranger")
    open_policy = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::evidence/*"}})
    blocked = refused(s3.put_bucket_policy, Bucket="evidence", Policy=open_policy)
    check("BlockPublicPolicy" in str(blocked), "the block names itself")
    s3.delete_public_access_block(Bucket="evidence")
    s3.put_bucket_policy(Bucket="evidence", Policy=open_policy)
    check(s3.get_bucket_policy_status(Bucket="evidence")["PolicyStatus"]["IsPublic"], "the policy is public")
    check(json.loads(s3.get_bucket_policy(Bucket="evidence")["Policy"]) == json.loads(open_policy), "GetBucketPolicy")
    check(body(anonymous.get_object(Bucket="evidence", Key="copy")) == b"0123456789", "a stranger reads what is public")
    s3.put_public_access_block(Bucket="evidence", PublicAccessBlockConfiguration={"RestrictPublicBuckets": True})
    check(error_code(anonymous.get_object, Bucket="evidence", Key="copy") == "AccessDenied", "RestrictPublicBuckets")
    s3.delete_bucket_policy(Bucket="evidence")
    s3.put_bucket_ownership_controls(Bucket="evidence", OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.put_object_acl(Bucket="evidence", Key="copy", ACL="public-read")
    check(body(anonymous.get_object(Bucket="evidence", Key="copy")) == b"0123456789", "a public-read ACL")
    check(len(s3.get_object_acl(Bucket="evidence", Key="copy")["Grants"]) == 2, "GetObjectAcl")
    check(error_code(s3.put_bucket_policy, Bucket="evidence", Policy="nonsense") == "MalformedPolicy", "a malformed policy")


def events(server, s3):
    say("events: a queue gets S3's records, a rule EventBridge's")
    sqs, rules = server.client("sqs"), server.client("events")
    url = sqs.create_queue(QueueName="news")["QueueUrl"]
    arn = "arn:aws:sqs:us-east-1:123456789012:news"
    wanted = {"QueueConfigurations": [{"QueueArn": arn, "Events": ["s3:ObjectCreated:*"], "Filter": {"Key": {"FilterRules": [{"Name": "prefix", "Value": "in/"}]}}}],
              "EventBridgeConfiguration": {}}
    check(error_code(s3.put_bucket_notification_configuration, Bucket="evidence", NotificationConfiguration=wanted) == "InvalidArgument", "a queue that does not let S3 send")
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": ["s3.amazonaws.com", "events.amazonaws.com"]}, "Action": "sqs:SendMessage", "Resource": arn}})})
    s3.put_bucket_notification_configuration(Bucket="evidence", NotificationConfiguration=wanted)
    rules.put_rule(Name="created", EventPattern=json.dumps({"source": ["aws.s3"], "detail": {"bucket": {"name": ["evidence"]}}}))
    rules.put_targets(Rule="created", Targets=[{"Id": "news", "Arn": arn}])
    s3.put_object(Bucket="evidence", Key="in/a b", Body=b"hello")
    seen = []

    def three():
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            seen.append(json.loads(message["Body"]))
        return len(seen) >= 3
    until("the messages", three)
    check(any(each.get("Event") == "s3:TestEvent" for each in seen), "the test event")
    record = next(each["Records"][0] for each in seen if "Records" in each)
    check(record["eventName"] == "ObjectCreated:Put" and record["s3"]["object"]["key"] == "in/a+b", f"the record {record}")
    event = next(each for each in seen if each.get("source") == "aws.s3")
    check(event["detail-type"] == "Object Created" and event["detail"]["object"]["size"] == 5, f"the event {event}")


def cli(server, *words):
    key, secret = server.root_key()
    environment = {**os.environ, "AWS_DEFAULT_REGION": REGION, "AWS_PAGER": "", "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret}
    done = subprocess.run(["/usr/bin/aws", "--endpoint-url", server.url, "s3", *words], capture_output=True, text=True, timeout=120, env=environment)
    check(done.returncode == 0, f"aws s3 {words}: {done.stdout}{done.stderr}")
    return done.stdout


def command_line(server):
    say("aws s3: mb, cp (12 MB, in parts), ls, sync, mv, rm, rb")
    with tempfile.TemporaryDirectory() as folder:
        big = os.urandom(12 * MB)
        os.makedirs(folder + "/tree/deep")
        open(folder + "/big", "wb").write(big)
        open(folder + "/tree/one", "w").write("1")
        open(folder + "/tree/deep/two", "w").write("2")
        cli(server, "mb", "s3://command-line")
        cli(server, "cp", folder + "/big", "s3://command-line/big")
        cli(server, "cp", "s3://command-line/big", folder + "/again")
        check(open(folder + "/again", "rb").read() == big, "what was copied there and back")
        check("big" in cli(server, "ls", "s3://command-line"), "ls")
        cli(server, "sync", folder + "/tree", "s3://command-line/tree")
        check("tree/deep/two" in cli(server, "ls", "--recursive", "s3://command-line"), "sync")
        check(cli(server, "sync", folder + "/tree", "s3://command-line/tree") == "", "a second sync has nothing to do")
        cli(server, "mv", "s3://command-line/tree/one", "s3://command-line/moved")
        cli(server, "rm", "--recursive", "s3://command-line")
        cli(server, "rb", "s3://command-line")


def run(binary):
    with Server(binary, port=free_port()) as server:
        s3 = server.client("s3")
        buckets(s3)
        objects(s3)
        multipart(s3)
        versions(s3)
        settings(s3)
        permissions(server, s3)
        events(server, s3)
        command_line(server)
        check(server.stop() == 0, "the server stops cleanly")


if __name__ == "__main__":
    main(run)

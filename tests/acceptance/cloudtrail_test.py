# SPDX-License-Identifier: Apache-2.0
"""CloudTrail with real clients: `aws cloudtrail validate-logs` accepts what was delivered and names what was altered, removed or forged;
and the rest of the API by boto3. The clock is virtual, so that hours pass while the test waits for them."""
import base64
import gzip
import hashlib
import json
import os
import re
import subprocess
import sys
import tempfile
from datetime import timedelta

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from harness import REGION, Server, check, error_code, main, refused, say, until

PORT = 15120
ACCOUNT = "123456789012"
BUCKET = "evidence"
ARN = f"arn:aws:cloudtrail:{REGION}:{ACCOUNT}:trail/audit"
DIGESTS = f"AWSLogs/{ACCOUNT}/CloudTrail-Digest/{REGION}/"
LOGS = f"AWSLogs/{ACCOUNT}/CloudTrail/{REGION}/"


def bucket_policy():
    service = {"Service": "cloudtrail.amazonaws.com"}
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{BUCKET}"},
        {"Effect": "Allow", "Principal": service, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{BUCKET}/AWSLogs/{ACCOUNT}/*",
         "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}, "ArnLike": {"aws:SourceArn": f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"}}}]})


def trust(service):
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}})


def key_policy():
    """As AWS's documentation has it for the key of a trail."""
    service = {"Service": "cloudtrail.amazonaws.com"}
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": service, "Action": "kms:DescribeKey", "Resource": "*"},
        {"Effect": "Allow", "Principal": service, "Action": "kms:GenerateDataKey*", "Resource": "*", "Condition": {
            "StringEquals": {"aws:SourceArn": ARN}, "StringLike": {"kms:EncryptionContext:aws:cloudtrail:arn": f"arn:aws:cloudtrail:*:{ACCOUNT}:trail/*"}}}]})


class Bucket:
    """The evidence, read and tampered with as its owner."""
    def __init__(self, server):
        self.s3 = server.client("s3")

    def keys(self, prefix):
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=BUCKET, Prefix=prefix)
        return [entry["Key"] for page in pages for entry in page.get("Contents", []) if not entry["Key"].endswith("/")]

    def get(self, key):
        found = self.s3.get_object(Bucket=BUCKET, Key=key)
        return gzip.decompress(found["Body"].read()), found["Metadata"]

    def put(self, key, content, metadata):
        self.s3.put_object(Bucket=BUCKET, Key=key, Body=gzip.compress(content), Metadata=metadata)

    def remove(self, key):
        self.s3.delete_object(Bucket=BUCKET, Key=key)


def endpoints_for_older_clis(folder, url):
    """Debian's CLI knows neither AWS_ENDPOINT_URL nor, for the S3 client of validate-logs, --endpoint-url. What it does know is a folder of
    models (AWS_DATA_PATH): endpoint rules that say where S3 is. The CLI itself stays as it is."""
    name = folder + "/s3/2006-03-01"
    os.makedirs(name)
    text = {"type": "String", "required": False, "documentation": ""}
    rules = {"version": "1.0", "parameters": {"Bucket": text, "Region": {**text, "builtIn": "AWS::Region"}}, "rules": [
        {"type": "endpoint", "conditions": [{"fn": "isSet", "argv": [{"ref": "Bucket"}]}], "endpoint": {"url": url + "/{Bucket}", "headers": {}, "properties": {}}},
        {"type": "endpoint", "conditions": [], "endpoint": {"url": url, "headers": {}, "properties": {}}}]}
    with open(name + "/endpoint-rule-set-1.json", "w") as file:
        json.dump(rules, file)


class Validator:
    """`aws cloudtrail validate-logs`, by Debian's CLI and, where there is one, a newer."""
    def __init__(self, server, folder, start, end):
        endpoints_for_older_clis(folder, server.url)
        key, secret = server.root_key()
        self.environment = {**os.environ, "AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_DEFAULT_REGION": REGION,
                            "AWS_DATA_PATH": folder, "AWS_ENDPOINT_URL": server.url, "AWS_EC2_METADATA_DISABLED": "true"}
        self.words = ["/usr/bin/aws", "--endpoint-url", server.url, "cloudtrail", "validate-logs", "--trail-arn", ARN,
                      "--start-time", start.strftime("%Y-%m-%dT%H:%M:%SZ"), "--end-time", end.strftime("%Y-%m-%dT%H:%M:%SZ"), "--verbose"]

    def by_tocsin(self, server, home):
        """The same CLI out of the box: `tocsin aws` tells it where S3 is."""
        done = server.tocsin("aws", *self.words[3:], environment={"HOME": home})
        check(done.returncode == 0 and " digest files valid" in done.stdout, f"tocsin aws cloudtrail validate-logs: {done.stdout[-2000:]}{done.stderr[-2000:]}")

    def run(self):
        done = subprocess.run(self.words, capture_output=True, text=True, timeout=300, env=self.environment)
        return done.returncode, done.stdout + done.stderr

    def accepts(self, digests, logs):
        status, text = self.run()
        check(status == 0 and f"{digests}/{digests} digest files valid" in text and f"{logs}/{logs} log files valid" in text,
              f"validate-logs did not accept {digests} digests and {logs} log files: {status}\n{text[-3000:]}")

    def names(self, line):
        status, text = self.run()
        check(status == 1 and line in text, f"validate-logs did not say '{line}': {status}\n{text[-3000:]}")
        others = [found for found in re.findall(r"^.*INVALID: .*$", text, re.M) if found != line]
        check(not others, f"validate-logs named files that nobody touched: {others}")


def go_on(server, hours):
    """Virtual time goes on by so much: for a schedule the clock jumps, for digests it does not."""
    now = server.client("kms").create_key()["KeyMetadata"]["CreationDate"]
    server.client("events").put_rule(Name="later", ScheduleExpression=(now + timedelta(hours=hours)).strftime("cron(%M %H %d %m ? %Y)"))


def let_hours_pass(server):
    """A trail that logs for some hours; returns (start, end)."""
    s3, trail, iam = server.client("s3"), server.client("cloudtrail"), server.client("iam")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_bucket_policy(Bucket=BUCKET, Policy=bucket_policy())
    kms = server.client("kms")
    wanted = dict(Name="audit", S3BucketName=BUCKET, EnableLogFileValidation=True)
    key = kms.create_key()["KeyMetadata"]["Arn"]
    kms.create_alias(AliasName="alias/audit", TargetKeyId=key)
    check(error_code(trail.create_trail, **wanted, KmsKeyId="alias/audit") == "InsufficientEncryptionPolicyException", "a key that CloudTrail may not use")
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=key_policy())
    s3.put_bucket_encryption(Bucket=BUCKET, ServerSideEncryptionConfiguration={"Rules": [
        {"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}}]})
    made = trail.create_trail(**wanted, KmsKeyId="alias/audit")
    check(made["LogFileValidationEnabled"], f"the trail {made}")
    trail.start_logging(Name="audit")
    digests = lambda: len(Bucket(server).keys(DIGESTS))
    iam.create_user(UserName="eve")
    go_on(server, 2)
    until("a second digest", lambda: digests() >= 2)
    iam.create_user(UserName="mallory")
    count = digests()
    trail.stop_logging(Name="audit")
    status = trail.get_trail_status(Name="audit")
    go_on(server, 2)
    until("the last digest", lambda: digests() > count)
    last = trail.get_trail_status(Name="audit")["LatestDigestDeliveryTime"]
    return status["StartLoggingTime"] - timedelta(minutes=1), last + timedelta(hours=2)


def good_evidence_is_accepted(bucket, validator):
    digests, logs = bucket.keys(DIGESTS), bucket.keys(LOGS)
    check(len(digests) >= 2 and len(logs) >= 2, f"{len(digests)} digests, {len(logs)} log files")
    say(f"{len(digests)} digests, {len(logs)} log files")
    validator.accepts(len(digests), len(logs))


def touched(bucket, validator, key, line, content=None, metadata=None):
    """Alters (or removes) one file, sees that it is named, and puts it back."""
    before, its_metadata = bucket.get(key)
    if content is None:
        bucket.remove(key)
    else:
        bucket.put(key, content(before), its_metadata if metadata is None else metadata(content(before)))
    validator.names(line)
    bucket.put(key, before, its_metadata)


def log_files_lie_under_the_key(server, bucket):
    kms, key = server.client("kms"), server.client("kms").describe_key(KeyId="alias/audit")["KeyMetadata"]["Arn"]
    file = bucket.keys(LOGS)[0]
    head = bucket.s3.head_object(Bucket=BUCKET, Key=file)
    check(head["ServerSideEncryption"] == "aws:kms" and head["SSEKMSKeyId"] == key, f"a log file's encryption {head}")
    kms.disable_key(KeyId=key)
    check(error_code(bucket.s3.get_object, Bucket=BUCKET, Key=file) == "KMS.DisabledException", "a log file whose key is disabled")
    kms.enable_key(KeyId=key)
    records = [record for name in bucket.keys(LOGS) for record in json.loads(bucket.get(name)[0])["Records"] if record["eventName"] == "Decrypt"]
    check(not any("ciphertextBlob" in (record["requestParameters"] or {}) or record["responseElements"] for record in records), f"records of Decrypt {records[:1]}")


def altered_and_removed_logs_are_named(bucket, validator):
    key = next(key for key in bucket.keys(LOGS) if b'"eve"' in bucket.get(key)[0])
    path = f"Log file\ts3://{BUCKET}/{key}\tINVALID: "
    touched(bucket, validator, key, path + "hash value doesn't match", lambda text: text.replace(b'"eve"', b'"bob"'))
    touched(bucket, validator, key, path + "not found")


def string_to_sign(content):
    digest = json.loads(content)
    return "\n".join([digest["digestEndTime"], f"{digest['digestS3Bucket']}/{digest['digestS3Object']}", hashlib.sha256(content).hexdigest(),
                      digest["previousDigestSignature"] or "null"]).encode()


def altered_and_forged_digests_are_named(bucket, validator):
    listing = next(key for key in bucket.keys(DIGESTS) if json.loads(bucket.get(key)[0])["logFiles"])
    path = f"Digest file\ts3://{BUCKET}/{listing}\tINVALID: "
    emptied = lambda text: json.dumps({**json.loads(text), "logFiles": []}).encode()
    touched(bucket, validator, listing, path + "signature verification failed", emptied)
    touched(bucket, validator, listing, path + "not found")

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    signed = lambda text: {"signature": key.sign(string_to_sign(text), padding.PKCS1v15(), hashes.SHA256()).hex(), "signature-algorithm": "SHA256withRSA"}
    touched(bucket, validator, listing, path + "signature verification failed", emptied, signed)

    public = key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.PKCS1)
    own = hashlib.md5(public).hexdigest()
    forged = lambda text: json.dumps({**json.loads(text), "logFiles": [], "digestPublicKeyFingerprint": own}).encode()
    touched(bucket, validator, listing, f"{path}public key not found in region {REGION} for fingerprint {own}", forged, signed)


def keys_and_digests_have_their_shape(server, bucket, start, end):
    trail = server.client("cloudtrail")
    keys = trail.list_public_keys(StartTime=start, EndTime=end)["PublicKeyList"]
    check(len(keys) == 1 and keys[0]["ValidityStartTime"] < keys[0]["ValidityEndTime"], f"the keys {keys}")
    check(hashlib.md5(keys[0]["Value"]).hexdigest() == keys[0]["Fingerprint"], "the fingerprint")
    serialization.load_der_public_key(keys[0]["Value"])
    first, metadata = bucket.get(bucket.keys(DIGESTS)[0])
    digest = json.loads(first)
    check(digest["previousDigestSignature"] is None and digest["digestPublicKeyFingerprint"] == keys[0]["Fingerprint"], f"the first digest {digest}")
    check(metadata["signature-algorithm"] == "SHA256withRSA" and len(metadata["signature"]) == 512, f"its metadata {metadata}")


def selectors_decide_on_data_events(server):
    trail, s3 = server.client("cloudtrail"), server.client("s3")
    fields = [{"Field": "eventCategory", "Equals": ["Data"]}, {"Field": "resources.type", "Equals": ["AWS::S3::Object"]},
              {"Field": "resources.ARN", "StartsWith": ["arn:aws:s3:::watched/"]}, {"Field": "readOnly", "Equals": ["false"]}]
    trail.create_trail(Name="data", S3BucketName=BUCKET, S3KeyPrefix="AWSLogs/" + ACCOUNT)
    trail.put_event_selectors(TrailName="data", AdvancedEventSelectors=[{"Name": "watched", "FieldSelectors": fields}])
    got = trail.get_event_selectors(TrailName="data")
    check(got["AdvancedEventSelectors"][0]["FieldSelectors"] == fields and "EventSelectors" not in got, f"the selectors {got}")
    trail.start_logging(Name="data")
    for name in ("watched", "other"):
        s3.create_bucket(Bucket=name)
        s3.put_object(Bucket=name, Key="a", Body=b"x")
    s3.get_object(Bucket="watched", Key="a")
    bucket = Bucket(server)
    prefix = f"AWSLogs/{ACCOUNT}/{LOGS}"
    files = until("the data events", lambda: bucket.keys(prefix))
    records = [record for key in files for record in json.loads(bucket.get(key)[0])["Records"]]
    check([(record["eventName"], record["resources"][0]["ARN"]) for record in records] == [("PutObject", "arn:aws:s3:::watched/a")], f"the records {records}")
    check(records[0]["eventCategory"] == "Data" and not records[0]["managementEvent"], f"the record {records[0]}")
    more = records[0]["additionalEventData"]
    check((more["SignatureVersion"], more["AuthenticationMethod"], more["bytesTransferredIn"], more["SSEApplied"]) == ("SigV4", "AuthHeader", 1, "Default_SSE_S3"),
          f"the additionalEventData {more}")
    bad = refused(trail.put_event_selectors, TrailName="data", EventSelectors=[{"DataResources": [{"Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::*"]}]}])
    check("Value arn:aws:s3:::* for DataResources.Values is invalid." in str(bad), f"the error {bad}")
    trail.delete_trail(Name="data")


def logs_and_topics_hear_of_deliveries(server):
    trail, logs, iam, sqs, sns = (server.client(name) for name in ("cloudtrail", "logs", "iam", "sqs", "sns"))
    logs.create_log_group(logGroupName="audit")
    group = f"arn:aws:logs:{REGION}:{ACCOUNT}:log-group:audit:*"
    role = iam.create_role(RoleName="to-logs", AssumeRolePolicyDocument=trust("cloudtrail.amazonaws.com"))["Role"]["Arn"]
    wanted = dict(Name="heard", S3BucketName=BUCKET, CloudWatchLogsLogGroupArn=group, CloudWatchLogsRoleArn=role)
    check("Check the permissions for your role" in str(refused(trail.create_trail, **wanted)), "a role without permissions")
    iam.put_role_policy(RoleName="to-logs", PolicyName="write", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "*"}}))
    check(error_code(trail.create_trail, **wanted, SnsTopicName="files") == "InsufficientSnsTopicPolicyException", "a topic that is not there")
    topic = sns.create_topic(Name="files")["TopicArn"]
    sns.set_topic_attributes(TopicArn=topic, AttributeName="Policy", AttributeValue=json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": "SNS:Publish", "Resource": topic}}))
    queue = sqs.create_queue(QueueName="heard")["QueueUrl"]
    queue_arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:heard"
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": queue_arn}})})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn, Attributes={"RawMessageDelivery": "true"})
    # With digests the clock goes from hour to hour, and a message does not outlive its retention between two polls.
    trail.create_trail(**wanted, SnsTopicName="files", EnableLogFileValidation=True)
    trail.start_logging(Name="heard")
    iam.create_user(UserName="trent")
    def heard():
        messages = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return [message["Body"] for message in messages if "s3ObjectKey" in message["Body"]]
    message = json.loads(until("the notification", heard)[0])
    check(message["s3Bucket"] == BUCKET and message["s3ObjectKey"][0].startswith(LOGS), f"the notification {message}")
    stream = f"{ACCOUNT}_CloudTrail_{REGION}"
    found = until("the record in CloudWatch Logs", lambda: [event for event in logs.get_log_events(
        logGroupName="audit", logStreamName=stream, startFromHead=True)["events"] if '"trent"' in event["message"]])
    check(json.loads(found[0]["message"])["eventName"] == "CreateUser", f"the event {found}")
    trail.stop_logging(Name="heard")
    status = trail.get_trail_status(Name="heard")
    check({"LatestDeliveryTime", "LatestNotificationTime", "LatestCloudWatchLogsDeliveryTime"} <= set(status), f"the status {status}")


def records_of_ec2_have_its_shapes(server):
    ec2, trail = server.client("ec2"), server.client("cloudtrail")
    group = ec2.create_security_group(GroupName="watched", Description="for records")["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    events = trail.lookup_events(LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": group}])["Events"]
    record = next(json.loads(event["CloudTrailEvent"]) for event in events if event["EventName"] == "AuthorizeSecurityGroupIngress")
    wanted = {"groupId": group, "ipPermissions": {"items": [{"ipProtocol": "tcp", "fromPort": 22, "toPort": 22, "groups": {},
                                                            "ipRanges": {"items": [{"cidrIp": "0.0.0.0/0"}]}, "ipv6Ranges": {}, "prefixListIds": {}}]}}
    check(record["requestParameters"] == wanted, f"the parameters {record['requestParameters']}")
    reply = record["responseElements"]
    check(reply["_return"] is True and reply["requestId"] and reply["securityGroupRuleSet"]["items"][0]["cidrIpv4"] == "0.0.0.0/0", f"the reply {reply}")
    check(error_code(ec2.stop_instances, InstanceIds=["i-0123456789abcdef0"]) == "InvalidInstanceID.NotFound", "an instance that is not there")
    event = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "StopInstances"}])["Events"][0]
    record = json.loads(event["CloudTrailEvent"])
    check(record["errorCode"] == "Client.InvalidInstanceID.NotFound", f"the error {record}")
    check(record["requestParameters"]["instancesSet"] == {"items": [{"instanceId": "i-0123456789abcdef0"}]}, f"the parameters {record}")


def history_and_tags_work(server):
    trail = server.client("cloudtrail")
    pages = list(trail.get_paginator("lookup_events").paginate(
        LookupAttributes=[{"AttributeKey": "EventSource", "AttributeValue": "iam.amazonaws.com"}], PaginationConfig={"PageSize": 1}))
    names = [event["EventName"] for page in pages for event in page["Events"]]
    check(len(pages) >= 3 and names.count("CreateUser") == 3, f"the history {names}")
    check(trail.lookup_events(LookupAttributes=[{"AttributeKey": "ResourceName", "AttributeValue": "eve"}])["Events"][0]["Username"] == "root", "a user's events")
    trail.add_tags(ResourceId=ARN, TagsList=[{"Key": "team", "Value": "blue"}])
    tags = trail.list_tags(ResourceIdList=[ARN])["ResourceTagList"]
    check(tags == [{"ResourceId": ARN, "TagsList": [{"Key": "team", "Value": "blue"}]}], f"the tags {tags}")
    trail.remove_tags(ResourceId=ARN, TagsList=[{"Key": "team"}])
    check(error_code(trail.get_insight_selectors, TrailName="audit") == "InsightNotEnabledException", "insights that are off")
    check(error_code(trail.create_trail, Name="x1y", S3BucketName="no-such-bucket") == "S3BucketDoesNotExistException", "a bucket that is not there")


def run(binary):
    with tempfile.TemporaryDirectory(prefix="tocsin-models-") as folder, Server(binary, "--clock", "virtual", port=PORT) as server:
        start, end = let_hours_pass(server)
        bucket, validator = Bucket(server), Validator(server, folder, start, end)
        keys_and_digests_have_their_shape(server, bucket, start, end)
        log_files_lie_under_the_key(server, bucket)
        validator.by_tocsin(server, folder)
        for each in (good_evidence_is_accepted, altered_and_removed_logs_are_named, altered_and_forged_digests_are_named, good_evidence_is_accepted):
            say(each.__name__)
            each(bucket, validator)
        for each in (selectors_decide_on_data_events, records_of_ec2_have_its_shapes, logs_and_topics_hear_of_deliveries, history_and_tags_work):
            say(each.__name__)
            each(server)


main(run)

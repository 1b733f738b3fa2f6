#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What AWS Config records: items with boto3, messages of the topic, events of the bus, snapshots in the bucket, and `tocsin state at`."""
import datetime
import gzip
import json
import time

import harness
from harness import Server, allow, check, error_code, make_user, say, until

PORT = 4848
ACCOUNT = "123456789012"
TRUST_CONFIG = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "config.amazonaws.com"}, "Action": "sts:AssumeRole"}})


def set_up(server):
    iam, s3, sns, sqs, config = (server.client(name) for name in ("iam", "s3", "sns", "sqs", "config"))
    s3.create_bucket(Bucket="config-files")
    role = iam.create_role(RoleName="config-role", AssumeRolePolicyDocument=TRUST_CONFIG)["Role"]["Arn"]
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role, "recordingGroup": {
        "allSupported": True, "includeGlobalResourceTypes": True}})
    topic = sns.create_topic(Name="config")["TopicArn"]
    channel = {"name": "default", "s3BucketName": "config-files", "snsTopicARN": topic}
    check(error_code(config.start_configuration_recorder, ConfigurationRecorderName="default") == "NoAvailableDeliveryChannelException", "no channel, no recording")
    check(error_code(config.put_delivery_channel, DeliveryChannel=channel) == "InsufficientDeliveryPolicyException", "the role may do nothing yet")
    iam.put_role_policy(RoleName="config-role", PolicyName="deliver", PolicyDocument=allow("s3:PutObject", "s3:GetBucketAcl", "sns:Publish"))
    config.put_delivery_channel(DeliveryChannel=channel)
    s3.head_object(Bucket="config-files", Key=f"AWSLogs/{ACCOUNT}/Config/ConfigWritabilityCheckFile")
    queue = sqs.create_queue(QueueName="told")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}})})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{ACCOUNT}:told", Attributes={"RawMessageDelivery": "true"})
    s3.create_bucket(Bucket="data")
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    until("the first look", lambda: config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0]["lastStatus"] == "SUCCESS")
    say("recording")
    return queue


def history(server, kind, name, **more):
    return server.client("config").get_resource_config_history(resourceType=kind, resourceId=name, **more)["configurationItems"]


def a_public_bucket(server):
    """As an intruder makes it; returns the moment before."""
    found = history(server, "AWS::S3::Bucket", "data")[0]
    check(found["configurationItemStatus"] == "ResourceDiscovered" and found["awsRegion"] == "us-east-1", f"the bucket was discovered: {found}")
    time.sleep(0.05)
    before = datetime.datetime.now(datetime.timezone.utc)
    time.sleep(0.05)
    mallory = make_user(server, "mallory", "s3:*")
    s3 = server.client("s3", mallory)
    s3.delete_public_access_block(Bucket="data")
    s3.put_bucket_ownership_controls(Bucket="data", OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.put_bucket_acl(Bucket="data", ACL="public-read")
    items = history(server, "AWS::S3::Bucket", "data", chronologicalOrder="Forward")
    check(len(items) == 4, f"each call is an item: {[item['configurationItemStatus'] for item in items]}")
    acl = json.loads(json.loads(items[-1]["supplementaryConfiguration"]["AccessControlList"]))
    check({"grantee": "AllUsers", "permission": "Read"} in acl["grantList"], f"the list of the last item is {acl}")
    check("PublicAccessBlockConfiguration" in items[0]["supplementaryConfiguration"], "the block that was")
    check("PublicAccessBlockConfiguration" not in items[1]["supplementaryConfiguration"], "the block is gone")
    event = server.client("cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventId", "AttributeValue": items[-1]["relatedEvents"][0]}])["Events"]
    check(event[0]["EventName"] == "PutBucketAcl" and event[0]["Username"] == "mallory", f"the item names the call that made it: {event}")
    say("a bucket's history, with the calls")
    return before


def what_the_topic_said(server, queue):
    sqs = server.client("sqs")
    bodies = []
    def acl_message():
        for message in sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            bodies.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        return [body for body in bodies if body["messageType"] == "ConfigurationItemChangeNotification"
                and "SupplementaryConfiguration.AccessControlList" in body["configurationItemDiff"]["changedProperties"]]
    message = until("the message of the list", acl_message)[0]
    change = message["configurationItemDiff"]["changedProperties"]["SupplementaryConfiguration.AccessControlList"]
    check(change["changeType"] == "UPDATE" and "AllUsers" in change["updatedValue"] and "AllUsers" not in change["previousValue"], f"the change is {change}")
    check(message["configurationItem"]["ARN"] == "arn:aws:s3:::data" and message["recordVersion"] == "1.3", f"the item is {message['configurationItem']}")
    say("messages")


def relationships(server):
    ec2, config = server.client("ec2"), server.client("config")
    vpc = ec2.create_vpc(CidrBlock="10.1.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.1.1.0/24")["Subnet"]["SubnetId"]
    said = lambda kind, name: {(r["resourceType"], r.get("resourceId"), r["relationshipName"]) for r in history(server, kind, name)[0]["relationships"]}
    check(("AWS::EC2::VPC", vpc, "Is contained in Vpc") in said("AWS::EC2::Subnet", subnet), "the subnet names its VPC")
    until("the VPC's new item", lambda: ("AWS::EC2::Subnet", subnet, "Contains Subnet") in said("AWS::EC2::VPC", vpc))
    ec2.delete_subnet(SubnetId=subnet)
    check(history(server, "AWS::EC2::Subnet", subnet)[0]["configurationItemStatus"] == "ResourceDeleted", "the subnet was deleted")
    until("the VPC without it", lambda: ("AWS::EC2::Subnet", subnet, "Contains Subnet") not in said("AWS::EC2::VPC", vpc))
    listed = config.list_discovered_resources(resourceType="AWS::EC2::Subnet", includeDeletedResources=True)["resourceIdentifiers"]
    check(any(each["resourceId"] == subnet and "resourceDeletionTime" in each for each in listed), "the deleted one is listed on request")
    say("relationships in both directions")


def users(server):
    iam, config = server.client("iam"), server.client("config")
    found = config.list_discovered_resources(resourceType="AWS::IAM::User", resourceName="mallory")["resourceIdentifiers"][0]
    item = history(server, "AWS::IAM::User", found["resourceId"])[0]
    user = json.loads(item["configuration"])
    check(item["awsRegion"] == "global" and user["userName"] == "mallory" and user["userPolicyList"][0]["policyName"] == "may", f"the user is {user}")
    counts = {each["resourceType"]: each["count"] for each in config.get_discovered_resource_counts()["resourceCounts"]}
    check(counts["AWS::IAM::User"] == len(iam.list_users()["Users"]), f"the counts are {counts}")
    say("users")


def a_snapshot(server):
    s3, config = server.client("s3"), server.client("config")
    name = config.deliver_config_snapshot(deliveryChannelName="default")["configSnapshotId"]
    keys = lambda: [each["Key"] for each in s3.list_objects_v2(Bucket="config-files").get("Contents", []) if name in each["Key"]]
    key = until("the snapshot", keys)[0]
    today = datetime.datetime.now(datetime.timezone.utc)
    check(key.startswith(f"AWSLogs/{ACCOUNT}/Config/us-east-1/{today.year}/{today.month}/{today.day}/ConfigSnapshot/{ACCOUNT}_Config_us-east-1_ConfigSnapshot_"), f"it lies at {key}")
    file = json.loads(gzip.decompress(s3.get_object(Bucket="config-files", Key=key)["Body"].read()))
    items = {(item["resourceType"], item["resourceId"]) for item in file["configurationItems"]}
    check(file["configSnapshotId"] == name and ("AWS::S3::Bucket", "data") in items, f"it has {len(items)} items")
    until("its status", lambda: config.describe_delivery_channel_status()["DeliveryChannelsStatus"][0]["configSnapshotDeliveryInfo"].get("lastStatus") == "SUCCESS")
    say("a snapshot")


def state_at(server, before):
    moment = before.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    bucket = lambda text: next(json.loads(line) for line in text.splitlines() if json.loads(line)["ResourceId"] == "data")
    run = lambda *arguments: server.tocsin("state", "at", *arguments)
    then, now = run("--json", moment), run("--json", "now")
    check(then.returncode == 0 and now.returncode == 0, then.stderr + now.stderr)
    check("AllUsers" not in bucket(then.stdout)["SupplementaryConfiguration"]["AccessControlList"], "the bucket was private then")
    check("AllUsers" in bucket(now.stdout)["SupplementaryConfiguration"]["AccessControlList"], "the bucket is public now")
    change = bucket(now.stdout)["LastChange"]
    check(change["EventName"] == "s3:PutBucketAcl" and change["Principal"].endswith(":user/mallory"), f"the last change is {change}")
    table = run("--type", "AWS::S3::Bucket", "--id", "data", "now").stdout.splitlines()
    check(len(table) == 2 and "s3:PutBucketAcl" in table[1] and "mallory" in table[1], f"the table is {table}")
    check(run("yesterday").returncode == 2, "a time that is none")
    say("the state at a moment")


def run(binary):
    with Server(binary, port=PORT) as server:
        queue = set_up(server)
        before = a_public_bucket(server)
        what_the_topic_said(server, queue)
        relationships(server)
        users(server)
        a_snapshot(server)
        state_at(server, before)


harness.main(run)

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""SQS with boto3 (its JSON or Query protocol, as the installed version speaks) and by hand in both protocols."""
import datetime
import hashlib
import json
import threading
import time
import urllib.parse

import harness
from harness import Server, check, error_code, refused, say, until

PORT = 15180
ACCOUNT = "123456789012"


def arn(name):
    return f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"


def take(sqs, url, count=10, **more):
    return sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=count, AttributeNames=["All"], MessageAttributeNames=["All"], **more).get("Messages", [])


def a_message_and_its_digests(sqs):
    url = sqs.create_queue(QueueName="plain", Attributes={"VisibilityTimeout": "1"})["QueueUrl"]
    attributes = {"kind": {"DataType": "String", "StringValue": "alarm"}, "raw": {"DataType": "Binary", "BinaryValue": b"\0\1\2"}}
    sent = sqs.send_message(QueueUrl=url, MessageBody="hello ä", MessageAttributes=attributes)  # botocore checks the digests itself
    check(sent["MD5OfMessageBody"] == hashlib.md5("hello ä".encode()).hexdigest(), "the digest of the body")
    got = take(sqs, url)[0]
    check(got["Body"] == "hello ä" and got["MessageAttributes"]["raw"]["BinaryValue"] == b"\0\1\2", "body and attributes come back")
    check(take(sqs, url) == [], "a received message is hidden")
    again = until("the message is visible again", lambda: take(sqs, url))[0]
    check(again["Attributes"]["ApproximateReceiveCount"] == "2", "receives are counted")
    sqs.delete_message(QueueUrl=url, ReceiptHandle=again["ReceiptHandle"])
    time.sleep(1.1)
    check(take(sqs, url) == [], "a deleted message is gone")
    check(error_code(sqs.delete_message, QueueUrl=url, ReceiptHandle="x") == "ReceiptHandleIsInvalid", "a bad handle")
    say("messages, digests, visibility")


def a_long_poll(server, sqs):
    url = sqs.create_queue(QueueName="poll", Attributes={"ReceiveMessageWaitTimeSeconds": "20"})["QueueUrl"]
    got = []
    waiter = threading.Thread(target=lambda: got.extend(take(server.client("sqs"), url)))
    started = time.time()
    waiter.start()
    time.sleep(0.5)
    sqs.send_message(QueueUrl=url, MessageBody="now", DelaySeconds=1)
    waiter.join(20)
    check(got and got[0]["Body"] == "now" and 1 < time.time() - started < 5, "a poll is answered when the delayed message is due")
    say("long polling")


def fifo(sqs):
    url = sqs.create_queue(QueueName="orders.fifo", Attributes={"FifoQueue": "true", "ContentBasedDeduplication": "true"})["QueueUrl"]
    send = lambda body, group: sqs.send_message(QueueUrl=url, MessageBody=body, MessageGroupId=group)
    first = send("a1", "a")
    check(send("a1", "a")["MessageId"] == first["MessageId"], "a duplicate is swallowed")
    send("a2", "a"), send("b1", "b")
    got = take(sqs, url, 1)
    check([m["Body"] for m in got] == ["a1"] and got[0]["Attributes"]["SequenceNumber"] == first["SequenceNumber"], "the first of the group")
    check([m["Body"] for m in take(sqs, url)] == ["b1"], "a group is closed while a message is out")
    sqs.delete_message(QueueUrl=url, ReceiptHandle=got[0]["ReceiptHandle"])
    check([m["Body"] for m in take(sqs, url)] == ["a2"], "and goes on in order")
    check(error_code(sqs.send_message, QueueUrl=url, MessageBody="x") == "MissingParameter", "a group is needed")
    say("FIFO")


def redrive(sqs):
    dead = sqs.create_queue(QueueName="dead")["QueueUrl"]
    policy = json.dumps({"deadLetterTargetArn": arn("dead"), "maxReceiveCount": 1})
    url = sqs.create_queue(QueueName="work", Attributes={"VisibilityTimeout": "0", "RedrivePolicy": policy})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="poison")
    take(sqs, url)
    take(sqs, url)
    check(take(sqs, dead, VisibilityTimeout=0)[0]["Attributes"]["DeadLetterQueueSourceArn"] == arn("work"), "a dead letter names its source")
    check(sqs.list_dead_letter_source_queues(QueueUrl=dead)["queueUrls"] == [url], "and the queue its sources")
    return url, dead


def by_hand(server, key, document=None, target=None, **query):
    """A request in one of the two protocols: (status, headers, body)."""
    if document is not None:
        headers = {"content-type": "application/x-amz-json-1.0", "x-amz-target": f"AmazonSQS.{target}"}
        body = json.dumps(document).encode()
    else:
        headers = {"content-type": "application/x-www-form-urlencoded"}
        body = urllib.parse.urlencode({"Version": "2012-11-05", **query}).encode()
    return server.raw(harness.sign(key, "POST", "/", headers, body, "sqs"))


def move(server, sqs, key, dead):
    status, _, body = by_hand(server, key, {"SourceArn": arn("dead")}, "StartMessageMoveTask")
    check(status == 200 and json.loads(body)["TaskHandle"], f"a move task: {body}")
    listed = lambda: json.loads(by_hand(server, key, {"SourceArn": arn("dead")}, "ListMessageMoveTasks")[2])["Results"][0]
    until("the task ends", lambda: listed()["Status"] == "COMPLETED")
    check(listed()["ApproximateNumberOfMessagesMoved"] == 1, "one message moved")
    check(take(sqs, dead) == [], "the dead letters are empty")
    say("dead letters and their way back")


def both_protocols(server, key):
    gone = f"{server.url}/{ACCOUNT}/none"
    status, headers, body = by_hand(server, key, {"QueueUrl": gone}, "GetQueueAttributes")
    check(status == 400 and json.loads(body)["__type"].endswith("QueueDoesNotExist"), f"the JSON error: {body}")
    check(headers["x-amzn-query-error"] == "AWS.SimpleQueueService.NonExistentQueue;Sender", "and its code for older clients")
    status, _, body = by_hand(server, key, Action="GetQueueAttributes", QueueUrl=gone)
    check(status == 400 and b"<Code>AWS.SimpleQueueService.NonExistentQueue</Code>" in body, f"the Query error: {body}")
    status, _, body = by_hand(server, key, Action="SendMessage", QueueUrl=f"{server.url}/{ACCOUNT}/plain", MessageBody="q")
    check(status == 200 and hashlib.md5(b"q").hexdigest().encode() in body, "a message over Query")
    say("both protocols")


def limits(sqs):
    url = sqs.create_queue(QueueName="limits")["QueueUrl"]
    big = "x" * 1_048_576
    sqs.send_message(QueueUrl=url, MessageBody=big)
    check(take(sqs, url)[0]["Body"] == big, "a message of a mebibyte")
    why = refused(sqs.send_message, QueueUrl=url, MessageBody=big + "x").response["Error"]
    check(why["Code"] == "InvalidParameterValue" and "1048576 bytes" in why["Message"], f"a larger one: {why}")
    sqs.purge_queue(QueueUrl=url)
    check(error_code(sqs.purge_queue, QueueUrl=url) == "AWS.SimpleQueueService.PurgeQueueInProgress", "a second purge")
    sqs.delete_queue(QueueUrl=url)
    check(error_code(sqs.create_queue, QueueName="limits") == "AWS.SimpleQueueService.QueueDeletedRecently", "the name rests")
    say("limits")


def permissions(server, sqs, url):
    other = harness.make_user(server, "reader", "sqs:ReceiveMessage")
    check(take(server.client("sqs", other), url) is not None, "a user's own policy counts")
    check(error_code(server.client("sqs", other).send_message, QueueUrl=url, MessageBody="x").startswith("AccessDenied"), "and no more")
    sqs.add_permission(QueueUrl=url, Label="share", AWSAccountIds=["210987654321"], Actions=["SendMessage"])
    policy = json.loads(sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["Policy"])["Attributes"]["Policy"])
    check(policy["Statement"][0]["Principal"]["AWS"] == "arn:aws:iam::210987654321:root", "AddPermission is a statement")
    sqs.remove_permission(QueueUrl=url, Label="share")
    sqs.tag_queue(QueueUrl=url, Tags={"team": "blue"})
    check(sqs.list_queue_tags(QueueUrl=url)["Tags"] == {"team": "blue"}, "tags")
    say("permissions and tags")


def key_policy(*services):
    statements = [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"}]
    statements += [{"Effect": "Allow", "Principal": {"Service": name}, "Action": ["kms:GenerateDataKey*", "kms:Decrypt"], "Resource": "*"} for name in services]
    return json.dumps({"Version": "2012-10-17", "Statement": statements})


def encrypted(server, sqs):
    kms, sns = server.client("kms"), server.client("sns")
    key = kms.create_key()["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/queues", TargetKeyId=key)
    url = sqs.create_queue(QueueName="sealed", Attributes={"KmsMasterKeyId": "alias/queues", "KmsDataKeyReusePeriodSeconds": "60"})["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody="secret")
    check([m["Body"] for m in take(sqs, url, VisibilityTimeout=0)] == ["secret"], "who may use the key reads")
    user = harness.make_user(server, "keyless", "sqs:*")
    code = error_code(server.client("sqs", user).send_message, QueueUrl=url, MessageBody="x")
    check(code == "KMS.AccessDeniedException", f"who may not cannot send: {code}")
    check(error_code(server.client("sqs", user).receive_message, QueueUrl=url) == "KMS.AccessDeniedException", "nor receive")
    kms.disable_key(KeyId=key)
    other = server.client("sqs", harness.make_user(server, "late", "sqs:*", "kms:*"))
    why = refused(other.receive_message, QueueUrl=url).response["Error"]
    check(why["Code"] == "KMS.DisabledException" and f"key/{key} is disabled." in why["Message"], f"a disabled key: {why}")
    kms.enable_key(KeyId=key)
    check([m["Body"] for m in take(other, url)] == ["secret"], "the key works again")

    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn("sealed")}})})
    topic = sns.create_topic(Name="sealed", Attributes={"KmsMasterKeyId": "alias/aws/sns"})["TopicArn"]
    undelivered = sqs.create_queue(QueueName="undelivered", Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn("undelivered")}})})["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn("sealed"),
                  Attributes={"RawMessageDelivery": "true", "RedrivePolicy": json.dumps({"deadLetterTargetArn": arn("undelivered")})})
    sns.publish(TopicArn=topic, Message="lost")
    check(until("the dead letter", lambda: [m["Body"] for m in take(sqs, undelivered)]) == ["lost"], "without the key's leave SNS cannot deliver")
    kms.put_key_policy(KeyId=key, PolicyName="default", Policy=key_policy("sns.amazonaws.com"))
    sns.publish(TopicArn=topic, Message="found")
    check(until("SNS's message", lambda: [m["Body"] for m in take(sqs, url)]) == ["found"], "SNS needs the key's leave")
    check(error_code(server.client("sns", harness.make_user(server, "mute", "sns:*")).publish, TopicArn=sns.create_topic(
        Name="own", Attributes={"KmsMasterKeyId": key})["TopicArn"], Message="x") == "KMSAccessDenied", "a publisher without the key")

    records = server.client("cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "GenerateDataKey"}])["Events"]
    record = [r for r in (json.loads(event["CloudTrailEvent"]) for event in records) if not r.get("errorCode") and "aws:sqs:arn" in r["requestParameters"]["encryptionContext"]][0]
    check(record["requestParameters"]["encryptionContext"] == {"aws:sqs:arn": arn("sealed")} and record["responseElements"] is None, f"the record {record}")
    say("keys of KMS")


def survives(server, sqs, url):
    sqs.send_message(QueueUrl=url, MessageBody="kept", MessageAttributes={"a": {"DataType": "String", "StringValue": "b"}})
    server.kill()
    server.start()
    got = until("the message is there after kill -9", lambda: take(server.client("sqs"), url))
    check("kept" in [m["Body"] for m in got], "with its body")
    say("kill -9")


def run(binary):
    with Server(binary, port=PORT) as server:
        sqs, key = server.client("sqs"), server.root_key()
        a_message_and_its_digests(sqs)
        a_long_poll(server, sqs)
        fifo(sqs)
        work, dead = redrive(sqs)
        move(server, sqs, key, dead)
        both_protocols(server, key)
        limits(sqs)
        permissions(server, sqs, sqs.create_queue(QueueName="shared")["QueueUrl"])
        encrypted(server, sqs)
        survives(server, sqs, sqs.create_queue(QueueName="kept")["QueueUrl"])
    with Server(binary, "--clock", "virtual", port=PORT + 1) as server:
        sqs = server.client("sqs")
        url = sqs.create_queue(QueueName="short", Attributes={"MessageRetentionPeriod": "60"})["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody="old")
        # For housekeeping alone virtual time does not go on; it does for a schedule.
        now = server.client("kms").create_key()["KeyMetadata"]["CreationDate"]
        server.client("events").put_rule(Name="later", ScheduleExpression=(now + datetime.timedelta(hours=1)).strftime("cron(%M %H %d %m ? %Y)"))
        until("retention ends on the virtual clock",
              lambda: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]["ApproximateNumberOfMessages"] == "0")
        say("retention on the virtual clock")


if __name__ == "__main__":
    harness.main(run)

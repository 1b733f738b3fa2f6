#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""CloudWatch Logs with boto3 and Debian's AWS CLI: what is put is found again, what a function prints is there, and a subscription hands it on."""
import json
import os
import time

import harness
from harness import REGION, Server, allow, check, error_code, make_role, make_user, refused, say, until, zipped

PORT = 4616
PRINTS = '''
def handler(event, context):
    print("hello", event["who"])
    print("two\\nlines")
    return {"stream": context.log_stream_name}
'''
FORWARDS = '''
import base64, boto3, gzip, json, os
def handler(event, context):
    data = gzip.decompress(base64.b64decode(event["awslogs"]["data"])).decode()
    boto3.client("sqs").send_message(QueueUrl=os.environ["QUEUE"], MessageBody=data)
'''


def now():
    return int(time.time() * 1000)


def messages(reply):
    return [event["message"] for event in reply["events"]]


def groups_and_streams(logs):
    say("groups, streams, tags, retention")
    logs.create_log_group(logGroupName="/app/web", tags={"team": "blue"})
    check(error_code(logs.create_log_group, logGroupName="/app/web") == "ResourceAlreadyExistsException", "a group twice")
    check(error_code(logs.create_log_group, logGroupName="not a name") == "InvalidParameterException", "a bad name")
    logs.put_retention_policy(logGroupName="/app/web", retentionInDays=30)
    group = logs.describe_log_groups(logGroupNamePrefix="/app")["logGroups"][0]
    check(group["retentionInDays"] == 30 and group["arn"] == f"arn:aws:logs:{REGION}:123456789012:log-group:/app/web:*", str(group))
    check(logs.list_tags_for_resource(resourceArn=group["arn"].removesuffix(":*"))["tags"] == {"team": "blue"}, "tags")
    for name in ("one", "two"):
        logs.create_log_stream(logGroupName="/app/web", logStreamName=name)
    check(error_code(logs.put_log_events, logGroupName="/app/web", logStreamName="three", logEvents=[{"timestamp": now(), "message": "x"}]) == "ResourceNotFoundException", "no stream")


def put_and_get(logs):
    say("PutLogEvents: small and large batches, refusals; GetLogEvents: both directions")
    where = {"logGroupName": "/app/web", "logStreamName": "one"}
    start = now()
    for i in range(300):
        logs.put_log_events(**where, logEvents=[{"timestamp": start + i, "message": f"small {i}"}])
    reply = logs.put_log_events(**where, logEvents=[{"timestamp": start + 1000 + i, "message": json.dumps({"n": i, "text": "x" * 80})} for i in range(5000)])
    check(len(reply["nextSequenceToken"]) == 56 and "rejectedLogEventsInfo" not in reply, str(reply))
    old = logs.put_log_events(**where, logEvents=[{"timestamp": start - 15 * 86_400_000, "message": "old"}])
    check(old["rejectedLogEventsInfo"] == {"tooOldLogEventEndIndex": 1}, str(old))
    order = refused(logs.put_log_events, **where, logEvents=[{"timestamp": start, "message": "a"}, {"timestamp": start - 1, "message": "b"}])
    check("chronological order" in str(order), str(order))
    large = [{"timestamp": start, "message": "y" * 400_000}] * 3
    check("Upload too large" in str(refused(logs.put_log_events, **where, logEvents=large)), "a batch over 1 MiB")
    page, found = logs.get_log_events(**where, startFromHead=True, limit=1000), []
    while page["events"]:
        found += messages(page)
        page = logs.get_log_events(**where, startFromHead=True, limit=1000, nextToken=page["nextForwardToken"])
    check(len(found) == 5300 and found[:2] == ["small 0", "small 1"] and json.loads(found[-1])["n"] == 4999, f"{len(found)} events")
    last = logs.get_log_events(**where, limit=2)
    check([json.loads(text)["n"] for text in messages(last)] == [4998, 4999], "the latest events")
    return start


def filter_events(logs, start):
    say("FilterLogEvents: terms, JSON, fields; interleaved, with tokens")
    logs.put_log_events(logGroupName="/app/web", logStreamName="two", logEvents=[
        {"timestamp": start + 1, "message": "[ERROR 500] between"}, {"timestamp": start + 2, "message": '10.0.0.1 - ann [now] "GET /index.html" 404 12'}])
    find = lambda pattern, **more: messages(logs.filter_log_events(logGroupName="/app/web", filterPattern=pattern, **more))
    check(find("ERROR") == ["[ERROR 500] between"], "a term")
    check(find('{ $.n >= 4998 && $.text = "x*" }') != [] and len(find("{ $.n >= 4998 }")) == 2, "JSON")
    check(len(find("[ip, dash, user, time, request = *index*, status = 4*, bytes]")) == 1, "fields")
    check(find("%small 29[0-9]%") == [f"small {i}" for i in range(290, 300)], "a regular expression")
    check(find("", endTime=start + 2)[:3] == ["small 0", "small 1", "[ERROR 500] between"], "streams interleaved")
    pages = logs.get_paginator("filter_log_events").paginate(logGroupName="/app/web", PaginationConfig={"PageSize": 700})
    check(sum(len(page["events"]) for page in pages) == 5302, "all pages")
    check("Invalid filter pattern" in str(refused(logs.filter_log_events, logGroupName="/app/web", filterPattern="{ $.")), "a bad pattern")
    test = logs.test_metric_filter(filterPattern="[a, b = 4*]", logEventMessages=["x 200", "x 404"])["matches"]
    check(test == [{"eventNumber": 2, "eventMessage": "x 404", "extractedValues": {"$a": "x", "$b": "404"}}], str(test))


def permissions(server):
    say("policies decide, on AWS's resources")
    key = make_user(server, "reader")
    iam = server.client("iam")
    logs = server.client("logs", key)
    denied = refused(logs.get_log_events, logGroupName="/app/web", logStreamName="one")
    check(denied.response["Error"]["Code"].startswith("AccessDenied") and "log-group:/app/web:log-stream:one" in str(denied), str(denied))
    iam.put_user_policy(UserName="reader", PolicyName="may", PolicyDocument=allow("logs:GetLogEvents", "logs:FilterLogEvents", resource=f"arn:aws:logs:{REGION}:123456789012:log-group:/app/web:*"))
    check(logs.get_log_events(logGroupName="/app/web", logStreamName="one", limit=1)["events"], "an allowed read")
    check(logs.filter_log_events(logGroupName="/app/web", limit=1)["events"], "an allowed search")
    check(error_code(logs.put_log_events, logGroupName="/app/web", logStreamName="one", logEvents=[{"timestamp": now(), "message": "x"}]).startswith("AccessDenied"), "a write that nobody allowed")


def make_function(server, name, source, role, **environment):
    return server.client("lambda").create_function(FunctionName=name, Runtime="python3.11", Handler="index.handler", Role=role, Timeout=20,
                                                   Environment={"Variables": environment}, Code={"ZipFile": zipped(source)})["FunctionArn"]


def functions(server, logs):
    say("what a function prints is in its log group, START, END and REPORT with it")
    iam, functions = server.client("iam"), server.client("lambda")
    writer = make_role(iam, "writer", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents", "sqs:SendMessage")
    silent = make_role(iam, "silent", "sqs:SendMessage")
    make_function(server, "prints", PRINTS, writer)
    make_function(server, "silent", PRINTS, silent)
    for name in ("prints", "silent"):
        reply = functions.invoke(FunctionName=name, Payload=b'{"who": "world"}')
        check("FunctionError" not in reply, str(reply))
        if name == "prints":
            stream = json.load(reply["Payload"])["stream"]
            shown = until("the function's log", lambda: found(logs, "/aws/lambda/prints", stream))
    check(shown[0].startswith("START RequestId: ") and "hello world\n" in shown, str(shown))
    check(any(line.startswith("END RequestId: ") for line in shown) and "Billed Duration" in shown[-1], str(shown))
    time.sleep(0.3)
    check(not logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/silent")["logGroups"], "a role that may not write has a log group")
    functions.invoke(FunctionName="prints", Payload=b'{"who": "again"}')
    until("the warm invocation's log in the same stream", lambda: "hello again\n" in found(logs, "/aws/lambda/prints", stream))
    tailed = server.tocsin("aws", "logs", "tail", "/aws/lambda/prints", "--format", "short").stdout
    check("hello world" in tailed and "REPORT RequestId" in tailed, tailed)
    return writer


def found(logs, group, stream):
    try:
        return messages(logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True))
    except logs.exceptions.ResourceNotFoundException:
        return []


def subscription(server, logs, role):
    say("a subscription hands matching events to a function")
    sqs = server.client("sqs")
    queue = sqs.create_queue(QueueName="forwarded")["QueueUrl"]
    forward = make_function(server, "forwards", FORWARDS, role, QUEUE=queue)
    put = lambda: logs.put_subscription_filter(logGroupName="/app/web", filterName="errors", filterPattern="ERROR", destinationArn=forward)
    check("Could not execute the lambda function" in str(refused(put)), "a function that CloudWatch Logs may not invoke")
    server.client("lambda").add_permission(FunctionName="forwards", StatementId="logs", Action="lambda:InvokeFunction", Principal="logs.amazonaws.com",
                                           SourceArn=f"arn:aws:logs:{REGION}:123456789012:log-group:/app/web:*")
    put()
    logs.put_log_events(logGroupName="/app/web", logStreamName="two", logEvents=[{"timestamp": now(), "message": "fine"}, {"timestamp": now(), "message": "ERROR now"}])
    got = until("the delivery", lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages"))
    data = json.loads(got[0]["Body"])
    check(data["messageType"] == "DATA_MESSAGE" and data["logGroup"] == "/app/web" and data["subscriptionFilters"] == ["errors"], str(data))
    check([event["message"] for event in data["logEvents"]] == ["ERROR now"], str(data))


def key_for_logs(kms, group):
    """A key whose policy lets CloudWatch Logs use it for one group, as AWS's guide has it."""
    policy = {"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:root"}, "Action": "kms:*", "Resource": "*"},
        {"Effect": "Allow", "Principal": {"Service": f"logs.{REGION}.amazonaws.com"},
         "Action": ["kms:Encrypt*", "kms:Decrypt*", "kms:ReEncrypt*", "kms:GenerateDataKey*", "kms:Describe*"], "Resource": "*",
         "Condition": {"ArnEquals": {"kms:EncryptionContext:aws:logs:arn": f"arn:aws:logs:{REGION}:123456789012:log-group:{group}"}}}]}
    return kms.create_key(Policy=json.dumps(policy))["KeyMetadata"]["Arn"]


def lies_in(folder, word):
    """The files of the data folder in which the word stands."""
    names = [os.path.join(place, name) for place, _, files in os.walk(folder) for name in files]
    return [name for name in names if word.encode() in open(name, "rb").read()]


def under_a_key(server, logs):
    say("a group under a key: nothing of its events lies open on the disk; what KMS refuses is refused")
    kms, group = server.client("kms"), "/aws/lambda/prints"
    put = lambda name, *words: logs.put_log_events(logGroupName=name, logStreamName="s", logEvents=[{"timestamp": now(), "message": word} for word in words])
    get = lambda name: messages(logs.get_log_events(logGroupName=name, logStreamName="s", startFromHead=True))
    other = kms.create_key()["KeyMetadata"]["Arn"]
    denied = refused(logs.associate_kms_key, logGroupName=group, kmsKeyId=other)
    check(denied.response["Error"]["Code"] == "AccessDeniedException" and "is not allowed to be used with Arn" in str(denied), str(denied))
    key = key_for_logs(kms, group)
    for name in ("/open", group):
        if name == "/open":
            logs.create_log_group(logGroupName=name)
        logs.create_log_stream(logGroupName=name, logStreamName="s")
    put("/open", "publicword")
    put(group, "wordofbefore")
    logs.associate_kms_key(logGroupName=group, kmsKeyId=key)
    check(logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0]["kmsKeyId"] == key, "the group's key")
    put(group, "hiddenword one")
    put(group, *[f"hiddencrowd {i} " + "x" * 60 for i in range(2000)])
    server.client("lambda").invoke(FunctionName="prints", Payload=b'{"who": "hiddenguest"}')
    until("what the function printed", lambda: messages(logs.filter_log_events(logGroupName=group, filterPattern="hiddenguest")))
    all_of_it = get(group)
    check(all_of_it[:2] == ["wordofbefore", "hiddenword one"] and len(all_of_it) == 2002, f"{len(all_of_it)} events, {all_of_it[:2]}")
    query = logs.start_query(logGroupName=group, startTime=0, endTime=now() // 1000 + 60, queryString="filter @message like /hiddenword/ | display @message")
    rows = until("the query", lambda: (reply := logs.get_query_results(queryId=query["queryId"]))["status"] == "Complete" and reply["results"])
    check(rows[0][0]["value"] == "hiddenword one", str(rows))
    check(lies_in(server.folder, "publicword"), "the search of the folder finds nothing at all")
    for word in ("hiddenword one", "hiddencrowd", "hello hiddenguest"):
        check(not lies_in(server.folder, word), f"'{word}' lies open in {lies_in(server.folder, word)}")
    server.kill()
    server.start()
    check(get(group) == all_of_it, "the events after kill -9")
    kms.disable_key(KeyId=key)
    disabled = refused(get, group)
    check(disabled.response["Error"]["Code"] == "InvalidParameterException" and "is disabled" in str(disabled), str(disabled))
    kms.enable_key(KeyId=key)
    check(get(group) == all_of_it, "the events under the enabled key")
    logs.disassociate_kms_key(logGroupName=group)
    put(group, "wordofafter")
    check(get(group)[-1] == "wordofafter" and "kmsKeyId" not in logs.describe_log_groups(logGroupNamePrefix=group)["logGroups"][0], "after the association")


def run(binary):
    with Server(binary, port=PORT) as server:
        logs = server.client("logs")
        groups_and_streams(logs)
        start = put_and_get(logs)
        filter_events(logs, start)
        permissions(server)
        role = functions(server, logs)
        subscription(server, logs, role)
        under_a_key(server, logs)
        say("all of it is there after kill -9")
        before = messages(logs.filter_log_events(logGroupName="/app/web", limit=10_000))
        server.kill()
        server.start()
        check(messages(server.client("logs").filter_log_events(logGroupName="/app/web", limit=10_000)) == before, "events after the restart")
        logs = server.client("logs")
        logs.delete_log_group(logGroupName="/app/web")
        check(error_code(logs.describe_log_streams, logGroupName="/app/web") == "ResourceNotFoundException", "a deleted group")
        check(server.stop() == 0, "the exit status")


harness.main(run)

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Lambda with boto3: runtimes, code, versions, layers, asynchronous events, URLs and queues, in real sandboxes."""
import base64
import hashlib
import io
import json
import os
import time
import urllib.error
import urllib.request
import zipfile

import harness
from harness import Server, allow, check, error_code, make_role, refused, say, until

harness.PORTS["lambda_test"] = 15160

ECHO = """
import os
def handler(event, context):
    print("hello", event)
    if event.get("fail"): raise ValueError("boom")
    return {"event": event, "version": context.function_version, "arn": context.invoked_function_arn, "stage": os.environ.get("STAGE")}
"""
NODE = """
import { SQSClient, SendMessageCommand } from '@aws-sdk/client-sqs';
export const handler = async (event) => {
  await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: process.env.QUEUE, MessageBody: JSON.stringify(event) }));
  return 'sent';
};
"""
BOTO = """
import boto3
def handler(event, context):
    return boto3.client("sts").get_caller_identity()["Arn"]
"""
BATCH = """
def handler(event, context):
    bad = [record["messageId"] for record in event["Records"] if record["body"] == "bad"]
    print("records", len(event["Records"]))
    return {"batchItemFailures": [{"itemIdentifier": each} for each in bad]}
"""
WEB = """
def handler(event, context):
    return {"statusCode": 201, "headers": {"x-path": event["rawPath"]}, "body": event["requestContext"]["http"]["method"] + " " + event.get("body", "")}
"""
BOOTSTRAP = """#!/usr/bin/python3
import os, urllib.request
api = "http://" + os.environ["AWS_LAMBDA_RUNTIME_API"] + "/2018-06-01/runtime/invocation/"
while True:
    with urllib.request.urlopen(api + "next") as event:
        request, body = event.headers["Lambda-Runtime-Aws-Request-Id"], event.read()
    urllib.request.urlopen(urllib.request.Request(api + request + "/response", b'{"own":' + body + b"}", method="POST")).read()
"""


def zipped(**files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name.replace("__", "/").replace("_dot_", "."))
            info.external_attr = 0o755 << 16
            archive.writestr(info, content)
    return out.getvalue()


class Functions:
    def __init__(self, server):
        self.api = server.client("lambda")
        self.iam = server.client("iam")
        self.role = make_role(self.iam, "worker", "logs:*", "sqs:*", "sns:*", "lambda:*", "events:*")

    def make(self, name, code, runtime="python3.11", **more):
        code = code if isinstance(code, bytes) else zipped(index_dot_py=code)
        parameters = {"FunctionName": name, "Runtime": runtime, "Handler": "index.handler", "Role": self.role, "Code": {"ZipFile": code}, "Timeout": 20, **more}
        return self.api.create_function(**parameters)

    def invoke(self, name, event=None, **more):
        reply = self.api.invoke(FunctionName=name, Payload=json.dumps(event or {}), **more)
        text = reply["Payload"].read().decode()
        return reply, json.loads(text) if text else None


def runtimes(functions):
    say("old and new runtime names run on what is installed")
    for runtime in ("python3.6", "python3.9", "python3.13"):
        functions.make("echo-" + runtime.replace(".", "-"), ECHO, runtime)
        check(functions.invoke("echo-" + runtime.replace(".", "-"), {"a": 1})[1]["event"] == {"a": 1}, runtime)
    functions.make("who", BOTO, MemorySize=256)
    check(":assumed-role/worker/who" in functions.invoke("who")[1], "boto3 does not act as the function's role")
    functions.make("own", zipped(bootstrap=BOOTSTRAP), "provided.al2023")
    check(functions.invoke("own", {"a": 1})[1] == {"own": {"a": 1}}, "a provided runtime")
    error = refused(functions.make, "java", ECHO, "java21").response["Error"]
    check(error["Code"] == "InvalidParameterValueException", "java21 is not refused")


def node(functions, server):
    if not os.path.exists(os.path.join(harness.HERE, "../../runtimes/node/node_modules/@aws-sdk")):
        return say("skipped: ./dev deps has not installed the packages of the Node.js runtime")
    say("Node.js: an ES module with the SDK v3")
    queue = server.client("sqs").create_queue(QueueName="from-node")["QueueUrl"]
    functions.make("sender", zipped(index_dot_mjs=NODE), "nodejs18.x", MemorySize=256, Environment={"Variables": {"QUEUE": queue}})
    reply, answer = functions.invoke("sender", {"n": 1})
    check(answer == "sent", f"the Node.js function answered {answer}")
    message = server.client("sqs").receive_message(QueueUrl=queue)["Messages"][0]
    check(json.loads(message["Body"]) == {"n": 1}, "the message of the Node.js function")


def boto(functions, server):
    say("Python: boto3 sends to a queue")
    queue = server.client("sqs").create_queue(QueueName="from-python")["QueueUrl"]
    functions.make("py-sender", f"import boto3\ndef handler(event, context):\n    return boto3.client('sqs').send_message(QueueUrl={queue!r}, MessageBody='m')['MessageId']\n", MemorySize=256)
    sent = functions.invoke("py-sender")[1]
    check(server.client("sqs").receive_message(QueueUrl=queue)["Messages"][0]["MessageId"] == sent, f"the message of the Python function: {sent}")


def code(functions, server):
    say("code from S3, and back from GetFunction")
    s3 = server.client("s3")
    s3.create_bucket(Bucket="code-bucket")
    archive = zipped(index_dot_py=ECHO)
    s3.put_object(Bucket="code-bucket", Key="echo.zip", Body=archive)
    made = functions.api.create_function(FunctionName="from-s3", Runtime="python3.11", Handler="index.handler", Role=functions.role,
                                         Code={"S3Bucket": "code-bucket", "S3Key": "echo.zip"})
    check(made["CodeSha256"] == base64.b64encode(hashlib.sha256(archive).digest()).decode(), "CodeSha256")
    check(functions.invoke("from-s3")[1]["version"] == "$LATEST", "a function from S3")
    location = functions.api.get_function(FunctionName="from-s3")["Code"]["Location"]
    check(urllib.request.urlopen(location).read() == archive, "the code is not what was uploaded")
    absent = refused(functions.api.update_function_code, FunctionName="from-s3", S3Bucket="code-bucket", S3Key="none")
    check("NoSuchKey" in absent.response["Error"]["Message"], "an absent object is not told")
    functions.api.get_waiter("function_active_v2").wait(FunctionName="from-s3")


def invocations(functions):
    say("invocations: errors, logs, limits")
    functions.make("echo", ECHO, Environment={"Variables": {"STAGE": "test"}})
    reply, answer = functions.invoke("echo", {"a": 1}, LogType="Tail")
    check(answer["stage"] == "test" and reply["ExecutedVersion"] == "$LATEST", "the reply")
    check("hello {'a': 1}" in base64.b64decode(reply["LogResult"]).decode(), "the tail of the log")
    reply, answer = functions.invoke("echo", {"fail": True})
    check(reply["FunctionError"] == "Unhandled" and answer["errorType"] == "ValueError", "an error of the function")
    check(functions.api.invoke(FunctionName="echo", InvocationType="DryRun")["StatusCode"] == 204, "a dry run")
    large = refused(functions.api.invoke, FunctionName="echo", Payload=json.dumps("x" * 6_300_000))
    check(large.response["Error"]["Code"] == "RequestTooLargeException", "6 MB")
    functions.make("slow", "import time\ndef handler(event, context): time.sleep(30)\n", Timeout=1)
    check(functions.invoke("slow")[1]["errorMessage"].endswith("Task timed out after 1.00 seconds"), "the timeout")
    functions.api.put_function_concurrency(FunctionName="echo", ReservedConcurrentExecutions=0)
    throttled = refused(functions.api.invoke, FunctionName="echo").response
    check(throttled["Error"]["Code"] == "TooManyRequestsException" and throttled["ResponseMetadata"]["HTTPStatusCode"] == 429, "no reserve")
    check(throttled["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded", "the reason")
    functions.api.delete_function_concurrency(FunctionName="echo")


def versions(functions):
    say("versions, aliases, layers, tags")
    api = functions.api
    check(api.publish_version(FunctionName="echo")["Version"] == "1", "the first version")
    check(api.publish_version(FunctionName="echo")["Version"] == "1", "nothing has changed")
    api.update_function_configuration(FunctionName="echo", Environment={"Variables": {"STAGE": "new"}})
    check(api.publish_version(FunctionName="echo")["Version"] == "2", "the second version")
    alias = api.create_alias(FunctionName="echo", Name="live", FunctionVersion="1")
    check(functions.invoke("echo", Qualifier="live")[1]["stage"] == "test", "the alias runs the first")
    check(functions.invoke(alias["AliasArn"])[1]["arn"] == alias["AliasArn"], "the alias by its ARN")
    api.update_alias(FunctionName="echo", Name="live", FunctionVersion="2", RevisionId=alias["RevisionId"])
    check(error_code(api.update_alias, FunctionName="echo", Name="live", RevisionId=alias["RevisionId"]) == "PreconditionFailedException", "RevisionId")
    check(functions.invoke("echo", Qualifier="live")[1]["stage"] == "new", "the alias runs the second")
    check([each["Version"] for each in api.list_versions_by_function(FunctionName="echo")["Versions"]] == ["$LATEST", "1", "2"], "ListVersionsByFunction")
    layer = api.publish_layer_version(LayerName="tools", Content={"ZipFile": zipped(python__tool_dot_py="WHO = 'layer'\n")}, CompatibleRuntimes=["python3.11"])
    functions.make("layered", "import tool\ndef handler(event, context): return tool.WHO\n", Layers=[layer["LayerVersionArn"]])
    check(functions.invoke("layered")[1] == "layer", "the layer")
    arn = api.get_function(FunctionName="echo")["Configuration"]["FunctionArn"]
    api.tag_resource(Resource=arn, Tags={"team": "blue"})
    check(api.list_tags(Resource=arn)["Tags"] == {"team": "blue"}, "tags")
    check(len(list(api.get_paginator("list_functions").paginate(PaginationConfig={"PageSize": 2}))) > 2, "pages")


def events(functions, server):
    say("asynchronous events: destinations and dead letters")
    sqs = server.client("sqs")
    urls = {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("good", "bad", "dead")}
    arns = {name: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"] for name, url in urls.items()}
    functions.make("later", ECHO, DeadLetterConfig={"TargetArn": arns["dead"]})
    functions.api.put_function_event_invoke_config(FunctionName="later", MaximumRetryAttempts=0, DestinationConfig={
        "OnSuccess": {"Destination": arns["good"]}, "OnFailure": {"Destination": arns["bad"]}})
    receive = lambda name: until(f"a message in {name}", lambda: sqs.receive_message(QueueUrl=urls[name], MessageAttributeNames=["All"]).get("Messages"))[0]
    check(functions.api.invoke(FunctionName="later", InvocationType="Event", Payload='{"n":1}')["StatusCode"] == 202, "202")
    record = json.loads(receive("good")["Body"])
    check(record["requestContext"]["condition"] == "Success" and record["requestPayload"] == {"n": 1}, "the record of a success")
    functions.api.invoke(FunctionName="later", InvocationType="Event", Payload='{"fail":true}')
    record = json.loads(receive("bad")["Body"])
    check(record["requestContext"]["condition"] == "RetriesExhausted" and record["responseContext"]["functionError"] == "Unhandled", "the record of a failure")
    letter = receive("dead")
    check(letter["Body"] == '{"fail":true}' and letter["MessageAttributes"]["ErrorMessage"]["StringValue"] == "boom", "the dead letter")


def mappings(functions, server):
    say("a queue as event source: batches, filters, partial failures")
    sqs, logs = server.client("sqs"), server.client("logs")
    queue = sqs.create_queue(QueueName="source", Attributes={"VisibilityTimeout": "30"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    functions.make("batch", BATCH)
    mapping = functions.api.create_event_source_mapping(EventSourceArn=arn, FunctionName="batch", BatchSize=5, FunctionResponseTypes=["ReportBatchItemFailures"])
    check(mapping["State"] == "Creating", "the state of a new mapping")
    for body in ("one", "bad", "two"):
        sqs.send_message(QueueUrl=queue, MessageBody=body)
    count = lambda: {name: int(value) for name, value in sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["All"])["Attributes"].items() if name.startswith("ApproximateNumber")}
    until("only the bad message left", lambda: (found := count())["ApproximateNumberOfMessages"] == 0 and found["ApproximateNumberOfMessagesNotVisible"] == 1)
    until("the log", lambda: any("records" in event["message"] for event in logs.filter_log_events(logGroupName="/aws/lambda/batch")["events"]))
    check(error_code(functions.api.create_event_source_mapping, EventSourceArn=arn, FunctionName="batch") == "ResourceConflictException", "the same mapping twice")
    check(functions.api.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)["State"] == "Disabling", "disabling")
    functions.api.delete_event_source_mapping(UUID=mapping["UUID"])


def urls(functions, server):
    say("function URLs")
    functions.make("web", WEB)
    url = functions.api.create_function_url_config(FunctionName="web", AuthType="NONE")["FunctionUrl"]

    def post(address, **headers):
        try:
            with urllib.request.urlopen(urllib.request.Request(address, b"hi", {"content-type": "text/plain", **headers}), timeout=20) as reply:
                return reply.status, reply.headers.get("x-path"), reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, None, error.read().decode()

    check(post(url + "a")[0] == 403, "without a policy nobody gets in")
    functions.api.add_permission(FunctionName="web", StatementId="all", Action="lambda:InvokeFunctionUrl", Principal="*", FunctionUrlAuthType="NONE")
    check(post(url + "a/b?x=1") == (201, "/a/b", "POST hi"), f"the answer: {post(url + 'a/b?x=1')}")
    name = url.rstrip("/").rsplit("/", 1)[1]
    check(post(server.url + "/c", host=f"{name}.lambda-url.us-east-1.on.aws") == (201, "/c", "POST hi"), "by the Host")
    functions.api.update_function_url_config(FunctionName="web", AuthType="AWS_IAM")
    check(post(url)[0] == 403, "AWS_IAM needs a signature")
    functions.api.delete_function_url_config(FunctionName="web")
    check(post(url)[0] == 403, "a deleted URL")


def permissions(functions, server):
    say("who may do what")
    key = harness.make_user(server, "reader", "lambda:GetFunction*", "lambda:ListFunctions")
    reader = server.client("lambda", key)
    reader.get_function_configuration(FunctionName="echo")
    check(error_code(reader.invoke, FunctionName="echo").startswith("AccessDenied"), "Invoke without a permission")
    check(error_code(reader.create_alias, FunctionName="echo", Name="x", FunctionVersion="1").startswith("AccessDenied"), "CreateAlias without a permission")


def run(binary):
    with Server(binary) as server:
        functions = Functions(server)
        runtimes(functions)
        node(functions, server)
        boto(functions, server)
        code(functions, server)
        invocations(functions)
        versions(functions)
        events(functions, server)
        mappings(functions, server)
        urls(functions, server)
        permissions(functions, server)
        names = [each["FunctionName"] for page in functions.api.get_paginator("list_functions").paginate() for each in page["Functions"]]
        for name in names:
            functions.api.delete_function(FunctionName=name)
        check(server.stop() == 0, "the server did not stop cleanly")


harness.main(run)

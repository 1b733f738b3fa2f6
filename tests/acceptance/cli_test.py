#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Debian's AWS CLI and boto3, and requests that no client would send: good and bad, strict and relaxed. Each refusal is AWS's, in its protocol's form."""
import json
import os
import re
import subprocess
import tempfile
import time

import harness
from harness import REGION, Server, allow, check, error_code, make_user, refused, say, sign

ENVIRONMENT = {**os.environ, "AWS_DEFAULT_REGION": REGION, "AWS_PAGER": "", "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1"}


def cli(server, *words, key=None):
    """Debian's CLI with a key of its own; without one, nothing is signed. Returns (status, everything printed)."""
    environment = dict(ENVIRONMENT)
    if key:
        environment.update(AWS_ACCESS_KEY_ID=key[0], AWS_SECRET_ACCESS_KEY=key[1])
    signing = [] if key else ["--no-sign-request"]
    done = subprocess.run(["/usr/bin/aws", "--endpoint-url", server.url, *signing, *words], capture_output=True, text=True, timeout=60, env=environment)
    return done.returncode, done.stdout + done.stderr


def expect(done, status, *parts):
    code, text = done
    check(code == status, f"exit status {code}, not {status}: {text}")
    for part in parts:
        check(part in text, f"{part!r} is not in {text!r}")


# ---- `tocsin aws`

def own_subcommands(server):
    say("tocsin aws: the root key, the region and the endpoint are set")
    done = server.tocsin("aws", "sts", "get-caller-identity", environment={"AWS_PROFILE": "none", "AWS_ACCESS_KEY_ID": "AKIAWRONG"})
    check(json.loads(done.stdout or "{}").get("Arn") == "arn:aws:iam::123456789012:root", done.stdout + done.stderr)
    say("tocsin aws: says what is missing")
    with tempfile.TemporaryDirectory() as empty:
        refused_by = lambda *words: (lambda done: (done.returncode, done.stderr))(subprocess.run([server.binary, *words], capture_output=True, text=True, timeout=20))
        expect(refused_by("aws", "--data", empty, "--endpoint", server.url, "sts", "get-caller-identity"), 1, "cannot read the root key", empty)
        expect(refused_by("aws", "--data", server.folder, "--endpoint=127.0.0.1:1", "sts", "get-caller-identity"), 1, "no server answers at http://127.0.0.1:1")
        expect(refused_by("timeline", "--data", server.folder, "--endpoint", server.url, "no-such-event"), 1, "no-such-event")
        expect(refused_by("timeline", "--data", server.folder), 2, "usage")
        expect(refused_by("serve", "--no-such-option", "x"), 2, "unknown option --no-such-option")
        expect(refused_by("serve", "--auth", "lax"), 2, "--auth takes strict or relaxed")


# ---- the CLI

def good_calls(server, root):
    say("the CLI: a topic, a queue, a message on its way between them")
    topic = json.loads(cli(server, "sns", "create-topic", "--name", "alerts", key=root)[1])["TopicArn"]
    queue = json.loads(cli(server, "sqs", "create-queue", "--queue-name", "inbox", key=root)[1])["QueueUrl"]
    queue_arn = "arn:aws:sqs:us-east-1:123456789012:inbox"
    policy = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                                                               "Resource": queue_arn, "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}})
    server.client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})
    server.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
    expect(cli(server, "sns", "publish", "--topic-arn", topic, "--message", "ünïcode & <markup>", key=root), 0, "MessageId")
    done = cli(server, "sqs", "receive-message", "--queue-url", queue, "--wait-time-seconds", "5", key=root)
    body = json.loads(json.loads(done[1])["Messages"][0]["Body"])
    check(body["Message"] == "ünïcode & <markup>" and body["TopicArn"] == topic, f"the message came as {body}")


def bad_calls(server, root):
    say("the CLI: a wrong key, none, an unknown one, a denied call, an operation that is not served")
    expect(cli(server, "sts", "get-caller-identity", key=(root[0], "wrong")), 254, "(SignatureDoesNotMatch)", "does not match the signature you provided")
    expect(cli(server, "sts", "get-caller-identity", key=("AKIAAAAAAAAAAAAAAAAA", "x")), 254, "(InvalidClientTokenId)")
    expect(cli(server, "sts", "get-caller-identity"), 254, "(MissingAuthenticationToken)")
    ann = make_user(server, "ann", "sns:Publish")
    expect(cli(server, "sns", "create-topic", "--name", "x", key=ann), 254, "not authorized to perform: sns:CreateTopic on resource: arn:aws:sns:us-east-1:123456789012:x",
           "User: arn:aws:iam::123456789012:user/ann")
    expect(cli(server, "events", "list-connections", key=root), 254, "(NotImplemented)", "docs/coverage.md")
    expect(cli(server, "sns", "get-topic-attributes", "--topic-arn", "arn:aws:sns:us-east-1:123456789012:none", key=root), 254, "(NotFound)")


# ---- boto3: refusals in each protocol

def bad_parameters(server):
    say("boto3: parameters that AWS refuses, in each protocol")
    sns, sqs, events, iam, functions = (server.client(name) for name in ("sns", "sqs", "events", "iam", "lambda"))
    topic = sns.create_topic(Name="limits")["TopicArn"]
    check(error_code(sns.publish, TopicArn=topic, Message="x" * 262145) == "InvalidParameter", "a message too long")
    check(error_code(sns.create_topic, Name="no spaces") == "InvalidParameter", "a topic's name")
    queue = sqs.create_queue(QueueName="limits")["QueueUrl"]
    check(error_code(sqs.send_message, QueueUrl=queue, MessageBody="x" * 1048577) == "InvalidParameterValue", "a body too long")
    check(error_code(sqs.send_message, QueueUrl=queue + "x", MessageBody="x") == "AWS.SimpleQueueService.NonExistentQueue", "a queue that is not there")
    check(error_code(events.put_rule, Name="r", EventPattern='{"source": "no array"}') == "InvalidEventPatternException", "a pattern")
    check(error_code(events.put_rule, Name="r", EventPattern="{") == "InvalidEventPatternException", "a pattern that is no JSON")
    check(error_code(iam.create_role, RoleName="r", AssumeRolePolicyDocument="{}") == "MalformedPolicyDocument", "a policy")
    iam.create_user(UserName="eve")
    check(error_code(iam.put_user_policy, UserName="eve", PolicyName="p", PolicyDocument='{"Statement": [{"Effect": "Maybe"}]}') == "MalformedPolicyDocument", "a policy")
    check(error_code(iam.create_user, UserName="eve") == "EntityAlreadyExists", "a user twice")
    error = refused(functions.get_function, FunctionName="none").response
    check(error["Error"]["Code"] == "ResourceNotFoundException" and error["ResponseMetadata"]["HTTPStatusCode"] == 404, str(error))


def denials_are_recorded(server):
    say("a denied call changes nothing and stands in CloudTrail with its errorCode")
    bob = make_user(server, "bob", "sns:Publish")
    check(error_code(server.client("sqs", bob).create_queue, QueueName="bobs") == "AccessDenied", "CreateQueue by bob")
    check(error_code(server.client("sqs").get_queue_url, QueueName="bobs") == "AWS.SimpleQueueService.NonExistentQueue", "the denied queue is there")
    trails = server.client("cloudtrail")
    found = harness.until("the record", lambda: trails.lookup_events(LookupAttributes=[{"AttributeKey": "Username", "AttributeValue": "bob"}])["Events"])
    record = json.loads(found[0]["CloudTrailEvent"])
    check(record["errorCode"] == "AccessDenied" and record["userIdentity"]["userName"] == "bob", str(record))


# ---- raw requests

JSON_HEADERS = {"content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.ListQueues"}
FORM = {"content-type": "application/x-www-form-urlencoded"}


def raw_cases(root):
    """(what, request, status, a pattern of the content type, patterns of the body)"""
    hour = 3600
    json_call = lambda body, when=None, target="AmazonSQS.ListQueues": sign(root, "POST", "/", {**JSON_HEADERS, "x-amz-target": target}, body, "sqs", when)
    form = lambda body, when=None: sign(root, "POST", "/", FORM, body, "sns", when)
    rest = lambda body, when=None: sign(root, "POST", "/2015-03-31/functions", {"content-type": "application/json"}, body, "lambda", when)
    unsigned = lambda head, body=b"": (head + f"\r\nhost: 127.0.0.1\r\ncontent-length: {len(body)}\r\n\r\n").encode() + body
    return [
        ("JSON cut short", json_call(b'{"QueueNamePrefix": "a'), 400, "json", [r'"__type":"[^"]*SerializationException"']),
        ("JSON of another type", json_call(b'{"MaxResults": "many"}'), 400, "json", [r'SerializationException']),
        ("JSON that is a list", json_call(b"[]"), 400, "json", [r'SerializationException']),
        ("JSON nested without end", json_call(b'{"a":' * 100000), 400, "json", [r'SerializationException']),
        ("bytes that are no UTF-8", json_call(b'{"QueueNamePrefix": "\xff\xfe"}'), 400, "json", [r'SerializationException']),
        ("an operation that AWS does not know", json_call(b"{}", target="AmazonSQS.DrinkTea"), 400, "json", [r'UnknownOperationException']),
        ("JSON signed an hour ago", json_call(b"{}", time.time() - hour), 400, "json", [r'InvalidSignatureException', r'Signature expired']),
        ("JSON signed in an hour", json_call(b"{}", time.time() + hour), 400, "json", [r'InvalidSignatureException']),
        ("JSON unsigned", unsigned("POST / HTTP/1.1\r\nx-amz-target: AmazonSQS.ListQueues\r\ncontent-type: application/x-amz-json-1.0", b"{}"), 400, "json",
         [r'MissingAuthenticationToken']),
        ("Query without an action", form(b"Version=2010-03-31"), 400, "xml", [r"<Code>MissingAction</Code>", r"<Type>Sender</Type>"]),
        ("Query with an unknown action", form(b"Action=DrinkTea&Version=2010-03-31"), 400, "xml", [r"<Code>InvalidAction</Code>"]),
        ("Query without what is required", form(b"Action=CreateTopic&Version=2010-03-31"), 400, "xml", [r"<Code>(ValidationError|InvalidParameter)</Code>", r"<RequestId>"]),
        ("Query with broken escapes", form(b"Action=CreateTopic&Version=2010-03-31&Name=%zz%"), 400, "xml", [r"<ErrorResponse"]),
        ("Query signed an hour ago", form(b"Action=ListTopics&Version=2010-03-31", time.time() - hour), 403, "xml", [r"<Code>SignatureDoesNotMatch</Code>", "Signature expired"]),
        ("Query unsigned", unsigned("POST / HTTP/1.1\r\ncontent-type: application/x-www-form-urlencoded", b"Action=ListTopics&Version=2010-03-31"), 403, "xml",
         [r"<Code>MissingAuthenticationToken</Code>"]),
        ("REST-JSON cut short", rest(b'{"FunctionName": '), 400, "json", [r"(?i)json|parse|serializ"]),
        ("REST-JSON signed an hour ago", rest(b"{}", time.time() - hour), 403, "json", [r"Signature expired"]),
        ("a body over the limit", json_call(b'{"QueueNamePrefix": "' + b"a" * (11 << 20) + b'"}'), 413, "", []),
        ("no HTTP", b"HELLO WORLD\r\n\r\n", 400, "", []),
        ("two lengths", b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", 400, "", []),
        ("length and chunks", b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", 400, "", []),
        ("a head over the limit", b"GET / HTTP/1.1\r\nhost: a\r\nx-long: " + b"a" * (1 << 17) + b"\r\n\r\n", 431, "", []),
        ("HTTP 9", b"GET / HTTP/9.1\r\nhost: a\r\n\r\n", 400, "", []),
    ]


def xml_cases(root):
    policy = lambda body, when=None: sign(root, "PUT", "/somewhere?acl=", {"content-type": "application/xml"}, body, "s3", when)
    return [("S3 signed an hour ago", policy(b"", time.time() - 3600), 403, "xml", [r"<Error><Code>RequestTimeTooSkewed</Code>", r"<RequestId>"]),
            ("S3 XML cut short", policy(b"<AccessControlPolicy><Owner>"), 400, "xml", [r"<Code>MalformedXML</Code>"]),
            ("S3 XML that names entities", policy(b'<!DOCTYPE a [<!ENTITY b "bb">]><AccessControlPolicy>&b;</AccessControlPolicy>'), 400, "xml", [r"<Code>MalformedXML</Code>"])]


def malformed(server, root):
    say("requests that no client sends")
    before = server.client("sqs").list_queues().get("QueueUrls", [])
    for what, request, status, kind, patterns in raw_cases(root) + xml_cases(root):
        try:
            got, headers, body = server.raw(request)
        except (ConnectionResetError, BrokenPipeError):
            got, headers, body = status if status in (413, 431) else 0, {}, b""  # it was refused while we still sent
        text = body.decode("utf-8", "replace")
        check(got == status, f"{what}: status {got}, not {status}: {text[:500]}")
        check(kind in headers.get("content-type", "") or not headers, f"{what}: the type is {headers.get('content-type')}")
        for pattern in patterns:
            check(re.search(pattern, text), f"{what}: {pattern} is not in {text[:500]}")
        check(not patterns or "x-amzn-requestid" in headers or "x-amz-request-id" in headers, f"{what}: no request id")
    check(server.client("sqs").list_queues().get("QueueUrls", []) == before, "a malformed request changed something")


def keep_alive(server, root):
    say("one connection, several requests, in order, also pipelined")
    call = sign(root, "POST", "/", {**JSON_HEADERS, "x-amz-target": "AmazonSQS.ListQueues"}, b"{}", "sqs")
    with server.connect() as connection:
        for _ in range(3):
            connection.sendall(call)
            check(harness.read_reply(connection)[0] == 200, "keep-alive")
        connection.sendall(b"GET /healthz HTTP/1.1\r\nhost: a\r\n\r\n" + call.replace(b"content-length: 2", b"connection: close\r\ncontent-length: 2"))
        rest = b""
        while piece := connection.recv(65536):
            rest += piece
        check(rest.count(b"HTTP/1.1 200") == 2 and b'"ok"' in rest.split(b"HTTP/1.1 200")[1], f"pipelined: {rest}")


# ---- sessions, modes

def sessions(server):
    say("an assumed role: its token is needed, its policy holds")
    iam = server.client("iam")
    trust = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::123456789012:user/carol"}, "Action": "sts:AssumeRole"}})
    carol = make_user(server, "carol", "sts:AssumeRole")
    role = iam.create_role(RoleName="reader", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    iam.put_role_policy(RoleName="reader", PolicyName="p", PolicyDocument=allow("sqs:ListQueues"))
    made = server.client("sts", carol).assume_role(RoleArn=role, RoleSessionName="night-shift")["Credentials"]
    session = (made["AccessKeyId"], made["SecretAccessKey"], made["SessionToken"])
    check(server.client("sts", session).get_caller_identity()["Arn"].endswith("assumed-role/reader/night-shift"), "the session's ARN")
    server.client("sqs", session).list_queues()
    check(error_code(server.client("sqs", session).create_queue, QueueName="q") == "AccessDenied", "what the role may not do")
    check(error_code(server.client("sts", session[:2] + ("wrong",)).get_caller_identity) == "InvalidClientTokenId", "a wrong token")
    check(error_code(server.client("sts", session[:2]).get_caller_identity) == "InvalidClientTokenId", "no token")
    stranger = make_user(server, "dave", "sts:AssumeRole")
    check(error_code(server.client("sts", stranger).assume_role, RoleArn=role, RoleSessionName="stranger") == "AccessDenied", "whom the role does not trust")


def relaxed(binary):
    say("relaxed: an unknown key acts as the root, a key that exists is checked")
    with Server(binary, "--auth", "relaxed") as server:
        anyone = ("test", "test")
        expect(cli(server, "sts", "get-caller-identity", key=anyone), 0, "arn:aws:iam::123456789012:root")
        ann = make_user(server, "ann", "sns:Publish")
        check(error_code(server.client("sqs", ann).list_queues) == "AccessDenied", "a real user's policy")
        check(error_code(server.client("sts", (ann[0], "wrong")).get_caller_identity) == "SignatureDoesNotMatch", "a real user's signature")
        check(error_code(server.client("sts", (server.root_key()[0], "wrong")).get_caller_identity) == "SignatureDoesNotMatch", "the root's signature")
        reset(server, anyone)


def reset(server, anyone):
    say("relaxed: reset empties the machine, and it goes on")
    sqs = server.client("sqs", anyone)
    sqs.create_queue(QueueName="before")
    check(server.get("/_tocsin/reset")[0] in (404, 405), "GET of reset")
    check(server.get("/_tocsin/reset", "POST")[0] == 200, "reset")
    check("QueueUrls" not in sqs.list_queues(), "a queue outlived the reset")
    check(error_code(server.client("iam", anyone).get_user, UserName="ann") == "NoSuchEntity", "a user outlived the reset")
    url = sqs.create_queue(QueueName="after")["QueueUrl"]
    server.kill()
    server.start()
    check(server.client("sqs", anyone).list_queues()["QueueUrls"] == [url], "the state after reset and restart")


def run(binary):
    with Server(binary) as server:
        root = server.root_key()
        check(os.stat(server.folder + "/root-credentials").st_mode & 0o777 == 0o600, "the root key's file is not private")
        check(root[1] not in server.log() or server.log().count(root[1]) == 1, "the root key is shown more than once")
        check(server.get("/_tocsin/reset", "POST")[0] == 403, "reset in strict mode")
        malformed(server, root)
        keep_alive(server, root)
        bad_parameters(server)
        denials_are_recorded(server)
        sessions(server)
        own_subcommands(server)
        good_calls(server, root)
        bad_calls(server, root)
        check(server.stop() == 0, "the server did not stop cleanly")
    relaxed(binary)


harness.main(run)

# SPDX-License-Identifier: Apache-2.0
"""The first incident: what is set up, and what the intruder does. Written once, for two clients: the AWS CLI and boto3.

Both are functions call(service, operation, **parameters), with the operation as the CLI names it and the parameters as the API does."""
import json
import os
import re
import subprocess
import tempfile

from botocore import xform_name

from harness import REGION, TRUST_LAMBDA, allow, function_code, say, token_of, until

PATTERN = {"source": ["aws.cloudtrail"], "detail": {"eventName": ["StopLogging"], "errorCode": [{"exists": False}]}}
ACCOUNT = "123456789012"


def boto(server, key=None):
    clients = {}

    def call(service, operation, **parameters):
        if service not in clients:
            clients[service] = server.client({"s3api": "s3"}.get(service, service), key)
        return getattr(clients[service], operation.replace("-", "_"))(**parameters)

    return call


class Cli:
    """`tocsin aws …` as the root, or Debian's `aws …` with a key of its own; each command is shown."""
    def __init__(self, server, key=None):
        self.server, self.key = server, key
        self.folder = tempfile.TemporaryDirectory()

    def option(self, name, value):
        if name == "Code":  # the CLI has names of its own for two parameters
            name, value = "ZipFile", value["ZipFile"]
        elif name == "Endpoint":
            name = "NotificationEndpoint"
        if isinstance(value, bytes):
            path = f"{self.folder.name}/{len(os.listdir(self.folder.name))}.zip"
            with open(path, "wb") as file:
                file.write(value)
            value = "fileb://" + path
        elif not isinstance(value, str):
            value = json.dumps(value)
        return ["--" + xform_name(name, "-"), value]

    def __call__(self, service, operation, **parameters):
        words = [service, operation, *(word for item in parameters.items() for word in self.option(*item))]
        shown = " ".join(word if re.fullmatch(r"[\w@%+=:,./-]+", word) else "'…'" if len(word) > 60 else f"'{word}'" for word in words)
        say(f"$ {'aws' if self.key else 'tocsin aws'} {shown}")
        done = self.run_as_user(words) if self.key else self.server.tocsin("aws", *words, "--output", "json")
        if done.returncode != 0:
            raise RuntimeError(f"{shown}: {done.stderr.strip()}")
        return json.loads(done.stdout) if done.stdout.strip() else {}

    def run_as_user(self, words):
        key = {"AWS_ACCESS_KEY_ID": self.key[0], "AWS_SECRET_ACCESS_KEY": self.key[1], "AWS_DEFAULT_REGION": REGION}
        return subprocess.run(["/usr/bin/aws", "--endpoint-url", self.server.url, "--output", "json", *words],
                              capture_output=True, text=True, timeout=120, env={**os.environ, **key})


def bucket_policy(bucket):
    """AWS's own example for trails: https://docs.aws.amazon.com/awscloudtrail/latest/userguide/create-s3-bucket-policy-for-cloudtrail.html"""
    service = {"Service": "cloudtrail.amazonaws.com"}
    return json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": service, "Action": "s3:GetBucketAcl", "Resource": f"arn:aws:s3:::{bucket}"},
        {"Effect": "Allow", "Principal": service, "Action": "s3:PutObject", "Resource": f"arn:aws:s3:::{bucket}/AWSLogs/{ACCOUNT}/*",
         "Condition": {"StringEquals": {"s3:x-amz-acl": "bucket-owner-full-control"}}}]})


def make_trail(call):
    call("s3api", "create-bucket", Bucket="evidence")
    call("s3api", "put-bucket-policy", Bucket="evidence", Policy=bucket_policy("evidence"))
    call("cloudtrail", "create-trail", Name="audit", S3BucketName="evidence")
    call("cloudtrail", "start-logging", Name="audit")


def make_topic(call, mailbox):
    topic = call("sns", "create-topic", Name="analyst")["TopicArn"]
    before = len(mailbox.mails)
    call("sns", "subscribe", TopicArn=topic, Protocol="email", Endpoint="analyst@example.org")
    until("the mail that asks for confirmation", lambda: len(mailbox.mails) > before)
    call("sns", "confirm-subscription", TopicArn=topic, Token=token_of(mailbox.mails[before][1]))
    return topic


def make_responders(call, topic):
    role = call("iam", "create-role", RoleName="responder", AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    call("iam", "put-role-policy", RoleName="responder", PolicyName="respond", PolicyDocument=allow("sns:Publish", "cloudtrail:StartLogging", "logs:*"))
    rule = call("events", "put-rule", Name="trail-stopped", EventPattern=json.dumps(PATTERN))["RuleArn"]
    targets = []
    for name in ("gather", "restart"):
        arn = call("lambda", "create-function", FunctionName=name, Runtime="python3.11", Handler="index.handler", Role=role, Timeout=30,
                   Environment={"Variables": {"TOPIC": topic}}, Code={"ZipFile": function_code(name)})["FunctionArn"]
        call("lambda", "add-permission", FunctionName=name, StatementId="events", Action="lambda:InvokeFunction",
             Principal="events.amazonaws.com", SourceArn=rule)
        targets.append({"Id": name, "Arn": arn})
    call("events", "put-targets", Rule="trail-stopped", Targets=targets)


def leak_key(call):
    """A user with too much power; returns the key that leaks."""
    call("iam", "create-user", UserName="intern")
    call("iam", "put-user-policy", UserName="intern", PolicyName="too-much", PolicyDocument=allow("cloudtrail:StopLogging"))
    key = call("iam", "create-access-key", UserName="intern")["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def set_up(call, mailbox):
    """Everything; returns the intern's key."""
    tell = say if isinstance(call, Cli) else lambda _: None
    tell("A trail that records into a bucket:")
    make_trail(call)
    tell("\nA topic, and the analyst who confirms her subscription with the token that was mailed to her:")
    topic = make_topic(call, mailbox)
    tell("\nTwo functions, and the rule that starts them when a trail is stopped:")
    make_responders(call, topic)
    tell("\nAn intern with too much power:")
    return leak_key(call)

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The first incident, for real: Debian's boto3 at one end, real functions in sandboxes, real mail at the other.

Starts a server of its own (the binary is the only argument), stops a trail as an intruder would, prints the timeline and the
mail, and fails where the trail does not run again or the analyst is not told."""
import io
import json
import re
import subprocess
import sys
import tempfile
import time
import zipfile

import boto3
from aiosmtpd.controller import Controller

TRUST = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}}
PATTERN = {"source": ["aws.cloudtrail"], "detail": {"eventName": ["StopLogging"], "errorCode": [{"exists": False}]}}
RESTART = '''
import boto3
trails = boto3.client("cloudtrail")
def handler(event, context):
    trails.start_logging(Name=event["detail"]["requestParameters"]["name"])
'''
GATHER = '''
import boto3, os
sns = boto3.client("sns")
def handler(event, context):
    d = event["detail"]
    sns.publish(TopicArn=os.environ["TOPIC"], Subject="A trail was stopped",
                Message="who: %s\\nwhen: %s\\nwhich: %s\\nfrom: %s" % (d["userIdentity"]["arn"], d["eventTime"], d["requestParameters"]["name"], d["sourceIPAddress"]))
'''


class Sink:
    """Keeps the mails that it gets."""
    def __init__(self):
        self.mails = []

    async def handle_DATA(self, server, session, envelope):
        import email
        self.mails.append((time.time(), email.message_from_bytes(envelope.content)))
        return "250 OK"


def allow(action):
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}})


def zipped(source):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("index.py", source)
    return out.getvalue()


def until(what, condition, seconds=20):
    end = time.time() + seconds
    while time.time() < end:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    sys.exit(f"FAILED: {what} did not happen within {seconds} s")


def text_of(mail):
    return mail.get_payload(decode=True).decode() if not mail.is_multipart() else mail.get_payload(0).get_payload(decode=True).decode()


def start_server(binary, folder, smtp_port):
    server = subprocess.Popen([binary, "serve", "--data", folder, "--listen", "127.0.0.1:4599", "--smtp", f"smtp://127.0.0.1:{smtp_port}"],
                              stdout=subprocess.PIPE, stderr=open(folder + "/server.log", "w"), text=True)
    line = server.stdout.readline()
    if "ready" not in line:
        sys.exit("FAILED: the server did not start: " + open(folder + "/server.log").read())
    return server


def client_maker(key, secret):
    return lambda service: boto3.client(service, endpoint_url="http://127.0.0.1:4599", region_name="us-east-1",
                                        aws_access_key_id=key, aws_secret_access_key=secret)


def set_up(client, sink):
    iam, sns, functions, events, trails = (client(name) for name in ("iam", "sns", "lambda", "events", "cloudtrail"))
    role = iam.create_role(RoleName="responder", AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    iam.put_role_policy(RoleName="responder", PolicyName="respond", PolicyDocument=allow(["sns:Publish", "cloudtrail:StartLogging"]))
    topic = sns.create_topic(Name="analyst")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="analyst@example.org")
    until("the mail that asks for confirmation", lambda: sink.mails)
    token = re.search(r"Token=([0-9a-zA-Z]+)", text_of(sink.mails[0][1])).group(1)
    sns.confirm_subscription(TopicArn=topic, Token=token)
    rule = events.put_rule(Name="trail-stopped", EventPattern=json.dumps(PATTERN))["RuleArn"]
    for name, source in (("gather", GATHER), ("restart", RESTART)):
        arn = functions.create_function(FunctionName=name, Runtime="python3.11", Handler="index.handler", Role=role, Timeout=30,
                                        Environment={"Variables": {"TOPIC": topic}}, Code={"ZipFile": zipped(source)})["FunctionArn"]
        functions.add_permission(FunctionName=name, StatementId="events", Action="lambda:InvokeFunction", Principal="events.amazonaws.com", SourceArn=rule)
        events.put_targets(Rule="trail-stopped", Targets=[{"Id": name, "Arn": arn}])
    trails.create_trail(Name="audit", S3BucketName="evidence")
    trails.start_logging(Name="audit")
    iam.create_user(UserName="intern")
    iam.put_user_policy(UserName="intern", PolicyName="too-much", PolicyDocument=allow("cloudtrail:StopLogging"))
    key = iam.create_access_key(UserName="intern")["AccessKey"]
    return client_maker(key["AccessKeyId"], key["SecretAccessKey"])


def attack(client, intruder, sink):
    trails = client("cloudtrail")
    before = len(sink.mails)
    stopped = time.time()
    intruder("cloudtrail").stop_logging(Name="audit")
    print(f"{0:6.0f} ms  StopLogging by the user intern, with a leaked key")
    until("the restart", lambda: trails.get_trail_status(Name="audit")["IsLogging"])
    print(f"{(time.time() - stopped) * 1000:6.0f} ms  IsLogging is true again")
    moment, mail = until("the mail", lambda: len(sink.mails) > before and sink.mails[-1])
    print(f"{(moment - stopped) * 1000:6.0f} ms  mail to {mail['To']}: {mail['Subject']}\n")
    text = text_of(mail)
    print(text)
    for part in ("user/intern", "which: audit", "127.0.0.1"):
        if part not in text:
            sys.exit(f"FAILED: the mail does not say {part}")


def main():
    sink = Sink()
    smtp = Controller(sink, hostname="127.0.0.1", port=2599)
    smtp.start()
    with tempfile.TemporaryDirectory() as folder:
        server = start_server(sys.argv[1], folder, 2599)
        try:
            keys = open(folder + "/root-credentials").read().split()
            client = client_maker(keys[3], keys[6])
            intruder = set_up(client, sink)
            for _ in ("cold", "warm"):
                print(f"--- the trail is stopped (functions {_})")
                attack(client, intruder, sink)
            server.terminate()
            if server.wait(20) != 0:
                sys.exit("FAILED: the server did not stop cleanly")
        finally:
            server.kill()
            log = open(folder + "/server.log").read()
            errors = [line for line in log.splitlines() if '"level":"error"' in line]
            print("\n".join(errors))
    smtp.stop()
    print("PASSED")


main()

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""SNS with boto3, and real receivers: an HTTP endpoint that checks signatures with the certificate of the server, an SMTP server that wants
TLS, a login and bounces, an SMS gateway and an ntfy server."""
import base64
import http.server
import json
import ssl
import subprocess
import tempfile
import threading
import urllib.request

import harness
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from harness import Server, check, error_code, refused, say, until

PORT, HOOK, MAIL = 15182, 15184, 15186
ACCOUNT = "123456789012"
SIGNED = {"Notification": ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"],
          "SubscriptionConfirmation": ["Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]}
SIGNED["UnsubscribeConfirmation"] = SIGNED["SubscriptionConfirmation"]


class Hook:
    """Keeps what is posted to it: [(path, headers, body)]. `statuses` are the next answers."""
    def __init__(self, port):
        self.posts, self.statuses = [], []
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                hook.posts.append((self.path, dict(self.headers), body))
                self.send_response(hook.statuses.pop(0) if hook.statuses else 200)
                self.send_header("Content-Length", "2")
                self.end_headers()
                self.wfile.write(b"{}")

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def at(self, path):
        return [(headers, body) for where, headers, body in self.posts if where == path]

    def next(self, path, count):
        return until(f"post {count} at {path}", lambda: len(self.at(path)) >= count and self.at(path)[count - 1])


def verified(message):
    """What AWS's own instructions say: the canonical text under the certificate that the message names."""
    text = "".join(f"{name}\n{message[name]}\n" for name in SIGNED[message["Type"]] if name in message)
    pem = urllib.request.urlopen(message["SigningCertURL"]).read()
    key = x509.load_pem_x509_certificate(pem).public_key()
    digest = hashes.SHA256() if message["SignatureVersion"] == "2" else hashes.SHA1()
    key.verify(base64.b64decode(message["Signature"]), text.encode(), padding.PKCS1v15(), digest)
    return message


def queue_of(server, name, topic):
    sqs = server.client("sqs")
    attributes = {"FifoQueue": "true"} if name.endswith(".fifo") else {}
    allow = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                                                    "Resource": "*", "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}}
    url = sqs.create_queue(QueueName=name, Attributes={**attributes, "Policy": json.dumps(allow)})["QueueUrl"]
    return url, f"arn:aws:sqs:us-east-1:{ACCOUNT}:{name}"


def take(server, url):
    return server.client("sqs").receive_message(QueueUrl=url, WaitTimeSeconds=10, AttributeNames=["All"], MessageAttributeNames=["All"]).get("Messages", [])


def handshake(sns, hook, topic):
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"http://127.0.0.1:{HOOK}/hook",
                  Attributes={"DeliveryPolicy": json.dumps({"healthyRetryPolicy": {"minDelayTarget": 1, "maxDelayTarget": 1, "numRetries": 3, "numNoDelayRetries": 1}})})
    headers, body = hook.next("/hook", 1)
    message = verified(json.loads(body))
    check(headers["x-amz-sns-message-type"] == "SubscriptionConfirmation" and message["Type"] == "SubscriptionConfirmation", "the handshake")
    urllib.request.urlopen(message["SubscribeURL"])
    listed = sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"][0]["SubscriptionArn"]
    check(listed.startswith(topic + ":"), f"confirmed by its link: {listed}")
    return listed


def http_endpoint(sns, hook, topic):
    subscription = handshake(sns, hook, topic)
    sns.publish(TopicArn=topic, Message="first\nline", Subject="Alarm")
    headers, body = hook.next("/hook", 2)
    message = verified(json.loads(body))
    check(message["Message"] == "first\nline" and headers["x-amz-sns-subscription-arn"] == subscription, "a signed notification")
    forged = {**message, "Message": "forged"}
    try:
        verified(forged)
        harness.failed("a forged message was verified")
    except Exception as error:
        check(type(error).__name__ == "InvalidSignature", f"{error!r}")
    sns.set_topic_attributes(TopicArn=topic, AttributeName="SignatureVersion", AttributeValue="2")
    hook.statuses = [500, 503]
    sns.publish(TopicArn=topic, Message="again")
    message = verified(json.loads(hook.next("/hook", 5)[1]))
    check(message["SignatureVersion"] == "2" and message["Message"] == "again", "SHA-256, and two retries")
    urllib.request.urlopen(message["UnsubscribeURL"])
    check(verified(json.loads(hook.next("/hook", 6)[1]))["Type"] == "UnsubscribeConfirmation", "the unsubscribe link")
    check(sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == [], "nobody is left")
    say("HTTP: handshake, signatures v1 and v2, retries, unsubscribe link")


def npm_validator(message):
    """AWS's own npm package sns-validator, where it is installed; its host pattern is given."""
    source = """const V = require('sns-validator'); const v = new V(/^127\\.0\\.0\\.1$/);
      v.validate(JSON.parse(require('fs').readFileSync(0)), e => { console.log(e ? e.message : 'valid'); });"""
    ran = subprocess.run(["node", "-e", source], input=json.dumps(message), capture_output=True, text=True)
    return None if "Cannot find module" in ran.stderr else ran.stdout.strip()


def queues(server, sns, topic):
    url, arn = queue_of(server, "all", topic)
    raw_url, raw_arn = queue_of(server, "raw", topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=raw_arn, Attributes={"RawMessageDelivery": "true", "FilterPolicy": json.dumps({"kind": [{"prefix": "al"}]})})
    sns.publish(TopicArn=topic, Message="filtered", MessageAttributes={"kind": {"DataType": "String", "StringValue": "note"}})
    sns.publish(TopicArn=topic, Message="raw", MessageAttributes={"kind": {"DataType": "String", "StringValue": "alarm"}})
    got = take(server, raw_url)[0]
    check(got["Body"] == "raw" and got["MessageAttributes"]["kind"]["StringValue"] == "alarm", "raw, filtered")
    message = verified(json.loads(take(server, url)[0]["Body"]))
    check(message["MessageAttributes"]["kind"]["Value"] == "note", "the notification in a queue is signed too")
    why = refused(sns.subscribe, TopicArn=topic, Protocol="sqs", Endpoint=arn + "2", Attributes={"FilterPolicy": json.dumps({"key": [["value"]]})})
    check("Match value must be String, number, true, false, or null" in str(why), f"a bad filter: {why}")
    say("queues, raw delivery, filters")


def fifo_topic(server, sns):
    topic = sns.create_topic(Name="orders.fifo", Attributes={"FifoTopic": "true", "ContentBasedDeduplication": "true"})["TopicArn"]
    url, arn = queue_of(server, "orders.fifo", topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes={"RawMessageDelivery": "true"})
    numbers = [int(sns.publish(TopicArn=topic, Message=f"m{i}", MessageGroupId="g")["SequenceNumber"]) for i in range(5)]
    sns.publish(TopicArn=topic, Message="m4", MessageGroupId="g")
    check(numbers == sorted(numbers), "sequence numbers grow")
    got = []
    while len(got) < 5:
        for message in take(server, url):
            got.append(message["Body"])
            server.client("sqs").delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    check(got == [f"m{i}" for i in range(5)], f"in order, without the duplicate: {got}")
    say("FIFO topic")


def dead_letters(server, sns):
    topic = sns.create_topic(Name="lossy")["TopicArn"]
    dead_url, dead = queue_of(server, "sns-dead", topic)
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{ACCOUNT}:nowhere", Attributes={"RedrivePolicy": json.dumps({"deadLetterTargetArn": dead})})
    sns.publish(TopicArn=topic, Message="lost")
    got = until("the dead letter", lambda: take(server, dead_url))[0]
    check(json.loads(got["Body"])["Message"] == "lost", "the dead letter is the notification")
    say("dead letters")


def phones(sns, hook):
    sns.set_sms_attributes(attributes={"DefaultSenderID": "Tocsin"})
    sns.publish(PhoneNumber="+4915112345678", Message="call me")
    check(json.loads(hook.next("/sms", 1)[1]) == {**json.loads(hook.at("/sms")[0][1]), "to": "+4915112345678", "from": "Tocsin", "message": "call me"}, "a text message")
    check(not sns.check_if_phone_number_is_opted_out(phoneNumber="+4915112345678")["isOptedOut"], "nobody opted out")
    app = sns.create_platform_application(Name="app", Platform="GCM", Attributes={"PlatformCredential": "x"})["PlatformApplicationArn"]
    phone = sns.create_platform_endpoint(PlatformApplicationArn=app, Token="on-call")["EndpointArn"]
    message = {"default": "d", "GCM": json.dumps({"notification": {"title": "Alarm", "body": "A trail was stopped"}, "priority": "high"})}
    sns.publish(TargetArn=phone, Message=json.dumps(message), MessageStructure="json")
    pushed = json.loads(hook.next("/ntfy", 1)[1])
    check(pushed == {"topic": "on-call", "message": "A trail was stopped", "title": "Alarm", "priority": 5}, f"a push: {pushed}")
    hook.statuses = [410]
    sns.publish(TargetArn=phone, Message="gone")
    until("the device is disabled", lambda: sns.get_endpoint_attributes(EndpointArn=phone)["Attributes"]["Enabled"] == "false")
    check(error_code(sns.publish, TargetArn=phone, Message="m") == "EndpointDisabled", "a disabled endpoint")
    say("text messages and push")


class StrictMailbox(harness.Mailbox):
    """Takes mail only over TLS from who has logged in; refuses one recipient."""
    async def handle_RCPT(self, _server, _session, envelope, address, _options):
        if address.startswith("gone@"):
            return "550 no such user"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    def start(self):
        folder = tempfile.mkdtemp(prefix="tocsin-mail-")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", folder + "/key", "-out", folder + "/cert", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"], check=True, capture_output=True)
        self.certificate = folder + "/cert"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, folder + "/key")

        def log_in(_server, _session, _envelope, mechanism, data):
            return AuthResult(success=mechanism in ("PLAIN", "LOGIN") and data.login == b"tocsin" and data.password == b"p@ss")
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, tls_context=context, require_starttls=True, authenticator=log_in, auth_required=True)
        self.controller.start()

    @property
    def url(self):
        return f"smtp://tocsin:p%40ss@localhost:{self.port}"


def mail(sns, box):
    topic = sns.create_topic(Name="mail")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="ann@example.org")
    first = until("the mail that asks", lambda: box.mails)[0][1]
    sns.confirm_subscription(TopicArn=topic, Token=harness.token_of(first))
    sns.subscribe(TopicArn=topic, Protocol="email-json", Endpoint="bot@example.org")
    second = until("the second mail", lambda: len(box.mails) > 1 and box.mails[1][1])
    asked = verified(json.loads(harness.text_of(second)))
    sns.confirm_subscription(TopicArn=topic, Token=asked["Token"])
    sns.publish(TopicArn=topic, Subject="Alarm", Message="A trail was stopped")
    until("both mails", lambda: len(box.mails) == 4)
    mails = {mail["To"]: mail for _, mail in box.mails[2:]}
    check(mails["ann@example.org"]["Subject"] == "Alarm" and "A trail was stopped" in harness.text_of(mails["ann@example.org"]), "a mail for people")
    check(verified(json.loads(harness.text_of(mails["bot@example.org"])))["Message"] == "A trail was stopped", "a mail for programs")
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="gone@example.org")
    sns.publish(TopicArn=topic, Message="on")
    until("the others still get theirs", lambda: len(box.mails) == 6)
    say("mail over TLS with a login; e-mail-JSON; a bounce")


def validator(server, sns, hook):
    topic = sns.create_topic(Name="validator")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"http://127.0.0.1:{HOOK}/validator")
    said = npm_validator(json.loads(hook.next("/validator", 1)[1]))
    if said is None:
        return say("sns-validator is not installed: skipped")
    check(said == "valid" or "protocol" in said.lower() or "url" in said.lower(), f"sns-validator: {said}")
    say(f"sns-validator: {said}")


def permissions(server, sns, topic):
    other = server.client("sns", harness.make_user(server, "publisher", "sns:Publish"))
    other.publish(TopicArn=topic, Message="allowed")
    check(error_code(other.get_topic_attributes, TopicArn=topic).startswith("AuthorizationError") or
          "AccessDenied" in error_code(other.get_topic_attributes, TopicArn=topic), "only what is allowed")
    sns.add_permission(TopicArn=topic, Label="share", AWSAccountId=["210987654321"], ActionName=["Publish"])
    check("210987654321" in sns.get_topic_attributes(TopicArn=topic)["Attributes"]["Policy"], "AddPermission is a statement")
    sns.tag_resource(ResourceArn=topic, Tags=[{"Key": "team", "Value": "blue"}])
    check(sns.list_tags_for_resource(ResourceArn=topic)["Tags"] == [{"Key": "team", "Value": "blue"}], "tags")
    done = sns.publish_batch(TopicArn=topic, PublishBatchRequestEntries=[{"Id": "a", "Message": "1"}, {"Id": "b", "Message": "2", "Subject": "x\ny"}])
    check([e["Id"] for e in done["Successful"]] == ["a"] and done["Failed"][0]["Code"] == "InvalidParameter", "a batch that fails in part")
    say("permissions, tags, batches")


def run(binary):
    hook = Hook(HOOK)
    with StrictMailbox(MAIL) as box:
        gateways = ["--smtp", box.url, "--sms", f"http://127.0.0.1:{HOOK}/sms", "--ntfy", f"http://127.0.0.1:{HOOK}/ntfy"]
        with Server(binary, *gateways, "--ca-file", box.certificate, port=PORT) as server:
            sns = server.client("sns")
            topic = sns.create_topic(Name="alerts")["TopicArn"]
            http_endpoint(sns, hook, topic)
            queues(server, sns, topic)
            fifo_topic(server, sns)
            dead_letters(server, sns)
            phones(sns, hook)
            mail(sns, box)
            permissions(server, sns, topic)
            validator(server, sns, hook)


if __name__ == "__main__":
    harness.main(run)

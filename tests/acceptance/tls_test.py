#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""HTTPS for real: boto3 trusts the authority of `tocsin ca`; a certificate of one's own; policies see aws:SecureTransport; the
links that SNS sends are followed without a signature.

Starts servers of its own (the binary is the only argument) on ports 4626 to 4630."""
import http.server
import json
import os
import socket
import ssl
import stat
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, SSLError

BINARY = sys.argv[1]
PLAIN, SECURE, OWN_PLAIN, OWN_SECURE, LISTENER = 4626, 4627, 4628, 4629, 4630


def check(what, true):
    print(("ok      " if true else "FAILED  ") + what)
    if not true:
        sys.exit(1)


class Server:
    def __init__(self, folder, plain, secure, *more):
        self.folder = folder
        self.log = open(folder + "/server.log", "w")
        self.process = subprocess.Popen(
            [BINARY, "serve", "--data", folder, "--listen", f"127.0.0.1:{plain}", "--tls-listen", f"127.0.0.1:{secure}", *more],
            stdout=subprocess.PIPE, stderr=self.log, text=True)
        if "ready" not in self.process.stdout.readline():
            sys.exit("FAILED: the server did not start: " + open(folder + "/server.log").read())
        words = open(folder + "/root-credentials").read().split()
        self.root = {"aws_access_key_id": words[3], "aws_secret_access_key": words[6]}

    def client(self, service, url, verify=True, **keys):
        return boto3.client(service, endpoint_url=url, region_name="us-east-1", verify=verify,
                            config=Config(retries={"max_attempts": 1}), **(keys or self.root))

    def stop(self):
        self.process.terminate()
        check("the server stops cleanly", self.process.wait(20) == 0)


def tocsin(*words):
    return subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=60)


def fails_with(error, call, code=None):
    try:
        call()
    except error as problem:
        return code is None or problem.response["Error"]["Code"] == code
    return False


def own_authority(server, ca):
    url = f"https://localhost:{SECURE}"
    check("boto3 trusts the server by the authority of `tocsin ca`",
          server.client("sts", url, ca).get_caller_identity()["Account"] == "123456789012")
    check("at its address too", bool(server.client("sts", f"https://127.0.0.1:{SECURE}", ca).get_caller_identity()))
    check("and not without it", fails_with(SSLError, server.client("sts", url).get_caller_identity))
    sqs = server.client("sqs", url, ca)
    queue = sqs.create_queue(QueueName="q")["QueueUrl"]
    check("URLs of queues say https: " + queue, queue.startswith("https://"))
    body = "x" * 200_000
    sqs.send_message(QueueUrl=queue, MessageBody=body)
    check("large bodies pass both ways", sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == body)
    for name in ("ca.key", "server.key", "ca.pem"):
        mode = stat.S_IMODE(os.stat(f"{server.folder}/tls/{name}").st_mode)
        check(f"tls/{name} is its owner's alone", mode == 0o600)


def versions(ca):
    def handshake(version):
        context = ssl.create_default_context(cafile=ca)
        context.minimum_version = context.maximum_version = version
        context.set_ciphers("ALL:@SECLEVEL=0")
        with socket.create_connection(("127.0.0.1", SECURE), 5) as raw, context.wrap_socket(raw, server_hostname="localhost") as secured:
            return secured.version()
    check("TLS 1.2 and 1.3 are spoken", (handshake(ssl.TLSVersion.TLSv1_2), handshake(ssl.TLSVersion.TLSv1_3)) == ("TLSv1.2", "TLSv1.3"))
    check("TLS 1.1 is not", fails_with((ssl.SSLError, OSError), lambda: handshake(ssl.TLSVersion.TLSv1_1)))


def secure_transport(server, ca):
    iam = server.client("iam", f"http://127.0.0.1:{PLAIN}")
    iam.create_user(UserName="careful")
    iam.put_user_policy(UserName="careful", PolicyName="tls", PolicyDocument=json.dumps({
        "Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "iam:ListUsers", "Resource": "*",
                                               "Condition": {"Bool": {"aws:SecureTransport": "true"}}}}))
    key = iam.create_access_key(UserName="careful")["AccessKey"]
    keys = {"aws_access_key_id": key["AccessKeyId"], "aws_secret_access_key": key["SecretAccessKey"]}
    secure = server.client("iam", f"https://localhost:{SECURE}", ca, **keys)
    plain = server.client("iam", f"http://localhost:{PLAIN}", **keys)
    check("aws:SecureTransport is true over HTTPS", len(secure.list_users()["Users"]) == 1)
    check("and false over HTTP", fails_with(ClientError, plain.list_users, "AccessDenied"))


class Listener(http.server.BaseHTTPRequestHandler):
    seen = []

    def do_POST(self):
        self.seen.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def until(what, found, seconds=15):
    end = time.time() + seconds
    while time.time() < end:
        if found():
            return found()
        time.sleep(0.05)
    sys.exit(f"FAILED: {what} did not happen")


def links(server, ca):
    listener = http.server.ThreadingHTTPServer(("127.0.0.1", LISTENER), Listener)
    threading.Thread(target=listener.serve_forever, daemon=True).start()
    sns = server.client("sns", f"https://localhost:{SECURE}", ca)
    topic = sns.create_topic(Name="t")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="http", Endpoint=f"http://127.0.0.1:{LISTENER}/hook")
    asked = until("the request for confirmation", lambda: Listener.seen[:1])[0]
    trust = ssl.create_default_context(cafile=ca)
    follow = lambda url: urllib.request.urlopen(url, context=trust, timeout=10).read().decode()
    check("SubscribeURL is https: " + asked["SubscribeURL"][:60], asked["SubscribeURL"].startswith(f"https://localhost:{SECURE}/"))
    check("a wrong token is refused", fails_with(urllib.error.HTTPError, lambda: follow(asked["SubscribeURL"] + "0")))
    check("SubscribeURL confirms without a signature", "<SubscriptionArn>" in follow(asked["SubscribeURL"]))
    sns.publish(TopicArn=topic, Message="m")
    note = until("the notification", lambda: [each for each in Listener.seen if each["Type"] == "Notification"])[0]
    check("UnsubscribeURL ends the subscription without a signature", "UnsubscribeResponse" in follow(note["UnsubscribeURL"]))
    check("and it is gone", sns.list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"] == [])
    forged = f"https://localhost:{SECURE}/?Action=DeleteTopic&TopicArn={topic}"
    check("other actions are refused unsigned", fails_with(urllib.error.HTTPError, lambda: follow(forged)))
    listener.shutdown()


def own_certificate(folder, issuer):
    """A certificate that `tocsin ca issue` wrote, as anybody's own; for the names of AWS."""
    made = tocsin("ca", "issue", "--data", issuer, "--out", folder, "--aws-region", "eu-west-1", "localhost")
    check("tocsin ca issue writes a certificate", made.returncode == 0 and made.stdout.split() == [
        folder + "/wildcard.amazonaws.com.pem", folder + "/wildcard.amazonaws.com.key"])
    certificate, key = made.stdout.split()
    check("its key is its owner's alone", stat.S_IMODE(os.stat(key).st_mode) == 0o600)
    server = Server(folder, OWN_PLAIN, OWN_SECURE, "--tls-cert", certificate, "--tls-key", key)
    ca = issuer + "/tls/ca.pem"
    check("a certificate of one's own is served", bool(server.client("sts", f"https://localhost:{OWN_SECURE}", ca).get_caller_identity()))
    context = ssl.create_default_context(cafile=ca)
    for name in ("sqs.eu-west-1.amazonaws.com", "bucket.s3.eu-west-1.amazonaws.com", "iam.amazonaws.com"):
        with socket.create_connection(("127.0.0.1", OWN_SECURE), 5) as raw, context.wrap_socket(raw, server_hostname=name) as secured:
            check(f"it stands for {name}", secured.version() == "TLSv1.3")
    server.stop()


def refusals(folder):
    check("a host that is none is refused", "neither" in tocsin("ca", "issue", "--data", folder, "a b").stderr)
    check("--tls-key alone is refused", "go together" in tocsin("serve", "--tls-listen", "127.0.0.1:1", "--tls-key", "x").stderr)
    missing = tocsin("serve", "--data", folder, "--listen", f"127.0.0.1:{OWN_PLAIN}", "--tls-listen", f"127.0.0.1:{OWN_SECURE}",
                     "--tls-cert", "/nonesuch.pem", "--tls-key", "/nonesuch.key")
    check("a file that is not there is named", missing.returncode == 1 and "/nonesuch.pem" in missing.stderr)


def main():
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second, tempfile.TemporaryDirectory() as third:
        printed = tocsin("ca", "--data", first)
        server = Server(first, PLAIN, SECURE)
        try:
            ca = first + "/tls/ca.pem"
            check("tocsin ca prints the authority's certificate", printed.stdout == open(ca).read() != "")
            own_authority(server, ca)
            versions(ca)
            secure_transport(server, ca)
            links(server, ca)
            served = open(first + "/tls/server.pem").read()
            server.stop()
            server = Server(first, PLAIN, SECURE)
            check("the certificate is kept", open(first + "/tls/server.pem").read() == served)
            server.stop()
        finally:
            server.process.kill()
        own_certificate(second, first)
        refusals(third)
    print("PASSED")


main()

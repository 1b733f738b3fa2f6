# SPDX-License-Identifier: Apache-2.0
"""What the acceptance tests share: a server of their own, a mailbox, clients, and checks that say what is wrong.

A test is a program `*_test.py BINARY`: it prints what it does, and ends with status 1 at its first `failed`.
Each has ports of its own (PORTS), so that two may run at the same time."""
import email
import hashlib
import hmac
import io
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile

import boto3
from aiosmtpd.controller import Controller
from botocore.config import Config
from botocore.exceptions import ClientError

HERE = os.path.dirname(os.path.abspath(__file__))
# The first port of each script; the one after it is its mail server's.
PORTS = {"first_incident": 4640, "cli_test": 4642, "sdk_js_test": 4644, "crash_test": 4646, "bad_world_test": 4648, "sandbox_test": 4650}
REGION = "us-east-1"


def failed(what):
    print(f"FAILED: {what}", flush=True)
    raise SystemExit(1)


def check(condition, what):
    if not condition:
        failed(what)


def say(text):
    print(text, flush=True)


def until(what, condition, seconds=20, step=0.02):
    end = time.time() + seconds
    while time.time() < end:
        found = condition()
        if found:
            return found
        time.sleep(step)
    failed(f"{what} did not happen within {seconds} s")


def my_port():
    return PORTS[os.path.basename(sys.argv[0]).removesuffix(".py")]


class Mailbox:
    """A mail server that keeps what it gets, with the moment."""
    def __init__(self, port):
        self.port = port
        self.mails = []
        self.controller = None

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def start(self):
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self.controller.start()

    def stop(self):
        if self.controller:
            self.controller.stop()
        self.controller = None

    async def handle_DATA(self, _server, _session, envelope):
        self.mails.append((time.time(), email.message_from_bytes(envelope.content)))
        return "250 OK"

    @property
    def url(self):
        return f"smtp://127.0.0.1:{self.port}"


def text_of(mail):
    part = mail.get_payload(0) if mail.is_multipart() else mail
    return part.get_payload(decode=True).decode()


def token_of(mail):
    return re.search(r"Token=([0-9a-zA-Z]+)", text_of(mail)).group(1)


class Server:
    """The binary, serving a data folder; `options` are further words for `tocsin serve`."""
    def __init__(self, binary, *options, folder=None, port=None):
        self.binary = os.path.abspath(binary)
        self.port = port or my_port()
        self.options = options
        self.parent = tempfile.TemporaryDirectory(prefix="tocsin-test-")
        self.folder = folder or self.parent.name + "/data"
        self.log_path = self.parent.name + "/server.log"
        self.process = None

    def __enter__(self):
        return self.start()

    def __exit__(self, kind, *_):
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if kind:
            tail = self.log().splitlines()[-8:]
            print("--- the end of the server's log", *tail, sep="\n", flush=True)
        shutil.rmtree(self.parent.name, ignore_errors=True)

    def start(self):
        command = [self.binary, "serve", "--data", self.folder, "--listen", f"127.0.0.1:{self.port}", *self.options]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=open(self.log_path, "a"), text=True)
        line = self.process.stdout.readline()
        check("ready" in line, f"the server did not start: {self.log()[-2000:]}")
        return self

    def log(self):
        return open(self.log_path, errors="replace").read()

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=20):
        """Stops it as an operator does; returns the exit status."""
        self.process.terminate()
        try:
            return self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            failed(f"the server did not stop within {seconds} s after SIGTERM")

    @property
    def url(self):
        return f"http://127.0.0.1:{self.port}"

    def root_key(self):
        words = open(self.folder + "/root-credentials").read().split()
        return words[words.index("aws_access_key_id") + 2], words[words.index("aws_secret_access_key") + 2]

    def client(self, service, key=None, **config):
        """A boto3 client; `key` is (id, secret[, session token]), by default the root's."""
        key, secret, *token = key or self.root_key()
        config = Config(**{"retries": {"total_max_attempts": 1}, "read_timeout": 60, **config})
        return boto3.client(service, endpoint_url=self.url, region_name=REGION, aws_access_key_id=key, aws_secret_access_key=secret,
                            aws_session_token=token[0] if token else None, config=config)

    def get(self, path, method="GET"):
        """(status, text) of an unsigned request."""
        try:
            with urllib.request.urlopen(urllib.request.Request(self.url + path, method=method), timeout=20) as reply:
                return reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def connect(self, timeout=20):
        return socket.create_connection(("127.0.0.1", self.port), timeout)

    def raw(self, request, timeout=20):
        """Sends bytes, and returns (status, headers in lower case, body) of the reply; status 0: closed without one."""
        with self.connect(timeout) as connection:
            connection.sendall(request)
            return read_reply(connection)

    def tocsin(self, *words, environment=None):
        """Runs a subcommand against this server: `tocsin aws sts get-caller-identity`."""
        command = [self.binary, words[0], "--data", self.folder, "--endpoint", self.url, *words[1:]]
        return subprocess.run(command, capture_output=True, text=True, timeout=120, env={**os.environ, **(environment or {})})


def sign(key, method, path, headers, body, service, when=None, session=None):
    """A request's bytes, signed by hand: for what no client would send."""
    when = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(when or time.time()))
    digest = hashlib.sha256(body).hexdigest()
    headers = {**headers, "host": "127.0.0.1", "x-amz-date": when, "x-amz-content-sha256": digest}
    if session:
        headers["x-amz-security-token"] = session
    names = ";".join(sorted(headers))
    path, _, query = path.partition("?")
    canonical = "\n".join([method, path, query, *(f"{name}:{headers[name]}" for name in sorted(headers)), "", names, digest])
    scope = f"{when[:8]}/{REGION}/{service}/aws4_request"
    secret = b"AWS4" + key[1].encode()
    for part in scope.split("/"):
        secret = hmac.digest(secret, part.encode(), "sha256")
    text = "\n".join(["AWS4-HMAC-SHA256", when, scope, hashlib.sha256(canonical.encode()).hexdigest()])
    signature = hmac.digest(secret, text.encode(), "sha256").hex()
    headers["authorization"] = f"AWS4-HMAC-SHA256 Credential={key[0]}/{scope}, SignedHeaders={names}, Signature={signature}"
    headers["content-length"] = str(len(body))
    lines = [f"{method} {path}{'?' + query if query else ''} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def read_reply(connection):
    """One HTTP reply; (0, {}, b"") where the connection ends before its head."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = connection.recv(65536)
        if not piece:
            return 0, {}, b""
        head += piece
    head, body = head.split(b"\r\n\r\n", 1)
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value.strip() for name, value in (line.split(":", 1) for line in lines[1:])}
    length = int(headers.get("content-length", 0))
    while len(body) < length:
        piece = connection.recv(65536)
        if not piece:
            break
        body += piece
    return int(lines[0].split()[1]), headers, body


def refused(call, *arguments, **parameters):
    """The ClientError of a call that must fail; `error_code(...)` for its code alone."""
    try:
        call(*arguments, **parameters)
    except ClientError as error:
        return error
    failed(f"{getattr(call, '__name__', call)} was not refused")


def error_code(call, *arguments, **parameters):
    return refused(call, *arguments, **parameters).response["Error"]["Code"]


def allow(*actions, resource="*"):
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": list(actions), "Resource": resource}})


TRUST_LAMBDA = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}})


def zipped(source, name="index.py"):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, source)
    return out.getvalue()


def function_code(name):
    """functions/NAME.py, zipped as index.py."""
    return zipped(open(f"{HERE}/functions/{name}.py").read())


def make_role(iam, name, *actions):
    """A role of functions that may do `actions`; returns its ARN."""
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST_LAMBDA)["Role"]["Arn"]
    if actions:
        iam.put_role_policy(RoleName=name, PolicyName="respond", PolicyDocument=allow(*actions))
    return role


def make_user(server, name, *actions):
    """A user who may do `actions`; returns the key."""
    iam = server.client("iam")
    iam.create_user(UserName=name)
    if actions:
        iam.put_user_policy(UserName=name, PolicyName="may", PolicyDocument=allow(*actions))
    key = iam.create_access_key(UserName=name)["AccessKey"]
    return key["AccessKeyId"], key["SecretAccessKey"]


def main(run):
    """Runs a test with the binary that the command line names."""
    if len(sys.argv) < 2:
        sys.exit(f"usage: {sys.argv[0]} BINARY")
    started = time.time()
    run(sys.argv[1])
    say(f"PASSED in {time.time() - started:.1f} s")

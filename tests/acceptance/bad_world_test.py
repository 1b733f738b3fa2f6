#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What is around the server goes wrong: slow clients, a mail server that is down, signals, a full disk, data folders that are not ours."""
import json
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError

import harness
from harness import Mailbox, Server, check, failed, my_port, say, sign, text_of, until


# ---- HTTP

class SlowClient(threading.Thread):
    """Sends a request byte by byte until it is cut off."""
    def __init__(self, server, request):
        super().__init__(daemon=True)
        self.connection, self.request, self.cut_after = server.connect(), request, None
        self.start()

    def run(self):
        began = time.time()
        try:
            for byte in self.request:
                self.connection.sendall(bytes([byte]))
                self.connection.settimeout(0.4)
                try:
                    if not self.connection.recv(4096):
                        break
                except TimeoutError:
                    pass
        except OSError:
            pass
        self.cut_after = time.time() - began


def health_and_metrics(server):
    say("/healthz and /metrics")
    check(server.get("/healthz") == (200, '{"status":"ok"}\n'), "/healthz")
    server.client("sts").get_caller_identity()
    status, text = server.get("/metrics")
    check(status == 200, "/metrics")
    samples = [line for line in text.splitlines() if line and not line.startswith("#")]
    for line in samples:
        check(re.fullmatch(r'[a-zA-Z_:][\w:]*(\{(\w+="[^"]*",?)*\})? [-+.\deEInfNa]+', line), f"not a Prometheus sample: {line}")
    check(any('operation="GetCallerIdentity"' in line for line in samples), "the call is not counted:\n" + text)
    check(server.get("/_tocsin/none")[0] == 404, "an unknown path of ours")


def long_poll_survives_a_stop(server):
    say("SIGTERM while calls are in flight: they get an answer, and the server ends with status 0")
    root = server.root_key()
    queue = server.client("sqs").create_queue(QueueName="slow")["QueueUrl"]
    body = json.dumps({"QueueUrl": queue, "WaitTimeSeconds": 20}).encode()
    call = sign(root, "POST", "/", {"content-type": "application/x-amz-json-1.0", "x-amz-target": "AmazonSQS.ReceiveMessage"}, body, "sqs")
    connection = server.connect()
    connection.sendall(call)
    stop, acknowledged = threading.Event(), []

    def write(index):
        sqs = server.client("sqs")
        try:
            while not stop.is_set():
                acknowledged.append(sqs.send_message(QueueUrl=queue + "x", MessageBody=str(index))["MessageId"])
        except (BotoCoreError, ClientError):
            pass

    server.client("sqs").create_queue(QueueName="slowx", Attributes={"VisibilityTimeout": "600"})
    writers = [threading.Thread(target=write, args=(index,)) for index in range(2)]
    for writer in writers:
        writer.start()
    until("some calls", lambda: len(acknowledged) > 10)
    began = time.time()
    status = server.stop(30)
    stop.set()
    for writer in writers:
        writer.join()
    check(status == 0, f"the exit status is {status}")
    answer = harness.read_reply(connection)[0]
    check(answer in (200, 503), f"the long poll was answered with {answer}")
    say(f"  stopped in {time.time() - began:.1f} s; the long poll got {answer}; {len(acknowledged)} calls were acknowledged")
    server.start()
    kept = int(server.client("sqs").get_queue_attributes(QueueUrl=queue + "x", AttributeNames=["All"])["Attributes"]["ApproximateNumberOfMessages"])
    check(kept >= len(acknowledged), f"{len(acknowledged)} messages were acknowledged, {kept} are there")


def http(binary):
    with Server(binary) as server:
        request = sign(server.root_key(), "POST", "/", {"x-amz-target": "AmazonSQS.ListQueues"}, b"{" + b" " * 100, "sqs")
        slow = SlowClient(server, request)
        silent = server.connect(30)
        silent.sendall(b"POST / HTTP/1.1\r\n")
        health_and_metrics(server)
        say("a request that trickles in is cut off, others go on")
        until("the cut", lambda: slow.cut_after, seconds=30)
        check(slow.cut_after < 20, f"cut off after {slow.cut_after:.0f} s only")
        check(harness.read_reply(silent)[0] in (0, 408), "a silent request was answered")
        check(server.get("/healthz")[0] == 200, "/healthz")
        long_poll_survives_a_stop(server)


# ---- mail

def mail(binary):
    say("the mail server is down: the mail comes when it is up")
    mailbox = Mailbox(my_port() + 1)
    with Server(binary, "--smtp", mailbox.url) as server:
        topic = server.client("sns").create_topic(Name="late")["TopicArn"]
        server.client("sns").subscribe(TopicArn=topic, Protocol="email", Endpoint="ann@example.org")
        until("the line that names the cause", lambda: re.search(r"mail cannot be handed over|Could.?n.t connect", server.log()), seconds=10)
        with mailbox:
            until("the mail", lambda: mailbox.mails, seconds=60)
            check("ConfirmSubscription" in text_of(mailbox.mails[0][1]) or "Token=" in text_of(mailbox.mails[0][1]), "the mail asks for confirmation")
        check(server.stop() == 0, "the server did not stop cleanly")


# ---- disk

class SmallDisk:
    """A tmpfs of `size`; None where we may not mount one."""
    def __init__(self, size):
        self.size = size
        self.path = tempfile.mkdtemp(prefix="tocsin-disk-")

    def __enter__(self):
        done = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={self.size}", "tmpfs", self.path], capture_output=True)
        return self.path if done.returncode == 0 else None

    def __exit__(self, *_):
        subprocess.run(["umount", "-l", self.path], capture_output=True)
        os.rmdir(self.path)


def fill(path):
    """Takes all the room that is left."""
    with open(path, "wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass


def attempt(call, **parameters):
    """None where the call succeeds, else the HTTP status."""
    try:
        call(**parameters)
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]


def full_disk(binary):
    say("a full disk: writes are refused and change nothing; with room again, they go on")
    with SmallDisk("160m") as disk:
        if not disk:
            return say("  skipped: only root may mount a small disk")
        with Server(binary, folder=disk + "/data") as server:
            sqs = server.client("sqs")
            queue = sqs.create_queue(QueueName="kept", Attributes={"VisibilityTimeout": "0"})["QueueUrl"]
            fill(disk + "/filler")
            made, refused = write_until_full(sqs, queue)
            say(f"  {len(made)} messages were still taken, then {len(refused)} writes got {sorted(set(refused.values()))}")
            check(all(status >= 500 for status in refused.values()), f"refused with {refused}")
            check(server.process.poll() is None, "the server ended")
            # A read is answered once its audit record is durable, so it may be refused as well, with the same words.
            check(attempt(sqs.list_queues) in (None, 503) and server.get("/healthz")[0] == 200, "a read is answered")
            check(re.search(r'"cause":"[^"]*No space left', server.log()), "no line of the log names the cause")
            os.remove(disk + "/filler")
            until("room for writes", lambda: attempt(sqs.send_message, QueueUrl=queue, MessageBody="after") is None, seconds=30, step=0.5)
            server.kill()
            server.start()
            nothing_half_done(server, made, refused)
            check(server.stop() == 0, "the server did not stop cleanly")


def write_until_full(sqs, queue):
    """Names of the messages that were taken, and of those refused with their statuses."""
    made, refused = set(), {}
    for number in range(1000):
        status = attempt(sqs.send_message, QueueUrl=queue, MessageBody=f"{number} " + "x" * 200_000)
        if status is None:
            made.add(str(number))
        else:
            refused[str(number)] = status
            if len(refused) == 3:
                return made, refused
    failed("the disk never became full")


def nothing_half_done(server, made, refused):
    sqs, found = server.client("sqs"), set()
    queue = sqs.get_queue_url(QueueName="kept")["QueueUrl"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"VisibilityTimeout": "30"})
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        found |= {message["Body"].split()[0] for message in messages}
        for message in messages:
            sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=600)
    check(found >= made, "a message that was acknowledged is gone")
    check(not found & set(refused), f"messages that were refused are there: {found & set(refused)}")


# ---- data folders

def refused_start(binary, folder, *patterns, port=None):
    done = subprocess.run([binary, "serve", "--data", folder, "--listen", f"127.0.0.1:{port or my_port()}"], capture_output=True, text=True, timeout=30)
    check(done.returncode == 1, f"the exit status is {done.returncode}, not 1: {done.stdout} {done.stderr}")
    for pattern in patterns:
        check(re.search(pattern, done.stderr), f"{pattern} is not in: {done.stderr}")


def damaged(folder, parent, name, content):
    """A copy of the folder in which one file has another content."""
    copy = f"{parent}/{name.replace('/', '-')}"
    shutil.copytree(folder, copy)
    with open(f"{copy}/{name}", "wb") as file:
        file.write(content)
    return copy


def folders(binary):
    with Server(binary) as server:
        say("a data folder that another server uses, a port that is taken")
        refused_start(binary, server.folder, r"in use by process \d+", port=my_port() + 1)
        refused_start(binary, server.parent.name + "/other", f"127.0.0.1:{server.port}")
        server.client("sns").create_topic(Name="t")
        check(server.stop() == 0, "the server did not stop cleanly")
        say("data folders that are corrupt, or a newer version's")
        for name, content, pattern in [
            ("FORMAT", b"tocsin data folder 99\n", "format 99; this version reads up to 1"),
            ("FORMAT", b"\0\1\2", "FORMAT file is corrupt"),
            ("master.key", b"short", "master.key is not a master key"),
            ("state/CURRENT", b"MANIFEST-999999\n", "(?i)corrupt|manifest"),
            ("log/CURRENT", b"", "(?i)corrupt|current"),
        ]:
            copy = damaged(server.folder, server.parent.name, name, content)
            refused_start(binary, copy, pattern, re.escape(copy))
            shutil.rmtree(copy)
        say("a data folder of which the log is lost")
        copy = server.parent.name + "/no-log"
        shutil.copytree(server.folder, copy)
        shutil.rmtree(copy + "/log")
        refused_start(binary, copy, "log and state do not belong together")
        refused_start(binary, "/proc/nowhere", "/proc/nowhere")
        server.start()
        check(len(server.client("sns").list_topics()["Topics"]) == 1, "the folder itself is as it was")


def run(binary):
    folders(binary)
    http(binary)
    mail(binary)
    full_disk(binary)


harness.main(run)

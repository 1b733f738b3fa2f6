#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""kill -9 of the real server at random moments: under load, and in the middle of an incident. What was acknowledged is there; what was begun ends.

The seed of the moments is printed, and may be given: crash_test.py BINARY SEED."""
import json
import os
import random
import sys
import threading
import time

from botocore.exceptions import BotoCoreError, ClientError

import harness
from harness import Mailbox, Server, check, function_code, make_role, my_port, say, text_of, until
from incident import boto, set_up

ROUNDS = 4
CLIENTS = 4
FUNCTION_EVERY = 12  # calls of a client between two asynchronous invocations


class Load:
    """Clients that write until the server is gone, and remember what was acknowledged."""
    def __init__(self, server, queue, number):
        self.queue, self.number = queue, number
        self.messages, self.topics, self.marks = set(), set(), set()
        self.faults = []
        clients = [[server.client(name) for name in ("sqs", "sns", "lambda")] for _ in range(CLIENTS)]
        self.threads = [threading.Thread(target=self.work, args=(index, *clients[index])) for index in range(CLIENTS)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def join(self):
        for thread in self.threads:
            thread.join()

    def work(self, index, sqs, sns, functions):
        try:
            for step in range(10000):
                name = f"r{self.number}-c{index}-s{step}"
                self.messages.add(sqs.send_message(QueueUrl=self.queue, MessageBody=name)["MessageId"])
                self.topics.add(sns.create_topic(Name=name)["TopicArn"])
                if step % FUNCTION_EVERY == 0:
                    functions.invoke(FunctionName="mark", InvocationType="Event", Payload=json.dumps({"mark": name}))
                    self.marks.add(name)
        except ClientError as error:
            self.faults.append(str(error))
        except BotoCoreError:
            pass  # the server was killed


def drain(sqs, queue, field):
    """The `field` of every message in the queue; they are deleted."""
    found = []
    while messages := sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages"):
        found += [message[field] for message in messages]
        sqs.delete_message_batch(QueueUrl=queue, Entries=[{"Id": str(i), "ReceiptHandle": message["ReceiptHandle"]} for i, message in enumerate(messages)])
    return found


def topics_of(sns):
    return {topic["TopicArn"] for page in sns.get_paginator("list_topics").paginate() for topic in page["Topics"]}


def sandboxes_of(server):
    """Processes whose command line names the server's folder."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            if server.folder.encode() in open(f"/proc/{pid}/cmdline", "rb").read():
                found.append(pid)
        except OSError:
            pass
    return found


def check_acknowledged(server, load, marks):
    sqs = server.client("sqs")
    found = drain(sqs, load.queue, "MessageId")
    check(not load.messages - set(found), f"{len(load.messages - set(found))} acknowledged messages are lost")
    check(len(found) == len(set(found)), "a message came twice in one visibility timeout")
    check(not load.topics - topics_of(server.client("sns")), "an acknowledged topic is lost")
    ran = set()

    def all_ran():
        ran.update(drain(sqs, marks, "Body"))
        return load.marks <= ran

    until("the end of every acknowledged invocation", all_ran, seconds=60, step=0.2)
    return len(found), len(load.marks)


def under_load(binary, dice):
    say(f"{ROUNDS} times: {CLIENTS} clients write, kill -9, restart")
    with Server(binary) as server:
        marks = server.client("sqs").create_queue(QueueName="marks")["QueueUrl"]
        role = make_role(server.client("iam"), "marker", "sqs:SendMessage", "logs:*")
        server.client("lambda").create_function(FunctionName="mark", Runtime="python3.11", Handler="index.handler", Role=role, Timeout=30,
                                                Environment={"Variables": {"QUEUE": marks}}, Code={"ZipFile": function_code("mark")})
        for number in range(ROUNDS):
            load = Load(server, server.client("sqs").create_queue(QueueName=f"load-{number}", Attributes={"VisibilityTimeout": "600"})["QueueUrl"], number)
            load.start()
            until("the first call", lambda: load.messages)
            time.sleep(dice.uniform(0.05, 2))
            server.kill()
            load.join()
            check(not load.faults, f"a call failed before the kill: {load.faults[:1]}")
            until("the end of the killed server's sandboxes", lambda: not sandboxes_of(server))
            began = time.time()
            server.start()
            ready = time.time() - began
            messages, ran = check_acknowledged(server, load, marks)
            say(f"  round {number}: {messages} messages, {len(load.topics)} topics, {ran} invocations; ready again in {ready * 1000:.0f} ms")
        check(server.stop() == 0, "the server did not stop cleanly")


def in_an_incident(binary, dice):
    with Mailbox(my_port() + 1) as mailbox, Server(binary, "--smtp", mailbox.url) as server:
        intern = boto(server, set_up(boto(server), mailbox))
        for delay in (0, 0, dice.uniform(0.05, 0.4), dice.uniform(0.4, 1.0)):
            before = len(mailbox.mails)
            stop = lambda: intern("cloudtrail", "stop-logging", Name="audit")
            stop()
            time.sleep(delay)
            server.kill()
            killed = time.time()
            server.start()
            trails = server.client("cloudtrail")
            status = until("the restart", lambda: (found := trails.get_trail_status(Name="audit"))["IsLogging"] and found, seconds=60)
            _, mail = until("the mail", lambda: len(mailbox.mails) > before and mailbox.mails[-1], seconds=60)
            check("user/intern" in text_of(mail), "the mail does not say who")
            restarted = status["StartLoggingTime"].timestamp() - killed
            say(f"  killed {delay * 1000:.0f} ms after StopLogging: logging again {restarted * 1000:+.0f} ms after the kill; mails: {len(mailbox.mails) - before}")
            check(delay or restarted > 0, "the trail was started before the kill: nothing was tested")
        check(server.stop() == 0, "the server did not stop cleanly")


def run(binary):
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(10**6)
    say(f"seed {seed}")
    dice = random.Random(seed)
    under_load(binary, dice)
    say("kill -9 in the middle of an incident: after StopLogging was acknowledged")
    in_an_incident(binary, dice)


harness.main(run)

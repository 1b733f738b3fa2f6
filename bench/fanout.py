#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""One topic, 10,000 queues with filter policies: what a delivery costs the server, and whether the body is stored once.

    fanout.py [--bin build/release/bin] [--queues 10000] [--messages 10]      alone; run(chosen) from bench/run.py

Processor time is the server's own, of all its threads, from the first publish until it rests; the client's does not count."""
import argparse
import concurrent.futures
import json
import os
import pathlib
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
BODY = "x" * 4096
ACCOUNT = "123456789012"


def cpu_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def data_bytes(folder):
    return sum(file.stat().st_size for file in pathlib.Path(folder).rglob("*") if file.is_file())


def policy(number):
    """Each accepts the messages of the bench, and has something of its own."""
    return json.dumps({"kind": ["alarm", f"kind-{number}"], "severity": [{"numeric": [">=", number % 5]}]})


def build(server, key, count):
    """The topic, its queues and subscriptions; each thread has clients of its own."""
    topic = server.client("sns", key).create_topic(Name="fanout")["TopicArn"]
    allow = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage",
                                                               "Resource": "*", "Condition": {"ArnEquals": {"aws:SourceArn": topic}}}})

    def part(numbers):
        sqs, sns = server.client("sqs", key), server.client("sns", key)
        for number in numbers:
            sqs.create_queue(QueueName=f"q{number:05}", Attributes={"Policy": allow})
            sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:us-east-1:{ACCOUNT}:q{number:05}", Attributes={"FilterPolicy": policy(number)})

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        list(pool.map(part, [range(first, count, 8) for first in range(8)]))
    return topic


def waiting(sqs, number):
    url = f"http://localhost/{ACCOUNT}/q{number:05}"
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(found["Attributes"]["ApproximateNumberOfMessages"])


def settle(server, sqs, count, messages):
    """The last queues of the topic (their order is the subscriptions' ids') have all messages: a sample of them tells."""
    sample = range(0, count, max(1, count // 50))
    for _ in range(600):
        if all(waiting(sqs, number) >= messages for number in sample):
            return
        time.sleep(0.2)
    sys.exit("FAILED: the fan-out did not end")


def measure(server, count, messages):
    key = server.root_key()
    topic = build(server, key, count)
    sns, sqs = server.client("sns", key), server.client("sqs", key)
    attributes = {"kind": {"DataType": "String", "StringValue": "alarm"}, "severity": {"DataType": "Number", "StringValue": "7"}}
    publish = lambda body: sns.publish(TopicArn=topic, Message=body, MessageAttributes=attributes)
    publish("warm")
    settle(server, sqs, count, 1)
    server.stop()  # writes a checkpoint: what is stored is then in the files
    size = data_bytes(server.folder)
    server.start()
    before, started = cpu_seconds(server.process.pid), time.time()
    for number in range(messages):
        publish(f"{number:04}{BODY}")
    time.sleep(0.5)
    while (now := cpu_seconds(server.process.pid)) - before > 0:  # until it rests
        time.sleep(0.5)
        if cpu_seconds(server.process.pid) - now < 0.02:
            break
    spent, elapsed = now - before, time.time() - started
    settle(server, sqs, count, messages + 1)
    server.stop()
    return {"deliveries": count * messages, "cpu": spent, "elapsed": elapsed, "bytes": data_bytes(server.folder) - size}


def run(chosen, count=10_000, messages=10):
    from row import row
    from servers import tocsin
    with tocsin(chosen) as server:
        found = measure(server, count, messages)
    per_core = found["deliveries"] / max(found["cpu"], 1e-9)
    return [row(f"SNS fan-out to {count:,} queues with filters", per_core, "deliveries/CPU s", at_least=50_000),
            row(f"SNS fan-out to {count:,} queues: CPU of one", found["cpu"] / found["deliveries"] * 1e6, "us"),
            row(f"SNS fan-out to {count:,} queues: stored for one", found["bytes"] / found["deliveries"], "bytes", at_most=2_000)]


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/release/bin")
    parser.add_argument("--queues", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=10)
    chosen = parser.parse_args()
    chosen.out = ROOT / "build/bench"
    chosen.out.mkdir(parents=True, exist_ok=True)
    for found in run(chosen, chosen.queues, chosen.messages):
        print(f"{found['what']:<58} {found['value']:>14,.0f} {found['unit']}")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT / "bench"))
    main()

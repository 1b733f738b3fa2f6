# SPDX-License-Identifier: Apache-2.0
"""Calls over HTTP with SigV4, 16 clients: tocsin (durable, strict) beside moto, in one run."""
import json

from load import aws_json, load, query
from row import row
from servers import Moto, make_caller, moto, tocsin

RULES, ENTRIES, BUSES = 1000, 10, 4  # a bus has 300 rules at most


def publish(topic):
    return query("sns", "Publish", "2010-03-31", TopicArn=topic, Subject="A trail was stopped", Message="StopLogging by user/intern " * 4)


def subscribed_topic(server):
    sqs, sns = server.client("sqs"), server.client("sns")
    queue = sqs.create_queue(QueueName="inbox")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topic = sns.create_topic(Name="subscribed")["TopicArn"]
    statement = {"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": statement})})
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn)
    return topic


def call_cases(server):
    plain = server.client("sns").create_topic(Name="plain")["TopicArn"]
    return {"sns Publish": publish(plain), "sns Publish to one queue": publish(subscribed_topic(server)),
            "sts GetCallerIdentity": query("sts", "GetCallerIdentity", "2011-06-15")}


def bus_of(rule):
    return f"bus-{rule % BUSES}" if rule % BUSES else "default"


def event_cases(server):
    """Moto is spared the rules: it tries each in turn, and with a thousand does one call in five seconds."""
    events = server.client("events")
    for bus in range(1, BUSES):
        events.create_event_bus(Name=bus_of(bus))
    for i in range(0 if isinstance(server, Moto) else RULES):
        events.put_rule(Name=f"rule-{i}", EventBusName=bus_of(i), EventPattern=json.dumps({"source": [f"app.{i}"], "detail": {"state": ["stopped", {"prefix": "fail"}]}}))
    entries = [{"EventBusName": bus_of(i * 97), "Source": f"app.{i * 97}", "DetailType": "state change", "Detail": json.dumps({"state": "stopped", "host": f"web-{i}", "count": i})}
               for i in range(ENTRIES)]
    return {f"events PutEvents, {ENTRIES} entries, {RULES:,} rules": aws_json("events", "AWSEvents.PutEvents", {"Entries": entries})}


def compare(chosen, make_cases):
    """Each case under the same load on both servers."""
    reports = {}
    with tocsin(chosen) as ours, moto() as peer:
        for server_name, server in (("tocsin", ours), ("moto", peer)):
            if not server:
                continue
            key = make_caller(server)
            for name, call in make_cases(server).items():
                reports[name, server_name] = load(chosen, server, key, f"{server_name}-{name.replace(' ', '-')}", call)
    return reports


def rows_of(name, ours, peer, ratio):
    failed = sum(ours["errors"].values())
    rows = [row(name, ours["per_second"], "calls/s")]
    if peer:
        rows += [row(f"{name}: moto", peer["per_second"], "calls/s"),
                 row(f"{name}: times moto", ours["per_second"] / max(peer["per_second"], 1e-9), "times", at_least=ratio)]
    rows += [row(f"{name}: p50", ours["p50_ms"], "ms"), row(f"{name}: p99", ours["p99_ms"], "ms", at_most=20), row(f"{name}: p99.9", ours["p999_ms"], "ms"),
             row(f"{name}: server CPU", ours["server_cpu_us"], "us/call"), row(f"{name}: load generator CPU", ours["client_cpu_us"], "us/call")]
    return rows + ([row(f"{name}: failed, {', '.join(ours['errors'])}", failed, "calls", at_most=0)] if failed else [])


def run(chosen, make_cases):
    reports = compare(chosen, make_cases)
    names = [name for name, server in reports if server == "tocsin"]
    return [line for name in names for line in rows_of(name, reports[name, "tocsin"], reports.get((name, "moto")), 20)]


def run_calls(chosen):
    return run(chosen, call_cases)


def run_events(chosen):
    return run(chosen, event_cases)

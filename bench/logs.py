# SPDX-License-Identifier: Apache-2.0
"""CloudWatch Logs: events put in batches of 1,000, then searched by FilterLogEvents and by queries of Logs Insights."""
import concurrent.futures
import json
import os
import time

from row import row
from servers import harness, tocsin

EVENTS, BATCH, STREAMS = 10_000_000, 1_000, 16
TARGET = "Logs_20140328."
QUERIES = {"filter on a JSON field, stats by bin": "filter status >= 500 | stats count(*) by bin(5m)",
           "regular expression, parse, stats": r"""filter @message like /u1\d\d"/ | parse @message '"ms":*,' as took | stats avg(took), pct(took, 99) by level""",
           "stats over every event by a JSON field": "stats count(*), avg(ms), max(ms) by path",
           "text that is rare, newest first": "filter @message like 'needle' | sort @timestamp desc | limit 20"}


def message(number):
    """About 130 bytes of JSON; one in a million has the needle."""
    return json.dumps({"level": "error" if number % 50 == 0 else "info", "status": 500 if number % 97 == 0 else 200, "path": f"/api/items/{number % 40}",
                       "ms": number % 1013, "user": f"u{number % 5000}", "request": f"{number * 2654435761 % 2**64:016x}" + ("needle" if number % 1_000_000 == 7 else "")},
                      separators=(",", ":"))


def cpu_seconds(server):
    fields = open(f"/proc/{server.process.pid}/stat").read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Spent:
    """Server's processor time and the wall's, of a block."""
    def __init__(self, server):
        self.server = server

    def __enter__(self):
        self.cpu, self.wall = cpu_seconds(self.server), time.time()
        return self

    def __exit__(self, *_):
        self.cpu, self.wall = cpu_seconds(self.server) - self.cpu, time.time() - self.wall


def put(server, key, first, now):
    """One batch over a connection of its own; signed here, since a whole client costs more than the server."""
    stream = f"s{first // BATCH % STREAMS}"
    events = [{"timestamp": now - EVENTS // 100 + number // 100, "message": message(number)} for number in range(first, first + BATCH)]
    body = json.dumps({"logGroupName": "bench", "logStreamName": stream, "logEvents": events}).encode()
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": TARGET + "PutLogEvents"}
    status, _, reply = server.raw(harness.sign(key, "POST", "/", headers, body, "logs"))
    if status != 200:
        raise RuntimeError(f"PutLogEvents: {status} {reply[:200]}")
    return sum(len(event["message"]) for event in events)


def fill(server, key, logs):
    logs.create_log_group(logGroupName="bench")
    for number in range(STREAMS):
        logs.create_log_stream(logGroupName="bench", logStreamName=f"s{number}")
    now = int(time.time() * 1000)
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        return sum(pool.map(lambda first: put(server, key, first, now), range(0, EVENTS, BATCH)))


def search(logs):
    """Every page of a text filter that finds ten events."""
    found, more = 0, {}
    while True:
        page = logs.filter_log_events(logGroupName="bench", filterPattern="needle", **more)
        found += len(page["events"])
        if "nextToken" not in page:
            return found
        more = {"nextToken": page["nextToken"]}


def ask(logs, query):
    started = logs.start_query(logGroupName="bench", startTime=0, endTime=int(time.time()) + 60, queryString=query)["queryId"]
    while True:
        reply = logs.get_query_results(queryId=started)
        if reply["status"] not in ("Scheduled", "Running"):
            return reply
        time.sleep(0.02)


def run(chosen):
    with tocsin(chosen) as server:
        iam = server.client("iam")
        iam.create_user(UserName="bench")
        iam.put_user_policy(UserName="bench", PolicyName="bench", PolicyDocument=harness.allow("logs:*"))
        made = iam.create_access_key(UserName="bench")["AccessKey"]
        key = made["AccessKeyId"], made["SecretAccessKey"]
        logs = server.client("logs", key, read_timeout=300)
        with Spent(server) as spent:
            size = fill(server, key, logs)
        rows = [row("log events put, batches of 1,000", EVENTS / spent.cpu, "events/s/core", at_least=500_000),
                row("log events put: wall clock, two clients", EVENTS / spent.wall, "events/s")]
        search(logs)
        with Spent(server) as spent:
            found = search(logs)
        rows += [row("text filter over stored events", size / spent.cpu / 1e9, "GB/s/core", at_least=2),
                 row("text filter: events found", found, "events", at_least=EVENTS // 1_000_000)]
        for name, query in QUERIES.items():
            with Spent(server) as spent:
                reply = ask(logs, query)
            scanned = reply["statistics"]["recordsScanned"] if reply["status"] == "Complete" else 0
            rows += [row(f"Insights over {scanned:,.0f} events: {name}", spent.wall, "s", at_most=10),
                     row(f"Insights: {name}: server CPU", spent.cpu, "s")]
        return rows

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Recorded attacks (../shared/data/cloudtrail) become events: rules fire on them with the account, region and time of the record, each record once,
and what is malformed is reported. `tocsin match` says the same without a server. What docs/ingest.md shows is done here."""
import gzip
import json
import os
import pathlib
import subprocess
import tempfile
import threading
import time

import harness
from harness import Server, allow, check, error_code, make_user, say, until

PORT = 4671
LOGS = pathlib.Path(harness.HERE).parents[2] / "shared/data/cloudtrail/stratus"
SHOWN = pathlib.Path(harness.HERE).parents[1] / "docs/ingest-rules.json"  # the rules that docs/ingest.md shows
READS = "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"
# What each rule has to find: the file (an attack), and the names of the calls in it.
EXPECTED = {
    "trail-stopped": {"aws.defense-evasion.cloudtrail-stop": ["StopLogging"]},
    "security-group-opened": {"aws.exfiltration.ec2-security-group-open-port-22-ingress": ["AuthorizeSecurityGroupIngress"]},
    "credentials-stolen": {"aws.credential-access.ec2-steal-instance-credentials": ["GetCallerIdentity", "DescribeInstances"]},
    "administrator-made": {"aws.persistence.iam-create-admin-user": ["AttachUserPolicy"]},
    "image-or-snapshot-shared": {"aws.exfiltration.ec2-share-ami": ["ModifyImageAttribute"], "aws.exfiltration.ec2-share-ebs-snapshot": ["ModifySnapshotAttribute"]},
}


def records_of(attack):
    return json.loads((LOGS / f"{attack}.json").read_text())


def expected_records():
    """{rule: {eventID: record}}"""
    return {rule: {record["eventID"]: record for attack, names in attacks.items() for record in records_of(attack) if record["eventName"] in names
                   and (rule != "credentials-stolen" or record["userIdentity"]["type"] == "AssumedRole")}
            for rule, attacks in EXPECTED.items()}


def install(server):
    """A queue for each rule; returns {rule: queue URL}."""
    sqs, events = server.client("sqs"), server.client("events")
    queues = {}
    for rule, shown in json.loads(SHOWN.read_text()).items():
        policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": "*"}}
        queues[rule] = sqs.create_queue(QueueName=rule, Attributes={"Policy": json.dumps(policy)})["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queues[rule], AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_rule(Name=rule, EventPattern=json.dumps(shown["pattern"]), State=shown.get("state", "ENABLED"))
        events.put_targets(Rule=rule, Targets=[{"Id": "queue", "Arn": arn}])
    return queues


def drain(server, url):
    sqs, events = server.client("sqs"), []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        events += [json.loads(message["Body"]) for message in messages]
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
    return events


def ingest(server, *words, status=0, stdin=None):
    command = [server.binary, "ingest", "cloudtrail", "--data", server.folder, "--endpoint", server.url, "--json", *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=stdin is None or isinstance(stdin, str), timeout=120, input=stdin)
    check(done.returncode == status, f"ingest ended with {done.returncode}: {done.stdout} {done.stderr}")
    return json.loads(done.stdout)


def attacks_arrive(server, queues):
    say("the attack logs: each rule gets its records, with their own account, region and time")
    report = ingest(server, LOGS)
    wanted = expected_records()
    total = sum(len(records) for records in wanted.values())
    check(report["records"] == 260 and report["files"] == 25 and report["skipped_files"] == 1, f"the report: {report}")
    check(report["sent"] == report["accepted"] == total and report["duplicates"] == 0, f"sent: {report}")
    check(report["unmatched"] == 260 - total, f"no rule: {report}")
    check(report["rules"] == {rule: len(records) for rule, records in wanted.items()}, f"counts: {report['rules']}")
    for rule, records in wanted.items():
        got = {}
        until(f"{rule}'s messages", lambda: got.update({event["detail"]["eventID"]: event for event in drain(server, queues[rule])}) or len(got) >= len(records))
        check(set(got) == set(records), f"{rule}: other records than {set(records)}: {set(got)}")
        for event_id, record in records.items():
            event = got[event_id]
            check(event["detail"] == record, f"{rule}: the detail is not the record")
            said = event["account"], event["region"], event["time"], event["source"], event["detail-type"]
            check(said == (record["recipientAccountId"], record["awsRegion"], record["eventTime"], "aws." + record["eventSource"].split(".")[0],
                           "AWS API Call via CloudTrail"), f"{rule}: the envelope says {said}")
    return next(iter(wanted["trail-stopped"]))


def only_once(server, queues):
    say("the same logs again, in another form: nothing is sent twice to the rules")
    lines = "\n".join(json.dumps(record) for file in sorted(LOGS.glob("*.json")) for record in json.loads(file.read_text()))
    for words, stdin in (([LOGS], None), (["-"], lines), (["-"], gzip.compress(lines.encode()))):
        report = ingest(server, *words, stdin=stdin)
        check(report["accepted"] == 0 and report["duplicates"] == report["sent"] > 0, f"again: {report}")
    time.sleep(0.5)
    for rule, url in queues.items():
        check(not drain(server, url), f"{rule} got a record twice")


def layout_of_s3(server, queues, folder):
    say("AWS's S3 layout, gzip, with a digest file beside it")
    record = {**records_of("aws.defense-evasion.cloudtrail-stop")[0], "eventID": "s3-layout"}
    day = folder / "AWSLogs/143434273843/CloudTrail/eu-west-3/2024/07/31"
    day.mkdir(parents=True)
    (day / "143434273843_CloudTrail_eu-west-3_20240731T1310Z_abc.json.gz").write_bytes(gzip.compress(json.dumps({"Records": [record]}).encode()))
    digests = folder / "AWSLogs/143434273843/CloudTrail-Digest/eu-west-3/2024/07/31"
    digests.mkdir(parents=True)
    digest = {"awsAccountId": "143434273843", "digestStartTime": "2024-07-31T12:00:00Z", "digestS3Object": "AWSLogs/x", "logFiles": []}
    (digests / "143434273843_CloudTrail-Digest_eu-west-3.json.gz").write_bytes(gzip.compress(json.dumps(digest).encode()))
    report = ingest(server, folder)
    check(report["accepted"] == 1 and report["digests"] == 1 and report["malformed"] == 0, f"the layout: {report}")
    until("the record", lambda: [event["detail"]["eventID"] for event in drain(server, queues["trail-stopped"])] == ["s3-layout"])


def malformed(server, queues, folder):
    say("malformed input: reported with file and position, counted, skipped; the rest arrives")
    stop = records_of("aws.defense-evasion.cloudtrail-stop")[0]
    good = lambda name: json.dumps({**stop, "eventID": name}, separators=(",", ":"))
    deep = '{"eventID":"deep","a":' + "[" * 5000 + "]" * 5000 + "}"
    lines = [good("m1"), good("cut")[:-200], "hello", good("m2"), deep, good("m3").replace("{", '{"eventName":"x",', 1), good("m4"), '{"x":"' + "y" * (3 << 20) + '"}', good("m5"),
             good("m6").replace("StopLogging", "Stop\\uZZZZ"), '{"eventVersion":"1.10"}', good("m7"),
             good("unmatched").replace("StopLogging", "Other").replace('"name":', '"name":"a","name":', 1)]
    file = folder / "bad.jsonl"
    text = "\n".join(lines).encode()
    file.write_bytes(text.replace(b'"deep"', b'"\xff\xfe"'))
    report = ingest(server, file)
    accepted = ["m1", "m2", "m4", "m5", "m7"]
    check(report["accepted"] == len(accepted), f"accepted: {report}")
    check([problem["line"] for problem in report["problems"]] == [2, 3, 5, 6, 8, 10, 11], f"problems: {report['problems']}")
    check(all(problem["file"] == str(file) and problem["reason"] for problem in report["problems"]), f"problems: {report['problems']}")
    got = []
    until("what is sound", lambda: got.extend(event["detail"]["eventID"] for event in drain(server, queues["trail-stopped"])) or len(got) >= len(accepted))
    check(sorted(got) == accepted, f"arrived: {got}")
    strict = ingest(server, "--strict", file, status=1)
    check(strict["malformed"] == report["malformed"] + 1, "strict looks into what matches nothing, too")
    cut = folder / "cut.json.gz"
    cut.write_bytes(gzip.compress(json.dumps({"Records": [json.loads(good(f"g{i}")) for i in range(2000)]}).encode())[:-400])
    report = ingest(server, cut)
    check(report["accepted"] > 100 and any("cut off" in problem["reason"] for problem in report["problems"]), f"truncated gzip: {report}")
    until("the records before the cut", lambda: got.extend(drain(server, queues["trail-stopped"])) or len(got) >= len(accepted) + report["accepted"])


def rules_meanwhile(server):
    say("a rule that is made while the input goes on counts")
    command = [server.binary, "ingest", "cloudtrail", "--data", server.folder, "--endpoint", server.url, "--json", "-"]
    running = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    record = {**records_of("aws.defense-evasion.cloudtrail-stop")[0], "eventName": "PutBucketPolicy", "eventSource": "s3.amazonaws.com"}
    send = lambda name: (running.stdin.write(json.dumps({**record, "eventID": name}) + "\n"), running.stdin.flush())
    send("too early")
    time.sleep(0.5)
    server.client("events").put_rule(Name="bucket-policy", EventPattern=json.dumps({"source": ["aws.s3"]}))
    time.sleep(2.5)
    send("in time")
    time.sleep(0.3)
    report = json.loads(running.communicate(timeout=20)[0])
    check(report["rules"].get("bucket-policy") == 1 and report["accepted"] == 1 and report["unmatched"] == 1, f"meanwhile: {report}")


def asked_and_recorded(server):
    say("the call needs its permission on the bus, and is recorded itself; the ingested records are not")
    body = lambda name: json.dumps({"Records": [json.dumps({**records_of("aws.defense-evasion.cloudtrail-stop")[0], "eventID": name})]}).encode()
    headers = {"content-type": "application/x-amz-json-1.1", "x-amz-target": "Tocsin.IngestCloudTrailRecords"}
    call = lambda key, name: server.raw(harness.sign(key, "POST", "/", headers, body(name), "tocsin"))
    ann, ben = make_user(server, "ann", "sqs:ListQueues"), make_user(server, "ben", "tocsin:IngestCloudTrailRecords")
    status, _, text = call(ann, "x1")
    check(status == 400 and b"AccessDenied" in text and b"event-bus/default" in text, f"without permission: {status} {text}")
    status, _, text = call(ben, "x2")
    check(status == 200 and json.loads(text) == {"AcceptedCount": 1, "DuplicateCount": 0, "MalformedCount": 0}, f"with it: {status} {text}")
    trail = server.client("cloudtrail")
    found = lambda name: trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": name}])["Events"]
    check(any(event["Username"] == "ben" for event in found("IngestCloudTrailRecords")), "the call is not in the history")
    check(not found("StopLogging"), "an ingested record is in this server's own history")


def matching(binary, folder):
    say("tocsin match: the same without a server; counts, lists, expectations, errors in AWS's words")
    run = lambda *words, **more: subprocess.run([binary, "match", *map(str, words)], capture_output=True, text=True, timeout=60, **more)
    rules = {name: rule["pattern"] for name, rule in json.loads(SHOWN.read_text()).items()}
    file = folder / "rules.json"
    file.write_text(json.dumps(rules))
    wanted = {rule: len(records) for rule, records in expected_records().items()}
    done = run("--cloudtrail", "--all-management-events", "--json", file, LOGS)
    check(done.returncode == 0 and json.loads(done.stdout)["rules"] == wanted, done.stdout + done.stderr)
    expect = folder / "expect.json"
    expect.write_text(json.dumps(wanted))
    check(run("--cloudtrail", "--all-management-events", "--expect", expect, file, LOGS).returncode == 0, "what is expected")
    done = run("--cloudtrail", "--expect", expect, file, LOGS)
    check(done.returncode == 1 and "rule credentials-stolen matches 0 events, not 2" in done.stderr, done.stderr)

    events = "\n".join(json.dumps({"n": i, "tags": [{"k": "a"}]}) for i in range(1000)) + "\n"
    patterns = '{"n":[7]}\n{"n":[{"numeric":[">=",998]}]}\n'
    (folder / "patterns.jsonl").write_text(patterns)
    for threads in (1, 4):
        done = run("--matches", "--threads", threads, folder / "patterns.jsonl", "-", input=events)
        check(done.stdout == "8\t1\n999\t2\n1000\t2\n", f"{threads} threads: {done.stdout!r} {done.stderr}")
    (folder / "bad.json").write_text('{"fine":{"a":[1]},"broken":{"a":[{"prefixx":"b"}]}}')
    done = run(folder / "bad.json", "-", input="{}")
    check(done.returncode == 1 and "rule broken: Event pattern is not valid. Reason: Unrecognized match type prefixx" in done.stderr, done.stderr)
    check(run("--no-such", "a", "b").returncode == 2 and run("a").returncode == 2, "usage")


def run(binary):
    binary = os.path.abspath(binary)
    if not LOGS.exists():
        return say(f"{LOGS} is not here: nothing to ingest")
    with tempfile.TemporaryDirectory(prefix="tocsin-ingest-") as folder, Server(binary, port=PORT) as server:
        folder = pathlib.Path(folder)
        matching(binary, folder)
        queues = install(server)
        event_id = attacks_arrive(server, queues)
        timeline = server.tocsin("timeline", event_id)
        check("record" in timeline.stdout and "trail-stopped" in timeline.stdout and "sqs:SendMessage" in timeline.stdout, f"the timeline: {timeline.stdout}{timeline.stderr}")
        only_once(server, queues)
        layout_of_s3(server, queues, folder / "s3")
        malformed(server, queues, folder)
        rules_meanwhile(server)
        asked_and_recorded(server)
        say("a bus that is not there; a server that is not there")
        done = server.tocsin("ingest", "cloudtrail", "--bus", "nowhere", str(LOGS))
        check(done.returncode == 1 and "nowhere does not exist" in done.stderr, done.stderr)
        done = subprocess.run([binary, "ingest", "cloudtrail", "--data", server.folder, "--endpoint", "127.0.0.1:1", str(LOGS)], capture_output=True, text=True, timeout=60)
        check(done.returncode == 1 and "no server answers" in done.stderr, done.stderr)
        check(server.stop() == 0, "the server did not stop cleanly")


harness.main(run)

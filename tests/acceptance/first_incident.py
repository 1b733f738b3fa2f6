#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The first incident, for real, and `./dev demo`: the AWS CLI at one end, real functions in sandboxes, a real bucket and real mail at the other.

Sets everything up with the CLI, stops the trail as an intruder would, prints the timeline and the mail, and fails where the trail
does not run again or the analyst is not told: once with functions that are cold, once with warm ones."""
import gzip
import json

import harness
from harness import Mailbox, Server, check, my_port, say, text_of, until
from incident import Cli, boto, set_up


def attack(server, stop, mailbox):
    """Stops the trail with `stop`, and waits for all that follows; returns the mail."""
    trails = server.client("cloudtrail")
    before = len(mailbox.mails)
    stop("cloudtrail", "stop-logging", Name="audit")
    stopped = trails.get_trail_status(Name="audit")["StopLoggingTime"]
    status = until("the restart", lambda: (found := trails.get_trail_status(Name="audit"))["IsLogging"] and found)
    took = (status["StartLoggingTime"] - stopped).total_seconds()
    moment, mail = until("the mail", lambda: len(mailbox.mails) > before and mailbox.mails[-1])
    say(f"The trail logged again {took * 1000:.0f} ms after it was stopped; the mail came {(moment - stopped.timestamp()) * 1000:.0f} ms after.")
    return mail


def stop_event(server):
    """The eventID of the last StopLogging."""
    trails = server.client("cloudtrail")
    attributes = [{"AttributeKey": "EventName", "AttributeValue": "StopLogging"}]
    return until("the record of the call", lambda: trails.lookup_events(LookupAttributes=attributes)["Events"])[0]["EventId"]


def show_timeline(server):
    """Prints what `tocsin timeline` says of the incident."""
    event = stop_event(server)
    complete = lambda: (found := server.tocsin("timeline", event).stdout) and "job mail.send: ok" in found and found
    shown = until("the end of the incident in the timeline", complete, step=0.2)
    say(f"$ tocsin timeline {event}\n{shown}")
    for part in ("call cloudtrail:StopLogging: ok", "match trail-stopped", "invoke gather", "invoke restart", "call cloudtrail:StartLogging: ok", "call sns:Publish: ok"):
        check(part in shown, f"the timeline does not show {part}")
    nodes = json.loads(server.tocsin("timeline", "--json", event).stdout)["Nodes"]
    check(len([node for node in nodes if not node.get("Cause")]) == 1, "the timeline has not one root")


def check_mail(mail):
    text = text_of(mail)
    for part in ("user/intern", "audit", "127.0.0.1"):
        check(part in text, f"the mail does not say {part}")


def print_mail(mail):
    say(f"To: {mail['To']}\nSubject: {mail['Subject']}\n\n{text_of(mail)}")


def check_log_files(server):
    """The trail's bucket gets a file once 500 records are waiting (or after a minute)."""
    sts, s3 = server.client("sts"), server.client("s3")
    for _ in range(500):
        sts.get_caller_identity()

    def stops():
        found = []
        for entry in s3.list_objects_v2(Bucket="evidence").get("Contents", []):
            records = json.loads(gzip.decompress(s3.get_object(Bucket="evidence", Key=entry["Key"])["Body"].read()))["Records"]
            found += [(entry["Key"], record) for record in records if record["eventName"] == "StopLogging"]
        return len(found) == 2 and found

    key, record = until("the records of both calls in the bucket", stops, step=0.5)[0]
    check(record["userIdentity"]["userName"] == "intern" and record["requestParameters"] == {"name": "audit"}, f"the record is {record}")
    say(f"Both calls are recorded in the trail's bucket, the first in s3://evidence/{key}")


def run(binary):
    with Mailbox(my_port() + 1) as mailbox, Server(binary, "--smtp", mailbox.url) as server:
        key = set_up(Cli(server), mailbox)
        say("\nThe intruder has the intern's key, and stops the trail.")
        check_mail(attack(server, Cli(server, key), mailbox))
        say("\nOnce more, with functions that are warm.")
        mail = attack(server, boto(server, key), mailbox)
        check_log_files(server)
        show_timeline(server)
        check_mail(mail)
        print_mail(mail)
        check(server.stop() == 0, "the server did not stop cleanly")
        errors = [line for line in server.log().splitlines() if '"level":"error"' in line]
        check(not errors, "the server's log has errors:\n" + "\n".join(errors))


harness.main(run)

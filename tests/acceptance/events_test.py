#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""EventBridge with boto3 and the AWS CLI: rules with templates, targets of every kind that is served, dead letters, buses, archives and replays, schedules."""
import datetime
import json
import time

import harness
from harness import REGION, Server, allow, check, error_code, make_user, refused, say, until

PORT = 15200
ACCOUNT = "123456789012"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sts:AssumeRole"}})


def arn(service, resource):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


def make_queue(server, name, source=None):
    """A queue to which EventBridge may send, for that rule alone where one is named."""
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    statement = {"Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn("sqs", name)}
    if source:
        statement["Condition"] = {"ArnEquals": {"aws:SourceArn": source}}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": [statement]})})
    return url


def take(server, url, count=1):
    """So many messages, as soon as they are there."""
    sqs, found = server.client("sqs"), []

    def more():
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]).get("Messages", []):
            found.append(message)
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return len(found) >= count

    until(f"{count} messages", more)
    return found


def sold(detail, **more):
    return {"Source": "shop", "DetailType": "Sold", "Detail": json.dumps(detail), **more}


def rules_and_templates(server, events):
    say("a rule, its targets, a template; numbers stay as they were")
    rule = events.put_rule(Name="sold", EventPattern=json.dumps({"source": ["shop"], "detail": {"price": [{"numeric": [">", 20]}]}}), Tags=[{"Key": "team", "Value": "blue"}])["RuleArn"]
    check(rule == arn("events", "rule/sold"), rule)
    whole, part = make_queue(server, "whole", rule), make_queue(server, "part", rule)
    template = '{"what": "<item> of <aws.events.rule-name>", "price": <price>, "gone": <gone>, "all": <detail>}'
    paths = {"item": "$.detail.item", "price": "$.detail.price", "gone": "$.detail.gone", "detail": "$.detail"}
    put = events.put_targets(Rule="sold", Targets=[
        {"Id": "whole", "Arn": arn("sqs", "whole")},
        {"Id": "part", "Arn": arn("sqs", "part"), "InputTransformer": {"InputPathsMap": paths, "InputTemplate": template}},
        {"Id": "kinesis", "Arn": arn("kinesis", "stream/s"), "RoleArn": arn("iam", "role/x").replace(REGION, "")}])
    check(put["FailedEntryCount"] == 1 and put["FailedEntries"][0]["TargetId"] == "kinesis", str(put))
    sent = events.put_events(Entries=[sold({"item": "hat", "price": 21.5}), sold({"item": "pin", "price": 2})])
    check(sent["FailedEntryCount"] == 0, str(sent))
    body = take(server, whole)[0]["Body"]
    event = json.loads(body)
    check('"detail":{"item":"hat","price":21.5}' in body and event["id"] == sent["Entries"][0]["EventId"], body)
    check(list(event) == ["version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail"], body)
    body = take(server, part)[0]["Body"]
    check(body == '{"what": "hat of sold", "price": 21.5, "gone": "", "all": {"item":"hat","price":21.5}}', body)
    check(events.list_tags_for_resource(ResourceARN=rule)["Tags"] == [{"Key": "team", "Value": "blue"}], "tags")
    check(events.list_rule_names_by_target(TargetArn=arn("sqs", "whole"))["RuleNames"] == ["sold"], "rules of a target")


def refusals(events):
    say("partial failures and refusals, in AWS's words")
    reply = events.put_events(Entries=[sold({}), sold({}, Source="aws.ec2"), {"Source": "shop", "DetailType": "x", "Detail": "[]"}])
    check([entry.get("ErrorCode") for entry in reply["Entries"]] == [None, "NotAuthorizedForSourceException", "MalformedDetail"], str(reply))
    check("Total size of the entries in the request is over the limit." in str(refused(events.put_events, Entries=[sold({"x": "x" * 600_000})] * 2)), "a large request")
    check("'entries' failed to satisfy constraint: Member must have length less than or equal to 10" in str(refused(events.put_events, Entries=[sold({})] * 11)), "11 entries")
    check("Parameter ScheduleExpression is not valid." in str(refused(events.put_rule, Name="x", ScheduleExpression="cron(0 1 * * * *)")), "a bad schedule")
    check(error_code(events.put_rule, Name="x", EventPattern="{") == "InvalidEventPatternException", "a bad pattern")
    check("contains invalid placeholder gone." in str(refused(events.put_targets, Rule="sold", Targets=[
        {"Id": "t", "Arn": arn("sqs", "whole"), "InputTransformer": {"InputTemplate": '"<gone>"'}}])), "a bad template")
    check(error_code(events.describe_rule, Name="none") == "ResourceNotFoundException", "no rule")


def logs_target(server, events):
    say("a log group as a target, as its resource policy allows")
    logs = server.client("logs")
    logs.create_log_group(logGroupName="/aws/events/sold")
    queue = make_queue(server, "dead")
    dead = {"DeadLetterConfig": {"Arn": arn("sqs", "dead")}}
    events.put_targets(Rule="sold", Targets=[{"Id": "log", "Arn": arn("logs", "log-group:/aws/events/sold"), **dead}])
    events.put_events(Entries=[sold({"price": 30})])
    attributes = {name: value["StringValue"] for name, value in take(server, queue)[0]["MessageAttributes"].items()}
    check(attributes["ERROR_CODE"] == "NO_PERMISSIONS" and attributes["RULE_ARN"] == arn("events", "rule/sold"), str(attributes))
    check(attributes["TARGET_ARN"].endswith("/aws/events/sold") and attributes["RETRY_ATTEMPTS"] == "0" and "ERROR_MESSAGE" in attributes, str(attributes))
    logs.put_resource_policy(policyName="events", policyDocument=json.dumps({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"Service": ["events.amazonaws.com", "delivery.logs.amazonaws.com"]},
        "Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": arn("logs", "log-group:/aws/events/*:*")}]}))
    events.put_events(Entries=[sold({"price": 31})])
    found = until("the event in the log group", lambda: logs.filter_log_events(logGroupName="/aws/events/sold")["events"])
    check(json.loads(found[0]["message"])["detail"] == {"price": 31}, str(found))
    events.remove_targets(Rule="sold", Ids=["log"])


def buses(server, events):
    say("buses: policies, and events that go from one to another once")
    events.create_event_bus(Name="central")
    events.put_permission(EventBusName="central", Action="events:PutEvents", Principal="210987654321", StatementId="other")
    bus = events.describe_event_bus(Name="central")
    check(json.loads(bus["Policy"])["Statement"][0]["Principal"] == {"AWS": "arn:aws:iam::210987654321:root"}, str(bus))
    events.remove_permission(EventBusName="central", StatementId="other")
    check("Policy" not in events.describe_event_bus(Name="central"), "a removed policy")
    role = server.client("iam").create_role(RoleName="forwarder", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    server.client("iam").put_role_policy(RoleName="forwarder", PolicyName="may", PolicyDocument=allow("events:PutEvents", resource=arn("events", "event-bus/central")))
    events.put_rule(Name="forward", EventPattern=json.dumps({"source": ["shop"]}))
    events.put_targets(Rule="forward", Targets=[{"Id": "bus", "Arn": arn("events", "event-bus/central"), "RoleArn": role}])
    rule = events.put_rule(Name="central", EventBusName="central", EventPattern=json.dumps({"source": ["shop"]}))["RuleArn"]
    queue = make_queue(server, "central", rule)
    dead = {"DeadLetterConfig": {"Arn": arn("sqs", "dead")}}
    events.put_targets(Rule="central", EventBusName="central", Targets=[{"Id": "queue", "Arn": arn("sqs", "central")}, {"Id": "back", "Arn": arn("events", "event-bus/default"), "RoleArn": role, **dead}])
    sent = events.put_events(Entries=[sold({"n": 1})])
    check(json.loads(take(server, queue)[0]["Body"])["id"] == sent["Entries"][0]["EventId"], "the forwarded event")
    letter = take(server, server.client("sqs").get_queue_url(QueueName="dead")["QueueUrl"])[0]
    check(letter["MessageAttributes"]["ERROR_CODE"]["StringValue"] == "THIRD_ACCOUNT_HOP_DETECTED", str(letter))
    events.remove_targets(Rule="forward", Ids=["bus"])
    events.delete_rule(Name="forward")


def archives(server, events):
    say("an archive, and its replay")
    source = arn("events", "event-bus/central")
    made = events.create_archive(ArchiveName="kept", EventSourceArn=source, RetentionDays=30, EventPattern=json.dumps({"source": ["shop"]}))
    check(made["State"] == "ENABLED" and made["ArchiveArn"] == arn("events", "archive/kept"), str(made))
    queue = server.client("sqs").get_queue_url(QueueName="central")["QueueUrl"]
    for n in range(3):
        events.put_events(Entries=[sold({"n": n}, EventBusName="central"), sold({}, Source="other", EventBusName="central")])
    take(server, queue, 3)
    archive = events.describe_archive(ArchiveName="kept")
    check(archive["EventCount"] == 3 and archive["SizeBytes"] > 0, str(archive))
    now = datetime.datetime.now(datetime.timezone.utc)
    window = {"EventSourceArn": made["ArchiveArn"], "EventStartTime": now - datetime.timedelta(minutes=5), "EventEndTime": now + datetime.timedelta(minutes=5)}
    started = events.start_replay(ReplayName="again", Destination={"Arn": source, "FilterArns": [arn("events", "rule/central/central")]}, **window)
    check(started["State"] == "STARTING", str(started))
    bodies = [json.loads(message["Body"]) for message in take(server, queue, 3)]
    check({body["replay-name"] for body in bodies} == {"again"} and sorted(body["detail"]["n"] for body in bodies) == [0, 1, 2], str(bodies))
    until("the end of the replay", lambda: events.describe_replay(ReplayName="again")["State"] == "COMPLETED")
    check(events.list_replays(State="COMPLETED")["Replays"][0]["ReplayName"] == "again", "listed")
    check(error_code(events.cancel_replay, ReplayName="again") == "IllegalStatusException", "a replay that has ended")
    check("Cross event bus replay" in str(refused(events.start_replay, ReplayName="x", Destination={"Arn": arn("events", "event-bus/default")}, **window)), "another bus")
    events.delete_archive(ArchiveName="kept")
    check(error_code(events.describe_archive, ArchiveName="kept") == "ResourceNotFoundException", "a deleted archive")


def permissions(server):
    say("policies decide, on AWS's resources and condition keys")
    key = make_user(server, "seller")
    events, iam = server.client("events", key), server.client("iam")
    denied = refused(events.put_events, Entries=[sold({})])
    check(denied.response["Error"]["Code"].startswith("AccessDenied") and "event-bus/default" in str(denied), str(denied))
    iam.put_user_policy(UserName="seller", PolicyName="may", PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Action": "events:PutEvents", "Resource": "*", "Condition": {"StringEquals": {"events:source": "shop"}}},
        {"Effect": "Allow", "Action": "events:PutRule", "Resource": arn("events", "rule/seller-*")}]}))
    check(events.put_events(Entries=[sold({})])["FailedEntryCount"] == 0, "an allowed source")
    check(error_code(events.put_events, Entries=[sold({}, Source="bank")]).startswith("AccessDenied"), "another source")
    events.put_rule(Name="seller-1", EventPattern='{"source":["shop"]}')
    check(error_code(events.put_rule, Name="other", EventPattern='{"source":["shop"]}').startswith("AccessDenied"), "another rule")


def command_line(server):
    say("the AWS CLI")
    listed = json.loads(server.tocsin("aws", "events", "list-rules", "--name-prefix", "sold").stdout)
    check(listed["Rules"][0]["Name"] == "sold", str(listed))
    event = json.dumps({"id": "1", "account": ACCOUNT, "source": "shop", "time": "2026-01-01T00:00:00Z", "region": REGION, "resources": [], "detail-type": "x"})
    tested = server.tocsin("aws", "events", "test-event-pattern", "--event-pattern", '{"source":["shop"]}', "--event", event).stdout
    check(json.loads(tested) == {"Result": True}, tested)


def survives(server, events):
    say("rules and schedules survive kill -9")
    events.put_rule(Name="each-minute", ScheduleExpression="rate(1 minute)")
    server.kill()
    server.start()
    rule = events.describe_rule(Name="each-minute")
    check(rule["ScheduleExpression"] == "rate(1 minute)" and rule["State"] == "ENABLED" and rule["CreatedBy"] == ACCOUNT, str(rule))
    queue = server.client("sqs").get_queue_url(QueueName="whole")["QueueUrl"]
    events.put_events(Entries=[sold({"price": 99})])
    check(json.loads(take(server, queue)[-1]["Body"])["source"] == "shop", "an event after the restart")


def schedule(binary):
    say("a schedule, on the virtual clock")
    with Server(binary, "--clock", "virtual", port=PORT + 1) as server:
        events = server.client("events")
        queue = make_queue(server, "ticks")
        year = time.gmtime().tm_year + 1
        rule = events.put_rule(Name="tick", ScheduleExpression=f"cron(30 6 ? 3 MON#1 {year}-{year + 1})", State="DISABLED")["RuleArn"]
        events.put_targets(Rule="tick", Targets=[{"Id": "q", "Arn": arn("sqs", "ticks")}])
        events.enable_rule(Name="tick")
        bodies = [json.loads(message["Body"]) for message in take(server, queue, 1)]
        when = datetime.datetime.fromisoformat(bodies[0]["time"].replace("Z", "+00:00"))
        check((when.month, when.hour, when.minute, when.weekday()) == (3, 6, 30, 0) and when.day <= 7 and when.year in (year, year + 1), str(when))
        check(bodies[0]["detail-type"] == "Scheduled Event" and bodies[0]["resources"] == [rule] and bodies[0]["detail"] == {}, str(bodies))


def run(binary):
    with Server(binary, port=PORT) as server:
        events = server.client("events")
        rules_and_templates(server, events)
        refusals(events)
        logs_target(server, events)
        buses(server, events)
        archives(server, events)
        permissions(server)
        command_line(server)
        survives(server, events)
    schedule(binary)


if __name__ == "__main__":
    harness.main(run)

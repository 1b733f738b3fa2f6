#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""CloudWatch with boto3 and Debian's AWS CLI: metrics and their mathematics, metric filters of logs, and alarms that tell a topic and an event bus."""
import datetime
import json
import time

import harness
from harness import REGION, Server, check, error_code, make_user, refused, say, until

PORT = 4771
ACCOUNT = "123456789012"


def moments(seconds=3600):
    now = datetime.datetime.now(datetime.timezone.utc)
    return {"StartTime": now - datetime.timedelta(seconds=seconds), "EndTime": now + datetime.timedelta(seconds=60)}


def metrics(cloudwatch):
    put = lambda **datum: cloudwatch.put_metric_data(Namespace="App", MetricData=[{"MetricName": "latency", **datum}])
    put(Value=12.5, Unit="Milliseconds")
    put(Values=[10, 20], Counts=[3, 1], Unit="Milliseconds")
    put(StatisticValues={"SampleCount": 1, "Sum": 100, "Minimum": 100, "Maximum": 100}, Unit="Milliseconds", Dimensions=[{"Name": "Host", "Value": "a"}])
    got = cloudwatch.get_metric_statistics(Namespace="App", MetricName="latency", Period=3600, Statistics=["Sum", "SampleCount"], **moments())["Datapoints"]
    check(sum(point["Sum"] for point in got) == 62.5 and got[0]["Unit"] == "Milliseconds", f"the sum: {got}")
    got = cloudwatch.get_metric_statistics(Namespace="App", MetricName="latency", Period=86400, ExtendedStatistics=["p50"], **moments())["Datapoints"]
    check([point["ExtendedStatistics"] for point in got] == [{"p50": 10}], f"the median: {got}")
    listed = [metric for page in cloudwatch.get_paginator("list_metrics").paginate(Namespace="App") for metric in page["Metrics"]]
    check(len(listed) == 2 and [{"Name": "Host", "Value": "a"}] in [metric["Dimensions"] for metric in listed], f"the metrics: {listed}")
    check(error_code(put, Value=1, Timestamp=moments(20 * 86400)["StartTime"]) == "InvalidParameterValue", "an old value")
    check(error_code(put) == "InvalidParameterCombination", "no value")
    check(error_code(put, Value=float("nan")) in ("MalformedInput", "InvalidParameterValue"), "no number")
    say("metrics: put, statistics, percentiles, list")


def mathematics(cloudwatch):
    stat = lambda name, **more: {"MetricStat": {"Metric": {"Namespace": "Math", "MetricName": name}, "Period": 3600, "Stat": "Sum"}, **more}
    cloudwatch.put_metric_data(Namespace="Math", MetricData=[{"MetricName": "errors", "Value": 3}, {"MetricName": "calls", "Value": 12}])
    queries = [stat("errors", Id="e", ReturnData=False), stat("calls", Id="c", ReturnData=False), {"Id": "rate", "Expression": "100 * e / c", "Label": "Error rate"}]
    results = cloudwatch.get_metric_data(MetricDataQueries=queries, **moments())["MetricDataResults"]
    check([(each["Label"], sum(each["Values"])) for each in results] == [("Error rate", 25)], f"the expression: {results}")
    bad = [{"Id": "s", "Expression": "SEARCH('{App} latency', 'Sum', 60)"}]
    check("SEARCH is not served" in str(refused(cloudwatch.get_metric_data, MetricDataQueries=bad, **moments())), "SEARCH is refused")
    say("metric math")


def queue_of(server, name):
    sqs = server.client("sqs")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": json.dumps(policy)})
    return url, f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def take(server, url):
    sqs = server.client("sqs")
    got = until("a message", lambda: sqs.receive_message(QueueUrl=url, WaitTimeSeconds=1).get("Messages"), 40)[0]
    sqs.delete_message(QueueUrl=url, ReceiptHandle=got["ReceiptHandle"])
    return json.loads(got["Body"])


def alarm(name, **more):
    return {"AlarmName": name, "EvaluationPeriods": 1, "Threshold": 5, "ComparisonOperator": "GreaterThanThreshold", "Namespace": "App", "MetricName": "errors",
            "Statistic": "Sum", "Period": 10, **more}


def alarms(server, cloudwatch):
    told, told_arn = queue_of(server, "told")
    seen, seen_arn = queue_of(server, "seen")
    topic = server.client("sns").create_topic(Name="pager")["TopicArn"]
    server.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint=told_arn)
    events = server.client("events")
    events.put_rule(Name="alarms", EventPattern=json.dumps({"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"]}))
    events.put_targets(Rule="alarms", Targets=[{"Id": "1", "Arn": seen_arn}])
    cloudwatch.put_metric_alarm(**alarm("errors", AlarmActions=[topic], AlarmDescription="too many", Tags=[{"Key": "team", "Value": "blue"}]))
    cloudwatch.put_metric_data(Namespace="App", MetricData=[{"MetricName": "errors", "Value": 7, "StorageResolution": 1}])
    envelope = take(server, told)
    check(envelope["Subject"] == 'ALARM: "errors" in US East (N. Virginia)', f"the subject: {envelope}")
    message = json.loads(envelope["Message"])
    check(message["NewStateValue"] == "ALARM" and message["Trigger"]["MetricName"] == "errors", f"the message: {message}")
    event = take(server, seen)
    check(event["detail"]["alarmName"] == "errors" and event["resources"] == [f"arn:aws:cloudwatch:{REGION}:{ACCOUNT}:alarm:errors"], f"the event: {event}")
    described = cloudwatch.describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]
    check(described["StateReason"].startswith("Threshold Crossed: 1 out of the last 1 datapoint [7.0 ("), described["StateReason"])
    check(cloudwatch.list_tags_for_resource(ResourceARN=described["AlarmArn"])["Tags"] == [{"Key": "team", "Value": "blue"}], "tags")
    cloudwatch.put_composite_alarm(AlarmName="anything", AlarmRule="ALARM(errors) OR ALARM(errors)")
    until("the composite alarm", lambda: cloudwatch.describe_alarms(AlarmTypes=["CompositeAlarm"])["CompositeAlarms"][0]["StateValue"] == "ALARM")
    items = cloudwatch.describe_alarm_history(AlarmName="errors", HistoryItemType="StateUpdate")["AlarmHistoryItems"]
    check(items[-1]["HistorySummary"] == "Alarm updated from INSUFFICIENT_DATA to ALARM", f"the history: {items}")
    cloudwatch.set_alarm_state(AlarmName="errors", StateValue="OK", StateReason="a drill")
    check(len(cloudwatch.describe_alarms_for_metric(Namespace="App", MetricName="errors")["MetricAlarms"]) == 1, "by metric")
    check(error_code(cloudwatch.put_metric_alarm, **alarm("bad", Period=45)) == "ValidationError", "a bad period")
    check(error_code(cloudwatch.set_alarm_state, AlarmName="none", StateValue="OK", StateReason="x").startswith("ResourceNotFound"), "no such alarm")
    cloudwatch.disable_alarm_actions(AlarmNames=["errors"])
    check(not cloudwatch.describe_alarms(AlarmNames=["errors"])["MetricAlarms"][0]["ActionsEnabled"], "actions are off")
    say("alarms: evaluated, told, an event, a history")


def metric_filters(server, cloudwatch):
    logs = server.client("logs")
    logs.create_log_group(logGroupName="/app")
    logs.create_log_stream(logGroupName="/app", logStreamName="s")
    transform = {"metricName": "Denied", "metricNamespace": "Trail", "metricValue": "1", "dimensions": {"User": "$.user"}}
    logs.put_metric_filter(logGroupName="/app", filterName="denied", filterPattern='{ $.errorCode = "AccessDenied*" }', metricTransformations=[transform])
    now = int(time.time() * 1000)
    lines = [{"errorCode": "AccessDenied", "user": "ann"}, {"errorCode": "AccessDenied", "user": "ann"}, {"user": "bob"}]
    logs.put_log_events(logGroupName="/app", logStreamName="s", logEvents=[{"timestamp": now, "message": json.dumps(line)} for line in lines])
    got = cloudwatch.get_metric_statistics(Namespace="Trail", MetricName="Denied", Dimensions=[{"Name": "User", "Value": "ann"}], Period=3600, Statistics=["Sum"], **moments())
    check(sum(point["Sum"] for point in got["Datapoints"]) == 2, f"the metric: {got}")
    described = logs.describe_metric_filters(logGroupName="/app")["metricFilters"]
    check(described[0]["metricTransformations"] == [transform], f"the filter: {described}")
    logs.delete_metric_filter(logGroupName="/app", filterName="denied")
    check(error_code(logs.delete_metric_filter, logGroupName="/app", filterName="denied") == "ResourceNotFoundException", "a filter that is gone")
    say("metric filters")


def permissions(server):
    other = server.client("cloudwatch", make_user(server, "reader", "cloudwatch:GetMetricData", "cloudwatch:ListMetrics"))
    check(other.list_metrics()["Metrics"], "a user's own policy counts")
    denied = error_code(other.put_metric_data, Namespace="App", MetricData=[{"MetricName": "x", "Value": 1}])
    check(denied.startswith("AccessDenied"), f"and no more: {denied}")
    iam = server.client("iam")
    only = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*", "Condition": {"StringEquals": {"cloudwatch:namespace": "App"}}},
                                                   {"Effect": "Allow", "Action": "cloudwatch:SetAlarmState", "Resource": f"arn:aws:cloudwatch:*:{ACCOUNT}:alarm:errors"}]}
    iam.put_user_policy(UserName="reader", PolicyName="only", PolicyDocument=json.dumps(only))
    other.put_metric_data(Namespace="App", MetricData=[{"MetricName": "x", "Value": 1}])
    denied = error_code(other.put_metric_data, Namespace="Else", MetricData=[{"MetricName": "x", "Value": 1}])
    check(denied.startswith("AccessDenied"), f"another namespace: {denied}")
    other.set_alarm_state(AlarmName="errors", StateValue="OK", StateReason="x")
    denied = error_code(other.set_alarm_state, AlarmName="anything", StateValue="OK", StateReason="x")
    check(denied.startswith("AccessDenied"), f"another alarm: {denied}")
    say("permissions")


def recorded(server):
    trail = server.client("cloudtrail")
    found = until("the record", lambda: trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "PutMetricAlarm"}])["Events"])
    record = json.loads(found[-1]["CloudTrailEvent"])
    check(record["eventSource"] == "monitoring.amazonaws.com" and record["requestParameters"]["alarmName"] == "errors", f"the record: {record}")
    say("recorded by CloudTrail")


def the_cli(server):
    done = server.tocsin("aws", "cloudwatch", "put-metric-data", "--namespace", "Cli", "--metric-name", "m", "--value", "4")
    check(done.returncode == 0, done.stderr)
    done = server.tocsin("aws", "cloudwatch", "list-metrics", "--namespace", "Cli")
    check(json.loads(done.stdout)["Metrics"][0]["MetricName"] == "m", done.stdout)
    say("the AWS CLI")


def run(binary):
    with Server(binary, port=PORT) as server:
        cloudwatch = server.client("cloudwatch")
        metrics(cloudwatch)
        mathematics(cloudwatch)
        metric_filters(server, cloudwatch)
        alarms(server, cloudwatch)
        permissions(server)
        recorded(server)
        the_cli(server)
        server.kill()
        server.start()
        cloudwatch = server.client("cloudwatch")
        check(cloudwatch.describe_alarms()["MetricAlarms"], "alarms are there after kill -9")
        cloudwatch.delete_alarms(AlarmNames=["errors", "anything"])
        check(not cloudwatch.describe_alarms()["MetricAlarms"], "and then deleted")
        check(server.stop() == 0, "the exit status")


harness.main(run)

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Step Functions with boto3: machines, real functions as tasks, queues, tokens, activities, maps, express, and a kill -9 in the middle."""
import json
import threading
import time

import harness
from harness import Server, allow, check, error_code, make_role, say, until, zipped

harness.PORTS["states_test"] = 4740

ACCOUNT = "123456789012"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}})
WORK = """
def handler(event, context):
    if event.get("fail"): raise ValueError("boom")
    return {"seen": event}
"""


def pass_state(**more):
    return {"Type": "Pass", "End": True, **more}


def task(resource, **more):
    more = {"Type": "Task", "Resource": resource, **more}
    return more if "Next" in more else {**more, "End": True}


class Workflows:
    def __init__(self, server):
        self.server = server
        self.iam = server.client("iam")
        self.role = self.iam.create_role(RoleName="flow", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        self.may("lambda:*", "sqs:*", "sns:*", "s3:*", "states:*", "events:*", "logs:*", "dynamodb:*")
        self.connect()

    def connect(self):
        self.api = self.server.client("stepfunctions", inject_host_prefix=False)

    def may(self, *actions):
        self.iam.put_role_policy(RoleName="flow", PolicyName="may", PolicyDocument=allow(*actions))

    def make(self, name, states, **more):
        definition = {"StartAt": next(iter(states)), "States": states, **more.pop("top", {})}
        return self.api.create_state_machine(name=name, definition=json.dumps(definition), roleArn=self.role, **more)["stateMachineArn"]

    def start(self, machine, value=None, **more):
        return self.api.start_execution(stateMachineArn=machine, input=json.dumps({} if value is None else value), **more)["executionArn"]

    def end(self, execution, seconds=30):
        def over():
            shown = self.api.describe_execution(executionArn=execution)
            return shown if shown["status"] != "RUNNING" else None
        return until(f"the end of {execution}", over, seconds)

    def output(self, execution):
        shown = self.end(execution)
        check(shown["status"] == "SUCCEEDED", f"{execution}: {shown['status']} {shown.get('error')}: {shown.get('cause')}")
        return json.loads(shown["output"])

    def run(self, machine, value=None):
        return self.output(self.start(machine, value))

    def history(self, execution):
        pages = self.api.get_paginator("get_execution_history").paginate(executionArn=execution)
        return [event for page in pages for event in page["events"]]


def is_gone(api, arn):
    """A machine is DELETING while its executions are stopped, and then is not."""
    try:
        return api.describe_state_machine(stateMachineArn=arn)["status"] != "DELETING" and None
    except api.exceptions.StateMachineDoesNotExist:
        return True


def machines(flows):
    api = flows.api
    arn = flows.make("life", {"P": pass_state(Result=1)}, tags=[{"key": "team", "value": "blue"}])
    check(api.describe_state_machine(stateMachineArn=arn)["status"] == "ACTIVE", "the machine is active")
    check(flows.run(arn) == 1, "the first definition")
    api.update_state_machine(stateMachineArn=arn, definition=json.dumps({"StartAt": "P", "States": {"P": pass_state(Result=2)}}))
    check(flows.run(arn) == 2, "the second definition")
    check(error_code(api.create_state_machine, name="bad", definition="{}", roleArn=flows.role) == "InvalidDefinition", "a bad definition")
    check(error_code(api.create_state_machine, name="life", definition=json.dumps({"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}),
                     roleArn=flows.role) == "StateMachineAlreadyExists", "a name that is taken")
    other = flows.iam.create_role(RoleName="other", AssumeRolePolicyDocument=harness.TRUST_LAMBDA)["Role"]["Arn"]
    check(error_code(api.create_state_machine, name="n", definition=json.dumps({"StartAt": "S", "States": {"S": {"Type": "Succeed"}}}),
                     roleArn=other) == "AccessDeniedException", "a role that Step Functions may not assume")
    executions = api.list_executions(stateMachineArn=arn, statusFilter="SUCCEEDED")["executions"]
    check(len(executions) == 2, "the executions of the machine")
    api.delete_state_machine(stateMachineArn=arn)
    until("the machine is gone", lambda: is_gone(api, arn))
    say("the life of a machine")


def functions(flows):
    worker = make_role(flows.iam, "worker", "logs:*")
    made = flows.server.client("lambda").create_function(FunctionName="work", Runtime="python3.11", Handler="index.handler", Role=worker,
                                                         Code={"ZipFile": zipped(WORK)}, Timeout=20)["FunctionArn"]
    bare = flows.make("bare", {"T": task(made)})
    execution = flows.start(bare, {"a": 1})
    check(flows.output(execution) == {"seen": {"a": 1}}, "a function by its ARN")
    check([event["type"] for event in flows.history(execution)] ==
          ["ExecutionStarted", "TaskStateEntered", "LambdaFunctionScheduled", "LambdaFunctionStarted", "LambdaFunctionSucceeded", "TaskStateExited",
           "ExecutionSucceeded"], "the history of a function's task")
    failing = flows.end(flows.start(bare, {"fail": True}))
    check(failing["error"] == "ValueError" and json.loads(failing["cause"])["errorMessage"] == "boom", "a function's own error")
    states = {"T": task("arn:aws:states:::lambda:invoke", Parameters={"FunctionName": "work", "Payload.$": "$"}, OutputPath="$.Payload",
                        Retry=[{"ErrorEquals": ["ValueError"], "IntervalSeconds": 1, "MaxAttempts": 1}],
                        Catch=[{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Caught"}]),
              "Caught": pass_state()}
    invoke = flows.make("invoke", states)
    check(flows.run(invoke, {"b": 2}) == {"seen": {"b": 2}}, "lambda:invoke")
    execution = flows.start(invoke, {"fail": True})
    check(flows.output(execution)["error"]["Error"] == "ValueError", "caught after a retry")
    check([event["type"] for event in flows.history(execution)].count("TaskFailed") == 2, "the task was tried twice")
    say("functions as tasks, Retry and Catch")
    return made


def services(flows):
    sqs = flows.server.client("sqs")
    queue = sqs.create_queue(QueueName="flow")["QueueUrl"]
    flows.server.client("s3").create_bucket(Bucket="flow-bucket")
    topic = flows.server.client("sns").create_topic(Name="flow")["TopicArn"]
    states = {
        "Send": task("arn:aws:states:::sqs:sendMessage", Parameters={"QueueUrl": queue, "MessageBody": {"n.$": "$.n"}}, ResultPath="$.sent", Next="Publish"),
        "Publish": task("arn:aws:states:::sns:publish", Parameters={"TopicArn": topic, "Message.$": "$"}, ResultPath="$.published", Next="Put"),
        "Put": task("arn:aws:states:::aws-sdk:s3:putObject", Parameters={"Bucket": "flow-bucket", "Key": "k", "Body": {"n.$": "$.n"}}, ResultPath=None, Next="Get"),
        "Get": task("arn:aws:states:::aws-sdk:s3:getObject", Parameters={"Bucket": "flow-bucket", "Key": "k"}, ResultPath="$.object", Next="Tell"),
        "Tell": task("arn:aws:states:::events:putEvents", Parameters={"Entries": [{"Source": "flow", "DetailType": "Done", "Detail": {"n.$": "$.n"}}]}, ResultPath="$.told"),
    }
    out = flows.run(flows.make("services", states), {"n": 7})
    check(out["sent"]["MessageId"] and out["published"]["MessageId"] and out["told"]["FailedEntryCount"] == 0, "the replies of the services")
    check(json.loads(out["object"]["Body"]) == {"n": 7}, "an object that was put and got")
    check(json.loads(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"]) == {"n": 7}, "the message in the queue")
    missing = flows.make("missing", {"T": task("arn:aws:states:::aws-sdk:s3:getObject", Parameters={"Bucket": "flow-bucket", "Key": "none"})})
    shown = flows.end(flows.start(missing))
    check(shown["error"] == "S3.NoSuchKeyException" and "(Service: S3, Status Code: 404" in shown["cause"], f"an SDK error: {shown}")
    flows.may("sqs:*", "lambda:*", "states:*")
    shown = flows.end(flows.start(missing))
    check(shown["error"] == "S3.S3Exception" and "not authorized to perform: s3:GetObject" in shown["cause"], f"what the role may not do: {shown}")
    flows.may("lambda:*", "sqs:*", "sns:*", "s3:*", "states:*", "events:*", "logs:*")
    say("SQS, SNS, S3 and EventBridge, as the machine's role may")
    return queue


def tokens(flows, queue):
    sqs = flows.server.client("sqs")
    states = {"Ask": task("arn:aws:states:::sqs:sendMessage.waitForTaskToken", Parameters={"QueueUrl": queue, "MessageBody": {"token.$": "$$.Task.Token"}})}
    machine = flows.make("ask", states)
    for answer in ("yes", "no"):
        execution = flows.start(machine)
        message = until("the question", lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages"))[0]
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])
        token = json.loads(message["Body"])["token"]
        flows.api.send_task_heartbeat(taskToken=token)
        if answer == "yes":
            flows.api.send_task_success(taskToken=token, output='"yes"')
            check(flows.output(execution) == "yes", "the answer")
        else:
            flows.api.send_task_failure(taskToken=token, error="Refused", cause="no")
            check(flows.end(execution)["error"] == "Refused", "the refusal")
        check(error_code(flows.api.send_task_success, taskToken=token, output="1") == "TaskTimedOut", "a token is used once")
    say("task tokens")


def activities(flows):
    activity = flows.api.create_activity(name="approve")["activityArn"]
    machine = flows.make("activity", {"T": task(activity, TimeoutSeconds=60)})
    got = {}
    api = flows.server.client("stepfunctions", read_timeout=70)
    waiter = threading.Thread(target=lambda: got.update(api.get_activity_task(activityArn=activity, workerName="ann")))
    waiter.start()
    time.sleep(0.3)
    execution = flows.start(machine, {"what": "isolate"})
    waiter.join(20)
    check(json.loads(got["input"]) == {"what": "isolate"}, "the worker that waits gets the task")
    flows.api.send_task_success(taskToken=got["taskToken"], output='"approved"')
    check(flows.output(execution) == "approved", "the activity's result")
    check("ActivityStarted" in [event["type"] for event in flows.history(execution)], "its history")
    flows.api.delete_activity(activityArn=activity)
    say("activities")


def joined(flows, function):
    flow = lambda name: {"StartAt": name, "States": {name: task(function)}}
    states = {"Both": {"Type": "Parallel", "Branches": [flow("A"), {"StartAt": "B", "States": {"B": {"Type": "Wait", "Seconds": 1, "End": True}}}], "Next": "Pack"},
              "Pack": {"Type": "Pass", "Parameters": {"items": [1, 2, 3]}, "Next": "Each"},
              "Each": {"Type": "Map", "ItemsPath": "$.items", "ItemSelector": {"n.$": "$$.Map.Item.Value"}, "ItemProcessor": flow("C"), "End": True}}
    check(flows.run(flows.make("joined", states)) == [{"seen": {"n": n}} for n in (1, 2, 3)], "Parallel, then Map")
    s3 = flows.server.client("s3")
    s3.put_object(Bucket="flow-bucket", Key="in/list.csv", Body="name,size\na,1\nb,2\n")
    states = {"Each": {"Type": "Map", "End": True, "Label": "Rows", "MaxConcurrency": 2,
                       "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"},
                                      "Parameters": {"Bucket": "flow-bucket", "Key": "in/list.csv"}},
                       "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}, **flow("D")},
                       "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "flow-bucket", "Prefix": "out"}}}}
    execution = flows.start(flows.make("rows", states))
    where = flows.output(execution)["ResultWriterDetails"]
    manifest = json.loads(s3.get_object(Bucket=where["Bucket"], Key=where["Key"])["Body"].read())
    results = json.loads(s3.get_object(Bucket="flow-bucket", Key=manifest["ResultFiles"]["SUCCEEDED"][0]["Key"])["Body"].read())
    check(sorted(json.loads(each["Output"])["seen"]["name"] for each in results) == ["a", "b"], "the results in S3")
    run = flows.api.list_map_runs(executionArn=execution)["mapRuns"][0]["mapRunArn"]
    check(flows.api.describe_map_run(mapRunArn=run)["itemCounts"]["succeeded"] == 2, "the map run")
    say("Parallel, Map and a distributed Map over a CSV file in S3")


def nested(flows, function):
    child = flows.make("child", {"T": task(function)})
    states = {"Run": task("arn:aws:states:::states:startExecution.sync:2", Parameters={"StateMachineArn": child, "Input": {"x": 1}}, OutputPath="$.Output")}
    check(flows.run(flows.make("parent", states)) == {"seen": {"x": 1}}, "a workflow in a workflow")
    slow = flows.make("slow", {"W": {"Type": "Wait", "Seconds": 1000, "End": True}})
    execution = flows.start(slow)
    flows.api.stop_execution(executionArn=execution, error="Enough", cause="by hand")
    shown = flows.end(execution)
    check((shown["status"], shown["error"]) == ("ABORTED", "Enough"), "a stopped execution")
    say("nested workflows, stopping")


def express(flows, function):
    group = flows.server.client("logs")
    group.create_log_group(logGroupName="/flows")
    logging = {"level": "ALL", "includeExecutionData": True,
               "destinations": [{"cloudWatchLogsLogGroup": {"logGroupArn": f"arn:aws:logs:us-east-1:{ACCOUNT}:log-group:/flows:*"}}]}
    machine = flows.make("express", {"T": task(function)}, type="EXPRESS", loggingConfiguration=logging)
    reply = flows.api.start_sync_execution(stateMachineArn=machine, input='{"q": 1}')
    check(reply["status"] == "SUCCEEDED" and json.loads(reply["output"]) == {"seen": {"q": 1}}, f"the answer of an express execution: {reply}")
    check(reply["billingDetails"]["billedDurationInMilliseconds"] >= 100, "it is billed")
    lines = until("the log of the execution", lambda: [event["message"] for event in group.filter_log_events(logGroupName="/flows")["events"]])
    until("its end in the log", lambda: any('"ExecutionSucceeded"' in event["message"] for event in group.filter_log_events(logGroupName="/flows")["events"]))
    check(json.loads(lines[0])["execution_arn"] == reply["executionArn"], "what the log tells")
    say("express workflows and their logs")


def rule(flows, queue):
    events, sqs = flows.server.client("events"), flows.server.client("sqs")
    target = flows.make("responder", {"S": task("arn:aws:states:::sqs:sendMessage", Parameters={"QueueUrl": queue, "MessageBody.$": "$.detail.what"})})
    role = flows.iam.create_role(RoleName="caller", AssumeRolePolicyDocument=TRUST.replace("states.", "events."))["Role"]["Arn"]
    flows.iam.put_role_policy(RoleName="caller", PolicyName="may", PolicyDocument=allow("states:StartExecution"))
    events.put_rule(Name="respond", EventPattern=json.dumps({"source": ["alarm"]}))
    check(events.put_targets(Rule="respond", Targets=[{"Id": "1", "Arn": target, "RoleArn": role}])["FailedEntryCount"] == 0, "the target")
    events.put_events(Entries=[{"Source": "alarm", "DetailType": "Fire", "Detail": '{"what": "burning"}'}])
    message = until("the response", lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages"))[0]
    check(message["Body"] == "burning", "what the workflow of the rule sent")
    say("a rule starts a workflow")


def crash(flows, server, function):
    states = {"First": task(function, Next="Wait"), "Wait": {"Type": "Wait", "Seconds": 3, "Next": "Second"}, "Second": task(function)}
    machine = flows.make("durable", states)
    asked = flows.make("durable-token", {"T": task("arn:aws:states:::sqs:sendMessage.waitForTaskToken", Parameters={
        "QueueUrl": server.client("sqs").get_queue_url(QueueName="flow")["QueueUrl"], "MessageBody.$": "$$.Task.Token"})})
    executions = [flows.start(machine, {"i": i}) for i in range(20)]
    waiting = flows.start(asked)
    token = until("the token", lambda: server.client("sqs").receive_message(
        QueueUrl=server.client("sqs").get_queue_url(QueueName="flow")["QueueUrl"]).get("Messages"))[0]["Body"]
    time.sleep(1)
    server.kill()
    server.start()
    flows.connect()
    for i, execution in enumerate(executions):
        check(flows.output(execution) == {"seen": {"seen": {"i": i}}}, "an execution goes on after the crash")
        types = [event["type"] for event in flows.history(execution)]
        check(types.count("WaitStateEntered") == 1 and types[-1] == "ExecutionSucceeded", f"its history is whole: {types}")
    flows.api.send_task_success(taskToken=token, output='"still here"')
    check(flows.output(waiting) == "still here", "a token outlives the crash")
    say("kill -9 in the middle: everything ends")


def run(binary):
    with Server(binary) as server:
        flows = Workflows(server)
        machines(flows)
        function = functions(flows)
        queue = services(flows)
        tokens(flows, queue)
        activities(flows)
        joined(flows, function)
        nested(flows, function)
        express(flows, function)
        rule(flows, queue)
        crash(flows, server, function)


if __name__ == "__main__":
    harness.main(run)

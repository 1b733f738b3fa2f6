#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""What stands around executions of Step Functions: versions, aliases, tags, activities, validation, TestState, and drawings.

boto3 where Debian's knows the operation; the newer ones are signed by hand."""
import json
import os
import pathlib
import subprocess
import tempfile
import xml.dom.minidom

import harness
from harness import Server, allow, check, error_code, make_user, say, sign, until

harness.PORTS["states_edge_test"] = 4750

TRUST = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "states.amazonaws.com"}, "Action": "sts:AssumeRole"}})


class Refused(Exception):
    def __init__(self, body):
        self.code = body["__type"].split("#")[-1]
        self.message = body.get("message") or body.get("Message")
        super().__init__(f"{self.code}: {self.message}")


class Api:
    """Step Functions, one JSON request after another."""
    def __init__(self, server, key=None):
        self.server, self.key = server, key or server.root_key()

    def __call__(self, operation, **params):
        headers = {"x-amz-target": f"AWSStepFunctions.{operation}", "content-type": "application/x-amz-json-1.0"}
        status, _, body = self.server.raw(sign(self.key, "POST", "/", headers, json.dumps(params).encode(), "states"), timeout=60)
        reply = json.loads(body or "{}")
        if status != 200:
            raise Refused(reply)
        return reply

    def refusal(self, operation, **params):
        try:
            self(operation, **params)
        except Refused as refused:
            return refused
        harness.failed(f"{operation} was not refused")


def definition(value):
    return json.dumps({"StartAt": "P", "States": {"P": {"Type": "Pass", "Result": value, "End": True}}})


def make_role(server, name, *actions):
    iam = server.client("iam")
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    if actions:
        iam.put_role_policy(RoleName=name, PolicyName="may", PolicyDocument=allow(*actions))
    return role


def versions_and_aliases(server, api, role):
    arn = api("CreateStateMachine", name="m", definition=definition(1), roleArn=role, publish=True, versionDescription="one")["stateMachineArn"]
    revision = api("UpdateStateMachine", stateMachineArn=arn, definition=definition(2))["revisionId"]
    conflict = api.refusal("PublishStateMachineVersion", stateMachineArn=arn, revisionId="INITIAL")
    check(conflict.code == "ConflictException" and revision in conflict.message, f"another revision: {conflict}")
    check(api("PublishStateMachineVersion", stateMachineArn=arn, revisionId=revision)["stateMachineVersionArn"] == arn + ":2", "the second version")
    listed = [each["stateMachineVersionArn"] for each in api("ListStateMachineVersions", stateMachineArn=arn)["stateMachineVersions"]]
    check(listed == [arn + ":2", arn + ":1"], f"the newest first: {listed}")
    check(api("DescribeStateMachine", stateMachineArn=arn + ":1")["description"] == "one", "a version's description")

    route = lambda *parts: [{"stateMachineVersionArn": f"{arn}:{version}", "weight": weight} for version, weight in parts]
    alias = api("CreateStateMachineAlias", name="PROD", routingConfiguration=route((1, 100)))["stateMachineAliasArn"]

    def output():
        run = api("StartExecution", stateMachineArn=alias)["executionArn"]
        shown = until("the end", lambda: next((d for d in [api("DescribeExecution", executionArn=run)] if d["status"] != "RUNNING"), None))
        check(shown["stateMachineAliasArn"] == alias, "an execution names its alias")
        return shown["output"]

    check({output() for _ in range(5)} == {"1"}, "all to the first version")
    check(api.refusal("DeleteStateMachineVersion", stateMachineVersionArn=arn + ":1").code == "ConflictException", "a version in use")
    api("UpdateStateMachineAlias", stateMachineAliasArn=alias, routingConfiguration=route((1, 50), (2, 50)))
    check({output() for _ in range(40)} == {"1", "2"}, "half and half")
    sum_wrong = api.refusal("UpdateStateMachineAlias", stateMachineAliasArn=alias, routingConfiguration=route((1, 70), (2, 29)))
    check(sum_wrong.message == "Sum of routing configuration weights must equal 100. Received: [70, 29]", f"weights: {sum_wrong}")
    long = api.refusal("CreateStateMachineAlias", name="A" * 81, routingConfiguration=route((1, 100)))
    check(long.code == "ValidationException" and "less than or equal to 80" in long.message, f"a long name: {long}")
    api("DeleteStateMachineAlias", stateMachineAliasArn=alias)
    check(api.refusal("DescribeStateMachineAlias", stateMachineAliasArn=alias).code == "ResourceNotFound", "the alias is gone")

    only_prod = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "states:StartExecution", "Resource": f"{arn}:*",
                                                        "Condition": {"StringEquals": {"states:StateMachineQualifier": "2"}}}}
    key = make_user(server, "starter")
    server.client("iam").put_user_policy(UserName="starter", PolicyName="may", PolicyDocument=json.dumps(only_prod))
    starter = Api(server, key)
    starter("StartExecution", stateMachineArn=arn + ":2")
    check(starter.refusal("StartExecution", stateMachineArn=arn + ":1").code == "AccessDeniedException", "only the second version may be started")
    say("versions and aliases")


def activities_and_tags(server):
    api = server.client("stepfunctions")
    arn = api.create_activity(name="approve", tags=[{"key": "team", "value": "blue"}])["activityArn"]
    check(api.create_activity(name="approve")["activityArn"] == arn, "the same activity again")
    check([each["name"] for each in api.list_activities()["activities"]] == ["approve"], "activities are listed")
    api.tag_resource(resourceArn=arn, tags=[{"key": "tier", "value": "1"}])
    api.untag_resource(resourceArn=arn, tagKeys=["team"])
    check(api.list_tags_for_resource(resourceArn=arn)["tags"] == [{"key": "tier", "value": "1"}], "tags change")
    check(error_code(api.create_activity, name="a b") == "InvalidName", "a name with a space")
    api.delete_activity(activityArn=arn)
    check(error_code(api.describe_activity, activityArn=arn) == "ActivityDoesNotExist", "the activity is gone")
    say("activities and tags")


def validation(api):
    found = api("ValidateStateMachineDefinition", definition='{"StartAt":"A","States":{"A":{"Type":"Pass","Next":"B"}}}')
    check(found["result"] == "FAIL" and found["diagnostics"][0]["location"] == "/States/A/Next", f"a missing target: {found}")
    refused = api.refusal("CreateStateMachine", name="bad", roleArn="arn:aws:iam::123456789012:role/x", definition="not a definition")
    check(refused.code == "InvalidDefinition" and "Unrecognized token 'not'" in refused.message, f"no JSON: {refused}")
    say("validation")


def one_state_alone(server, api):
    sqs = server.client("sqs")
    queue = sqs.create_queue(QueueName="out")["QueueUrl"]
    role, powerless = make_role(server, "tester", "sqs:SendMessage"), make_role(server, "powerless")
    state = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl": queue, "MessageBody.$": "$.body"},
             "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Lost"}], "ResultPath": "$.sent", "Next": "After"}
    test = lambda **more: api("TestState", definition=json.dumps(state), input='{"body":"a secret word"}', **more)

    real = test(roleArn=role, inspectionLevel="TRACE")
    check(real["status"] == "SUCCEEDED" and real["nextState"] == "After", f"a task that runs: {real}")
    check(json.loads(real["inspectionData"]["afterParameters"]) == {"QueueUrl": queue, "MessageBody": "a secret word"}, "its parameters are shown")
    check(sqs.receive_message(QueueUrl=queue)["Messages"][0]["Body"] == "a secret word", "the message was sent")
    denied = test(roleArn=powerless)
    check(denied["status"] == "CAUGHT_ERROR" and denied["nextState"] == "Lost", f"a role that may not: {denied}")
    mocked = test(mock={"result": '{"MessageId":"x"}'}, inspectionLevel="DEBUG")
    check(json.loads(mocked["output"]) == {"body": "a secret word", "sent": {"MessageId": "x"}}, f"a mock: {mocked}")
    wrong = api.refusal("TestState", definition=json.dumps(state), input='{"body":"b"}', mock={"result": '{"MessageId":7}'})
    check(wrong.message == "Mock result schema validation error: Field 'MessageId' must be a string", f"a mock that the API cannot give: {wrong}")
    check(api.refusal("TestState", definition=json.dumps(state)).message == "RoleArn must be specified when testing a Task state", "a role is needed")

    nobody = Api(server, make_user(server, "nobody"))
    check(nobody.refusal("TestState", definition='{"Type":"Succeed"}').code == "AccessDeniedException", "it needs states:TestState")
    cloudtrail = server.client("cloudtrail")
    lookup = lambda: cloudtrail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "TestState"}])["Events"]
    events = until("the record of TestState", lookup)
    parameters = [json.loads(event["CloudTrailEvent"])["requestParameters"] for event in events]
    check("a secret word" not in json.dumps(parameters), "no input is recorded")
    say("TestState")


def drawings(binary):
    with tempfile.TemporaryDirectory() as folder:
        states = {"Ask": {"Type": "Choice", "Choices": [{"Variable": "$.n", "NumericGreaterThan": 3, "Next": "Call"}], "Default": "Rest"},
                  "Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke", "Parameters": {"FunctionName": "f"},
                           "Catch": [{"ErrorEquals": ["Busy"], "Next": "Rest"}], "Next": "Each"},
                  "Each": {"Type": "Map", "ItemProcessor": {"StartAt": "One", "States": {"One": {"Type": "Pass", "End": True}}}, "End": True},
                  "Rest": {"Type": "Succeed"}}
        files = {"definition": {"StartAt": "Ask", "States": states, "Comment": "Drawn <here>"}, "input": {"n": 5},
                 "mock": {"StateMachines": {"m": {"TestCases": {"c": {"Call": "R"}}}}, "MockedResponses": {"R": {"0": {"Throw": {"Error": "Busy", "Cause": "x"}}}}}}
        for name, content in files.items():
            pathlib.Path(folder, name).write_text(json.dumps(content))
        draw = lambda *words: subprocess.run([binary, "states", "graph", *words, os.path.join(folder, "definition")], capture_output=True, text=True, check=True).stdout
        plain = draw()
        run = draw("--input", os.path.join(folder, "input"), "--mock", os.path.join(folder, "mock"))
        for drawing in (plain, run):
            xml.dom.minidom.parseString(drawing)
        check(all(word in plain for word in ("Drawn &lt;here&gt;", "$.n &gt; 3", "otherwise", ">One<", "lambda:invoke")), "states and conditions are drawn")
        check(plain == draw(), "the same drawing each time")
        check('class="caught"' in run and 'class="idle"' in run and 'class="caught"' not in plain, "the run has its colours")
        # A template that is none crashed it once.
        for language in ("JSONata", "JSONPath"):
            pathlib.Path(folder, "definition").write_text(json.dumps({"StartAt": "F", "QueryLanguage": language, "States": {"F": {"Type": "Fail", "Error": "{%}", "Cause": "%}"}}}))
            ended = subprocess.run([binary, "states", "graph", os.path.join(folder, "definition")], capture_output=True, text=True)
            check(ended.returncode in (0, 1, 2), f"an odd template in {language} is drawn or refused")
    say("drawings")


# What each is called in a Resource, by boto3, and by whom: reads that need no parameters.
SDK_CALLS = (("ec2", "ec2", "describe_vpcs"), ("ssm", "ssm", "describe_parameters"), ("config", "config", "describe_configuration_recorders"),
             ("autoscaling", "autoscaling", "describe_auto_scaling_groups"), ("elasticloadbalancingv2", "elbv2", "describe_load_balancers"),
             ("cloudwatch", "cloudwatch", "list_metrics"), ("cloudwatchlogs", "logs", "describe_log_groups"), ("eventbridge", "events", "list_rules"),
             ("sfn", "stepfunctions", "list_activities"), ("cloudtrail", "cloudtrail", "describe_trails"), ("kms", "kms", "list_keys"),
             ("iam", "iam", "list_users"), ("s3", "s3", "list_buckets"), ("lambda", "lambda", "list_functions"), ("sqs", "sqs", "list_queues"),
             ("sns", "sns", "list_topics"), ("resourcegroupstaggingapi", "resourcegroupstaggingapi", "get_resources"),
             ("securityhub", "securityhub", "get_findings"), ("guardduty", "guardduty", "list_detectors"), ("secretsmanager", "secretsmanager", "list_secrets"))


def every_service(server, api, role):
    """What the API answers, a Task state gets."""
    served = {}
    for name, client, method in SDK_CALLS:
        try:
            getattr(server.client(client), method)()
        except Exception as error:  # not served yet, or not set up
            code = getattr(error, "response", {}).get("Error", {}).get("Code")
            check(code, f"{name} answers or refuses: {error}")
        else:
            served[name] = "".join(word.capitalize() for word in method.split("_"))
    check(len(served) >= 12, f"most services answer: {sorted(served)}")
    branches = [{"StartAt": name, "States": {name: {"Type": "Task", "End": True, "Resource": f"arn:aws:states:::aws-sdk:{name}:{operation[0].lower()}{operation[1:]}"}}}
                for name, operation in served.items()]
    machine = api("CreateStateMachine", name="every-service", roleArn=role, definition=json.dumps({"StartAt": "All", "States": {"All": {"Type": "Parallel", "Branches": branches, "End": True}}}))
    execution = api("StartExecution", stateMachineArn=machine["stateMachineArn"])["executionArn"]
    ended = until("all are called", lambda: (shown := api("DescribeExecution", executionArn=execution))["status"] != "RUNNING" and shown)
    check(ended["status"] == "SUCCEEDED", f"each is called as a Task: {ended.get('error')} {ended.get('cause')}")
    say(f"{len(served)} services through aws-sdk")


def distributed_map(server, api, role):
    """A CSV file read in pieces, in batches; the run fails at a gate, and a redrive goes on with it."""
    s3 = server.client("s3")
    for bucket in ("rows", "results"):
        s3.create_bucket(Bucket=bucket)
    lines = "number,text\n" + "".join(f'{i},"row ""{i}"" {"x" * 150}"\n' for i in range(4000))
    s3.put_object(Bucket="rows", Key="rows.csv", Body=lines.encode())
    gate = {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:s3:headObject", "Parameters": {"Bucket": "rows", "Key": "gate"}, "ResultPath": None,
            "OutputPath": "$.Items[0]", "End": True}
    each = {"Type": "Map", "Label": "Each", "MaxConcurrency": 2, "End": True, "ItemBatcher": {"MaxItemsPerBatch": 500},
            "ItemReader": {"Resource": "arn:aws:states:::s3:getObject", "Parameters": {"Bucket": "rows", "Key": "rows.csv"}, "ReaderConfig": {"InputType": "CSV", "CSVHeaderLocation": "FIRST_ROW"}},
            "ItemProcessor": {"ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "EXPRESS"}, "StartAt": "Gate", "States": {"Gate": gate}},
            "ResultWriter": {"Resource": "arn:aws:states:::s3:putObject", "Parameters": {"Bucket": "results", "Prefix": "run"}}}
    machine = api("CreateStateMachine", name="rows", roleArn=role, definition=json.dumps({"StartAt": "Each", "States": {"Each": each}}))["stateMachineArn"]
    execution = api("StartExecution", stateMachineArn=machine)["executionArn"]
    ended = lambda: until("it ends", lambda: (shown := api("DescribeExecution", executionArn=execution))["status"] != "RUNNING" and shown)
    check(ended()["error"] == "States.ExceedToleratedFailureThreshold", "the gate is shut")
    run_arn = api("ListMapRuns", executionArn=execution)["mapRuns"][0]["mapRunArn"]
    counts = until("its children end", lambda: (run := api("DescribeMapRun", mapRunArn=run_arn))["executionCounts"]["running"] == 0 and run["executionCounts"])
    check(counts["succeeded"] == 0 and 1 <= counts["total"] <= 3, f"few have begun: {counts}")
    s3.put_object(Bucket="rows", Key="gate", Body=b"")
    api("RedriveExecution", executionArn=execution)
    last = ended()
    check(last["status"] == "SUCCEEDED" and last["redriveCount"] == 1, f"the redrive succeeds: {last.get('error')} {last.get('cause')}")
    shown = api("DescribeMapRun", mapRunArn=run_arn)
    check(len(api("ListMapRuns", executionArn=execution)["mapRuns"]) == 1 and shown["redriveCount"] == 1, "by the same run")
    check(shown["itemCounts"]["succeeded"] == shown["itemCounts"]["total"] == 4000 and shown["executionCounts"]["total"] == 8, f"every row once: {shown}")
    details = json.loads(last["output"])["ResultWriterDetails"]
    manifest = json.loads(s3.get_object(Bucket=details["Bucket"], Key=details["Key"])["Body"].read())
    results = json.loads(s3.get_object(Bucket="results", Key=manifest["ResultFiles"]["SUCCEEDED"][0]["Key"])["Body"].read())
    firsts = sorted(int(json.loads(result["Output"])["number"]) for result in results)
    check(firsts == list(range(0, 4000, 500)) and manifest["ResultFiles"]["FAILED"] == [], f"results of each batch: {firsts}")
    check(json.loads(results[0]["Output"])["text"].startswith('row "'), "quotes are read")
    say("a distributed Map, redriven")


def run(binary):
    drawings(binary)
    with Server(binary) as server:
        api = Api(server)
        role = make_role(server, "flow")
        versions_and_aliases(server, api, role)
        activities_and_tags(server)
        validation(api)
        one_state_alone(server, api)
        everything = make_role(server, "everything", "*")
        every_service(server, api, everything)
        distributed_map(server, api, everything)
        check(server.stop() == 0, "it stops")


harness.main(run)

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Cloud Control and the Tagging API with boto3, over resource types of several services."""
import json

import harness
from harness import Server, check, error_code, make_role, make_user, say, until, zipped
from incident import bucket_policy

harness.PORTS["cloudcontrol_test"] = 4858
TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}]}
DESIRED = {
    "AWS::SNS::Topic": {"TopicName": "alerts", "DisplayName": "Alerts", "Tags": [{"Key": "team", "Value": "blue"}]},
    "AWS::SQS::Queue": {"QueueName": "work", "VisibilityTimeout": 60, "Tags": [{"Key": "team", "Value": "blue"}]},
    "AWS::S3::Bucket": {"BucketName": "evidence", "VersioningConfiguration": {"Status": "Enabled"}},
    "AWS::IAM::Role": {"RoleName": "gatherer", "AssumeRolePolicyDocument": TRUST, "Tags": [{"Key": "team", "Value": "blue"}],
                       "Policies": [{"PolicyName": "may", "PolicyDocument": {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*"}]}}]},
    "AWS::Logs::LogGroup": {"LogGroupName": "/app", "RetentionInDays": 7},
    "AWS::Events::Rule": {"Name": "nightly", "ScheduleExpression": "rate(1 day)", "State": "DISABLED"},
    "AWS::CloudWatch::Alarm": {"AlarmName": "hot", "Namespace": "App", "MetricName": "Heat", "Statistic": "Average", "Period": 60,
                               "EvaluationPeriods": 1, "Threshold": 9, "ComparisonOperator": "GreaterThanThreshold"},
    "AWS::EC2::SecurityGroup": {"GroupName": "web", "GroupDescription": "Web servers"},
    "AWS::SSM::Parameter": {"Name": "/app/port", "Type": "String", "Value": "80"},
}


def deeper(server, role):
    """Types whose resources need others: a bucket that a trail may write to, code, roles."""
    s3, iam = server.client("s3"), server.client("iam")
    s3.create_bucket(Bucket="trails")
    s3.put_bucket_policy(Bucket="trails", Policy=bucket_policy("trails"))
    s3.put_object(Bucket="trails", Key="code.zip", Body=zipped("def handler(event, context): return event"))
    flow = json.dumps(TRUST).replace("lambda", "states")
    return {
        "AWS::KMS::Key": {"Description": "evidence", "EnableKeyRotation": True},
        "AWS::CloudTrail::Trail": {"TrailName": "audit", "S3BucketName": "trails", "IsLogging": True},
        "AWS::Lambda::Function": {"FunctionName": "echo", "Runtime": "python3.11", "Handler": "index.handler", "Role": role, "Timeout": 9,
                                  "Code": {"S3Bucket": "trails", "S3Key": "code.zip"}},
        "AWS::StepFunctions::StateMachine": {"StateMachineName": "flow", "RoleArn": iam.create_role(RoleName="flow", AssumeRolePolicyDocument=flow)["Role"]["Arn"],
                                             "DefinitionString": '{"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}'},
    }


def ended(api, begun):
    token = begun["ProgressEvent"]["RequestToken"]
    over = lambda: (event := api.get_resource_request_status(RequestToken=token)["ProgressEvent"])["OperationStatus"] in ("SUCCESS", "FAILED") and event
    event = until(f"the end of {token}", over)
    check(event["OperationStatus"] == "SUCCESS", f"{event}")
    return event


def run(binary):
    with Server(binary) as server:
        api = server.client("cloudcontrol")
        identifiers = {}
        types = {**DESIRED, **deeper(server, make_role(server.client("iam"), "echo", "s3:*"))}
        for kind, desired in types.items():
            event = ended(api, api.create_resource(TypeName=kind, DesiredState=json.dumps(desired)))
            identifiers[kind] = event["Identifier"]
            shown = json.loads(api.get_resource(TypeName=kind, Identifier=event["Identifier"])["ResourceDescription"]["Properties"])
            for name in set(desired) - {"Policies", "Value", "Code", "DefinitionString"}:
                check(shown.get(name) == desired[name], f"{kind}: {name} is {shown.get(name)}")
            listed = [entry["Identifier"] for entry in api.list_resources(TypeName=kind)["ResourceDescriptions"]]
            check(event["Identifier"] in listed, f"{kind}: listed are {listed}")
        say(f"{len(types)} types are made, read and listed.")

        change = [{"op": "replace", "path": "/VisibilityTimeout", "value": 90}]
        ended(api, api.update_resource(TypeName="AWS::SQS::Queue", Identifier=identifiers["AWS::SQS::Queue"], PatchDocument=json.dumps(change)))
        sqs = server.client("sqs")
        attributes = sqs.get_queue_attributes(QueueUrl=sqs.get_queue_url(QueueName="work")["QueueUrl"], AttributeNames=["VisibilityTimeout"])
        check(attributes["Attributes"]["VisibilityTimeout"] == "90", f"the queue is {attributes}")
        check(error_code(api.create_resource, TypeName="AWS::SNS::Topic", DesiredState='{"Name": "x"}') == "ValidationException", "an unknown property")
        check(error_code(api.create_resource, TypeName="AWS::No::Type", DesiredState="{}") == "TypeNotFoundException", "an unknown type")
        limited = server.client("cloudcontrol", make_user(server, "limited", "cloudformation:*"))
        refused = limited.create_resource(TypeName="AWS::SNS::Topic", DesiredState='{"TopicName": "no"}')["ProgressEvent"]["RequestToken"]
        event = until("the refusal", lambda: (shown := api.get_resource_request_status(RequestToken=refused)["ProgressEvent"])["OperationStatus"] == "FAILED" and shown)
        check(event["ErrorCode"] == "AccessDenied", f"what a user may not do, Cloud Control did not either: {event}")

        tagging = server.client("resourcegroupstaggingapi")
        with_team = lambda: {entry["ResourceARN"].split(":")[2] for entry in tagging.get_resources(TagFilters=[{"Key": "team", "Values": ["blue"]}])["ResourceTagMappingList"]}
        check({"sns", "sqs"} <= with_team(), f"tagged are {with_team()}")
        group = server.client("ec2").describe_security_groups(GroupIds=[identifiers["AWS::EC2::SecurityGroup"]])["SecurityGroups"][0]["GroupId"]
        here = "us-east-1:123456789012"
        arns = ["arn:aws:s3:::evidence", f"arn:aws:ec2:{here}:security-group/{group}", f"arn:aws:kms:{here}:key/{identifiers['AWS::KMS::Key']}",
                f"arn:aws:cloudtrail:{here}:trail/audit", f"arn:aws:lambda:{here}:function:echo", f"arn:aws:states:{here}:stateMachine:flow"]
        failed = tagging.tag_resources(ResourceARNList=arns, Tags={"team": "blue"}).get("FailedResourcesMap", {})
        check(failed == {}, f"not tagged: {failed}")
        check({"sns", "sqs", "s3", "ec2", "kms", "cloudtrail", "lambda", "states"} <= with_team(), f"tagged are {with_team()}")
        tagging.untag_resources(ResourceARNList=arns[:1], TagKeys=["team"])
        check("s3" not in with_team(), f"tagged are {with_team()}")
        say("Tags are found and changed in one place.")

        for kind, identifier in identifiers.items():
            ended(api, api.delete_resource(TypeName=kind, Identifier=identifier))
        say("All are removed.")
        check(server.stop() == 0, "the server did not stop cleanly")


harness.main(run)

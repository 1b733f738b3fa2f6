#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The lab "remediating an incident by using AWS Config and Lambda" (docs/labs/config-lambda.md), step by step with the AWS CLI's operations:
roles, a recorder for security groups alone, a custom rule, an operator who opens ports, and a function that closes them."""
import json

import harness
from harness import Server, allow, check, function_code, make_role, make_user, say, until

harness.PORTS["config_lab_test"] = 4840
ACCOUNT = "123456789012"
TRUST_CONFIG = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "config.amazonaws.com"}, "Action": "sts:AssumeRole"}})
OPEN = [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": [{"CidrIp": "0.0.0.0/0"}]} for port in (25, 3389)]


def roles(server):
    iam = server.client("iam")
    function = make_role(iam, "lambda-role", "ec2:DescribeSecurityGroups", "ec2:AuthorizeSecurityGroupIngress", "ec2:RevokeSecurityGroupIngress",
                         "config:PutEvaluations", "logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents")
    recorder = iam.create_role(RoleName="config-role", AssumeRolePolicyDocument=TRUST_CONFIG)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="config-role", PolicyArn="arn:aws:iam::aws:policy/service-role/AWS_ConfigRole")
    iam.put_role_policy(RoleName="config-role", PolicyName="deliver", PolicyDocument=allow("s3:PutObject", "s3:GetBucketAcl", "s3:ListBucket"))
    say("The roles are there.")
    return function, recorder


def record_security_groups(server, role):
    server.client("s3").create_bucket(Bucket="config-files")
    config = server.client("config")
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role, "recordingGroup": {
        "allSupported": False, "includeGlobalResourceTypes": False, "resourceTypes": ["AWS::EC2::SecurityGroup"]}})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "config-files"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    status = config.describe_configuration_recorder_status()["ConfigurationRecordersStatus"][0]
    check(status["recording"], f"the recorder is {status}")
    say("Config records security groups.")


def make_group(server):
    ec2 = server.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    return ec2.create_security_group(GroupName="LabSG1", Description="Security group of the lab", VpcId=vpc)["GroupId"]


def make_rule(server, role):
    functions, config = server.client("lambda"), server.client("config")
    arn = functions.create_function(FunctionName="awsconfig_lambda_security_group", Runtime="python3.11", Role=role, Handler="index.handler", Timeout=60,
                                    Code={"ZipFile": function_code("security_group_rule")})["FunctionArn"]
    functions.add_permission(FunctionName="awsconfig_lambda_security_group", StatementId="config", Action="lambda:InvokeFunction",
                             Principal="config.amazonaws.com", SourceAccount=ACCOUNT)
    config.put_config_rule(ConfigRule={
        "ConfigRuleName": "EC2SecurityGroup", "Description": "Restrict ingress", "InputParameters": json.dumps({"debug": "true"}),
        "Scope": {"ComplianceResourceTypes": ["AWS::EC2::SecurityGroup"]},
        "Source": {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": arn, "SourceDetails": [
            {"EventSource": "aws.config", "MessageType": "ConfigurationItemChangeNotification"}]}})
    say("The rule is there.")


def ports(server, group):
    allowed = server.client("ec2").describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    return sorted(permission["FromPort"] for permission in allowed)


def logged(server):
    logs = server.client("logs")
    name = "/aws/lambda/awsconfig_lambda_security_group"
    return "\n".join(event["message"] for event in logs.filter_log_events(logGroupName=name)["events"])


def annotations(server, group):
    results = server.client("config").get_compliance_details_by_config_rule(ConfigRuleName="EC2SecurityGroup")["EvaluationResults"]
    return {result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"]: (result["ComplianceType"], result.get("Annotation"))
            for result in results}.get(group)


def check_history(server, group):
    """Who opened the ports, and that they were closed again."""
    items = server.client("config").get_resource_config_history(resourceType="AWS::EC2::SecurityGroup", resourceId=group)["configurationItems"]
    opened = [sorted(permission["fromPort"] for permission in json.loads(item["configuration"])["ipPermissions"]) for item in items]
    check([25, 80, 443, 3389] in opened and opened[0] == [80, 443] and opened[-1] == [], f"the history shows the ports {opened}")


def run(binary):
    with Server(binary) as server:
        function, recorder = roles(server)
        group = make_group(server)
        record_security_groups(server, recorder)
        make_rule(server, function)
        until("the ports that were missing are open", lambda: ports(server, group) == [80, 443], 60)
        operator = server.client("ec2", make_user(server, "operator", "ec2:*"))
        operator.authorize_security_group_ingress(GroupId=group, IpPermissions=OPEN)
        say(f"The operator opened {[permission['FromPort'] for permission in OPEN]}.")
        until("the ports are 80 and 443 alone", lambda: ports(server, group) == [80, 443], 60)
        until("the rule's verdict", lambda: annotations(server, group) and annotations(server, group)[0] == "COMPLIANT", 60)
        check(annotations(server, group)[1] in ("Permissions were modified.", "Permissions are correct."), f"the annotation is {annotations(server, group)}")
        until("the function's log", lambda: "revoking:" in logged(server) and '"FromPort": 3389' in logged(server), 60, step=0.5)
        until("the history", lambda: len(server.client("config").get_resource_config_history(
            resourceType="AWS::EC2::SecurityGroup", resourceId=group)["configurationItems"]) >= 4)
        check_history(server, group)


harness.main(run)

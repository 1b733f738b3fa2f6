#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""AWS Config's rules with boto3: a policy in Guard, a managed rule, a function that really judges and one that crashes, compliance,
a remediation by hand and by itself, a conformance pack, and a resource that is judged before it is made."""
import json

import harness
from harness import Server, allow, check, error_code, make_role, refused, say, until, zipped

harness.PORTS["config_rules_test"] = 4852
ACCOUNT = "123456789012"
TRUST = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": ["config.amazonaws.com", "ssm.amazonaws.com"]},
                                                           "Action": "sts:AssumeRole"}})
QUEUES = {"ComplianceResourceTypes": ["AWS::SQS::Queue"]}
CHANGE = [{"EventSource": "aws.config", "MessageType": "ConfigurationItemChangeNotification"}]
POLICY = """rule has_a_long_timeout when resourceType == "AWS::SQS::Queue" {
  configuration.VisibilityTimeout >= 60 <<The visibility timeout is too short>>
}"""
JUDGE = """
import json
import boto3

def handler(event, context):
    item = json.loads(event["invokingEvent"])["configurationItem"]
    parameters = json.loads(event["ruleParameters"])
    if "crash" in item["resourceId"]:
        raise ValueError("this queue is too much")
    gone = item["configurationItemStatus"] == "ResourceDeleted"
    good = not gone and item["resourceId"].endswith(parameters["suffix"])
    boto3.client("config").put_evaluations(ResultToken=event["resultToken"], Evaluations=[{
        "ComplianceResourceType": item["resourceType"], "ComplianceResourceId": item["resourceId"],
        "ComplianceType": "NOT_APPLICABLE" if gone else "COMPLIANT" if good else "NON_COMPLIANT",
        "Annotation": "by its name", "OrderingTimestamp": item["configurationItemCaptureTime"]}])
"""
RUNBOOK = {
    "schemaVersion": "0.3", "assumeRole": "{{ AutomationAssumeRole }}",
    "parameters": {"AutomationAssumeRole": {"type": "String"}, "Queue": {"type": "String"}},
    "mainSteps": [{"name": "lengthen", "action": "aws:executeAwsApi", "isEnd": True, "inputs": {
        "Service": "sqs", "Api": "SetQueueAttributes", "QueueUrl": "{{ Queue }}", "Attributes": {"VisibilityTimeout": "90"}}}]}
PACK = """
Parameters:
  Days:
    Type: String
    Default: '90'
Resources:
  Policy:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: password-policy
      InputParameters:
        MaxPasswordAge:
          Ref: Days
      Source:
        Owner: AWS
        SourceIdentifier: IAM_PASSWORD_POLICY
"""


def record(server):
    iam, config = server.client("iam"), server.client("config")
    server.client("s3").create_bucket(Bucket="config-files")
    role = iam.create_role(RoleName="config-role", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
    iam.attach_role_policy(RoleName="config-role", PolicyArn="arn:aws:iam::aws:policy/service-role/AWS_ConfigRole")
    iam.put_role_policy(RoleName="config-role", PolicyName="deliver", PolicyDocument=allow("s3:PutObject", "s3:GetBucketAcl", "sqs:*"))
    check(error_code(config.put_config_rule, ConfigRule=policy_rule()) == "NoAvailableConfigurationRecorderException", "a rule without a recorder")
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": role,
                                                             "recordingGroup": {"allSupported": True, "includeGlobalResourceTypes": True}})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "config-files"})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    return role


def policy_rule():
    return {"ConfigRuleName": "timeout", "Scope": QUEUES, "Source": {
        "Owner": "CUSTOM_POLICY", "SourceDetails": CHANGE, "CustomPolicyDetails": {"PolicyRuntime": "guard-2.x.x", "PolicyText": POLICY}}}


def found(config, rule):
    results = config.get_compliance_details_by_config_rule(ConfigRuleName=rule)["EvaluationResults"]
    return {each["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"].rsplit("/", 1)[-1]: each["ComplianceType"] for each in results}


def a_policy(server):
    config, sqs = server.client("config"), server.client("sqs")
    sqs.create_queue(QueueName="short")
    config.put_config_rule(ConfigRule=policy_rule())
    until("what was there is judged", lambda: found(config, "timeout") == {"short": "NON_COMPLIANT"})
    sqs.create_queue(QueueName="long", Attributes={"VisibilityTimeout": "120"})
    until("what is new is judged", lambda: found(config, "timeout") == {"short": "NON_COMPLIANT", "long": "COMPLIANT"})
    result = config.get_compliance_details_by_config_rule(ConfigRuleName="timeout", ComplianceTypes=["NON_COMPLIANT"])["EvaluationResults"][0]
    check(result["Annotation"] == "The visibility timeout is too short", f"the annotation is {result}")
    compliance = config.describe_compliance_by_config_rule(ConfigRuleNames=["timeout"])["ComplianceByConfigRules"][0]["Compliance"]
    check(compliance == {"ComplianceType": "NON_COMPLIANT", "ComplianceContributorCount": {"CappedCount": 1, "CapExceeded": False}}, str(compliance))
    check("has_a_long_timeout" in config.get_custom_rule_policy(ConfigRuleName="timeout")["PolicyText"], "the policy's text")
    say("A policy judges queues.")
    return result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"]


def a_function(server):
    config, functions, sqs = server.client("config"), server.client("lambda"), server.client("sqs")
    role = make_role(server.client("iam"), "judge-role", "config:PutEvaluations", "logs:*")
    arn = functions.create_function(FunctionName="judge", Runtime="python3.11", Role=role, Handler="index.handler", Timeout=20,
                                    Code={"ZipFile": zipped(JUDGE)})["FunctionArn"]
    rule = {"ConfigRuleName": "named", "Scope": QUEUES, "InputParameters": json.dumps({"suffix": "ng"}),
            "Source": {"Owner": "CUSTOM_LAMBDA", "SourceIdentifier": arn, "SourceDetails": CHANGE}}
    check(error_code(config.put_config_rule, ConfigRule=rule) == "InsufficientPermissionsException", "Config may not invoke the function yet")
    functions.add_permission(FunctionName="judge", StatementId="config", Action="lambda:InvokeFunction", Principal="config.amazonaws.com",
                             SourceAccount=ACCOUNT)
    config.put_config_rule(ConfigRule=rule)
    until("the function has judged", lambda: found(config, "named") == {"short": "NON_COMPLIANT", "long": "COMPLIANT"}, 60)
    sqs.create_queue(QueueName="crash")
    until("the crash shows", lambda: "LastErrorMessage" in config.describe_config_rule_evaluation_status(
        ConfigRuleNames=["named"])["ConfigRulesEvaluationStatus"][0], 60)
    status = config.describe_config_rule_evaluation_status(ConfigRuleNames=["named"])["ConfigRulesEvaluationStatus"][0]
    check("this queue is too much" in status["LastErrorMessage"], f"the status is {status}")
    check(found(config, "named") == {"short": "NON_COMPLIANT", "long": "COMPLIANT"}, "a crash leaves the compliance")
    check(error_code(config.put_evaluations, ResultToken="forged", Evaluations=[]) == "InvalidResultTokenException", "a forged token")
    say("A function judges queues, and its crash shows.")


def a_remediation(server, role, short):
    config, ssm, iam, sqs = (server.client(name) for name in ("config", "ssm", "iam", "sqs"))
    ssm.create_document(Name="Lengthen", DocumentType="Automation", DocumentFormat="JSON", Content=json.dumps(RUNBOOK))
    config.put_remediation_configurations(RemediationConfigurations=[{
        "ConfigRuleName": "timeout", "TargetType": "SSM_DOCUMENT", "TargetId": "Lengthen", "Automatic": True, "MaximumAutomaticAttempts": 3,
        "RetryAttemptSeconds": 60, "Parameters": {"AutomationAssumeRole": {"StaticValue": {"Values": [role]}},
                                                  "Queue": {"ResourceValue": {"Value": "RESOURCE_ID"}}}}])
    check(error_code(config.delete_config_rule, ConfigRuleName="timeout") == "ResourceInUseException", "a rule with a remediation stays")
    config.start_remediation_execution(ConfigRuleName="timeout", ResourceKeys=[{"resourceType": "AWS::SQS::Queue", "resourceId": short}])
    until("the queue is put right", lambda: found(config, "timeout").get("short") == "COMPLIANT", 30)
    until("the execution has succeeded", lambda: config.describe_remediation_execution_status(
        ConfigRuleName="timeout")["RemediationExecutionStatuses"][0]["State"] == "SUCCEEDED", 30)
    sqs.set_queue_attributes(QueueUrl=sqs.get_queue_url(QueueName="long")["QueueUrl"], Attributes={"VisibilityTimeout": "1"})
    until("a drift is put right by itself", lambda: found(config, "timeout").get("long") == "COMPLIANT", 30)
    say("Remediations put back what drifts.")


def a_pack(server):
    config = server.client("config")
    check(error_code(config.put_conformance_pack, ConformancePackName="p", TemplateBody="{}") == "ConformancePackTemplateValidationException", "no template")
    config.put_conformance_pack(ConformancePackName="passwords", TemplateBody=PACK,
                                ConformancePackInputParameters=[{"ParameterName": "Days", "ParameterValue": "30"}])
    until("the pack is there", lambda: config.describe_conformance_pack_status()["ConformancePackStatusDetails"][0]["ConformancePackState"] == "CREATE_COMPLETE")
    rule = next(each for each in config.describe_config_rules()["ConfigRules"] if each["ConfigRuleName"].startswith("password-policy-conformance-pack-"))
    check(json.loads(rule["InputParameters"]) == {"MaxPasswordAge": "30"} and rule["CreatedBy"] == "config-conforms.amazonaws.com", str(rule))
    until("the account has no password policy", lambda: config.get_conformance_pack_compliance_summary(
        ConformancePackNames=["passwords"])["ConformancePackComplianceSummaryList"][0]["ConformancePackComplianceStatus"] == "NON_COMPLIANT")
    check(refused(config.delete_config_rule, ConfigRuleName=rule["ConfigRuleName"]), "the pack's rule is the pack's")
    config.delete_conformance_pack(ConformancePackName="passwords")
    until("the pack is gone", lambda: not config.describe_conformance_packs()["ConformancePackDetails"])
    say("A conformance pack comes and goes.")


def a_plan(server):
    config = server.client("config")
    config.put_config_rule(ConfigRule={**policy_rule(), "ConfigRuleName": "planned", "EvaluationModes": [{"Mode": "PROACTIVE"}]})
    evaluation = config.start_resource_evaluation(EvaluationMode="PROACTIVE", ResourceDetails={
        "ResourceId": "plan", "ResourceType": "AWS::SQS::Queue", "ResourceConfiguration": json.dumps({"VisibilityTimeout": 5}),
        "ResourceConfigurationSchemaType": "CFN_RESOURCE_SCHEMA"})["ResourceEvaluationId"]
    until("the plan is judged", lambda: config.get_resource_evaluation_summary(ResourceEvaluationId=evaluation)["EvaluationStatus"]["Status"] == "SUCCEEDED")
    check(config.get_resource_evaluation_summary(ResourceEvaluationId=evaluation)["Compliance"] == "NON_COMPLIANT", "a plan that is wrong")
    say("A resource is judged before it is made.")


def run(binary):
    with Server(binary) as server:
        role = record(server)
        short = a_policy(server)
        a_function(server)
        a_remediation(server, role, short)
        a_pack(server)
        a_plan(server)


harness.main(run)

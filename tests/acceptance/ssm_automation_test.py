#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Systems Manager with boto3: documents, runbooks as a role may, real scripts, people who approve, AWS's own runbooks on real resources, a kill -9 in the middle."""
import json
import time

import harness
from harness import Server, allow, check, error_code, make_user, say, until, zipped

harness.PORTS["ssm_automation_test"] = 4790

TRUST = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": ["ssm.amazonaws.com", "lambda.amazonaws.com"]},
                                                           "Action": "sts:AssumeRole"}})
HEAD = """schemaVersion: "0.3"
assumeRole: "{{ AutomationAssumeRole }}"
parameters:
  AutomationAssumeRole: {type: "AWS::IAM::Role::Arn", default: ""}
"""
OVER = {"Success", "Failed", "TimedOut", "Cancelled", "Rejected"}


class Runbooks:
    def __init__(self, server):
        self.server = server
        self.iam = server.client("iam")
        self.role = self.iam.create_role(RoleName="auto", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        self.may("s3:*", "sns:*", "sqs:*", "ec2:*", "iam:*", "kms:*", "cloudtrail:*", "lambda:*", "sts:*", "ssm:*")
        self.connect()

    def connect(self):
        self.api = self.server.client("ssm")

    def may(self, *actions):
        self.iam.put_role_policy(RoleName="auto", PolicyName="may", PolicyDocument=allow(*actions))

    def make(self, name, steps, parameters="", more=""):
        content = HEAD + parameters + more + "mainSteps:\n" + steps
        self.api.create_document(Name=name, Content=content, DocumentType="Automation", DocumentFormat="YAML")

    def start(self, document, more=None, **parameters):
        values = {name: value if isinstance(value, list) else [value] for name, value in parameters.items()}
        return self.api.start_automation_execution(DocumentName=document, Parameters={"AutomationAssumeRole": [self.role], **values}, **(more or {}))["AutomationExecutionId"]

    def shown(self, execution):
        return self.api.get_automation_execution(AutomationExecutionId=execution)["AutomationExecution"]

    def end(self, execution, seconds=40):
        def over():
            shown = self.shown(execution)
            return shown if shown["AutomationExecutionStatus"] in OVER else None
        return until(f"the end of {execution}", over, seconds)

    def run(self, document, **parameters):
        shown = self.end(self.start(document, **parameters))
        check(shown["AutomationExecutionStatus"] == "Success", f"{document}: {shown['AutomationExecutionStatus']}: {shown.get('FailureMessage')}")
        return shown


def documents(books):
    api = books.api
    books.make("Life", "- {name: s, action: aws:sleep, inputs: {Duration: PT0S}}\n")
    check(api.describe_document(Name="Life")["Document"]["SchemaVersion"] == "0.3", "the document")
    content = json.loads(api.get_document(Name="Life")["Content"])
    content["description"] = "Changed"
    api.update_document(Name="Life", Content=json.dumps(content), DocumentFormat="JSON", DocumentVersion="$LATEST", VersionName="two")
    api.update_document_default_version(Name="Life", DocumentVersion="2")
    check(api.describe_document(Name="Life")["Document"]["Description"] == "Changed", "the new default version")
    check(len(api.list_document_versions(Name="Life")["DocumentVersions"]) == 2, "two versions")
    check(error_code(api.create_document, Name="Bad", Content="{}", DocumentType="Automation") == "InvalidDocumentContent", "content that is no runbook")
    api.modify_document_permission(Name="Life", PermissionType="Share", AccountIdsToAdd=["111122223333"])
    check(api.describe_document_permission(Name="Life", PermissionType="Share")["AccountIds"] == ["111122223333"], "who may use it")
    check(error_code(api.delete_document, Name="Life") == "InvalidDocumentOperation", "a shared document stays")
    api.modify_document_permission(Name="Life", PermissionType="Share", AccountIdsToRemove=["111122223333"])
    api.add_tags_to_resource(ResourceType="Document", ResourceId="Life", Tags=[{"Key": "team", "Value": "blue"}])
    check(api.list_tags_for_resource(ResourceType="Document", ResourceId="Life")["TagList"] == [{"Key": "team", "Value": "blue"}], "its tags")
    owned = [document["Name"] for page in api.get_paginator("list_documents").paginate(Filters=[{"Key": "Owner", "Values": ["Amazon"]}])
             for document in page["DocumentIdentifiers"]]
    check("AWS-DisableS3BucketPublicReadWrite" in owned, f"AWS's own documents: {owned}")
    api.delete_document(Name="Life")
    check(error_code(api.describe_document, Name="Life") == "InvalidDocument", "it is gone")
    say("documents")


def scripts(books):
    books.make("Count", """- name: count
  action: aws:executeScript
  inputs:
    Runtime: python3.11
    Handler: count
    InputPayload: {prefix: "{{ Prefix }}"}
    Script: |
      import boto3

      def count(events, context):
          if events["prefix"] == "boom":
              return events["nothing"]
          names = [b["Name"] for b in boto3.client("s3").list_buckets()["Buckets"]]
          return {"buckets": [n for n in names if n.startswith(events["prefix"])], "who": boto3.client("sts").get_caller_identity()["Arn"]}
  outputs:
  - {Name: Buckets, Selector: $.Payload.buckets, Type: StringList}
  - {Name: Who, Selector: $.Payload.who, Type: String}
- name: choose
  action: aws:branch
  inputs:
    Choices: [{NextStep: tell, Variable: "{{ count.Who }}", Contains: Automation-}]
    Default: wrong
- {name: wrong, action: aws:pause, inputs: {}}
- name: tell
  action: aws:executeAwsApi
  inputs: {Service: sqs, Api: SendMessage, QueueUrl: "{{ Queue }}", MessageBody: "{{ count.Buckets }}"}
""", "  Prefix: {type: String}\n  Queue: {type: String}\n", "outputs: [count.Buckets]\n")
    queue = books.server.client("sqs").create_queue(QueueName="told")["QueueUrl"]
    books.server.client("s3").create_bucket(Bucket="counted-bucket")
    shown = books.run("Count", Prefix="counted", Queue=queue)
    check(shown["Outputs"]["count.Buckets"] == ["counted-bucket"], f"the script's output: {shown['Outputs']}")
    message = books.server.client("sqs").receive_message(QueueUrl=queue)["Messages"][0]
    check(message["Body"] == '["counted-bucket"]', "what the last step sent")
    bad = books.end(books.start("Count", Prefix="boom", Queue=queue))
    check(bad["AutomationExecutionStatus"] == "Failed" and "KeyError - 'nothing'" in bad["FailureMessage"] and "Traceback" in bad["FailureMessage"],
          f"a script that fails: {bad['FailureMessage']}")
    steps = {step["StepName"]: step["StepStatus"] for step in bad["StepExecutions"]}
    check(steps == {"count": "Failed", "choose": "Pending", "wrong": "Pending", "tell": "Pending"}, f"its steps: {steps}")
    say("scripts, as the assumed role")


def permissions(books):
    books.may("sqs:*")
    shown = books.end(books.start("AWS-PublishSNSNotification", TopicArn="arn:aws:sns:us-east-1:123456789012:none", Message="m"))
    check("An error occurred" in shown["FailureMessage"] and "sns:Publish" in shown["FailureMessage"], f"what the role may not do: {shown['FailureMessage']}")
    books.may("s3:*", "sns:*", "sqs:*", "ec2:*", "iam:*", "kms:*", "cloudtrail:*", "lambda:*", "sts:*", "ssm:*")
    key = make_user(books.server, "ann", "ssm:*")
    ann = books.server.client("ssm", key)
    start = lambda: error_code(ann.start_automation_execution, DocumentName="AWS-PublishSNSNotification",
                               Parameters={"AutomationAssumeRole": [books.role], "TopicArn": ["t"], "Message": ["m"]})
    check(start() == "AccessDeniedException", "a role must be passed")
    own = ann.start_automation_execution(DocumentName="AWS-PublishSNSNotification", Parameters={"TopicArn": ["arn:aws:sns:us-east-1:123456789012:x"], "Message": ["m"]})
    shown = books.end(own["AutomationExecutionId"])
    check("user/ann is not authorized" in shown["FailureMessage"], f"without a role the steps are the caller's: {shown['FailureMessage']}")
    trail = books.server.client("cloudtrail")
    record = until("its record", lambda: next((json.loads(event["CloudTrailEvent"]) for event in trail.lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "StartAutomationExecution"}])["Events"]
        if json.loads(event["CloudTrailEvent"])["userIdentity"].get("userName") == "ann"), None))
    check(record["eventSource"] == "ssm.amazonaws.com", "the record of CloudTrail")
    say("permissions and records")


def people(books):
    books.make("Ask", """- name: approve
  action: aws:approve
  inputs: {Approvers: [bob], Message: May I?, NotificationArn: "{{ Topic }}"}
- {name: act, action: aws:sleep, inputs: {Duration: PT0S}}
""", "  Topic: {type: String}\n")
    topic = books.server.client("sns").create_topic(Name="people")["TopicArn"]
    bob = books.server.client("ssm", make_user(books.server, "bob", "ssm:SendAutomationSignal"))
    execution = books.start("Ask", Topic=topic)
    until("the question", lambda: books.shown(execution)["AutomationExecutionStatus"] == "Waiting")
    check(error_code(books.api.send_automation_signal, AutomationExecutionId=execution, SignalType="Approve") == "InvalidAutomationSignalException", "only bob may")
    bob.send_automation_signal(AutomationExecutionId=execution, SignalType="Approve", Payload={"Comment": ["fine"]})
    check(books.end(execution)["AutomationExecutionStatus"] == "Success", "bob approved")
    say("approvals")


def events(books):
    sqs = books.server.client("sqs")
    queue = sqs.create_queue(QueueName="events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.set_queue_attributes(QueueUrl=queue, Attributes={"Policy": json.dumps({"Version": "2012-10-17", "Statement": {
        "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"}, "Action": "sqs:SendMessage", "Resource": arn}})})
    rules = books.server.client("events")
    rules.put_rule(Name="ended", EventPattern=json.dumps({"source": ["aws.ssm"], "detail-type": ["EC2 Automation Execution Status-change Notification"],
                                                          "detail": {"Status": ["Success"]}}))
    rules.put_targets(Rule="ended", Targets=[{"Id": "q", "Arn": arn}])
    shown = books.run("AWS-EnableS3BucketEncryption", BucketName="counted-bucket")
    message = until("the event", lambda: sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=1).get("Messages"))[0]
    detail = json.loads(message["Body"])["detail"]
    check(detail["ExecutionId"] == shown["AutomationExecutionId"] and detail["Definition"] == "AWS-EnableS3BucketEncryption", f"the event: {detail}")
    say("events")


def buckets(books):
    s3 = books.server.client("s3")
    s3.create_bucket(Bucket="open-bucket")
    s3.delete_public_access_block(Bucket="open-bucket")
    s3.put_bucket_ownership_controls(Bucket="open-bucket", OwnershipControls={"Rules": [{"ObjectOwnership": "ObjectWriter"}]})
    s3.put_bucket_acl(Bucket="open-bucket", ACL="public-read")
    books.run("AWS-DisableS3BucketPublicReadWrite", S3BucketName="open-bucket")
    check(len(s3.get_bucket_acl(Bucket="open-bucket")["Grants"]) == 1, "the ACL is private again")
    check(all(s3.get_public_access_block(Bucket="open-bucket")["PublicAccessBlockConfiguration"].values()), "the public is blocked")
    books.run("AWSConfigRemediation-ConfigureS3BucketPublicAccessBlock", BucketName="open-bucket", BlockPublicPolicy="false")
    check(not s3.get_public_access_block(Bucket="open-bucket")["PublicAccessBlockConfiguration"]["BlockPublicPolicy"], "as it was asked for")
    books.run("AWS-ConfigureS3BucketVersioning", BucketName="open-bucket")
    check(s3.get_bucket_versioning(Bucket="open-bucket")["Status"] == "Enabled", "versions")
    check(s3.get_bucket_encryption(Bucket="counted-bucket")["ServerSideEncryptionConfiguration"]["Rules"], "encryption")
    say("AWS's runbooks for buckets")


def others(books):
    server = books.server
    server.client("s3").create_bucket(Bucket="trail-bucket")
    server.client("s3").put_bucket_policy(Bucket="trail-bucket", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": {"Service": "cloudtrail.amazonaws.com"}, "Action": ["s3:GetBucketAcl", "s3:PutObject"],
         "Resource": ["arn:aws:s3:::trail-bucket", "arn:aws:s3:::trail-bucket/*"]}]}))
    shown = books.run("AWS-EnableCloudTrail", TrailName="mended", S3BucketName="trail-bucket")
    check(shown["Outputs"]["CreateTrail.TrailARN"][0].endswith("trail/mended"), "the trail's ARN")
    check(server.client("cloudtrail").get_trail_status(Name="mended")["IsLogging"], "the trail logs")
    books.run("AWSConfigRemediation-EnableCloudTrailLogFileValidation", TrailName="mended")
    books.run("AWSConfigRemediation-SetIAMPasswordPolicy", MinimumPasswordLength="14", RequireSymbols="true", MaxPasswordAge="90")
    policy = books.iam.get_account_password_policy()["PasswordPolicy"]
    check(policy["MinimumPasswordLength"] == 14 and policy["RequireSymbols"] and policy["MaxPasswordAge"] == 90, f"the password policy: {policy}")
    key = server.client("kms").create_key()["KeyMetadata"]
    books.run("AWSConfigRemediation-EnableKeyRotation", KeyId=key["KeyId"])
    topic = server.client("sns").create_topic(Name="people")["TopicArn"]
    books.run("AWSConfigRemediation-EncryptSNSTopic", TopicArn=topic, KmsKeyArn=key["Arn"])
    books.run("AWS-PublishSNSNotification", TopicArn=server.client("sns").create_topic(Name="plain")["TopicArn"], Message="hello")
    say("AWS's runbooks for trails, passwords, keys and topics")


def groups(books):
    ec2 = books.server.client("ec2")
    group = ec2.create_security_group(GroupName="open", Description="open")["GroupId"]
    anyone = [{"CidrIp": "0.0.0.0/0"}]
    rule = lambda port: {"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "IpRanges": anyone}
    ports = lambda: sorted(each["FromPort"] for each in ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"])
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule(22), rule(3389), rule(443)])
    books.run("AWS-DisablePublicAccessForSecurityGroup", GroupId=group)
    check(ports() == [443], f"SSH and RDP are shut: {ports()}")
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule(22)])
    books.run("AWS-DisableIncomingSSHOnPort22", SecurityGroupIds=[group])
    check(ports() == [443], f"SSH is shut: {ports()}")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    default = ec2.describe_security_groups(Filters=[{"Name": "vpc-id", "Values": [vpc]}, {"Name": "group-name", "Values": ["default"]}])["SecurityGroups"][0]["GroupId"]
    books.run("AWSConfigRemediation-RemoveVPCDefaultSecurityGroupRules", GroupId=default)
    shown = ec2.describe_security_groups(GroupIds=[default])["SecurityGroups"][0]
    check(not shown["IpPermissions"] and not shown["IpPermissionsEgress"], "the default group has no rules")
    say("AWS's runbooks for security groups")


def instances(books):
    ec2 = books.server.client("ec2")
    made = ec2.run_instances(ImageId=ec2.describe_images(Owners=["amazon"], Filters=[{"Name": "name", "Values": ["al2023-*-x86_64"]}])["Images"][0]["ImageId"], InstanceType="t3.micro", MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    state = lambda: ec2.describe_instances(InstanceIds=[made])["Reservations"][0]["Instances"][0]["State"]["Name"]
    until("the instance runs", lambda: state() == "running")
    books.run("AWS-StopEC2Instance", InstanceId=made)
    check(state() == "stopped", "stopped")
    books.run("AWS-StartEC2Instance", InstanceId=made)
    check(state() == "running", "running")
    books.run("AWSConfigRemediation-EnforceEC2InstanceIMDSv2", InstanceId=made)
    books.run("AWS-TerminateEC2Instance", InstanceId=made)
    volume = ec2.create_volume(AvailabilityZone="us-east-1a", Size=1)["VolumeId"]
    snapshot = books.run("AWS-CreateSnapshot", VolumeId=volume)["Outputs"]["createSnapshot.SnapshotId"][0]
    check(ec2.describe_snapshots(SnapshotIds=[snapshot])["Snapshots"][0]["State"] == "completed", "the snapshot")
    books.run("AWSConfigRemediation-EnableEbsEncryptionByDefault")
    check(ec2.get_ebs_encryption_by_default()["EbsEncryptionByDefault"], "encryption by default")
    say("AWS's runbooks for instances and volumes")


def credentials(books):
    books.iam.create_user(UserName="idle")
    user = books.iam.get_user(UserName="idle")["User"]["UserId"]
    key = books.iam.create_access_key(UserName="idle")["AccessKey"]["AccessKeyId"]
    shown = books.run("AWSConfigRemediation-RevokeUnusedIAMUserCredentials", IAMResourceId=user, MaxCredentialUsageAge="0")
    check(books.iam.list_access_keys(UserName="idle")["AccessKeyMetadata"][0]["Status"] == "Inactive", f"the key is inactive: {shown['Outputs']}")
    check(key in shown["Outputs"]["RevokeUnusedIAMUserCredentials.Output"][0], "it says so")
    say("unused credentials")


def many(books):
    books.make("Tell", """- name: tell
  action: aws:executeAwsApi
  inputs: {Service: sqs, Api: SendMessage, QueueUrl: "{{ Queue }}", MessageBody: "{{ Name }}"}
""", "  Name: {type: String}\n  Queue: {type: String}\n")
    queue = books.server.client("sqs").create_queue(QueueName="many")["QueueUrl"]
    names = ["a", "b", "c", "d"]
    execution = books.start("Tell", {"TargetParameterName": "Name", "Targets": [{"Key": "ParameterValues", "Values": names}], "MaxConcurrency": "2"}, Queue=queue)
    shown = books.end(execution)
    check(shown["AutomationExecutionStatus"] == "Success" and shown["ProgressCounters"]["SuccessSteps"] == 4, f"four targets: {shown['ProgressCounters']}")
    children = books.api.describe_automation_executions(Filters=[{"Key": "ParentExecutionId", "Values": [execution]}])["AutomationExecutionMetadataList"]
    check(sorted(child["Target"] for child in children) == names, "a child for each")
    say("rate control")


def crash(books, server):
    books.make("Rest", "- {name: rest, action: aws:sleep, inputs: {Duration: PT4S}}\n- {name: after, action: aws:sleep, inputs: {Duration: PT0S}}\n")
    execution = books.start("Rest")
    time.sleep(0.3)
    server.kill()
    server.start()
    books.connect()
    check(books.end(execution)["AutomationExecutionStatus"] == "Success", "the automation went on")
    say("after a kill -9 it goes on")


def run(binary):
    with Server(binary) as server:
        books = Runbooks(server)
        for part in (documents, scripts, permissions, people, events, buckets, others, groups, instances, credentials, many):
            part(books)
        crash(books, server)


if __name__ == "__main__":
    harness.main(run)

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""A bucket is made public, as an intruder would; Config records it, a managed rule judges it, Automation puts it back, and people are told."""
import gzip
import json
import time

import harness
from harness import Mailbox, Server, allow, check, function_code, make_role, make_user, my_port, say, text_of, token_of, until

harness.PORTS["public_bucket_test"] = 4844
ACCOUNT = "123456789012"
RULES = {"S3_BUCKET_PUBLIC_READ_PROHIBITED": "public-read", "S3_BUCKET_PUBLIC_WRITE_PROHIBITED": "public-write"}


def trust(service):
    return json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}})


def prepare(server, mailbox):
    """Recorder, channel with its topic and bucket, rules with their remediation."""
    iam, s3, sns, config = (server.client(name) for name in ("iam", "s3", "sns", "config"))
    s3.create_bucket(Bucket="config-files")
    topic = sns.create_topic(Name="config")["TopicArn"]
    sns.subscribe(TopicArn=topic, Protocol="email", Endpoint="analyst@example.com")
    confirmation = until("the confirmation mail", lambda: mailbox.mails and mailbox.mails[0][1])
    sns.confirm_subscription(TopicArn=topic, Token=token_of(confirmation))
    recorder = iam.create_role(RoleName="recorder", AssumeRolePolicyDocument=trust("config.amazonaws.com"))["Role"]["Arn"]
    iam.put_role_policy(RoleName="recorder", PolicyName="deliver", PolicyDocument=allow("s3:*", "sns:Publish"))
    healer = iam.create_role(RoleName="healer", AssumeRolePolicyDocument=trust("ssm.amazonaws.com"))["Role"]["Arn"]
    iam.put_role_policy(RoleName="healer", PolicyName="heal", PolicyDocument=allow("s3:PutBucketPublicAccessBlock", "s3:PutBucketAcl"))
    config.put_configuration_recorder(ConfigurationRecorder={"name": "default", "roleARN": recorder, "recordingGroup": {"allSupported": True}})
    config.put_delivery_channel(DeliveryChannel={"name": "default", "s3BucketName": "config-files", "snsTopicARN": topic})
    config.start_configuration_recorder(ConfigurationRecorderName="default")
    for identifier, name in RULES.items():
        config.put_config_rule(ConfigRule={"ConfigRuleName": name, "Source": {"Owner": "AWS", "SourceIdentifier": identifier}})
        config.put_remediation_configurations(RemediationConfigurations=[{
            "ConfigRuleName": name, "TargetType": "SSM_DOCUMENT", "TargetId": "AWS-DisableS3BucketPublicReadWrite", "Automatic": True,
            "MaximumAutomaticAttempts": 3, "RetryAttemptSeconds": 60,
            "Parameters": {"AutomationAssumeRole": {"StaticValue": {"Values": [healer]}}, "S3BucketName": {"ResourceValue": {"Value": "RESOURCE_ID"}}}}])
    say("Config records everything; two rules watch buckets.")


def make_reporter(server):
    """What Config's own messages do not say: who it was."""
    topic = server.client("sns").create_topic(Name="config")["TopicArn"]  # the one that is there
    role = make_role(server.client("iam"), "reporter", "config:GetResourceConfigHistory", "cloudtrail:LookupEvents", "sns:Publish", "logs:*")
    pattern = {"source": ["aws.config"], "detail-type": ["Config Rules Compliance Change"],
               "detail": {"newEvaluationResult": {"complianceType": ["NON_COMPLIANT"]}}}
    events, functions = server.client("events"), server.client("lambda")
    rule = events.put_rule(Name="drifted", EventPattern=json.dumps(pattern))["RuleArn"]
    arn = functions.create_function(FunctionName="who-drifted", Runtime="python3.11", Handler="index.handler", Role=role, Timeout=30,
                                    Environment={"Variables": {"TOPIC": topic}}, Code={"ZipFile": function_code("who_drifted")})["FunctionArn"]
    functions.add_permission(FunctionName="who-drifted", StatementId="events", Action="lambda:InvokeFunction", Principal="events.amazonaws.com", SourceArn=rule)
    events.put_targets(Rule="drifted", Targets=[{"Id": "who-drifted", "Arn": arn}])


def check_report(mailbox):
    """Who, what and when, in one mail."""
    report = until("the mail that says who it was", lambda: next((text_of(mail) for _, mail in mailbox.mails if mail["Subject"] == "A resource has drifted"), None), 60)
    for part in ("AWS::S3::Bucket crown-jewels is NON_COMPLIANT", "who:   intruder", "call:  PutBucketAcl", "when:  20"):
        check(part in report, f"the mail does not say {part}: {report}")
    say(report)


def is_private(s3, bucket):
    grants = s3.get_bucket_acl(Bucket=bucket)["Grants"]
    try:
        block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    except s3.exceptions.ClientError:
        return False
    return all(block.values()) or not any("AllUsers" in grant["Grantee"].get("URI", "") for grant in grants)


def attack(server, bucket):
    """What stands in the way of a public bucket is taken away first."""
    intruder = server.client("s3", make_user(server, "intruder", "s3:*"))
    intruder.delete_public_access_block(Bucket=bucket)
    intruder.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls={"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]})
    intruder.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    say("The intruder has made the bucket public.")
    return time.time()


def verdict(config, rule, bucket):
    results = config.get_compliance_details_by_config_rule(ConfigRuleName=rule)["EvaluationResults"]
    return {result["EvaluationResultIdentifier"]["EvaluationResultQualifier"]["ResourceId"]: result["ComplianceType"] for result in results}.get(bucket)


def messages(mailbox):
    found = []
    for _, mail in mailbox.mails[1:]:
        text = text_of(mail)
        try:
            found.append(json.loads(text[text.index("{"):text.rindex("}") + 1]))
        except ValueError:
            pass
    return found


def told(mailbox, bucket):
    """The mails of the change and of the verdicts."""
    seen = [message for message in messages(mailbox) if bucket in json.dumps(message)]
    kinds = {message.get("messageType") for message in seen}
    verdicts = [message["newEvaluationResult"]["complianceType"] for message in seen if message.get("messageType") == "ComplianceChangeNotification"]
    return {"ConfigurationItemChangeNotification", "ComplianceChangeNotification"} <= kinds and {"NON_COMPLIANT", "COMPLIANT"} <= set(verdicts)


def check_files(server):
    config, s3 = server.client("config"), server.client("s3")
    config.deliver_config_snapshot(deliveryChannelName="default")
    keys = until("a snapshot file", lambda: [entry["Key"] for entry in s3.list_objects_v2(Bucket="config-files").get("Contents", []) if "/ConfigSnapshot/" in entry["Key"]])
    check(keys[0].startswith(f"AWSLogs/{ACCOUNT}/Config/us-east-1/"), f"the snapshot is {keys[0]}")
    snapshot = json.loads(gzip.decompress(s3.get_object(Bucket="config-files", Key=keys[0])["Body"].read()))
    check(any(item["resourceId"] == "crown-jewels" for item in snapshot["configurationItems"]), "the snapshot lacks the bucket")


def run(binary):
    with Mailbox(my_port() + 1) as mailbox, Server(binary, "--smtp", mailbox.url) as server:
        config, s3 = server.client("config"), server.client("s3")
        prepare(server, mailbox)
        make_reporter(server)
        s3.create_bucket(Bucket="crown-jewels")
        until("the first verdict", lambda: verdict(config, "public-read", "crown-jewels") == "COMPLIANT")
        moment = attack(server, "crown-jewels")
        until("the bucket is private again", lambda: is_private(s3, "crown-jewels"), 60)
        say(f"The bucket was private again {(time.time() - moment) * 1000:.0f} ms after.")
        for rule in RULES.values():
            until(f"{rule} is COMPLIANT", lambda: verdict(config, rule, "crown-jewels") == "COMPLIANT", 60)
        until("the mails", lambda: told(mailbox, "crown-jewels"), 60, step=0.2)
        check_report(mailbox)
        event = server.client("cloudtrail").lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "PutBucketAcl"}])["Events"][-1]
        shown = until("the chain in the timeline", lambda: (text := server.tocsin("timeline", event["EventId"]).stdout) and "PutPublicAccessBlock" in text and text, 30, step=0.3)
        say(shown)
        check_files(server)


harness.main(run)

# SPDX-License-Identifier: Apache-2.0
"""A custom rule of AWS Config that judges a security group, and puts it right.

Config calls it when a security group has changed. What the group lets in and must not is revoked, what it must let in and
does not is authorised; with the rule's parameter "debug" each step is logged. What was done is reported to Config."""
import json

import boto3

PORTS = (80, 443)


def required():
    return [{"IpProtocol": "tcp", "FromPort": port, "ToPort": port, "UserIdGroupPairs": [], "IpRanges": [{"CidrIp": "0.0.0.0/0"}],
             "Ipv6Ranges": [], "PrefixListIds": []} for port in PORTS]


def judge(item, debug):
    if item["resourceType"] != "AWS::EC2::SecurityGroup" or item["configurationItemStatus"] == "ResourceDeleted":
        return "NOT_APPLICABLE", "This rule is for security groups that exist."
    group = item["configuration"]["groupId"]
    ec2 = boto3.client("ec2")
    allowed = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    missing = [permission for permission in required() if permission not in allowed]
    excess = [permission for permission in allowed if permission not in required()]
    if debug:
        print("security group:", group)
        print("authorizing:", json.dumps(missing))
        print("revoking:", json.dumps(excess))
    if missing:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=missing)
    if excess:
        ec2.revoke_security_group_ingress(GroupId=group, IpPermissions=excess)
    return "COMPLIANT", "Permissions were modified." if missing or excess else "Permissions are correct."


def handler(event, context):
    item = json.loads(event["invokingEvent"])["configurationItem"]
    parameters = json.loads(event.get("ruleParameters") or "{}")
    verdict, annotation = judge(item, parameters.get("debug", "false").lower() == "true")
    print("verdict:", verdict, annotation)
    boto3.client("config").put_evaluations(
        Evaluations=[{"ComplianceResourceType": item["resourceType"], "ComplianceResourceId": item["resourceId"], "ComplianceType": verdict,
                      "Annotation": annotation, "OrderingTimestamp": item["configurationItemCaptureTime"]}],
        ResultToken=event["resultToken"])

#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""EC2 with boto3: a security group is opened and closed, an instance is run, isolated and taken as evidence, and who may not is refused."""
import base64
import hashlib
import json

import harness
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from harness import REGION, Server, check, error_code, make_user, say, until

PORT = 4790
SSH = [{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "0.0.0.0/0", "Description": "anybody"}]}]


def networks(ec2):
    say("every account has a default VPC, and makes more")
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]
    check(vpc["CidrBlock"] == "172.31.0.0/16" and vpc["OwnerId"] == "123456789012", str(vpc))
    check(len(ec2.describe_subnets()["Subnets"]) == 6, "a default subnet a zone")
    made = ec2.create_vpc(CidrBlock="10.0.0.0/16", TagSpecifications=[{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": "lab"}]}])["Vpc"]
    ec2.get_waiter("vpc_available").wait(VpcIds=[made["VpcId"]])
    subnet = ec2.create_subnet(VpcId=made["VpcId"], CidrBlock="10.0.1.0/24")["Subnet"]
    check(subnet["AvailableIpAddressCount"] == 251, str(subnet))
    check(error_code(ec2.delete_vpc, VpcId=made["VpcId"]) == "DependencyViolation", "a VPC with a subnet was deleted")
    found = ec2.describe_vpcs(Filters=[{"Name": "tag:Name", "Values": ["l?b"]}])["Vpcs"]
    check([each["VpcId"] for each in found] == [made["VpcId"]], "filter by tag")
    pages = list(ec2.get_paginator("describe_subnets").paginate(PaginationConfig={"PageSize": 5}))
    check(len(pages) == 2 and sum(len(page["Subnets"]) for page in pages) == 7, "pages")
    check(error_code(ec2.create_vpc, CidrBlock="10.0.0.0/16", DryRun=True) == "DryRunOperation", "dry run")
    return vpc["VpcId"]


def groups(ec2, vpc):
    say("a security group is opened and closed")
    group = ec2.create_security_group(GroupName="web", Description="the web", VpcId=vpc)["GroupId"]
    made = ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=SSH)["SecurityGroupRules"]
    check(made[0]["CidrIpv4"] == "0.0.0.0/0" and not made[0]["IsEgress"], str(made))
    check(error_code(ec2.authorize_security_group_ingress, GroupId=group, IpPermissions=SSH) == "InvalidPermission.Duplicate", "twice the same rule")
    seen = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]
    check(seen["IpPermissions"] == [{**SSH[0], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": []}], str(seen))
    ec2.modify_security_group_rules(GroupId=group, SecurityGroupRules=[{
        "SecurityGroupRuleId": made[0]["SecurityGroupRuleId"],
        "SecurityGroupRule": {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "CidrIpv4": "10.0.0.0/8"}}])
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    check({rule.get("CidrIpv4") for rule in rules} == {"10.0.0.0/8", "0.0.0.0/0"}, str(rules))
    ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[made[0]["SecurityGroupRuleId"]])
    check(ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"] == [], "closed again")
    return group


def keys(server, ec2):
    say("key pairs are imported")
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    public = key.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    made = ec2.create_key_pair(KeyName="made")["KeyMaterial"]
    check(made.startswith("-----BEGIN RSA PRIVATE KEY-----"), made[:40])
    recorded = until("the record of CreateKeyPair", lambda: server.client("cloudtrail").lookup_events(
        LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "CreateKeyPair"}])["Events"])
    check(made.split("\n")[1] not in recorded[0]["CloudTrailEvent"], "the private key is in no record")
    ec2.delete_key_pair(KeyName="made")
    imported = ec2.import_key_pair(KeyName="ops", PublicKeyMaterial=public)
    spki = key.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    check(imported["KeyFingerprint"].replace(":", "") == hashlib.md5(spki).hexdigest(), "the fingerprint of an imported key")
    line = ec2.describe_key_pairs(KeyNames=["ops"], IncludePublicKey=True)["KeyPairs"][0]["PublicKey"]
    check(line.startswith(public.decode()), "the public half")
    check(error_code(ec2.import_key_pair, KeyName="ops", PublicKeyMaterial=public) == "InvalidKeyPair.Duplicate", "twice")


def profile(server):
    iam = server.client("iam")
    trust = json.dumps({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}})
    iam.create_role(RoleName="web", AssumeRolePolicyDocument=trust)
    iam.create_instance_profile(InstanceProfileName="web")
    iam.add_role_to_instance_profile(InstanceProfileName="web", RoleName="web")


def instances(ec2, server, group):
    say("an instance is run, isolated and taken as evidence")
    profile(server)
    image = ec2.describe_images(Owners=["amazon"], Filters=[{"Name": "name", "Values": ["al2023-*-x86_64"]}])["Images"][0]["ImageId"]
    made = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, KeyName="ops", SecurityGroupIds=[group],
                             UserData="#!/bin/sh\necho secret-of-the-user", IamInstanceProfile={"Name": "web"},
                             TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": "web-1"}]}])["Instances"][0]
    check(made["State"]["Name"] == "pending", str(made))
    ident = made["InstanceId"]
    ec2.get_waiter("instance_running").wait(InstanceIds=[ident], WaiterConfig={"Delay": 1})
    user_data = ec2.describe_instance_attribute(InstanceId=ident, Attribute="userData")["UserData"]["Value"]
    check(b"secret-of-the-user" in base64.b64decode(user_data), "user data")
    quarantine = ec2.create_security_group(GroupName="quarantine", Description="nothing in, nothing out")["GroupId"]
    ec2.revoke_security_group_egress(GroupId=quarantine, IpPermissions=[{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}])
    ec2.modify_instance_attribute(InstanceId=ident, Groups=[quarantine])
    association = ec2.describe_iam_instance_profile_associations(Filters=[{"Name": "instance-id", "Values": [ident]}])["IamInstanceProfileAssociations"][0]
    ec2.disassociate_iam_instance_profile(AssociationId=association["AssociationId"])
    ec2.modify_instance_attribute(InstanceId=ident, DisableApiTermination={"Value": True})
    check(error_code(ec2.terminate_instances, InstanceIds=[ident]) == "OperationNotPermitted", "protected")
    seen = ec2.describe_instances(InstanceIds=[ident])["Reservations"][0]["Instances"][0]
    check([each["GroupId"] for each in seen["SecurityGroups"]] == [quarantine] and "IamInstanceProfile" not in seen, str(seen))
    volume = seen["BlockDeviceMappings"][0]["Ebs"]["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume, Description="evidence")["SnapshotId"]
    ec2.get_waiter("snapshot_completed").wait(SnapshotIds=[snapshot], WaiterConfig={"Delay": 1})
    ec2.modify_snapshot_attribute(SnapshotId=snapshot, Attribute="createVolumePermission", OperationType="add", UserIds=["210987654321"])
    copy = ec2.create_volume(SnapshotId=snapshot, AvailabilityZone=seen["Placement"]["AvailabilityZone"], VolumeType="gp3")["VolumeId"]
    ec2.get_waiter("volume_available").wait(VolumeIds=[copy], WaiterConfig={"Delay": 1})
    ec2.attach_volume(VolumeId=copy, InstanceId=ident, Device="/dev/sdf")
    ec2.get_waiter("volume_in_use").wait(VolumeIds=[copy], WaiterConfig={"Delay": 1})
    check(error_code(ec2.describe_instances, InstanceIds=["i-00000000000000001"]) == "InvalidInstanceID.NotFound", "no such instance")
    check(error_code(ec2.describe_instances, InstanceIds=["x"]) == "InvalidInstanceID.Malformed", "no id")
    return ident


def templates(ec2, group):
    say("a launch template has versions, and instances are launched from it")
    image = ec2.describe_images(Owners=["amazon"], Filters=[{"Name": "name", "Values": ["al2023-*-x86_64"]}])["Images"][0]["ImageId"]
    made = ec2.create_launch_template(LaunchTemplateName="web", LaunchTemplateData={
        "ImageId": image, "InstanceType": "t3.micro", "SecurityGroupIds": [group],
        "MetadataOptions": {"HttpTokens": "required"}})["LaunchTemplate"]
    version = ec2.create_launch_template_version(LaunchTemplateName="web", SourceVersion="1",
                                                 LaunchTemplateData={"InstanceType": "t3.small"})["LaunchTemplateVersion"]
    check(version["VersionNumber"] == 2 and version["LaunchTemplateData"]["ImageId"] == image, str(version))
    template = {"LaunchTemplateId": made["LaunchTemplateId"], "Version": "$Latest"}
    launched = ec2.run_instances(LaunchTemplate=template, MinCount=1, MaxCount=1)["Instances"][0]
    check(launched["InstanceType"] == "t3.small" and launched["MetadataOptions"]["HttpTokens"] == "required", str(launched))
    check({"Key": "aws:ec2launchtemplate:version", "Value": "2"} in launched["Tags"], str(launched["Tags"]))
    ec2.get_waiter("instance_status_ok").wait(InstanceIds=[launched["InstanceId"]], WaiterConfig={"Delay": 1})
    ec2.terminate_instances(InstanceIds=[launched["InstanceId"]])
    ec2.get_waiter("instance_terminated").wait(InstanceIds=[launched["InstanceId"]], WaiterConfig={"Delay": 1})
    check(error_code(ec2.run_instances, LaunchTemplate={"LaunchTemplateName": "none"}, MinCount=1, MaxCount=1)
          == "InvalidLaunchTemplateName.NotFoundException", "no such template")


def images(ec2, ident):
    say("an instance becomes an image, which is copied")
    made = ec2.create_image(InstanceId=ident, Name="golden")["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[made], WaiterConfig={"Delay": 1})
    ec2.modify_image_attribute(ImageId=made, LaunchPermission={"Add": [{"UserId": "210987654321"}]})
    seen = ec2.describe_image_attribute(ImageId=made, Attribute="launchPermission")["LaunchPermissions"]
    check(seen == [{"UserId": "210987654321"}], str(seen))
    copy = ec2.copy_image(SourceImageId=made, SourceRegion=REGION, Name="again")["ImageId"]
    ec2.get_waiter("image_available").wait(ImageIds=[copy], WaiterConfig={"Delay": 1})


def settings(ec2):
    say("what an account sets once for a region")
    ec2.enable_ebs_encryption_by_default()
    volume = ec2.create_volume(AvailabilityZone=REGION + "a", Size=1)
    check(volume["Encrypted"] and ":key/" in volume["KmsKeyId"], str(volume))
    ec2.get_waiter("volume_available").wait(VolumeIds=[volume["VolumeId"]], WaiterConfig={"Delay": 1})
    snapshot = ec2.create_snapshot(VolumeId=volume["VolumeId"])["SnapshotId"]
    check(error_code(ec2.modify_snapshot_attribute, SnapshotId=snapshot, Attribute="createVolumePermission",
                     OperationType="add", UserIds=["210987654321"]) == "OperationNotPermitted", "the default key's snapshot was shared")
    ec2.disable_ebs_encryption_by_default()
    made = ec2.create_managed_prefix_list(PrefixListName="offices", AddressFamily="IPv4", MaxEntries=3, Entries=[{"Cidr": "10.0.0.0/8"}])["PrefixList"]
    entries = ec2.get_managed_prefix_list_entries(PrefixListId=made["PrefixListId"])["Entries"]
    check(entries == [{"Cidr": "10.0.0.0/8"}], str(entries))


def passing(server, ec2, ident):
    say("who may pass a role needs not to read its profile")
    key = make_user(server, "passer", "ec2:AssociateIamInstanceProfile", "iam:PassRole")
    server.client("ec2", key).associate_iam_instance_profile(InstanceId=ident, IamInstanceProfile={"Name": "web"})
    seen = ec2.describe_iam_instance_profile_associations(Filters=[{"Name": "instance-id", "Values": [ident]}])["IamInstanceProfileAssociations"]
    check(len(seen) == 1, str(seen))


def permissions(server, ec2, ident):
    say("who may not is refused, and policies see the tags")
    key = make_user(server, "eve", "ec2:Describe*")
    eve = server.client("ec2", key)
    eve.describe_instances()
    check(error_code(eve.stop_instances, InstanceIds=[ident]) == "UnauthorizedOperation", "stopped by eve")
    check(error_code(eve.stop_instances, InstanceIds=[ident], DryRun=True) == "UnauthorizedOperation", "a dry run without permission")
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "ec2:StopInstances", "Resource": f"arn:aws:ec2:{REGION}:123456789012:instance/*",
                                                     "Condition": {"StringEquals": {"ec2:ResourceTag/Name": "web-1"}}}}
    server.client("iam").put_user_policy(UserName="eve", PolicyName="tagged", PolicyDocument=json.dumps(policy))
    eve.stop_instances(InstanceIds=[ident])
    ec2.get_waiter("instance_stopped").wait(InstanceIds=[ident], WaiterConfig={"Delay": 1})


def audit(server, group):
    say("CloudTrail has the opening of the group")
    trail = server.client("cloudtrail")

    def opening():
        events = trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "AuthorizeSecurityGroupIngress"}])["Events"]
        return next((json.loads(event["CloudTrailEvent"]) for event in events if group in event["CloudTrailEvent"]), None)

    record = until("the record", opening)
    check(record["eventSource"] == "ec2.amazonaws.com" and record["requestParameters"]["groupId"] == group, str(record))


def run(binary):
    with Server(binary, port=PORT) as server:
        ec2 = server.client("ec2")
        vpc = networks(ec2)
        group = groups(ec2, vpc)
        keys(server, ec2)
        ident = instances(ec2, server, group)
        templates(ec2, group)
        images(ec2, ident)
        settings(ec2)
        passing(server, ec2, ident)
        permissions(server, ec2, ident)
        audit(server, group)
        say("all of it outlives a kill")
        server.kill()
        server.start()
        check(server.client("ec2").describe_instances(InstanceIds=[ident])["Reservations"], "after a restart")


if __name__ == "__main__":
    harness.main(run)

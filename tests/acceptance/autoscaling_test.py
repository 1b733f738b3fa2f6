#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Auto Scaling with boto3: a group keeps its size over deaths, detachments and standby; a terminating instance waits to be examined."""
import json

import harness
from harness import Server, check, error_code, make_user, say, until

PORT = 4800


def instances(client, group="web", state=None):
    found = client.describe_auto_scaling_groups(AutoScalingGroupNames=[group])["AutoScalingGroups"][0]["Instances"]
    return [each["InstanceId"] for each in found if state in (None, each["LifecycleState"])]


def causes(client, group="web"):
    return [each["Cause"] for each in client.describe_scaling_activities(AutoScalingGroupName=group)["Activities"]]


def in_service(client, count):
    return until(f"{count} in service", lambda: len(instances(client, state="InService")) == count and instances(client, state="InService"), step=0.2)


def made(client, ec2):
    say("a group is made and launches over zones")
    image = ec2.describe_images(Owners=["amazon"], Filters=[{"Name": "name", "Values": ["al2023-*-x86_64"]}])["Images"][0]["ImageId"]
    client.create_launch_configuration(LaunchConfigurationName="lc", ImageId=image, InstanceType="t3.micro", UserData="#!/bin/sh\necho secret-of-the-group")
    check(error_code(client.create_launch_configuration, LaunchConfigurationName="lc", ImageId=image, InstanceType="t3.micro") == "AlreadyExists", "twice")
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]][:2]
    client.create_auto_scaling_group(AutoScalingGroupName="web", LaunchConfigurationName="lc", MinSize=1, MaxSize=4, DesiredCapacity=2,
                                     VPCZoneIdentifier=",".join(subnets), Tags=[{"Key": "app", "Value": "shop", "PropagateAtLaunch": True}])
    found = in_service(client, 2)
    tags = {tag["Key"]: tag["Value"] for tag in ec2.describe_instances(InstanceIds=found[:1])["Reservations"][0]["Instances"][0]["Tags"]}
    check(tags == {"app": "shop", "aws:autoscaling:groupName": "web"}, str(tags))
    check("a user request created an AutoScalingGroup changing the desired capacity from 0 to 2." in causes(client)[0], causes(client)[0])
    seen = client.describe_auto_scaling_instances(InstanceIds=found)["AutoScalingInstances"]
    check({each["AutoScalingGroupName"] for each in seen} == {"web"} and {each["HealthStatus"] for each in seen} == {"HEALTHY"}, str(seen))
    check(len({each["AvailabilityZone"] for each in seen}) == 2, "one in each zone")
    return image, subnets


def forensics(client, ec2):
    say("a suspicious instance is detached as evidence: once replaced, once not")
    suspect, other = instances(client, state="InService")
    reply = client.detach_instances(AutoScalingGroupName="web", InstanceIds=[suspect], ShouldDecrementDesiredCapacity=False)["Activities"][0]
    check(reply["Description"] == f"Detaching EC2 instance: {suspect}" and reply["StatusCode"] == "InProgress", str(reply))
    check(reply["Cause"].endswith(f"instance {suspect} was detached in response to a user request."), reply["Cause"])
    until("the suspect to be detached", lambda: suspect not in instances(client), step=0.2)
    in_service(client, 2)
    check(ec2.describe_instances(InstanceIds=[suspect])["Reservations"][0]["Instances"][0]["State"]["Name"] == "running", "it runs on")
    tags = {tag["Key"] for tag in ec2.describe_tags(Filters=[{"Name": "resource-id", "Values": [suspect]}])["Tags"]}
    check("aws:autoscaling:groupName" not in tags, str(tags))
    reply = client.detach_instances(AutoScalingGroupName="web", InstanceIds=[other], ShouldDecrementDesiredCapacity=True)["Activities"][0]
    check(reply["Cause"].endswith("shrinking the capacity from 2 to 1."), reply["Cause"])
    until("the other to be detached", lambda: len(instances(client)) == 1, step=0.2)
    check(client.describe_auto_scaling_groups()["AutoScalingGroups"][0]["DesiredCapacity"] == 1, "the group is smaller")
    check(error_code(client.detach_instances, AutoScalingGroupName="web", InstanceIds=instances(client), ShouldDecrementDesiredCapacity=True) == "ValidationError", "below min")
    return suspect


def health(client, ec2):
    say("one that is terminated behind the group's back is replaced")
    lost = instances(client)[0]
    ec2.terminate_instances(InstanceIds=[lost])
    until("a replacement", lambda: (found := instances(client, state="InService")) and lost not in found, step=0.2)
    check(any("EC2 health check indicating it has been terminated or stopped." in cause for cause in causes(client)), str(causes(client)[:3]))


def hooks(server, client):
    say("a terminating instance waits for its examination")
    queue = server.client("sqs").create_queue(QueueName="holds")["QueueUrl"]
    arn = server.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    iam = server.client("iam")
    trust = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Principal": {"Service": "autoscaling.amazonaws.com"}, "Action": "sts:AssumeRole"}}
    role = iam.create_role(RoleName="notify", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
    allow = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": arn}}
    iam.put_role_policy(RoleName="notify", PolicyName="send", PolicyDocument=json.dumps(allow))
    client.put_lifecycle_hook(AutoScalingGroupName="web", LifecycleHookName="examine", LifecycleTransition="autoscaling:EC2_INSTANCE_TERMINATING",
                              NotificationTargetARN=arn, RoleARN=role, HeartbeatTimeout=300, NotificationMetadata="ir")
    ident = instances(client, state="InService")[0]
    client.terminate_instance_in_auto_scaling_group(InstanceId=ident, ShouldDecrementDesiredCapacity=False)
    until("the wait", lambda: ident in instances(client, state="Terminating:Wait"), step=0.2)

    def told():
        for message in server.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", []):
            body = json.loads(message["Body"])
            if body.get("EC2InstanceId") == ident:
                return body
        return None

    body = until("the message", told)
    check(body["LifecycleHookName"] == "examine" and body["NotificationMetadata"] == "ir", str(body))
    client.record_lifecycle_action_heartbeat(AutoScalingGroupName="web", LifecycleHookName="examine", InstanceId=ident)
    client.complete_lifecycle_action(AutoScalingGroupName="web", LifecycleHookName="examine", LifecycleActionToken=body["LifecycleActionToken"], LifecycleActionResult="CONTINUE")
    until("its end", lambda: ident not in instances(client), step=0.2)
    client.delete_lifecycle_hook(AutoScalingGroupName="web", LifecycleHookName="examine")


def standby(client):
    say("standby, protection, suspended processes")
    ident = in_service(client, 1)[0]
    client.enter_standby(AutoScalingGroupName="web", InstanceIds=[ident], ShouldDecrementDesiredCapacity=False)
    until("standby", lambda: ident in instances(client, state="Standby"), step=0.2)
    in_service(client, 1)
    client.exit_standby(AutoScalingGroupName="web", InstanceIds=[ident])
    in_service(client, 2)
    client.set_instance_protection(AutoScalingGroupName="web", InstanceIds=[ident], ProtectedFromScaleIn=True)
    client.suspend_processes(AutoScalingGroupName="web", ScalingProcesses=["ReplaceUnhealthy"])
    check(client.describe_auto_scaling_groups()["AutoScalingGroups"][0]["SuspendedProcesses"][0]["ProcessName"] == "ReplaceUnhealthy", "suspended")
    client.resume_processes(AutoScalingGroupName="web")
    client.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    until("the unprotected one to go", lambda: instances(client) == [ident], step=0.2)
    policy = client.put_scaling_policy(AutoScalingGroupName="web", PolicyName="more", AdjustmentType="ChangeInCapacity", ScalingAdjustment=1)["PolicyARN"]
    client.execute_policy(PolicyName=policy)
    in_service(client, 2)
    check("a user request executed policy more changing the desired capacity from 1 to 2." in causes(client)[0], causes(client)[0])


def templates(client, ec2, image, subnets):
    say("a launch template launches, too")
    made = ec2.create_launch_template(LaunchTemplateName="tmpl", LaunchTemplateData={"ImageId": image, "InstanceType": "t3.small"})["LaunchTemplate"]
    client.create_auto_scaling_group(AutoScalingGroupName="tmpl", LaunchTemplate={"LaunchTemplateName": "tmpl", "Version": "$Latest"}, MinSize=1, MaxSize=1,
                                     VPCZoneIdentifier=subnets[0])
    until("one of the template", lambda: instances(client, "tmpl", "InService"), step=0.2)
    seen = client.describe_auto_scaling_groups(AutoScalingGroupNames=["tmpl"])["AutoScalingGroups"][0]
    check(seen["LaunchTemplate"]["LaunchTemplateId"] == made["LaunchTemplateId"], str(seen["LaunchTemplate"]))
    check(seen["Instances"][0]["InstanceType"] == "t3.small" and seen["Instances"][0]["LaunchTemplate"]["Version"] == "1", str(seen["Instances"]))


def permissions(server, client):
    say("who may not is refused; CloudTrail has what the service did")
    eve = server.client("autoscaling", make_user(server, "eve", "autoscaling:Describe*"))
    eve.describe_auto_scaling_groups()
    check(error_code(eve.set_desired_capacity, AutoScalingGroupName="web", DesiredCapacity=1) == "AccessDenied", "eve")
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "autoscaling:SetDesiredCapacity", "Resource": "*",
                                                     "Condition": {"StringEquals": {"autoscaling:ResourceTag/app": "shop"}}}}
    server.client("iam").put_user_policy(UserName="eve", PolicyName="tagged", PolicyDocument=json.dumps(policy))
    eve.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=1)
    trail = server.client("cloudtrail")
    runs = until("RunInstances", lambda: trail.lookup_events(LookupAttributes=[{"AttributeKey": "EventName", "AttributeValue": "RunInstances"}])["Events"])
    record = json.loads(runs[-1]["CloudTrailEvent"])
    check(":assumed-role/AWSServiceRoleForAutoScaling/AutoScaling" in record["userIdentity"]["arn"], str(record["userIdentity"]))
    check(record["sourceIPAddress"] == "autoscaling.amazonaws.com", record["sourceIPAddress"])
    check("secret-of-the-group" not in json.dumps(record), "user data in the record")


def run(binary):
    with Server(binary, port=PORT) as server:
        client, ec2 = server.client("autoscaling"), server.client("ec2")
        image, subnets = made(client, ec2)
        forensics(client, ec2)
        health(client, ec2)
        hooks(server, client)
        standby(client)
        templates(client, ec2, image, subnets)
        permissions(server, client)
        say("all of it outlives a kill, and a group is deleted")
        server.kill()
        server.start()
        client = server.client("autoscaling")
        check(instances(client), "after a restart")
        check(error_code(client.delete_auto_scaling_group, AutoScalingGroupName="web") == "ResourceInUse", "not empty")
        client.delete_auto_scaling_group(AutoScalingGroupName="web", ForceDelete=True)
        until("the group to go", lambda: not client.describe_auto_scaling_groups(AutoScalingGroupNames=["web"])["AutoScalingGroups"], step=0.2, seconds=30)


if __name__ == "__main__":
    harness.main(run)

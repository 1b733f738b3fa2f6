#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Elastic Load Balancing with boto3: a load balancer, its listener and rules; targets become healthy, drain, and follow a group of Auto Scaling."""
import json

import harness
from harness import Server, check, error_code, make_user, say, until

PORT = 4804


def balancer(elb, ec2):
    say("a load balancer is provisioned")
    subnets = [each["SubnetId"] for each in ec2.describe_subnets()["Subnets"]][:2]
    check(error_code(elb.create_load_balancer, Name="web", Subnets=subnets[:1]) == "ValidationError", "one subnet")
    made = elb.create_load_balancer(Name="web", Subnets=subnets, Tags=[{"Key": "team", "Value": "shop"}])["LoadBalancers"][0]
    check(made["State"]["Code"] == "provisioning" and made["DNSName"].endswith(".us-east-1.elb.amazonaws.com"), str(made))
    elb.get_waiter("load_balancer_available").wait(LoadBalancerArns=[made["LoadBalancerArn"]], WaiterConfig={"Delay": 1})
    check(error_code(elb.describe_load_balancers, Names=["none"]) == "LoadBalancerNotFound", "no such")
    return made["LoadBalancerArn"], made["VpcId"], subnets


def listeners(elb, arn, vpc):
    say("a listener, rules and their priorities")
    group = elb.create_target_group(Name="web", Protocol="HTTP", Port=80, VpcId=vpc, HealthCheckIntervalSeconds=6)["TargetGroups"][0]["TargetGroupArn"]
    elb.modify_target_group_attributes(TargetGroupArn=group, Attributes=[{"Key": "deregistration_delay.timeout_seconds", "Value": "3"}])
    forward = [{"Type": "forward", "TargetGroupArn": group}]
    listener = elb.create_listener(LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=forward)["Listeners"][0]["ListenerArn"]
    check(error_code(elb.create_listener, LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=forward) == "DuplicateListener", "twice")
    path = [{"Field": "path-pattern", "Values": ["/admin/*"]}]
    deny = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "403", "ContentType": "text/plain"}}]
    rule = elb.create_rule(ListenerArn=listener, Priority=5, Conditions=path, Actions=deny)["Rules"][0]
    check(error_code(elb.create_rule, ListenerArn=listener, Priority=5, Conditions=path, Actions=deny) == "PriorityInUse", "priority")
    elb.set_rule_priorities(RulePriorities=[{"RuleArn": rule["RuleArn"], "Priority": 7}])
    rules = elb.describe_rules(ListenerArn=listener)["Rules"]
    check([each["Priority"] for each in rules] == ["7", "default"], str(rules))
    check(error_code(elb.delete_target_group, TargetGroupArn=group) == "ResourceInUse", "in use")
    return group, listener


def state(elb, group, ident):
    return elb.describe_target_health(TargetGroupArn=group, Targets=[{"Id": ident}])["TargetHealthDescriptions"][0]["TargetHealth"]["State"]


def targets(elb, ec2, group, subnets):
    say("a target becomes healthy, drains, and is gone")
    image = ec2.describe_images(Owners=["amazon"], Filters=[{"Name": "name", "Values": ["al2023-*-x86_64"]}])["Images"][0]["ImageId"]
    ident = ec2.run_instances(ImageId=image, InstanceType="t3.micro", MinCount=1, MaxCount=1, SubnetId=subnets[0])["Instances"][0]["InstanceId"]
    check(error_code(elb.register_targets, TargetGroupArn=group, Targets=[{"Id": ident}]) == "InvalidTarget", "a pending one")
    ec2.get_waiter("instance_running").wait(InstanceIds=[ident], WaiterConfig={"Delay": 1})
    elb.register_targets(TargetGroupArn=group, Targets=[{"Id": ident}])
    check(state(elb, group, ident) == "initial", "initial")
    elb.get_waiter("target_in_service").wait(TargetGroupArn=group, Targets=[{"Id": ident}], WaiterConfig={"Delay": 1})
    ec2.stop_instances(InstanceIds=[ident])
    check(state(elb, group, ident) == "unused", "stopped")
    ec2.get_waiter("instance_stopped").wait(InstanceIds=[ident], WaiterConfig={"Delay": 1})
    ec2.start_instances(InstanceIds=[ident])
    until("health", lambda: state(elb, group, ident) == "healthy", seconds=40, step=0.5)
    elb.deregister_targets(TargetGroupArn=group, Targets=[{"Id": ident}])
    check(state(elb, group, ident) == "draining", "draining")
    elb.get_waiter("target_deregistered").wait(TargetGroupArn=group, Targets=[{"Id": ident}], WaiterConfig={"Delay": 1})
    return image


def scaling(server, elb, group, image, subnets):
    say("a group of Auto Scaling registers its instances, and drains the one it terminates")
    scaling = server.client("autoscaling")
    scaling.create_launch_configuration(LaunchConfigurationName="lc", ImageId=image, InstanceType="t3.micro")
    scaling.create_auto_scaling_group(AutoScalingGroupName="web", LaunchConfigurationName="lc", MinSize=0, MaxSize=2, DesiredCapacity=1,
                                      VPCZoneIdentifier=subnets[0], TargetGroupARNs=[group])
    found = until("a target", lambda: elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"], step=0.3)
    ident = found[0]["Target"]["Id"]
    until("health", lambda: state(elb, group, ident) == "healthy", step=0.5)
    scaling.set_desired_capacity(AutoScalingGroupName="web", DesiredCapacity=0)
    until("draining", lambda: state(elb, group, ident) == "draining", step=0.1)
    until("the end", lambda: not scaling.describe_auto_scaling_groups()["AutoScalingGroups"][0]["Instances"], seconds=60, step=0.5)


def permissions(server, elb, arn):
    say("who may not is refused, and policies see the tags")
    eve = server.client("elbv2", make_user(server, "eve", "elasticloadbalancing:Describe*"))
    check(eve.describe_load_balancers()["LoadBalancers"], "eve looks")
    check(error_code(eve.delete_load_balancer, LoadBalancerArn=arn) == "AccessDenied", "eve deletes")
    policy = {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "elasticloadbalancing:AddTags", "Resource": "*",
                                                     "Condition": {"StringEquals": {"aws:ResourceTag/team": "shop"}}}}
    server.client("iam").put_user_policy(UserName="eve", PolicyName="tagged", PolicyDocument=json.dumps(policy))
    eve.add_tags(ResourceArns=[arn], Tags=[{"Key": "seen", "Value": "yes"}])
    tags = elb.describe_tags(ResourceArns=[arn])["TagDescriptions"][0]["Tags"]
    check({tag["Key"] for tag in tags} == {"team", "seen"}, str(tags))


def run(binary):
    with Server(binary, port=PORT) as server:
        elb, ec2 = server.client("elbv2"), server.client("ec2")
        arn, vpc, subnets = balancer(elb, ec2)
        group, listener = listeners(elb, arn, vpc)
        image = targets(elb, ec2, group, subnets)
        scaling(server, elb, group, image, subnets)
        permissions(server, elb, arn)
        say("deletion protection, and the end")
        elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": "true"}])
        check(error_code(elb.delete_load_balancer, LoadBalancerArn=arn) == "OperationNotPermitted", "protected")
        elb.modify_load_balancer_attributes(LoadBalancerArn=arn, Attributes=[{"Key": "deletion_protection.enabled", "Value": "false"}])
        elb.delete_load_balancer(LoadBalancerArn=arn)
        check(error_code(elb.describe_listeners, ListenerArns=[listener]) == "ListenerNotFound", "its listener went with it")
        elb.delete_target_group(TargetGroupArn=group)


if __name__ == "__main__":
    harness.main(run)

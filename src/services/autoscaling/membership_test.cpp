// SPDX-License-Identifier: Apache-2.0
// Detaching, attaching, standby; life-cycle hooks; load balancers; policies and schedules.
#include "services/autoscaling/testing.hpp"

namespace tocsin::autoscaling {
namespace {

using testing::HasSubstr;

class Membership : public AutoScalingTest {
 protected:
  void make_hook(std::string_view transition, Object more = {}) {
    Object params = web({{"LifecycleHookName", "hold"}, {"LifecycleTransition", transition}});
    for (const auto& [name, value] : more)
      params[name] = value;
    must("PutLifecycleHook", std::move(params));
  }
  Object completion(std::string_view id, std::string_view result) {
    return web(
        {{"LifecycleHookName", "hold"}, {"InstanceId", id}, {"LifecycleActionResult", result}});
  }
};

TEST_F(Membership, ADetachedInstanceIsReplaced) {
  make_group(1, 2);
  wait(6);
  const auto id = ids().front();
  const auto reply =
      must("DetachInstances",
           web({{"InstanceIds", Array{id}}, {"ShouldDecrementDesiredCapacity", false}}));
  const auto& activity = array_of(reply, "Activities").front();
  EXPECT_EQ(text(activity, "Description"), "Detaching EC2 instance: " + id);
  EXPECT_EQ(timeless(string_of(activity, "Cause")),
            "@ instance " + id + " was detached in response to a user request.");
  EXPECT_EQ(text(activity, "StatusCode"), "InProgress");
  EXPECT_EQ(integer(activity, "Progress"), 50);
  EXPECT_EQ(state_of(id), "Detaching");
  wait(6);
  EXPECT_EQ(state_of(id), "gone");
  EXPECT_EQ(ids("InService").size(), 1u);
  EXPECT_EQ(integer(group(), "DesiredCapacity"), 1);
  EXPECT_EQ(events("EC2 Instance Detach Successful").size(), 1u);
  EXPECT_EQ(kTestInstances.get(*cloud.stores().state, Key{id})->state, "running");
  EXPECT_TRUE(array_of(must("DescribeAutoScalingInstances", {{"InstanceIds", Array{id}}}),
                       "AutoScalingInstances")
                  .empty());
  EXPECT_THAT(activities().front(),
              HasSubstr("@ an instance was started in response to a difference between desired and "
                        "actual capacity, increasing the capacity from 0 to 1."));
}

TEST_F(Membership, ADetachedInstanceIsNotReplacedWhereTheGroupShrinks) {
  make_group(1, 2, {{"DesiredCapacity", 2}});
  wait(6);
  const auto id = ids().front();
  const auto reply =
      must("DetachInstances",
           web({{"InstanceIds", Array{id}}, {"ShouldDecrementDesiredCapacity", true}}));
  EXPECT_EQ(timeless(string_of(array_of(reply, "Activities").front(), "Cause")),
            "@ instance " + id +
                " was detached in response to a user request, shrinking the capacity from 2 to 1.");
  wait(30);
  EXPECT_EQ(ids().size(), 1u);
  EXPECT_EQ(integer(group(), "DesiredCapacity"), 1);
  EXPECT_THAT(refusal("DetachInstances", web({{"InstanceIds", Array{ids().front()}},
                                              {"ShouldDecrementDesiredCapacity", true}})),
              HasSubstr("AutoScalingGroup web has min-size=1, max-size=2, and desired-size=1. To "
                        "detach 1 more instance, please update the AutoScalingGroup sizes "
                        "appropriately."));
  EXPECT_EQ(refusal("DetachInstances",
                    web({{"InstanceIds", Array{id}}, {"ShouldDecrementDesiredCapacity", false}})),
            "ValidationError: The instance " + id + " is not part of Auto Scaling group web.");
  must("AttachInstances", web({{"InstanceIds", Array{id}}}));
  wait(2);
  EXPECT_EQ(state_of(id), "InService");
  EXPECT_EQ(integer(group(), "DesiredCapacity"), 2);
  EXPECT_THAT(refusal("AttachInstances", web({{"InstanceIds", Array{id}}})),
              HasSubstr("please update the AutoScalingGroup sizes appropriately"));
}

TEST_F(Membership, AnInstanceGoesOnStandbyAndBack) {
  make_group(0, 2, {{"DesiredCapacity", 1}});
  wait(6);
  const auto id = ids().front();
  must("EnterStandby", web({{"InstanceIds", Array{id}}, {"ShouldDecrementDesiredCapacity", true}}));
  wait(2);
  EXPECT_EQ(state_of(id), "Standby");
  EXPECT_EQ(integer(group(), "DesiredCapacity"), 0);
  ASSERT_TRUE(cloud.call("ec2", "StopInstances", Object{{"InstanceIds", Array{id}}}));
  EXPECT_EQ(state_of(id), "Standby") << "nobody checks the health of one on standby";
  EXPECT_EQ(refusal("EnterStandby",
                    web({{"InstanceIds", Array{id}}, {"ShouldDecrementDesiredCapacity", true}})),
            "ValidationError: The instance " + id + " is not in InService.");
  const auto reply = must("ExitStandby", web({{"InstanceIds", Array{id}}}));
  const auto& activity = array_of(reply, "Activities").front();
  EXPECT_EQ(text(activity, "StatusCode"), "PreInService");
  EXPECT_EQ(timeless(string_of(activity, "Cause")),
            "@ instance " + id +
                " was moved out of standby in response to a user request, increasing the capacity "
                "from 0 to 1.");
  wait(2);
  EXPECT_EQ(state_of(id), "InService");
}

TEST_F(Membership, ALaunchingInstanceWaitsForItsHook) {
  make_group(0, 2);
  make_hook("autoscaling:EC2_INSTANCE_LAUNCHING", {{"NotificationMetadata", "extra"}});
  must("SetDesiredCapacity", web({{"DesiredCapacity", 1}}));
  wait(6);
  const auto id = ids().front();
  EXPECT_EQ(state_of(id), "Pending:Wait");
  ASSERT_EQ(events("EC2 Instance-launch Lifecycle Action").size(), 1u);
  const auto& detail = events("EC2 Instance-launch Lifecycle Action")[0]->detail;
  EXPECT_EQ(text(detail, "EC2InstanceId"), id);
  EXPECT_EQ(text(detail, "NotificationMetadata"), "extra");
  EXPECT_EQ(text(detail, "Destination"), "AutoScalingGroup");
  must("RecordLifecycleActionHeartbeat",
       web({{"LifecycleHookName", "hold"},
            {"LifecycleActionToken", text(detail, "LifecycleActionToken")}}));
  must("CompleteLifecycleAction", completion(id, "CONTINUE"));
  EXPECT_EQ(state_of(id), "InService");
  EXPECT_EQ(refusal("CompleteLifecycleAction", completion(id, "CONTINUE")),
            "ValidationError: No active Lifecycle Action found with instance ID " + id);
}

TEST_F(Membership, AnAbandonedLaunchIsTerminatedAndReplaced) {
  make_group(0, 2);
  make_hook("autoscaling:EC2_INSTANCE_LAUNCHING", {{"HeartbeatTimeout", 60}});
  must("SetDesiredCapacity", web({{"DesiredCapacity", 1}}));
  wait(6);
  const auto id = ids().front();
  wait(61);
  EXPECT_EQ(state_of(id), "Terminating:Proceed");
  EXPECT_EQ(events("EC2 Instance Launch Unsuccessful").size(), 1u);
  const auto seen = must("DescribeScalingActivities", web());
  const auto& all = array_of(seen, "Activities");
  EXPECT_TRUE(std::ranges::any_of(all, [](const Document& each) {
    return text(each, "StatusCode") == "Cancelled" &&
           text(each, "StatusMessage").ends_with("was abandoned: Heartbeat Timeout");
  }));
  wait(20);
  EXPECT_EQ(state_of(id), "gone");
  EXPECT_EQ(ids("Pending:Wait").size(), 1u) << "the next one";
}

TEST_F(Membership, ATerminatingInstanceWaitsAndItsHookTellsATopicAndAQueue) {
  make_group(0, 1, {{"DesiredCapacity", 1}});
  make_hook("autoscaling:EC2_INSTANCE_TERMINATING",
            {{"NotificationTargetARN", "arn:aws:sqs:us-east-1:123456789012:holds"},
             {"RoleARN", "arn:aws:iam::123456789012:role/notify"}});
  EXPECT_EQ(count("SendMessage"), 1u) << "the test notification";
  wait(6);
  const auto id = ids().front();
  must("SetDesiredCapacity", web({{"DesiredCapacity", 0}}));
  EXPECT_EQ(state_of(id), "Terminating:Wait");
  EXPECT_EQ(count("SendMessage"), 2u);
  const auto body = parse_json(text(calls.back().params, "MessageBody"));
  EXPECT_EQ(text(*body, "LifecycleTransition"), "autoscaling:EC2_INSTANCE_TERMINATING");
  EXPECT_EQ(text(calls.back().params, "QueueUrl"),
            "https://sqs.us-east-1.amazonaws.com/123456789012/holds");
  EXPECT_EQ(kTestInstances.get(*cloud.stores().state, Key{id})->state, "running");
  must("CompleteLifecycleAction", completion(id, "ABANDON"));
  wait(11);
  EXPECT_EQ(state_of(id), "gone");
}

TEST_F(Membership, BadHooksAreRefused) {
  make_group(0, 1);
  EXPECT_THAT(refusal("PutLifecycleHook", web({{"LifecycleHookName", "h"}})),
              HasSubstr("LifecycleTransition"));
  const auto put = [&](Object more) {
    Object params = web({{"LifecycleHookName", "h"},
                         {"LifecycleTransition", "autoscaling:EC2_INSTANCE_LAUNCHING"}});
    for (const auto& [name, value] : more)
      params[name] = value;
    return refusal("PutLifecycleHook", std::move(params));
  };
  EXPECT_THAT(put({{"HeartbeatTimeout", 5}}), HasSubstr("between 30 and 7200"));
  EXPECT_THAT(put({{"DefaultResult", "MAYBE"}}), HasSubstr("MAYBE"));
  EXPECT_THAT(put({{"LifecycleTransition", "launch"}}), HasSubstr("launch"));
  EXPECT_THAT(put({{"NotificationTargetARN", "arn:aws:s3:::b"}}), HasSubstr("arn:aws:s3:::b"));
  EXPECT_EQ(put({}), "no error");
  EXPECT_EQ(array_of(must("DescribeLifecycleHooks", web()), "LifecycleHooks").size(), 1u);
  must("DeleteLifecycleHook", web({{"LifecycleHookName", "h"}}));
  EXPECT_EQ(refusal("DeleteLifecycleHook", web({{"LifecycleHookName", "h"}})).substr(0, 15),
            "ValidationError");
}

TEST_F(Membership, LoadBalancersAreToldAndDrained) {
  constexpr auto kSlow = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/t/slow";
  make_group(0, 1, {{"DesiredCapacity", 1}, {"TargetGroupARNs", Array{kSlow}}});
  wait(6);
  EXPECT_EQ(count("RegisterTargets"), 1u);
  EXPECT_EQ(calls.back().credential.role_arn,
            "arn:aws:iam::123456789012:role/aws-service-role/autoscaling.amazonaws.com/"
            "AWSServiceRoleForAutoScaling");
  wait(60 - to_ms(cloud.now()) / 1000 % 60);  // a minute begins: draining
  const auto id = ids().front();
  must("SetDesiredCapacity", web({{"DesiredCapacity", 0}}));
  EXPECT_EQ(count("DeregisterTargets"), 1u);
  EXPECT_EQ(state_of(id), "Terminating");
  EXPECT_THAT(activities().front(), HasSubstr(" - Waiting For ELB Connection Draining."));
  wait(45);
  EXPECT_EQ(state_of(id), "gone");
  must("DetachLoadBalancerTargetGroups", web({{"TargetGroupARNs", Array{kSlow}}}));
  EXPECT_THAT(refusal("DetachLoadBalancerTargetGroups", web({{"TargetGroupARNs", Array{kSlow}}})),
              HasSubstr("not part of the group"));
  must("AttachTrafficSources",
       web({{"TrafficSources", Array{Object{{"Identifier", kSlow}, {"Type", "elbv2"}}}}}));
  EXPECT_EQ(
      text(array_of(must("DescribeLoadBalancerTargetGroups", web()), "LoadBalancerTargetGroups")
               .front(),
           "LoadBalancerTargetGroupARN"),
      kSlow);
}

TEST_F(Membership, TopicsAreTold) {
  make_group(0, 1);
  constexpr auto kTopic = "arn:aws:sns:us-east-1:123456789012:ops";
  must(
      "PutNotificationConfiguration",
      web({{"TopicARN", kTopic}, {"NotificationTypes", Array{"autoscaling:EC2_INSTANCE_LAUNCH"}}}));
  EXPECT_EQ(text(calls.back().params, "Subject"),
            "Auto Scaling: test notification for group \"web\"");
  must("SetDesiredCapacity", web({{"DesiredCapacity", 1}}));
  wait(6);
  EXPECT_EQ(text(calls.back().params, "Subject"), "Auto Scaling: launch for group \"web\"");
  const auto body = parse_json(text(calls.back().params, "Message"));
  EXPECT_EQ(text(*body, "Event"), "autoscaling:EC2_INSTANCE_LAUNCH");
  EXPECT_THAT(refusal("PutNotificationConfiguration",
                      web({{"TopicARN", kTopic}, {"NotificationTypes", Array{"x"}}})),
              HasSubstr("is not a valid Notification Type"));
  must("DeleteNotificationConfiguration", web({{"TopicARN", kTopic}}));
  EXPECT_TRUE(
      array_of(must("DescribeNotificationConfigurations"), "NotificationConfigurations").empty());
}

TEST_F(Membership, PoliciesChangeTheCapacity) {
  make_group(1, 10, {{"DesiredCapacity", 4}, {"DefaultCooldown", 0}});
  wait(6);
  const auto put = [&](Object more) {
    more["PolicyName"] = "p";
    return call("PutScalingPolicy", web(std::move(more)));
  };
  const auto execute = [&](Object more = {}) {
    more["PolicyName"] = "p";
    must("ExecutePolicy", web(std::move(more)));
    return *integer(group(), "DesiredCapacity");
  };
  ASSERT_TRUE(put({{"AdjustmentType", "ChangeInCapacity"}, {"ScalingAdjustment", 1}}));
  EXPECT_EQ(execute(), 5);
  EXPECT_THAT(activities().front(), HasSubstr("@ a user request executed policy p changing the "
                                              "desired capacity from 4 to 5."));
  ASSERT_TRUE(put({{"AdjustmentType", "PercentChangeInCapacity"}, {"ScalingAdjustment", -10}}));
  EXPECT_EQ(execute(), 4);
  ASSERT_TRUE(put({{"AdjustmentType", "ExactCapacity"}, {"ScalingAdjustment", 99}}));
  EXPECT_EQ(execute(), 10);
  ASSERT_TRUE(put({{"PolicyType", "StepScaling"},
                   {"AdjustmentType", "ChangeInCapacity"},
                   {"StepAdjustments",
                    Array{Object{{"MetricIntervalUpperBound", -10.0}, {"ScalingAdjustment", -3}},
                          Object{{"MetricIntervalLowerBound", -10.0},
                                 {"MetricIntervalUpperBound", 0.0},
                                 {"ScalingAdjustment", -1}}}}}));
  EXPECT_EQ(execute({{"MetricValue", 45.0}, {"BreachThreshold", 50.0}}), 9);
  EXPECT_EQ(execute({{"MetricValue", 10.0}, {"BreachThreshold", 50.0}}), 6);
  EXPECT_THAT(refusal("ExecutePolicy", web({{"PolicyName", "p"}})), HasSubstr("MetricValue"));
  EXPECT_THAT(words(put({{"AdjustmentType", "Sideways"}, {"ScalingAdjustment", 1}})),
              HasSubstr("enum value set"));
  EXPECT_THAT(words(put({{"PolicyType", "PredictiveScaling"}})), HasSubstr("predictive"));
  const auto tracked =
      put({{"PolicyType", "TargetTrackingScaling"},
           {"TargetTrackingConfiguration",
            Object{{"TargetValue", 50.0},
                   {"PredefinedMetricSpecification",
                    Object{{"PredefinedMetricType", "ASGAverageCPUUtilization"}}}}}});
  ASSERT_TRUE(tracked) << words(tracked);
  EXPECT_EQ(array_of(*tracked, "Alarms").size(), 2u);
  EXPECT_EQ(count("PutMetricAlarm"), 2u);
  EXPECT_THAT(refusal("ExecutePolicy", web({{"PolicyName", "p"}})), HasSubstr("target tracking"));
  wait(40);
  ASSERT_EQ(ids().size(), 6u);
  auto alarm = cloud.request("autoscaling", "ExecutePolicy",
                             Object{{"PolicyName", text(*tracked, "PolicyARN")},
                                    {"MetricValue", 75.0},
                                    {"BreachThreshold", 50.0}});
  alarm.credential = {.kind = core::Credential::Kind::Service,
                      .service = "cloudwatch.amazonaws.com",
                      .source_arn = "arn:aws:cloudwatch:us-east-1:123456789012:alarm:high"};
  ASSERT_TRUE(cloud.call(alarm));
  EXPECT_EQ(integer(group(), "DesiredCapacity"), 9);
  EXPECT_THAT(activities().front(), HasSubstr("@ a monitor alarm high in state ALARM triggered "
                                              "policy p changing the desired capacity"));
  must("DeletePolicy", web({{"PolicyName", "p"}}));
  EXPECT_EQ(count("DeleteAlarms"), 1u);
  EXPECT_TRUE(array_of(must("DescribePolicies", web()), "ScalingPolicies").empty());
}

TEST_F(Membership, SchedulesChangeTheCapacity) {
  make_group(0, 5);
  const auto put = [&](Object more) {
    return refusal("PutScheduledUpdateGroupAction", web(std::move(more)));
  };
  EXPECT_EQ(put({{"ScheduledActionName", "once"},
                 {"StartTime", to_seconds(cloud.now()) + 100},
                 {"DesiredCapacity", 2}}),
            "no error");
  EXPECT_EQ(put({{"ScheduledActionName", "hourly"}, {"Recurrence", "0 * * * *"}, {"MinSize", 3}}),
            "no error");
  EXPECT_EQ(array_of(must("DescribeScheduledActions", web()), "ScheduledUpdateGroupActions").size(),
            2u);
  wait(101);
  EXPECT_EQ(integer(group(), "DesiredCapacity"), 2);
  EXPECT_THAT(activities().front(), HasSubstr("a scheduled action update of AutoScalingGroup"));
  wait(3600);
  EXPECT_EQ(integer(group(), "MinSize"), 3);
  EXPECT_EQ(put({{"ScheduledActionName", "x"},
                 {"StartTime", to_seconds(cloud.now()) - 100},
                 {"DesiredCapacity", 2}}),
            "ValidationError: Given start time is in the past");
  EXPECT_THAT(put({{"ScheduledActionName", "x"}, {"Recurrence", "0 * *"}, {"MinSize", 3}}),
              HasSubstr("Given recurrence string:0 * * is invalid"));
  EXPECT_THAT(put({{"ScheduledActionName", "x"}, {"Recurrence", "0 * * * *"}}),
              HasSubstr("At least one of"));
  const auto failed =
      must("BatchDeleteScheduledAction", web({{"ScheduledActionNames", Array{"hourly", "none"}}}));
  EXPECT_EQ(array_of(failed, "FailedScheduledActions").size(), 1u);
}

TEST_F(Membership, WhatNeverChangesIsTold) {
  EXPECT_EQ(array_of(must("DescribeAdjustmentTypes"), "AdjustmentTypes").size(), 3u);
  EXPECT_EQ(array_of(must("DescribeScalingProcessTypes"), "Processes").size(), 9u);
  EXPECT_EQ(array_of(must("DescribeTerminationPolicyTypes"), "TerminationPolicyTypes").size(), 7u);
  EXPECT_EQ(array_of(must("DescribeLifecycleHookTypes"), "LifecycleHookTypes").size(), 2u);
  EXPECT_EQ(
      array_of(must("DescribeAutoScalingNotificationTypes"), "AutoScalingNotificationTypes").size(),
      5u);
  EXPECT_EQ(array_of(must("DescribeMetricCollectionTypes"), "Metrics").size(), 13u);
  EXPECT_EQ(integer(must("DescribeAccountLimits"), "NumberOfAutoScalingGroups"), 0);
  make_group(0, 0);
  must("EnableMetricsCollection", web({{"Granularity", "1Minute"}}));
  EXPECT_EQ(array_of(group(), "EnabledMetrics").size(), 13u);
  must("DisableMetricsCollection", web({{"Metrics", Array{"GroupMinSize"}}}));
  EXPECT_EQ(array_of(group(), "EnabledMetrics").size(), 12u);
}

}  // namespace
}  // namespace tocsin::autoscaling

// SPDX-License-Identifier: Apache-2.0
// Groups: their settings, their size, and instances that come and go.
#include "services/autoscaling/testing.hpp"

namespace tocsin::autoscaling {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::StartsWith;

class Groups : public AutoScalingTest {};

TEST_F(Groups, AGroupLaunchesWhatItWantsAndSaysWhy) {
  make_group(2, 4,
             {{"Tags", Array{Object{{"Key", "app"}, {"Value", "shop"}, {"PropagateAtLaunch", true}},
                             Object{{"Key", "own"}, {"Value", "yes"}}}}});
  EXPECT_EQ(ids("Pending").size(), 2u);
  wait(6);
  const auto in_service = ids("InService");
  ASSERT_EQ(in_service.size(), 2u);
  const auto seen = group();
  EXPECT_EQ(integer(seen, "DesiredCapacity"), 2);
  EXPECT_EQ(text(seen, "VPCZoneIdentifier"), "subnet-a,subnet-b");
  EXPECT_EQ(text(seen, "HealthCheckType"), "EC2");
  std::set<std::string> zones;
  for (const auto& each : array_of(seen, "Instances"))
    zones.insert(string_of(each, "AvailabilityZone"));
  EXPECT_EQ(zones, (std::set<std::string>{"us-east-1a", "us-east-1b"}));
  EXPECT_THAT(activities().front(),
              testing::AllOf(StartsWith("Successful | Launching a new EC2 instance: i-"),
                             EndsWith(" | @ a user request created an AutoScalingGroup changing "
                                      "the desired capacity from 0 to 2.  @ an instance was "
                                      "started in response to a difference between desired and "
                                      "actual capacity, increasing the capacity from 0 to 2.")));
  ASSERT_EQ(events("EC2 Instance Launch Successful").size(), 2u);
  const auto& detail = events("EC2 Instance Launch Successful")[0]->detail;
  EXPECT_EQ(text(detail, "AutoScalingGroupName"), "web");
  EXPECT_EQ(text(object_of(detail, "Details"), "Subnet ID").substr(0, 7), "subnet-");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Groups, InstancesCarryTheTagsThatArePropagated) {
  make_group(1, 1,
             {{"Tags", Array{Object{{"Key", "app"}, {"Value", "shop"}, {"PropagateAtLaunch", true}},
                             Object{{"Key", "own"}, {"Value", "yes"}}}}});
  const auto id = ids().front();
  const auto& state = *cloud.stores().state;
  const auto asked = kTestInstances.get(state, Key{id})->asked;
  const auto& tags = array_of(array_of(asked, "TagSpecifications").front(), "Tags");
  ASSERT_EQ(tags.size(), 2u);
  EXPECT_EQ(text(tags[0], "Key"), "app");
  EXPECT_EQ(text(tags[1], "Key"), "aws:autoscaling:groupName");
  EXPECT_TRUE(asked.contains("UserData"));
  EXPECT_FALSE(asked.at("UserData").is_string()) << "user data is sealed";
}

TEST_F(Groups, LaunchConfigurationsAreCheckedAndShown) {
  const auto put = [&](Object more) {
    more["LaunchConfigurationName"] = "lc";
    return refusal("CreateLaunchConfiguration", std::move(more));
  };
  const auto with_profile = [](std::string_view profile) {
    return Object{
        {"ImageId", "ami-1"}, {"InstanceType", "t3.micro"}, {"IamInstanceProfile", profile}};
  };
  EXPECT_EQ(put({{"ImageId", "ami-1"}}),
            "ValidationError: Valid requests must contain either the InstanceID parameter or both "
            "the ImageId and InstanceType parameters.");
  EXPECT_EQ(put(with_profile("none")), "ValidationError: Invalid IamInstanceProfile: none");
  EXPECT_EQ(put({{"ImageId", "ami-1"}, {"InstanceType", "t3.micro"}, {"UserData", "?"}}),
            "ValidationError: Invalid BASE64 encoding of user data.");
  EXPECT_EQ(put(with_profile("web")), "no error");
  EXPECT_EQ(put(with_profile("web")).substr(0, 13), "AlreadyExists");
  const auto seen = must("DescribeLaunchConfigurations");
  const auto& shape = array_of(seen, "LaunchConfigurations").front();
  EXPECT_EQ(text(shape, "IamInstanceProfile"), "web");
  EXPECT_TRUE(flag(object_of(shape, "InstanceMonitoring"), "Enabled"));
}

TEST_F(Groups, BadSettingsAreRefused) {
  EXPECT_EQ(refusal("CreateAutoScalingGroup", {{"AutoScalingGroupName", "web"},
                                               {"MinSize", 0},
                                               {"MaxSize", 1},
                                               {"AvailabilityZones", Array{"us-east-1a"}}}),
            "ValidationError: Valid requests must contain either LaunchTemplate, "
            "LaunchConfigurationName, InstanceId or MixedInstancesPolicy parameter.");
  make_group(0, 1);
  const auto again = [&](Object more) {
    Object params{{"AutoScalingGroupName", "other"},
                  {"MinSize", 0},
                  {"MaxSize", 1},
                  {"LaunchConfigurationName", "lc"},
                  {"AvailabilityZones", Array{"us-east-1a"}}};
    for (const auto& [name, value] : more)
      params[name] = value;
    return refusal("CreateAutoScalingGroup", std::move(params));
  };
  EXPECT_EQ(again({{"AutoScalingGroupName", "web"}}).substr(0, 13), "AlreadyExists");
  EXPECT_EQ(again({{"MinSize", 2}}),
            "ValidationError: Max bound, 1, must be greater than or equal to min bound, 2");
  EXPECT_EQ(again({{"DesiredCapacity", 5}}),
            "ValidationError: Desired capacity:5 must be between the specified min size:0 and max "
            "size:1");
  EXPECT_THAT(again({{"LaunchConfigurationName", "none"}}),
              HasSubstr("A launch configuration with the name: none does not exist"));
  EXPECT_THAT(again({{"AvailabilityZones", Array{"us-east-1x"}}}), HasSubstr("us-east-1x"));
  EXPECT_EQ(again({{"VPCZoneIdentifier", "net-1"}}),
            "ValidationError: The subnet ID 'net-1' does not exist");
  EXPECT_THAT(again({{"TerminationPolicies", Array{"Random"}}}), HasSubstr("enum value set"));
  EXPECT_THAT(again({{"HealthCheckType", "PING"}}), HasSubstr("PING"));
  EXPECT_THAT(again({{"MaxInstanceLifetime", 60}}), HasSubstr("86400"));
  EXPECT_EQ(refusal("DescribeScalingActivities", {{"AutoScalingGroupName", "none"}}),
            "ValidationError: AutoScalingGroup name not found - AutoScalingGroup none not found");
}

TEST_F(Groups, TheCapacityIsChangedWithinTheBounds) {
  make_group(1, 3);
  wait(6);
  EXPECT_EQ(refusal("SetDesiredCapacity", web({{"DesiredCapacity", 4}})),
            "ValidationError: New SetDesiredCapacity value 4 is above max value 3 for the "
            "AutoScalingGroup.");
  EXPECT_EQ(refusal("SetDesiredCapacity", web({{"DesiredCapacity", 0}})),
            "ValidationError: New SetDesiredCapacity value 0 is below min value 1 for the "
            "AutoScalingGroup.");
  EXPECT_EQ(refusal("SetDesiredCapacity", web({{"DesiredCapacity", 2}, {"HonorCooldown", true}}))
                .substr(0, 25),
            "ScalingActivityInProgress");
  must("SetDesiredCapacity", web({{"DesiredCapacity", 3}}));
  wait(6);
  EXPECT_EQ(ids("InService").size(), 3u);
  must("UpdateAutoScalingGroup", web({{"MinSize", 1}, {"MaxSize", 1}}));
  EXPECT_EQ(ids("InService").size(), 1u);
  EXPECT_THAT(activities().front(),
              HasSubstr("@ a user request update of AutoScalingGroup constraints to min: 1, max: "
                        "1, desired: 1 changing the desired capacity from 3 to 1.  @ an instance "
                        "was taken out of service in response to a difference between desired and "
                        "actual capacity, shrinking the capacity from 3 to 1.  @ instance i-"));
  wait(11);
  EXPECT_EQ(ids().size(), 1u);
  EXPECT_EQ(events("EC2 Instance Terminate Successful").size(), 2u);
}

TEST_F(Groups, AProtectedInstanceIsNotChosen) {
  make_group(0, 2, {{"DesiredCapacity", 2}, {"NewInstancesProtectedFromScaleIn", true}});
  wait(6);
  must("SetDesiredCapacity", web({{"DesiredCapacity", 0}}));
  EXPECT_EQ(ids("InService").size(), 2u);
  const auto first = ids().front();
  must("SetInstanceProtection",
       web({{"InstanceIds", Array{first}}, {"ProtectedFromScaleIn", false}}));
  must("ResumeProcesses", web());
  EXPECT_EQ(state_of(first).substr(0, 11), "Terminating");
  EXPECT_EQ(ids("InService").size(), 1u);
  EXPECT_EQ(refusal("SetInstanceProtection",
                    web({{"InstanceIds", Array{"i-none"}}, {"ProtectedFromScaleIn", true}})),
            "ValidationError: The instance i-none is not part of Auto Scaling group web.");
}

TEST_F(Groups, OneThatDiesIsReplaced) {
  make_group(1, 2);
  wait(6);
  const auto lost = ids().front();
  ASSERT_TRUE(cloud.call("ec2", "TerminateInstances", Object{{"InstanceIds", Array{lost}}}));
  EXPECT_EQ(state_of(lost).substr(0, 11), "Terminating");
  ASSERT_EQ(ids("Pending").size(), 1u);
  wait(11);
  EXPECT_EQ(state_of(lost), "gone");
  EXPECT_EQ(ids("InService").size(), 1u);
  EXPECT_THAT(activities(),
              testing::Contains("Successful | Terminating EC2 instance: " + lost +
                                " | @ an instance was taken out of service in response to an EC2 "
                                "health check indicating it has been terminated or stopped."));
  EXPECT_THAT(activities().front(),
              HasSubstr("@ an instance was launched in response to an unhealthy instance needing "
                        "to be replaced."));
}

TEST_F(Groups, AStoppedInstanceIsReplacedUnlessHealthChecksAreSuspended) {
  make_group(1, 2);
  wait(6);
  const auto first = ids().front();
  must("SuspendProcesses", web({{"ScalingProcesses", Array{"HealthCheck"}}}));
  ASSERT_TRUE(cloud.call("ec2", "StopInstances", Object{{"InstanceIds", Array{first}}}));
  EXPECT_EQ(state_of(first), "InService");
  EXPECT_THAT(string_of(array_of(group(), "SuspendedProcesses").front(), "SuspensionReason"),
              HasSubstr("User suspended at "));
  must("ResumeProcesses", web());
  ASSERT_TRUE(cloud.call("ec2", "StopInstances", Object{{"InstanceIds", Array{first}}}));
  EXPECT_NE(state_of(first), "InService");
  EXPECT_EQ(refusal("SuspendProcesses", web({{"ScalingProcesses", Array{"Sleep"}}})),
            "ValidationError: Invalid Scaling Process: Sleep");
}

TEST_F(Groups, AUserMayCallAnInstanceUnhealthy) {
  make_group(1, 1, {{"HealthCheckGracePeriod", 300}});
  wait(6);
  const auto id = ids().front();
  must("SetInstanceHealth", {{"InstanceId", id}, {"HealthStatus", "Unhealthy"}});
  EXPECT_EQ(state_of(id), "InService") << "the grace period is respected";
  must("SetInstanceHealth",
       {{"InstanceId", id}, {"HealthStatus", "Unhealthy"}, {"ShouldRespectGracePeriod", false}});
  EXPECT_NE(state_of(id), "InService");
  EXPECT_THAT(activities()[1], HasSubstr("in response to a user health-check."));
  EXPECT_EQ(refusal("SetInstanceHealth", {{"InstanceId", id}, {"HealthStatus", "Ill"}}),
            "ValidationError: Valid instance health states are: [Healthy, Unhealthy]. Your "
            "specified: Ill");
  EXPECT_EQ(refusal("SetInstanceHealth", {{"InstanceId", "i-none"}, {"HealthStatus", "Healthy"}}),
            "ValidationError: Instance Id not found - No managed instance found for instance ID: "
            "i-none");
}

TEST_F(Groups, AnInstanceIsTerminatedByItsGroup) {
  make_group(1, 2);
  wait(6);
  const auto id = ids().front();
  EXPECT_THAT(refusal("TerminateInstanceInAutoScalingGroup",
                      {{"InstanceId", id}, {"ShouldDecrementDesiredCapacity", true}}),
              HasSubstr("Currently, desiredSize equals minSize (1)."));
  const auto reply = must("TerminateInstanceInAutoScalingGroup",
                          {{"InstanceId", id}, {"ShouldDecrementDesiredCapacity", false}});
  const auto& activity = object_of(reply, "Activity");
  EXPECT_EQ(timeless(string_of(activity, "Cause")),
            "@ instance " + id + " was taken out of service in response to a user request.");
  EXPECT_EQ(text(activity, "StatusCode"), "InProgress");
  EXPECT_EQ(ids("Pending").size(), 1u);
  EXPECT_EQ(refusal("TerminateInstanceInAutoScalingGroup",
                    {{"InstanceId", id}, {"ShouldDecrementDesiredCapacity", false}})
                .substr(0, 25),
            "ScalingActivityInProgress");
  wait(20);
  must("SetDesiredCapacity", web({{"DesiredCapacity", 2}}));
  wait(6);
  must("TerminateInstanceInAutoScalingGroup",
       {{"InstanceId", ids().front()}, {"ShouldDecrementDesiredCapacity", true}});
  wait(11);
  EXPECT_EQ(ids().size(), 1u);
  EXPECT_EQ(integer(group(), "DesiredCapacity"), 1);
}

TEST_F(Groups, ALaunchThatFailsIsToldAndTriedAgain) {
  must("CreateLaunchConfiguration",
       {{"LaunchConfigurationName", "bad"}, {"ImageId", "ami-none"}, {"InstanceType", "t3.micro"}});
  make_group(1, 1, {{"LaunchConfigurationName", "bad"}});
  EXPECT_TRUE(ids().empty());
  EXPECT_THAT(activities().front(),
              HasSubstr("Failed | Launching a new EC2 instance.  Status Reason: The image id "
                        "'[ami-none]' does not exist. Launching EC2 instance failed. | "));
  EXPECT_EQ(events("EC2 Instance Launch Unsuccessful").size(), 1u);
  wait(61);
  EXPECT_EQ(activities().size(), 2u);
  must("CreateLaunchConfiguration",
       {{"LaunchConfigurationName", "lc"}, {"ImageId", "ami-1"}, {"InstanceType", "t3.micro"}});
  must("UpdateAutoScalingGroup", web({{"LaunchConfigurationName", "lc"}}));
  wait(6);
  EXPECT_EQ(ids("InService").size(), 1u);
}

TEST_F(Groups, ZonesAreBalancedAgain) {
  make_group(0, 5, {{"DesiredCapacity", 4}});
  wait(6);
  std::vector<std::string> in_a;
  const auto seen = group();
  for (const auto& each : array_of(seen, "Instances")) {
    if (text(each, "AvailabilityZone") == "us-east-1a")
      in_a.push_back(string_of(each, "InstanceId"));
  }
  ASSERT_EQ(in_a.size(), 2u);
  must("DetachInstances",
       web({{"InstanceIds", Array{in_a[0], in_a[1]}}, {"ShouldDecrementDesiredCapacity", true}}));
  wait(30);
  std::map<std::string, int> zones;
  const auto after = group();
  for (const auto& each : array_of(after, "Instances"))
    ++zones[string_of(each, "AvailabilityZone")];
  EXPECT_EQ(zones, (std::map<std::string, int>{{"us-east-1a", 1}, {"us-east-1b", 1}}));
  EXPECT_THAT(activities(),
              testing::Contains(HasSubstr("@ availability zones us-east-1a us-east-1b had 0 2 "
                                          "instances respectively. An instance was launched to aid "
                                          "in balancing the group's zones.")));
}

TEST_F(Groups, AGroupIsDeletedEmptyOrByForce) {
  make_group(1, 1);
  wait(6);
  EXPECT_EQ(refusal("DeleteAutoScalingGroup", web()).substr(0, 13), "ResourceInUse");
  EXPECT_EQ(refusal("DeleteLaunchConfiguration", {{"LaunchConfigurationName", "lc"}}),
            "ResourceInUse: Cannot delete launch configuration lc because it is attached to "
            "AutoScalingGroup web");
  must("DeleteAutoScalingGroup", web({{"ForceDelete", true}}));
  EXPECT_EQ(text(group(), "Status"), "Delete in progress");
  wait(11);
  EXPECT_TRUE(group().is_null());
  const auto left = must("DescribeScalingActivities", web({{"IncludeDeletedGroups", true}}));
  EXPECT_EQ(text(array_of(left, "Activities").front(), "AutoScalingGroupState"), "Deleted");
  must("DeleteLaunchConfiguration", {{"LaunchConfigurationName", "lc"}});
  EXPECT_EQ(refusal("DeleteLaunchConfiguration", {{"LaunchConfigurationName", "lc"}}),
            "ValidationError: Launch configuration name not found - Launch configuration lc not "
            "found");
}

TEST_F(Groups, ATemplateOrAMixOfThemLaunchesToo) {
  make_group(1, 2, {});
  must("UpdateAutoScalingGroup",
       web({{"LaunchTemplate", Object{{"LaunchTemplateName", "web"}, {"Version", "$Latest"}}},
            {"DesiredCapacity", 2}}));
  wait(6);
  const auto seen = group();
  EXPECT_EQ(text(object_of(seen, "LaunchTemplate"), "LaunchTemplateId"), "lt-1");
  const auto& last = array_of(seen, "Instances")[1];
  EXPECT_EQ(text(object_of(last, "LaunchTemplate"), "Version"), "3");
  EXPECT_THAT(refusal("UpdateAutoScalingGroup",
                      web({{"LaunchTemplate", Object{{"LaunchTemplateName", "none"}}}})),
              HasSubstr("You must use a valid fully-formed launch template."));
  EXPECT_EQ(refusal("UpdateAutoScalingGroup", web({{"LaunchTemplate", Object()}})),
            "ValidationError: Valid requests must contain either launchTemplateId or "
            "LaunchTemplateName");
  must("UpdateAutoScalingGroup",
       web({{"MixedInstancesPolicy",
             Object{{"LaunchTemplate",
                     Object{{"LaunchTemplateSpecification", Object{{"LaunchTemplateName", "web"}}},
                            {"Overrides", Array{Object{{"InstanceType", "m5.large"},
                                                       {"WeightedCapacity", "2"}}}}}}}}}));
  EXPECT_EQ(text(object_of(object_of(group(), "MixedInstancesPolicy"), "InstancesDistribution"),
                 "SpotAllocationStrategy"),
            "lowest-price");
}

TEST_F(Groups, TheOldWayOfLaunchingGoesFirst) {
  make_group(0, 4, {{"DesiredCapacity", 1}, {"VPCZoneIdentifier", "subnet-a"}});
  wait(6);
  const auto old = ids().front();
  must("CreateLaunchConfiguration",
       {{"LaunchConfigurationName", "new"}, {"ImageId", "ami-1"}, {"InstanceType", "t3.micro"}});
  must("UpdateAutoScalingGroup", web({{"LaunchConfigurationName", "new"}, {"DesiredCapacity", 3}}));
  wait(6);
  must("SetDesiredCapacity", web({{"DesiredCapacity", 2}}));
  EXPECT_NE(state_of(old), "InService");
  wait(11);
  must("UpdateAutoScalingGroup",
       web({{"TerminationPolicies", Array{"NewestInstance"}}, {"DesiredCapacity", 3}}));
  wait(6);
  const auto newest = ids().back();
  must("SetDesiredCapacity", web({{"DesiredCapacity", 2}}));
  EXPECT_NE(state_of(newest), "InService");
}

TEST_F(Groups, PagesAndFiltersOfLists) {
  make_group(0, 1, {{"Tags", Array{Object{{"Key", "team"}, {"Value", "red"}}}}});
  must("CreateAutoScalingGroup", {{"AutoScalingGroupName", "b"},
                                  {"MinSize", 0},
                                  {"MaxSize", 0},
                                  {"LaunchConfigurationName", "lc"},
                                  {"AvailabilityZones", Array{"us-east-1a"}}});
  const auto first = must("DescribeAutoScalingGroups", {{"MaxRecords", 1}});
  EXPECT_EQ(text(array_of(first, "AutoScalingGroups").front(), "AutoScalingGroupName"), "b");
  const auto second = must("DescribeAutoScalingGroups", {{"NextToken", text(first, "NextToken")}});
  EXPECT_EQ(array_of(second, "AutoScalingGroups").size(), 1u);
  EXPECT_EQ(refusal("DescribeAutoScalingGroups", {{"NextToken", "x"}}),
            "InvalidNextToken: The token is invalid.");
  const auto tagged =
      must("DescribeAutoScalingGroups",
           {{"Filters", Array{Object{{"Name", "tag:team"}, {"Values", Array{"red"}}}}}});
  EXPECT_EQ(array_of(tagged, "AutoScalingGroups").size(), 1u);
  must("CreateOrUpdateTags", {{"Tags", Array{Object{{"ResourceId", "web"},
                                                    {"ResourceType", "auto-scaling-group"},
                                                    {"Key", "team"},
                                                    {"Value", "blue"},
                                                    {"PropagateAtLaunch", true}}}}});
  const auto tags = must("DescribeTags",
                         {{"Filters", Array{Object{{"Name", "key"}, {"Values", Array{"team"}}}}}});
  EXPECT_EQ(text(array_of(tags, "Tags").front(), "Value"), "blue");
  must("DeleteTags", {{"Tags", Array{Object{{"ResourceId", "web"}, {"Key", "team"}}}}});
  EXPECT_TRUE(array_of(must("DescribeTags"), "Tags").empty());
  EXPECT_EQ(
      refusal("CreateOrUpdateTags", {{"Tags", Array{Object{{"ResourceId", "none"}, {"Key", "k"}}}}})
          .substr(0, 15),
      "ValidationError");
}

}  // namespace
}  // namespace tocsin::autoscaling

// SPDX-License-Identifier: Apache-2.0
// What this room's tests share: Auto Scaling with an EC2 that only knows its calls.
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <map>

#include "core/testing.hpp"
#include "services/autoscaling/autoscaling.hpp"
#include "services/autoscaling/state.hpp"

namespace tocsin::autoscaling {

/// An instance of the tests' EC2.
struct TestInstance {
  std::string id, zone, subnet, state = "pending";
  Object asked;
};
BOOST_DESCRIBE_STRUCT(TestInstance, (), (id, zone, subnet, state, asked))
inline constexpr core::Table<TestInstance> kTestInstances{"test.instances"};

inline void enter(Context& context, TestInstance& instance, std::string state) {
  instance.state = std::move(state);
  kTestInstances.put(context, Key{instance.id}, instance);
  context.emit({.source = "aws.ec2",
                .detail_type = "EC2 Instance State-change Notification",
                .scope = context.scope(),
                .resources = {},
                .detail = {{"instance-id", instance.id}, {"state", instance.state}}});
}

inline Object shape_of(const TestInstance& instance) {
  return {{"InstanceId", instance.id},
          {"InstanceType", "t3.micro"},
          {"ImageId", "ami-1"},
          {"SubnetId", instance.subnet},
          {"State", Object{{"Name", instance.state}}},
          {"Placement", Object{{"AvailabilityZone", instance.zone}}}};
}

inline std::string zone_of(const Document& params) {
  const auto subnet = text(params, "SubnetId");
  if (!subnet.empty()) return "us-east-1" + std::string(subnet.substr(subnet.size() - 1));
  return string_of(object_of(params, "Placement"), "AvailabilityZone");
}

inline Outcome run(Call& call) {
  if (text(call.params(), "ImageId") == "ami-none")
    return fail("InvalidAMIID.NotFound", "The image id '[ami-none]' does not exist");
  if (flag(call.params(), "DryRun")) return fail("DryRunOperation", "would have", 412);
  Array out;
  for (std::int64_t each = 0; each < integer(call.params(), "MaxCount"); ++each) {
    TestInstance instance{.id = "i-" + call.new_id("0123456789abcdef", 17),
                          .zone = zone_of(call.params()),
                          .subnet = string_of(call.params(), "SubnetId"),
                          .asked = call.params().as_object()};
    enter(call, instance, "pending");
    call.at(call.now() + std::chrono::seconds(5),
            {"test.next", Document(boost::json::string(instance.id))});
    out.push_back(shape_of(instance));
  }
  return Object{{"Instances", std::move(out)}};
}

inline Outcome terminate_them(Call& call) {
  Array out;
  for (const auto& id : texts(call.params(), "InstanceIds")) {
    auto instance = kTestInstances.get(call, Key{id});
    if (!instance) return fail("InvalidInstanceID.NotFound", "The instance ID does not exist");
    if (instance->state != "terminated") {
      enter(call, *instance, "shutting-down");
      call.at(call.now() + std::chrono::seconds(10),
              {"test.next", Document(boost::json::string(id))});
    }
    out.push_back(Object{{"InstanceId", id}, {"CurrentState", Object{{"Name", instance->state}}}});
  }
  return Object{{"TerminatingInstances", std::move(out)}};
}

inline void next_state(Context& context, const Resumption& due) {
  auto instance = kTestInstances.get(context, Key{due.context.as_string()});
  if (instance && instance->state == "pending") return enter(context, *instance, "running");
  if (instance && instance->state == "shutting-down") enter(context, *instance, "terminated");
}

inline Outcome describe_them(Call& call) {
  Array out;
  for (const auto& id : texts(call.params(), "InstanceIds")) {
    const auto instance = kTestInstances.get(call, Key{id});
    if (!instance) return fail("InvalidInstanceID.NotFound", "The instance ID does not exist");
    out.push_back(Object{{"Instances", Array{shape_of(*instance)}}});
  }
  return Object{{"Reservations", std::move(out)}};
}

inline Outcome describe_subnets(Call& call) {
  Array out;
  for (const auto& id : texts(call.params(), "SubnetIds")) {
    if (!id.starts_with("subnet-"))
      return fail("InvalidSubnetID.NotFound", "The subnet ID '" + id + "' does not exist");
    out.push_back(
        Object{{"SubnetId", id}, {"AvailabilityZone", "us-east-1" + id.substr(id.size() - 1)}});
  }
  return Object{{"Subnets", std::move(out)}};
}

inline Outcome describe_zones(Call&) {
  return Object{{"AvailabilityZones",
                 Array{Object{{"ZoneName", "us-east-1a"}}, Object{{"ZoneName", "us-east-1b"}},
                       Object{{"ZoneName", "us-east-1c"}}}}};
}

inline Outcome describe_templates(Call& call) {
  if (text(call.params(), "LaunchTemplateName", "web") != "web")
    return fail("InvalidLaunchTemplateName.NotFoundException", "no such template");
  return Object{{"LaunchTemplateVersions",
                 Array{Object{{"LaunchTemplateId", "lt-1"},
                              {"LaunchTemplateName", "web"},
                              {"VersionNumber", 3},
                              {"LaunchTemplateData",
                               Object{{"ImageId", "ami-1"}, {"InstanceType", "t3.micro"}}}}}}};
}

inline Outcome describe_profile(Call& call) {
  if (text(call.params(), "InstanceProfileName") != "web")
    return fail("NoSuchEntity", "Instance Profile cannot be found.", 404);
  return Object{{"InstanceProfile",
                 Object{{"Roles", Array{Object{{"Arn", "arn:aws:iam::123456789012:role/web"}}}}}}};
}

class AutoScalingTest : public testing::Test {
 protected:
  AutoScalingTest() : cloud([this](core::Registry& registry) { add_services(registry); }) {}

  void add_services(core::Registry& registry) {
    using enum core::Effect;
    register_autoscaling(registry);
    registry.add(core::Service{"ec2",
                               "ec2",
                               {{"RunInstances", Write, run},
                                {"TerminateInstances", Write, terminate_them},
                                {"DescribeInstances", Read, describe_them},
                                {"DescribeSubnets", Read, describe_subnets},
                                {"DescribeAvailabilityZones", Read, describe_zones},
                                {"DescribeLaunchTemplateVersions", Read, describe_templates},
                                {"CreateTags", Write, taken()},
                                {"DeleteTags", Write, taken()},
                                {"StopInstances", Write, [](Call& call) -> Outcome {
                                   const auto id = texts(call.params(), "InstanceIds").front();
                                   auto instance = *kTestInstances.get(call, Key{id});
                                   enter(call, instance, "stopping");
                                   return Object{};
                                 }}}});
    registry.add(core::Service{
        "elasticloadbalancing",
        "elasticloadbalancing",
        {{"RegisterTargets", Write, taken()},
         {"DeregisterTargets", Write, taken()},
         {"DescribeTargetGroups", Read,
          [](Call&) -> Outcome {
            return Object{{"TargetGroups", Array()}};
          }},
         {"DescribeTargetHealth", Read, [](Call& call) -> Outcome {
            const bool draining = text(call.params(), "TargetGroupArn").ends_with("slow") &&
                                  to_ms(call.now()) % 60'000 < 30'000;
            return Object{{"TargetHealthDescriptions",
                           Array{Object{{"TargetHealth",
                                         Object{{"State", draining ? "draining" : "unused"}}}}}}};
          }}}});
    std::vector<core::Operation> of_iam{{"GetInstanceProfile", Read, describe_profile}};
    registry.add(core::Service{"iam", "iam", std::move(of_iam)});
    registry.add(core::Service{"sns", "sns", {{"Publish", Write, taken()}}});
    registry.add(core::Service{"sqs", "sqs", {{"SendMessage", Write, taken()}}});
    registry.add(
        core::Service{"monitoring",
                      "cloudwatch",
                      {{"PutMetricAlarm", Write, taken()}, {"DeleteAlarms", Write, taken()}}});
    registry.on_resume("test.next", next_state);
  }

  core::Handler taken() {
    return [this](Call& call) -> Outcome {
      calls.push_back(call.request());
      return Object{};
    };
  }

  Result<Document> call(std::string_view operation, Object params = {}) {
    return cloud.call("autoscaling", operation, std::move(params));
  }
  Document must(std::string_view operation, Object params = {}) {
    auto reply = call(operation, std::move(params));
    EXPECT_TRUE(reply) << operation << ": " << words(reply);
    return reply.value_or(Document());
  }
  static std::string words(const Result<Document>& result) {
    return result ? "no error" : result.error().code + ": " + result.error().message;
  }
  std::string refusal(std::string_view operation, Object params = {}) {
    return words(call(operation, std::move(params)));
  }

  /// A group "web" of a launch configuration, over zones a and b.
  void make_group(std::int64_t min, std::int64_t max, Object more = {}) {
    if (!cloud.call("autoscaling", "DescribeLaunchConfigurations", Object{})
             ->at("LaunchConfigurations")
             .as_array()
             .size())
      must("CreateLaunchConfiguration", {{"LaunchConfigurationName", "lc"},
                                         {"ImageId", "ami-1"},
                                         {"InstanceType", "t3.micro"},
                                         {"UserData", "aGVsbG8="}});
    Object params{{"AutoScalingGroupName", "web"},
                  {"MinSize", min},
                  {"MaxSize", max},
                  {"LaunchConfigurationName", "lc"},
                  {"VPCZoneIdentifier", "subnet-a, subnet-b"}};
    for (const auto& [name, value] : more)
      params[name] = value;
    must("CreateAutoScalingGroup", std::move(params));
  }
  static Object web() { return {{"AutoScalingGroupName", "web"}}; }
  static Object web(Object more) {
    more["AutoScalingGroupName"] = "web";
    return more;
  }
  Document group() {
    const auto reply = must("DescribeAutoScalingGroups", {{"AutoScalingGroupNames", Array{"web"}}});
    const auto& groups = array_of(reply, "AutoScalingGroups");
    return groups.empty() ? Document() : groups.front();
  }
  std::vector<std::string> ids(std::string_view state = {}) {
    std::vector<std::string> out;
    const auto seen = group();
    for (const auto& each : array_of(seen, "Instances")) {
      if (state.empty() || text(each, "LifecycleState") == state)
        out.push_back(string_of(each, "InstanceId"));
    }
    return out;
  }
  std::string state_of(std::string_view id) {
    const auto seen = group();
    for (const auto& each : array_of(seen, "Instances")) {
      if (text(each, "InstanceId") == id) return string_of(each, "LifecycleState");
    }
    return "gone";
  }
  /// "DESCRIPTION | CAUSE" without times, newest first.
  std::vector<std::string> activities() {
    std::vector<std::string> out;
    const auto reply = must("DescribeScalingActivities", web());
    for (const auto& each : array_of(reply, "Activities"))
      out.push_back(string_of(each, "StatusCode") + " | " + string_of(each, "Description") + " | " +
                    timeless(string_of(each, "Cause")));
    return out;
  }
  static std::string timeless(std::string cause) {
    for (auto at = cause.find("At 20"); at != std::string::npos; at = cause.find("At 20"))
      cause.replace(at, 23, "@");
    return cause;
  }
  std::vector<const core::Event*> events(std::string_view detail_type) const {
    std::vector<const core::Event*> out;
    for (const auto& event : cloud.events()) {
      if (event.detail_type == detail_type) out.push_back(&event);
    }
    return out;
  }
  std::size_t count(std::string_view operation) const {
    return static_cast<std::size_t>(
        std::ranges::count(calls, operation, &core::Request::operation));
  }
  void wait(std::int64_t seconds) { cloud.advance(std::chrono::seconds(seconds)); }

  std::vector<core::Request> calls;
  core::TestCloud cloud;
};

}  // namespace tocsin::autoscaling

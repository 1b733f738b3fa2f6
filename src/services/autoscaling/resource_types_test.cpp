// SPDX-License-Identifier: Apache-2.0
// Groups and their parts by their CloudFormation properties, and as AWS Config records them.
#include "services/autoscaling/operations.hpp"
#include "services/autoscaling/testing.hpp"

namespace tocsin::autoscaling {
namespace {

using testing::HasSubstr;

/// Makes, changes or removes by a type's declaration: {"Type", "Id", "Properties"}.
Outcome declare(Call& call) {
  const auto& params = call.params();
  for (const auto& type : resource_types()) {
    if (type.type != text(params, "Type")) continue;
    const auto& properties = object_of(params, "Properties");
    if (!find(params, "Id")) return type.create(call, properties);
    if (!find(params, "Properties")) return type.remove(call, string_of(params, "Id"));
    return type.update(call, string_of(params, "Id"), properties);
  }
  return fail("NoSuchType", "");
}

class Declared : public AutoScalingTest {
 protected:
  Declared()
      : declared([this](core::Registry& registry) {
          add_services(registry);
          std::vector<core::Operation> operations{{"Declare", core::Effect::Write, declare}};
          registry.add(core::Service{"test", "test", std::move(operations)});
          registry.on_change([this](Context&, const core::Change& change) {
            if (change.after) last[std::string(change.type)] = *change.after;
            if (!change.after) last.erase(std::string(change.type));
          });
        }) {}

  std::string ask(std::string_view type, Object more) {
    more["Type"] = "AWS::AutoScaling::" + std::string(type);
    const auto reply = declared.call("test", "Declare", std::move(more));
    EXPECT_TRUE(reply) << words(reply);
    return reply ? string_of(*reply, "Id") : "";
  }
  const core::ResourceType::Description& seen(std::string_view type) {
    return last["AWS::AutoScaling::" + std::string(type)];
  }

  std::map<std::string, core::ResourceType::Description> last;
  core::TestCloud declared;
};

TEST_F(Declared, AGroupAndItsPartsAreMadeChangedAndRemoved) {
  const auto configuration =
      ask("LaunchConfiguration", {{"Properties", Object{{"LaunchConfigurationName", "lc"},
                                                        {"ImageId", "ami-1"},
                                                        {"InstanceType", "t3.micro"},
                                                        {"InstanceMonitoring", false}}}});
  EXPECT_THAT(configuration, HasSubstr(":launchConfigurationName/lc"));
  Object properties{
      {"AutoScalingGroupName", "web"},
      {"LaunchConfigurationName", "lc"},
      {"MinSize", "1"},
      {"MaxSize", "3"},
      {"VPCZoneIdentifier", Array{"subnet-a", "subnet-b"}},
      {"Tags", Array{Object{{"Key", "k"}, {"Value", "v"}, {"PropagateAtLaunch", true}}}}};
  const auto group = ask("AutoScalingGroup", {{"Properties", properties}});
  EXPECT_THAT(group, HasSubstr(":autoScalingGroupName/web"));
  const auto& made = seen("AutoScalingGroup");
  EXPECT_EQ(made.name, "web");
  EXPECT_EQ(text(made.configuration, "MinSize"), "1");
  EXPECT_EQ(array_of(made.configuration, "VPCZoneIdentifier").size(), 2u);
  EXPECT_FALSE(made.configuration.contains("Tags"));
  EXPECT_EQ(made.tags.at("k"), "v");
  EXPECT_EQ(text(made.recorded, "vpczoneIdentifier"), "subnet-a,subnet-b");
  EXPECT_EQ(text(made.recorded, "autoScalingGroupARN"), group);
  EXPECT_EQ(array_of(made.recorded, "instances").size(), 1u);
  EXPECT_EQ(made.relationships.front().name, "Contains Instance");
  properties["MaxSize"] = "4";
  properties.erase("Tags");
  ask("AutoScalingGroup", {{"Id", group}, {"Properties", properties}});
  EXPECT_EQ(text(seen("AutoScalingGroup").configuration, "MaxSize"), "4");
  EXPECT_TRUE(seen("AutoScalingGroup").tags.empty());

  const auto policy =
      ask("ScalingPolicy", {{"Properties", Object{{"AutoScalingGroupName", "web"},
                                                  {"AdjustmentType", "ExactCapacity"},
                                                  {"ScalingAdjustment", 2},
                                                  {"Cooldown", "60"}}}});
  EXPECT_THAT(policy, HasSubstr(":policyName/ScalingPolicy-"));
  EXPECT_EQ(text(seen("ScalingPolicy").configuration, "Cooldown"), "60");
  ask("ScalingPolicy", {{"Id", policy},
                        {"Properties", Object{{"AutoScalingGroupName", "web"},
                                              {"AdjustmentType", "ExactCapacity"},
                                              {"ScalingAdjustment", 3}}}});
  EXPECT_EQ(integer(seen("ScalingPolicy").configuration, "ScalingAdjustment"), 3);
  const auto hook = ask(
      "LifecycleHook",
      {{"Properties", Object{{"AutoScalingGroupName", "web"},
                             {"LifecycleHookName", "hold"},
                             {"LifecycleTransition", "autoscaling:EC2_INSTANCE_TERMINATING"}}}});
  EXPECT_EQ(hook, "web|hold");
  ask("LifecycleHook", {{"Id", hook}, {"Properties", Object{{"HeartbeatTimeout", 60}}}});
  EXPECT_EQ(integer(seen("LifecycleHook").configuration, "HeartbeatTimeout"), 60);
  ask("LifecycleHook", {{"Id", hook}});
  ask("ScalingPolicy", {{"Id", policy}});
  ask("AutoScalingGroup", {{"Id", group}});
  declared.advance(std::chrono::seconds(20));
  ask("LaunchConfiguration", {{"Id", configuration}});
  EXPECT_TRUE(last.empty());
}

}  // namespace
}  // namespace tocsin::autoscaling

// SPDX-License-Identifier: Apache-2.0
// Groups and their parts as AWS Config, CloudFormation and Cloud Control see them. Config's ids are
// ARNs.
#include <fmt/format.h>

#include "base/spelling.hpp"
#include "core/tags.hpp"
#include "services/autoscaling/declare.hpp"
#include "services/autoscaling/describe.hpp"
#include "services/autoscaling/hooks.hpp"
#include "services/autoscaling/operations.hpp"
#include "services/autoscaling/policies.hpp"

namespace tocsin::autoscaling {
namespace {

using Description = core::ResourceType::Description;

constexpr const char* kWith = "Is associated with ";

Document recorded(const Document& value) {
  if (const auto* list = value.if_array()) {
    Array out;
    for (const auto& each : *list)
      out.push_back(recorded(each));
    return out;
  }
  const auto* object = value.if_object();
  if (!object) return value;
  Object out;
  for (const auto& [name, member] : *object) {
    const bool moment = member.is_number() && std::string_view(name).ends_with("Time");
    out[lower_head(name)] =
        moment ? Document(iso8601_ms(from_seconds(member.to_number<double>()))) : recorded(member);
  }
  return out;
}

Object recorded_object(Object shape) {
  return recorded(Document(std::move(shape))).as_object();
}

core::Tags tags_of(const Group& group) {
  core::Tags out;
  for (const auto& [key, tag] : group.tags)
    out[key] = tag.value;
  return out;
}

/// Properties in CloudFormation's names, and numbers as texts where it has them so.
Object properties_of(const store::View& view, const Group& group) {
  auto out = shown(group);
  for (const auto* member : {"AutoScalingGroupARN", "Instances", "CreatedTime", "Tags", "Status",
                             "SuspendedProcesses", "EnabledMetrics", "VPCZoneIdentifier"})
    out.erase(member);
  for (const auto* member : {"MinSize", "MaxSize", "DesiredCapacity"})
    out[member] = fmt::to_string(integer(out, member).value_or(0));
  out.erase("DefaultCooldown");
  out["Cooldown"] = fmt::to_string(group.cooldown);
  Array subnets;
  for (const auto& place : group.places) {
    if (!place.subnet.empty()) subnets.push_back(Document(boost::json::string(place.subnet)));
  }
  if (!subnets.empty()) out["VPCZoneIdentifier"] = std::move(subnets);
  if (!group.metrics.empty())
    out["MetricsCollection"] =
        Array{Object{{"Granularity", "1Minute"}, {"Metrics", encode(group.metrics)}}};
  Array topics;
  for (const auto& each : kSubscriptions.all(view, Key::of(group.scope, group.name)))
    topics.push_back(Object{{"TopicARN", each.topic}, {"NotificationTypes", encode(each.types)}});
  if (!topics.empty()) out["NotificationConfigurations"] = std::move(topics);
  return out;
}

std::vector<Description::Relationship> relationships_of(const store::View& view,
                                                        const Group& group) {
  std::vector<Description::Relationship> out;
  for (const auto& each : group.instances)
    out.push_back({"AWS::EC2::Instance", each.id, "Contains Instance"});
  if (const auto row = kConfigurations.get(view, Key::of(group.scope, group.configuration)))
    out.push_back({"AWS::AutoScaling::LaunchConfiguration", arn_of(*row), kWith});
  if (const auto id = text(group.launch_template, "LaunchTemplateId"); !id.empty())
    out.push_back({"AWS::EC2::LaunchTemplate", std::string(id), kWith});
  for (const auto& place : group.places) {
    if (!place.subnet.empty()) out.push_back({"AWS::EC2::Subnet", place.subnet, kWith});
  }
  for (const auto& arn : group.target_groups)
    out.push_back({"AWS::ElasticLoadBalancingV2::TargetGroup", arn, kWith});
  return out;
}

Description describe_group(const store::View& view, const Document& row) {
  const auto group = decoded<Group>(row);
  auto shape = recorded_object(shown(group));
  return {.id = arn_of(group),
          .name = group.name,
          .arn = arn_of(group),
          .scope = group.scope,
          .configuration = properties_of(view, group),
          .tags = tags_of(group),
          .relationships = relationships_of(view, group),
          .recorded = std::move(shape),
          .created = group.created,
          .availability_zone = "Multiple Availability Zones"};
}

Description describe_configuration(const store::View&, const Document& row) {
  const auto configuration = decoded<Configuration>(row);
  auto shape = configuration.shape;
  Object recorded{{"LaunchConfigurationName", configuration.name},
                  {"LaunchConfigurationARN", arn_of(configuration)},
                  {"CreatedTime", to_seconds(configuration.created)}};
  for (const auto& [name, value] : shape)
    recorded[name] = value;
  shape["LaunchConfigurationName"] = configuration.name;
  shape["InstanceMonitoring"] = flag(object_of(shape, "InstanceMonitoring"), "Enabled");
  if (shape.contains("RamdiskId")) {
    shape["RamDiskId"] = string_of(shape, "RamdiskId");
    shape.erase("RamdiskId");
  }
  for (const auto* member : {"KeyName", "KernelId", "RamDiskId"}) {
    if (text(shape, member).empty()) shape.erase(member);
  }
  Description out{.id = arn_of(configuration),
                  .name = configuration.name,
                  .arn = arn_of(configuration),
                  .scope = configuration.scope,
                  .configuration = std::move(shape),
                  .tags = {},
                  .relationships = {},
                  .recorded = recorded_object(std::move(recorded)),
                  .created = configuration.created};
  for (const auto& group : texts(configuration.shape, "SecurityGroups")) {
    if (group.starts_with("sg-"))
      out.relationships.push_back({"AWS::EC2::SecurityGroup", group, kWith});
  }
  return out;
}

Description describe_policy(const store::View& view, const Document& row) {
  const auto policy = decoded<Policy>(row);
  Object properties{{"AutoScalingGroupName", policy.group},
                    {"PolicyName", policy.name},
                    {"PolicyType", policy.type},
                    {"Arn", arn_of(policy)}};
  for (const auto& [name, value] : policy.shape)
    properties[name] = value;
  if (const auto cooldown = integer(properties, "Cooldown"))
    properties["Cooldown"] = fmt::to_string(*cooldown);
  Description out{.id = arn_of(policy),
                  .name = policy.name,
                  .arn = arn_of(policy),
                  .scope = policy.scope,
                  .configuration = std::move(properties),
                  .tags = {},
                  .relationships = {},
                  .recorded = recorded_object(shown(policy))};
  if (const auto group = kGroups.get(view, Key::of(policy.scope, policy.group)))
    out.relationships.push_back({"AWS::AutoScaling::AutoScalingGroup", arn_of(*group), kWith});
  for (const auto& alarm : policy.alarms)
    out.relationships.push_back({"AWS::CloudWatch::Alarm", alarm, kWith});
  return out;
}

Description describe_hook(const store::View& view, const Document& row) {
  const auto hook = decoded<Hook>(row);
  auto properties = shown(hook);
  properties.erase("GlobalTimeout");
  Description out{
      .id = hook.group + "|" + hook.name,
      .name = hook.name,
      .arn = arn("autoscaling", hook.scope,
                 fmt::format("lifecycleHook:autoScalingGroupName/{}:lifecycleHookName/{}",
                             hook.group, hook.name)),
      .scope = hook.scope,
      .configuration = std::move(properties),
      .tags = {},
      .relationships = {}};
  if (const auto group = kGroups.get(view, Key::of(hook.scope, hook.group)))
    out.relationships.push_back({"AWS::AutoScaling::AutoScalingGroup", arn_of(*group), kWith});
  return out;
}

}  // namespace

std::vector<core::ResourceType> resource_types() {
  return {{.type = "AWS::AutoScaling::AutoScalingGroup",
           .table = kGroups.name(),
           .describe = describe_group,
           .create = declare_group,
           .update = redeclare_group,
           .remove = remove_group},
          {.type = "AWS::AutoScaling::LaunchConfiguration",
           .table = kConfigurations.name(),
           .describe = describe_configuration,
           .create = declare_configuration,
           .remove = remove_configuration},
          {.type = "AWS::AutoScaling::ScalingPolicy",
           .table = kPolicies.name(),
           .describe = describe_policy,
           .create = declare_policy,
           .update = redeclare_policy,
           .remove = remove_policy},
          {.type = "AWS::AutoScaling::LifecycleHook",
           .table = kHooks.name(),
           .describe = describe_hook,
           .create = declare_hook,
           .update = redeclare_hook,
           .remove = remove_hook}};
}

}  // namespace tocsin::autoscaling

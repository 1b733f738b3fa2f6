// SPDX-License-Identifier: Apache-2.0
#include "services/autoscaling/declare.hpp"

#include <boost/algorithm/string/join.hpp>
#include <charconv>

#include "core/declare.hpp"

namespace tocsin::autoscaling {
namespace {

Result<Document> ask(Call& call, std::string operation, Object params) {
  return core::ask(call, "autoscaling", std::move(operation), std::move(params));
}

void copy(const Object& from, Object& to, std::initializer_list<std::string_view> members) {
  for (const auto member : members) {
    if (const auto* value = find(from, member)) to[member] = *value;
  }
}

/// CloudFormation writes these numbers as texts.
void copy_number(const Object& from, Object& to, std::string_view member,
                 std::string_view as = {}) {
  const auto* value = find(from, member);
  if (!value) return;
  std::int64_t number = 0;
  if (const auto* digits = value->if_string())
    std::from_chars(digits->data(), digits->data() + digits->size(), number);
  else
    number = integer(from, member).value_or(0);
  to[as.empty() ? member : as] = number;
}

Object group_params(const Object& properties) {
  Object out;
  copy(properties, out,
       {"LaunchConfigurationName", "LaunchTemplate", "MixedInstancesPolicy", "AvailabilityZones",
        "HealthCheckType", "HealthCheckGracePeriod", "TerminationPolicies", "PlacementGroup",
        "NewInstancesProtectedFromScaleIn", "CapacityRebalance", "MaxInstanceLifetime",
        "ServiceLinkedRoleARN", "Context", "DesiredCapacityType", "DefaultInstanceWarmup",
        "InstanceMaintenancePolicy"});
  copy_number(properties, out, "MinSize");
  copy_number(properties, out, "MaxSize");
  copy_number(properties, out, "DesiredCapacity");
  copy_number(properties, out, "Cooldown", "DefaultCooldown");
  if (const auto subnets = texts(properties, "VPCZoneIdentifier"); !subnets.empty())
    out["VPCZoneIdentifier"] = boost::algorithm::join(subnets, ",");
  return out;
}

Array tags_in(const Object& properties, const std::string& name) {
  Array out;
  for (const auto& tag : array_of(properties, "Tags")) {
    auto each = tag.as_object();
    each["ResourceId"] = name;
    each["ResourceType"] = "auto-scaling-group";
    if (!each.contains("PropagateAtLaunch")) each["PropagateAtLaunch"] = false;
    out.push_back(std::move(each));
  }
  return out;
}

Result<void> put_parts(Call& call, const std::string& name, const Object& properties) {
  for (const auto& each : array_of(properties, "NotificationConfigurations")) {
    Array types = array_of(each, "NotificationTypes");
    const auto* topic = find(each, "TopicARN");
    if (!topic || !topic->is_string()) topic = &each.as_object().at("TopicARNs").as_array().front();
    TRY(ask(call, "PutNotificationConfiguration",
            {{"AutoScalingGroupName", name},
             {"TopicARN", *topic},
             {"NotificationTypes", std::move(types)}}));
  }
  for (const auto& each : array_of(properties, "MetricsCollection")) {
    auto params = each.as_object();
    params["AutoScalingGroupName"] = name;
    TRY(ask(call, "EnableMetricsCollection", std::move(params)));
  }
  return {};
}

Result<void> change_tags(Call& call, const Group& group, const Object& properties) {
  auto wanted = tags_in(properties, group.name);
  Array gone;
  for (const auto& [key, tag] : group.tags) {
    const bool kept =
        std::ranges::any_of(wanted, [&](const Document& each) { return text(each, "Key") == key; });
    if (!kept)
      gone.push_back(
          Object{{"ResourceId", group.name}, {"ResourceType", "auto-scaling-group"}, {"Key", key}});
  }
  if (!gone.empty()) TRY(ask(call, "DeleteTags", {{"Tags", std::move(gone)}}));
  if (!wanted.empty()) TRY(ask(call, "CreateOrUpdateTags", {{"Tags", std::move(wanted)}}));
  return {};
}

Result<void> change_target_groups(Call& call, const Group& group, const Object& properties) {
  const auto wanted = texts(properties, "TargetGroupARNs");
  const auto without = [](const std::vector<std::string>& all,
                          const std::vector<std::string>& some) {
    std::vector<std::string> out;
    for (const auto& each : all) {
      if (std::ranges::find(some, each) == some.end()) out.push_back(each);
    }
    return out;
  };
  if (const auto fresh = without(wanted, group.target_groups); !fresh.empty())
    TRY(ask(call, "AttachLoadBalancerTargetGroups",
            {{"AutoScalingGroupName", group.name}, {"TargetGroupARNs", encode(fresh)}}));
  if (const auto gone = without(group.target_groups, wanted); !gone.empty())
    TRY(ask(call, "DetachLoadBalancerTargetGroups",
            {{"AutoScalingGroupName", group.name}, {"TargetGroupARNs", encode(gone)}}));
  return {};
}

Object policy_params(const Object& properties) {
  Object out;
  copy(properties, out,
       {"AutoScalingGroupName", "PolicyType", "AdjustmentType", "MinAdjustmentMagnitude",
        "ScalingAdjustment", "MetricAggregationType", "StepAdjustments", "EstimatedInstanceWarmup",
        "TargetTrackingConfiguration", "PredictiveScalingConfiguration"});
  copy_number(properties, out, "Cooldown");
  return out;
}

std::pair<std::string, std::string> parts_of(const std::string& id) {
  const auto bar = id.find('|');
  return {id.substr(0, bar), bar == std::string::npos ? "" : id.substr(bar + 1)};
}

}  // namespace

Outcome declare_group(Call& call, const Object& properties) {
  const auto name = core::name_of(call, properties, "AutoScalingGroupName", "AutoScalingGroup");
  auto params = group_params(properties);
  params["AutoScalingGroupName"] = name;
  copy(properties, params,
       {"InstanceId", "TargetGroupARNs", "LoadBalancerNames", "LifecycleHookSpecificationList"});
  if (auto tags = tags_in(properties, name); !tags.empty()) params["Tags"] = std::move(tags);
  TRY(ask(call, "CreateAutoScalingGroup", std::move(params)));
  TRY(put_parts(call, name, properties));
  return Object{{"Id", arn_of(TRY(group_named(call, call.scope(), name)))}};
}

Outcome redeclare_group(Call& call, const std::string& id, const Object& properties) {
  const auto group = TRY(group_named(call, call.scope(), id));
  auto params = group_params(properties);
  params["AutoScalingGroupName"] = group.name;
  TRY(ask(call, "UpdateAutoScalingGroup", std::move(params)));
  TRY(change_tags(call, group, properties));
  TRY(change_target_groups(call, group, properties));
  TRY(put_parts(call, group.name, properties));
  return Object{};
}

Outcome remove_group(Call& call, const std::string& id) {
  return ask(
      call, "DeleteAutoScalingGroup",
      {{"AutoScalingGroupName", name_in(id, "autoScalingGroupName/")}, {"ForceDelete", true}});
}

Outcome declare_configuration(Call& call, const Object& properties) {
  const auto name =
      core::name_of(call, properties, "LaunchConfigurationName", "LaunchConfiguration");
  Object params{{"LaunchConfigurationName", name}};
  copy(properties, params,
       {"ImageId", "InstanceType", "InstanceId", "KeyName", "SecurityGroups", "UserData",
        "KernelId", "BlockDeviceMappings", "SpotPrice", "IamInstanceProfile", "EbsOptimized",
        "AssociatePublicIpAddress", "PlacementTenancy", "MetadataOptions", "ClassicLinkVPCId",
        "ClassicLinkVPCSecurityGroups"});
  if (properties.contains("InstanceMonitoring"))
    params["InstanceMonitoring"] = Object{{"Enabled", flag(properties, "InstanceMonitoring")}};
  if (properties.contains("RamDiskId")) params["RamdiskId"] = string_of(properties, "RamDiskId");
  TRY(ask(call, "CreateLaunchConfiguration", std::move(params)));
  return Object{{"Id", arn_of(*kConfigurations.get(call, Key::of(call.scope(), name)))}};
}

Outcome remove_configuration(Call& call, const std::string& id) {
  return ask(call, "DeleteLaunchConfiguration",
             {{"LaunchConfigurationName", name_in(id, "launchConfigurationName/")}});
}

Outcome declare_policy(Call& call, const Object& properties) {
  auto params = policy_params(properties);
  params["PolicyName"] = core::name_of(call, properties, "PolicyName", "ScalingPolicy");
  const auto made = TRY(ask(call, "PutScalingPolicy", std::move(params)));
  return Object{{"Id", text(made, "PolicyARN")}};
}

Outcome redeclare_policy(Call& call, const std::string& id, const Object& properties) {
  auto params = policy_params(properties);
  params["PolicyName"] = name_in(id, ":policyName/");
  TRY(ask(call, "PutScalingPolicy", std::move(params)));
  return Object{};
}

Outcome remove_policy(Call& call, const std::string& id) {
  return ask(call, "DeletePolicy", {{"PolicyName", id}});
}

Outcome declare_hook(Call& call, const Object& properties) {
  const auto name = core::name_of(call, properties, "LifecycleHookName", "LifecycleHook");
  const auto group = string_of(properties, "AutoScalingGroupName");
  return redeclare_hook(call, group + "|" + name, properties);
}

Outcome redeclare_hook(Call& call, const std::string& id, const Object& properties) {
  const auto [group, name] = parts_of(id);
  Object params{{"AutoScalingGroupName", group}, {"LifecycleHookName", name}};
  copy(properties, params,
       {"LifecycleTransition", "NotificationTargetARN", "RoleARN", "NotificationMetadata",
        "HeartbeatTimeout", "DefaultResult"});
  TRY(ask(call, "PutLifecycleHook", std::move(params)));
  return Object{{"Id", id}};
}

Outcome remove_hook(Call& call, const std::string& id) {
  const auto [group, name] = parts_of(id);
  return ask(call, "DeleteLifecycleHook",
             {{"AutoScalingGroupName", group}, {"LifecycleHookName", name}});
}

}  // namespace tocsin::autoscaling

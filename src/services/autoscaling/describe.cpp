// SPDX-License-Identifier: Apache-2.0
#include "services/autoscaling/describe.hpp"

#include <boost/algorithm/string/join.hpp>

#include "services/autoscaling/operations.hpp"
#include "services/autoscaling/settings.hpp"

namespace tocsin::autoscaling {
namespace {

std::string subnets_of(const Group& group) {
  std::vector<std::string> ids;
  for (const auto& place : group.places) {
    if (!place.subnet.empty()) ids.push_back(place.subnet);
  }
  return boost::algorithm::join(ids, ",");
}

Array zones_of(const Group& group) {
  std::set<std::string> zones;
  for (const auto& place : group.places)
    zones.insert(place.zone);
  return encode(zones).as_array();
}

Array suspended_of(const Group& group) {
  Array out;
  for (const auto& [process, why] : group.suspended)
    out.push_back(Object{{"ProcessName", process}, {"SuspensionReason", why}});
  return out;
}

Array metrics_of(const Group& group) {
  Array out;
  for (const auto& metric : group.metrics)
    out.push_back(Object{{"Metric", metric}, {"Granularity", "1Minute"}});
  return out;
}

void add_source(Object& out, const Group& group) {
  if (!group.configuration.empty()) out["LaunchConfigurationName"] = group.configuration;
  if (!group.launch_template.empty()) out["LaunchTemplate"] = group.launch_template;
  if (!group.mixed.empty()) out["MixedInstancesPolicy"] = group.mixed;
}

void add_others(Object& out, const Group& group) {
  if (const auto subnets = subnets_of(group); !subnets.empty()) out["VPCZoneIdentifier"] = subnets;
  if (!group.placement_group.empty()) out["PlacementGroup"] = group.placement_group;
  if (group.leaving) out["Status"] = "Delete in progress";
  if (group.max_lifetime > 0) out["MaxInstanceLifetime"] = group.max_lifetime;
  if (group.warmup) out["DefaultInstanceWarmup"] = *group.warmup;
  if (!group.remark.empty()) out["Context"] = group.remark;
  if (!group.desired_type.empty()) out["DesiredCapacityType"] = group.desired_type;
  if (!group.maintenance.empty()) out["InstanceMaintenancePolicy"] = group.maintenance;
}

/// Of the filters tag-key, tag-value and tag:KEY.
bool passes(const Group& group, const Document& filter) {
  const auto name = text(filter, "Name");
  const auto values = texts(filter, "Values");
  const auto asked = [&](const std::string& one) {
    return std::ranges::find(values, one) != values.end();
  };
  return std::ranges::any_of(group.tags, [&](const auto& tag) {
    if (name == "tag-key") return asked(tag.first);
    if (name == "tag-value") return asked(tag.second.value);
    return name == "tag:" + tag.first && asked(tag.second.value);
  });
}

Result<void> check_filters(const Array& filters) {
  for (const auto& filter : filters) {
    const auto name = text(filter, "Name");
    if (name == "tag-key" || name == "tag-value" || name.starts_with("tag:")) continue;
    return invalid("Filter type " + std::string(name) +
                   " is not correct. Allowed Filter types are: tag-key, tag-value, tag:<key>");
  }
  return {};
}

}  // namespace

Object shown(const Member& member) {
  Object out{{"InstanceId", member.id},
             {"InstanceType", member.type},
             {"AvailabilityZone", member.zone},
             {"LifecycleState", member.lifecycle},
             {"HealthStatus", member.sick.empty() ? "Healthy" : "Unhealthy"},
             {"ProtectedFromScaleIn", member.held}};
  if (!member.configuration.empty()) out["LaunchConfigurationName"] = member.configuration;
  if (!member.launch_template.empty()) out["LaunchTemplate"] = member.launch_template;
  if (member.weight != 1) out["WeightedCapacity"] = std::to_string(member.weight);
  return out;
}

Object shown(const Group& group) {
  Array instances;
  for (const auto& each : group.instances)
    instances.push_back(shown(each));
  Object out{{"AutoScalingGroupName", group.name}, {"AutoScalingGroupARN", arn_of(group)}};
  add_source(out, group);
  for (auto& [name, value] : Object{{"MinSize", group.min},
                                    {"MaxSize", group.max},
                                    {"DesiredCapacity", group.desired},
                                    {"DefaultCooldown", group.cooldown},
                                    {"AvailabilityZones", zones_of(group)},
                                    {"LoadBalancerNames", encode(group.load_balancers)},
                                    {"TargetGroupARNs", encode(group.target_groups)},
                                    {"HealthCheckType", group.health},
                                    {"HealthCheckGracePeriod", group.grace},
                                    {"Instances", std::move(instances)},
                                    {"CreatedTime", to_seconds(group.created)},
                                    {"SuspendedProcesses", suspended_of(group)},
                                    {"EnabledMetrics", metrics_of(group)},
                                    {"Tags", tag_list(group)},
                                    {"TerminationPolicies", encode(group.termination)},
                                    {"NewInstancesProtectedFromScaleIn", group.holds_new},
                                    {"ServiceLinkedRoleARN", group.role},
                                    {"CapacityRebalance", group.rebalances}})
    out[name] = value;
  add_others(out, group);
  return out;
}

Outcome describe_auto_scaling_groups(Call& call) {
  const auto names = texts(call.params(), "AutoScalingGroupNames");
  const auto& filters = array_of(call.params(), "Filters");
  TRY(check_filters(filters));
  Array out;
  for (const auto& group : kGroups.all(call, Key::of(call.scope()))) {
    const bool named = names.empty() || std::ranges::any_of(names, [&](const std::string& name) {
                         return name_in(name, "autoScalingGroupName/") == group.name;
                       });
    const bool passed =
        std::ranges::all_of(filters, [&](const Document& filter) { return passes(group, filter); });
    if (named && passed) out.push_back(shown(group));
  }
  return TRY(page(call, std::move(out), "AutoScalingGroups"));
}

Outcome describe_auto_scaling_instances(Call& call) {
  const auto ids = texts(call.params(), "InstanceIds");
  Array out;
  for (const auto& group : kGroups.all(call, Key::of(call.scope()))) {
    for (const auto& member : group.instances) {
      if (!ids.empty() && std::ranges::find(ids, member.id) == ids.end()) continue;
      auto shape = shown(member);
      shape["AutoScalingGroupName"] = group.name;
      shape["HealthStatus"] = member.sick.empty() ? "HEALTHY" : "UNHEALTHY";
      out.push_back(std::move(shape));
    }
  }
  return TRY(page(call, std::move(out), "AutoScalingInstances", 50));
}

}  // namespace tocsin::autoscaling

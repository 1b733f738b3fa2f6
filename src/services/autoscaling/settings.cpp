// SPDX-License-Identifier: Apache-2.0
#include "services/autoscaling/settings.hpp"

#include <boost/algorithm/string.hpp>
#include <fmt/format.h>

#include "services/autoscaling/settle.hpp"

namespace tocsin::autoscaling {
namespace {

constexpr std::size_t kMostTags = 50;
constexpr std::int64_t kDay = 86'400, kYear = 365 * kDay;

Result<void> check_specification(const Object& specification) {
  const bool id = !text(specification, "LaunchTemplateId").empty();
  const bool name = !text(specification, "LaunchTemplateName").empty();
  if (!id && !name)
    return invalid("Valid requests must contain either launchTemplateId or LaunchTemplateName");
  if (id && name)
    return invalid("Valid requests must contain either launchTemplateId or LaunchTemplateName");
  return {};
}

/// The template must launch instances: EC2 is asked as the caller, without launching.
Result<void> check_template(Call& call, const Group& group, const Object& specification) {
  TRY(check_specification(specification));
  const auto found = template_of(call, group, specification);
  if (!found)
    return invalid("You must use a valid fully-formed launch template. " + found.error().message);
  if (text(found->data, "ImageId").empty()) {
    return invalid(
        "You must use a valid fully-formed launch template. The request must contain the "
        "parameter ImageId");
  }
  Object params{
      {"LaunchTemplate", found->specification}, {"MinCount", 1}, {"MaxCount", 1}, {"DryRun", true}};
  params["LaunchTemplate"].as_object().erase("LaunchTemplateName");
  const auto tried = call.call(call.as_caller("ec2", "RunInstances", std::move(params))).result();
  if (tried || tried.error().code == "DryRunOperation") return {};
  return invalid("You must use a valid fully-formed launch template. " + tried.error().message);
}

/// Keeps the id and the name of the template, as AWS shows both.
Result<Object> completed(Call& call, const Group& group, Object specification) {
  const auto found = TRY(template_of(call, group, specification));
  for (const auto* member : {"LaunchTemplateId", "LaunchTemplateName"})
    specification[member] = text(found.specification, member);
  return specification;
}

Result<void> take_mixed(Call& call, Group& group) {
  auto mixed = object_of(call.params(), "MixedInstancesPolicy");
  auto launch = object_of(mixed, "LaunchTemplate");
  auto specification = object_of(launch, "LaunchTemplateSpecification");
  TRY(check_template(call, group, specification));
  launch["LaunchTemplateSpecification"] = TRY(completed(call, group, std::move(specification)));
  mixed["LaunchTemplate"] = std::move(launch);
  auto distribution = object_of(mixed, "InstancesDistribution");
  const Object usual{{"OnDemandAllocationStrategy", "prioritized"},
                     {"OnDemandBaseCapacity", 0},
                     {"OnDemandPercentageAboveBaseCapacity", 100},
                     {"SpotAllocationStrategy", "lowest-price"}};
  for (const auto& [member, value] : usual) {
    if (!distribution.contains(member)) distribution[member] = value;
  }
  mixed["InstancesDistribution"] = std::move(distribution);
  group.mixed = std::move(mixed);
  group.configuration.clear();
  group.launch_template.clear();
  return {};
}

Result<void> take_configuration(Call& call, Group& group, const std::string& name) {
  if (!kConfigurations.contains(call, Key::of(call.scope(), name))) {
    return invalid(
        fmt::format("Launch configuration name not found - A launch configuration with "
                    "the name: {} does not exist",
                    name));
  }
  group.configuration = name;
  group.launch_template.clear();
  group.mixed.clear();
  return {};
}

Result<void> take_source(Call& call, Group& group) {
  const auto& params = call.params();
  const auto name = name_in(text(params, "LaunchConfigurationName"), "launchConfigurationName/");
  const bool templated = find(params, "LaunchTemplate"),
             mixed = find(params, "MixedInstancesPolicy");
  if ((name.empty() ? 0 : 1) + templated + mixed > 1) {
    return invalid(
        "Valid requests must contain either LaunchTemplate, LaunchConfigurationName, InstanceId or "
        "MixedInstancesPolicy parameter.");
  }
  if (mixed) return take_mixed(call, group);
  if (!name.empty()) return take_configuration(call, group, name);
  if (!templated) return {};
  auto specification = object_of(params, "LaunchTemplate");
  TRY(check_template(call, group, specification));
  group.launch_template = TRY(completed(call, group, std::move(specification)));
  group.configuration.clear();
  group.mixed.clear();
  return {};
}

Result<void> take_sizes(Call& call, Group& group) {
  const auto& params = call.params();
  const auto before = std::tuple(group.min, group.max);
  group.min = integer(params, "MinSize").value_or(group.min);
  group.max = integer(params, "MaxSize").value_or(group.max);
  if (group.min < 0) return invalid("Min bound must be greater than or equal to 0");
  if (group.max < group.min) {
    return invalid(fmt::format("Max bound, {}, must be greater than or equal to min bound, {}",
                               group.max, group.min));
  }
  const bool made = call.request().operation == "CreateAutoScalingGroup";
  auto desired = integer(params, "DesiredCapacity");
  if (desired && (*desired < group.min || *desired > group.max)) {
    return invalid(
        fmt::format("Desired capacity:{} must be between the specified min size:{} and "
                    "max size:{}",
                    *desired, group.min, group.max));
  }
  const auto wanted =
      desired.value_or(made ? group.min : std::clamp(group.desired, group.min, group.max));
  if (made) {
    want(call, group, wanted, "a user request created an AutoScalingGroup");
  } else if (desired || before != std::tuple(group.min, group.max)) {
    want(call, group, wanted,
         fmt::format("a user request update of AutoScalingGroup constraints to min: {}, max: {}, "
                     "desired: {}",
                     group.min, group.max, wanted));
  }
  return {};
}

Result<void> take_policies(const Call& call, Group& group) {
  if (!find(call.params(), "TerminationPolicies")) return {};
  group.termination = texts(call.params(), "TerminationPolicies");
  for (const auto& each : group.termination) {
    if (each.starts_with("arn:aws:lambda:"))
      return invalid("Tocsin does not serve custom termination policies (Lambda functions).");
    TRY(check_enum(each, "terminationPolicies",
                   {"Default", "OldestInstance", "NewestInstance", "OldestLaunchConfiguration",
                    "OldestLaunchTemplate", "ClosestToNextInstanceHour", "AllocationStrategy"}));
  }
  if (group.termination.empty()) group.termination = {"Default"};
  return {};
}

Result<void> take_health(const Call& call, Group& group) {
  const auto& params = call.params();
  group.health = string_of(params, "HealthCheckType", group.health);
  std::vector<std::string> kinds;
  boost::split(kinds, group.health, boost::is_any_of(","));
  for (const auto& kind : kinds) {
    if (kind != "EC2" && kind != "ELB" && kind != "VPC_LATTICE" && kind != "EBS")
      return invalid(fmt::format("Health check type {} is not valid", group.health));
  }
  group.grace = integer(params, "HealthCheckGracePeriod").value_or(group.grace);
  if (group.grace < 0) return invalid("HealthCheckGracePeriod must be greater than or equal to 0");
  return {};
}

Result<void> take_times(const Call& call, Group& group) {
  const auto& params = call.params();
  group.cooldown = integer(params, "DefaultCooldown").value_or(group.cooldown);
  if (group.cooldown < 0) return invalid("Default cooldown must be greater than or equal to 0");
  group.max_lifetime = integer(params, "MaxInstanceLifetime").value_or(group.max_lifetime);
  if (group.max_lifetime != 0 && (group.max_lifetime < kDay || group.max_lifetime > kYear))
    return invalid("MaxInstanceLifetime must be 0 or between 86400 and 31536000 seconds");
  if (const auto warmup = integer(params, "DefaultInstanceWarmup"))
    group.warmup = *warmup < 0 ? std::nullopt : warmup;
  return {};
}

void take_others(const Call& call, Group& group) {
  const auto& params = call.params();
  group.holds_new = flag(params, "NewInstancesProtectedFromScaleIn", group.holds_new);
  group.rebalances = flag(params, "CapacityRebalance", group.rebalances);
  group.placement_group = string_of(params, "PlacementGroup", group.placement_group);
  group.role = string_of(params, "ServiceLinkedRoleARN", group.role);
  group.remark = string_of(params, "Context", group.remark);
  group.desired_type = string_of(params, "DesiredCapacityType", group.desired_type);
  if (find(params, "InstanceMaintenancePolicy"))
    group.maintenance = object_of(params, "InstanceMaintenancePolicy");
}

Result<std::vector<Place>> places_of_subnets(Call& call, const Group& group,
                                             const std::string& list) {
  std::vector<std::string> ids;
  boost::split(ids, list, boost::is_any_of(","));
  Array asked;
  for (auto& id : ids)
    asked.push_back(Document(boost::json::string(boost::trim_copy(id))));
  const auto reply =
      ask(call, group, "ec2", "DescribeSubnets", Object{{"SubnetIds", std::move(asked)}});
  if (!reply) return invalid(reply.error().message);
  std::vector<Place> out;
  for (const auto& id : ids) {
    for (const auto& subnet : array_of(*reply, "Subnets")) {
      if (text(subnet, "SubnetId") == boost::trim_copy(id))
        out.push_back({boost::trim_copy(id), string_of(subnet, "AvailabilityZone")});
    }
  }
  return out;
}

Result<void> check_zones(Call& call, const Group& group, const std::vector<std::string>& zones) {
  const auto reply = TRY(ask(call, group, "ec2", "DescribeAvailabilityZones", Object()));
  std::vector<std::string> known;
  for (const auto& zone : array_of(reply, "AvailabilityZones"))
    known.push_back(string_of(zone, "ZoneName"));
  for (const auto& zone : zones) {
    if (std::ranges::find(known, zone) == known.end())
      return invalid(fmt::format("Invalid availability zone: {}", zone));
  }
  return {};
}

}  // namespace

Result<std::vector<Place>> places_in(Call& call, const Group& group) {
  const auto zones = texts(call.params(), "AvailabilityZones");
  const auto subnets = string_of(call.params(), "VPCZoneIdentifier");
  if (!zones.empty()) TRY(check_zones(call, group, zones));
  if (!subnets.empty()) {
    auto places = TRY(places_of_subnets(call, group, subnets));
    for (const auto& zone : zones) {
      if (std::ranges::find(places, zone, &Place::zone) == places.end())
        return invalid(
            "The availability zones of the specified subnets and the Auto Scaling group do not "
            "match");
    }
    return places;
  }
  std::vector<Place> out;
  for (const auto& zone : zones)
    out.push_back({"", zone});
  return out;
}

Result<void> take_settings(Call& call, Group& group) {
  take_others(call, group);
  TRY(take_sizes(call, group));
  TRY(take_policies(call, group));
  TRY(take_health(call, group));
  TRY(take_times(call, group));
  TRY(take_source(call, group));
  auto places = TRY(places_in(call, group));
  if (!places.empty()) group.places = std::move(places);
  return {};
}

Result<void> take_tags(std::map<std::string, Tag>& existing, const Array& given) {
  for (const auto& each : given) {
    const auto key = string_of(each, "Key"), value = string_of(each, "Value");
    if (key.empty() || key.size() > 128 || value.size() > 256)
      return invalid("Tag keys have 1 to 128 characters, and tag values at most 256.");
    if (key.starts_with("aws:"))
      return invalid("aws: prefixed tag key names are not allowed for external use");
    existing[key] = {value, flag(each, "PropagateAtLaunch")};
  }
  if (existing.size() > kMostTags)
    return fail("LimitExceeded", "An Auto Scaling group cannot have more than 50 tags.");
  return {};
}

Array tag_list(const Group& group) {
  Array out;
  for (const auto& [key, tag] : group.tags)
    out.push_back(Object{{"ResourceId", group.name},
                         {"ResourceType", "auto-scaling-group"},
                         {"Key", key},
                         {"Value", tag.value},
                         {"PropagateAtLaunch", tag.propagated}});
  return out;
}

}  // namespace tocsin::autoscaling

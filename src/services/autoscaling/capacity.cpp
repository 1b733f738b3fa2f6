// SPDX-License-Identifier: Apache-2.0
// What a user asks of a group's size and of its single instances.
#include <fmt/format.h>

#include "services/autoscaling/activities.hpp"
#include "services/autoscaling/operations.hpp"
#include "services/autoscaling/settle.hpp"

namespace tocsin::autoscaling {
namespace {

/// The group of the instance that InstanceId names.
Result<Group> group_of_instance(const Call& call) {
  const auto id = text(call.params(), "InstanceId");
  const auto owner = kOwners.get(call, Key::of(call.scope(), id));
  if (owner) return group_named(call, call.scope(), owner->group);
  return invalid(
      fmt::format("Instance Id not found - No managed instance found for instance ID: {}", id));
}

}  // namespace

Outcome set_desired_capacity(Call& call) {
  auto group = TRY(named_group(call));
  const auto desired = integer(call.params(), "DesiredCapacity").value_or(0);
  if (desired > group.max) {
    return invalid(
        fmt::format("New SetDesiredCapacity value {} is above max value {} for the "
                    "AutoScalingGroup.",
                    desired, group.max));
  }
  if (desired < group.min) {
    return invalid(
        fmt::format("New SetDesiredCapacity value {} is below min value {} for the "
                    "AutoScalingGroup.",
                    desired, group.min));
  }
  if (flag(call.params(), "HonorCooldown") && call.now() < group.cool) {
    return fail(
        "ScalingActivityInProgress",
        fmt::format("Scaling activity blocked by the cooldown of AutoScalingGroup {}", group.name));
  }
  want(call, group, desired, "a user request explicitly set group desired capacity");
  save(call, group);
  settle_soon(call, group);
  return Object{};
}

Outcome terminate_instance(Call& call) {
  auto group = TRY(group_of_instance(call));
  const auto id = string_of(call.params(), "InstanceId");
  const auto& member = *group.member(id);
  if (member.leaving()) {
    return fail("ScalingActivityInProgress",
                fmt::format("Activity {} is in progress.", member.activity));
  }
  const bool fewer = flag(call.params(), "ShouldDecrementDesiredCapacity") && member.counted();
  if (fewer && group.desired - member.weight < group.min) {
    return invalid(
        fmt::format("Currently, desiredSize equals minSize ({}). Terminating instance without "
                    "replacement will violate group's min size constraint. Either set "
                    "shouldDecrementDesiredCapacity flag to false or lower group's min size.",
                    group.min));
  }
  auto cause =
      fmt::format("{} instance {} was taken out of service in response to a user request{}",
                  at(call.now()), id, fewer ? "" : ".");
  if (fewer) {
    cause += fmt::format(", shrinking the capacity from {} to {}.", group.desired,
                         group.desired - member.weight);
    group.desired -= member.weight;
  }
  const auto activity = take_out(call, group, id, std::move(cause));
  settle_soon(call, group);
  return Object{{"Activity", shown(activity)}};
}

Outcome set_instance_health(Call& call) {
  auto group = TRY(group_of_instance(call));
  const auto status = text(call.params(), "HealthStatus");
  if (status != "Healthy" && status != "Unhealthy") {
    return invalid(fmt::format(
        "Valid instance health states are: [Healthy, Unhealthy]. Your specified: {}", status));
  }
  auto& member = *group.member(text(call.params(), "InstanceId"));
  const auto graced = member.serves + std::chrono::seconds(group.grace);
  const bool respects = flag(call.params(), "ShouldRespectGracePeriod", true);
  if (status == "Unhealthy" && respects && member.is("InService") && call.now() < graced)
    return Object{};
  member.sick = status == "Healthy" ? "" : "a user health-check.";
  save(call, group);
  settle_soon(call, group);
  return Object{};
}

Outcome set_instance_protection(Call& call) {
  auto group = TRY(named_group(call));
  for (const auto& id : texts(call.params(), "InstanceIds")) {
    auto* member = group.member(id);
    if (!member || member->leaving()) {
      return invalid(
          fmt::format("The instance {} is not part of Auto Scaling group {}.", id, group.name));
    }
    member->held = flag(call.params(), "ProtectedFromScaleIn");
  }
  save(call, group);
  return Object{};
}

}  // namespace tocsin::autoscaling

// SPDX-License-Identifier: Apache-2.0
// A policy acts: by a user's call, or by CloudWatch's, whose alarm it is an action of.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-simple-step.html
#include <cmath>
#include <fmt/format.h>

#include "services/autoscaling/operations.hpp"
#include "services/autoscaling/policies.hpp"
#include "services/autoscaling/settle.hpp"

namespace tocsin::autoscaling {
namespace {

/// What the call says of the metric.
struct Breach {
  double value = 0, threshold = 0;
};

std::optional<double> number(const Document& params, std::string_view member) {
  const auto* value = find(params, member);
  return value && value->is_number() ? std::optional(value->to_number<double>()) : std::nullopt;
}

Result<Breach> breach_in(const Call& call) {
  const auto value = number(call.params(), "MetricValue");
  const auto threshold = number(call.params(), "BreachThreshold");
  if (!value || !threshold)
    return invalid("MetricValue and BreachThreshold must be specified for StepScaling policies");
  return Breach{*value, *threshold};
}

Result<std::int64_t> step_for(const Object& shape, const Breach& breach) {
  const auto by = breach.value - breach.threshold;
  for (const auto& step : array_of(shape, "StepAdjustments")) {
    const auto lower = number(step, "MetricIntervalLowerBound").value_or(-INFINITY);
    const auto upper = number(step, "MetricIntervalUpperBound").value_or(INFINITY);
    const bool inside = by >= 0 ? by >= lower && by < upper : by > lower && by <= upper;
    if (inside) return integer(step, "ScalingAdjustment").value_or(0);
  }
  return invalid(fmt::format("No step adjustment found for metric value {} and breach threshold {}",
                             breach.value, breach.threshold));
}

/// Fractions go to the smaller change, but a change of less than one is one.
std::int64_t percentage(std::int64_t capacity, std::int64_t percent) {
  const double change = static_cast<double>(capacity * percent) / 100.0;
  if (change > 0 && change < 1) return 1;
  if (change < 0 && change > -1) return -1;
  return static_cast<std::int64_t>(std::trunc(change));
}

std::int64_t adjusted(const Group& group, const Object& shape, std::int64_t adjustment) {
  const auto type = text(shape, "AdjustmentType");
  const auto capacity = group.desired;
  if (type == "ExactCapacity") return adjustment;
  if (type == "ChangeInCapacity") return capacity + adjustment;
  auto change = percentage(capacity, adjustment);
  const auto least = integer(shape, "MinAdjustmentMagnitude")
                         .value_or(integer(shape, "MinAdjustmentStep").value_or(0));
  if (std::abs(change) < least) change = adjustment < 0 ? -least : least;
  return capacity + change;
}

/// As many as bring the metric to its target, were it in proportion.
std::int64_t proportional(const Group& group, const Object& shape, const Breach& breach) {
  const auto& configuration = object_of(shape, "TargetTrackingConfiguration");
  const auto target = number(configuration, "TargetValue").value_or(1);
  const auto ideal = static_cast<double>(group.capacity()) * breach.value / target;
  const auto rounded = static_cast<std::int64_t>(std::ceil(ideal));
  return breach.value > target ? std::max(rounded, group.desired + 1)
                               : std::min(rounded, group.desired);
}

Result<std::int64_t> wanted(const Call& call, const Group& group, const Policy& policy) {
  if (policy.type == "SimpleScaling")
    return adjusted(group, policy.shape, *integer(policy.shape, "ScalingAdjustment"));
  const auto breach = TRY(breach_in(call));
  if (policy.type == "TargetTrackingScaling") return proportional(group, policy.shape, breach);
  return adjusted(group, policy.shape, TRY(step_for(policy.shape, breach)));
}

/// The alarm that acts; empty: a user does.
std::string alarm_of(const Call& call) {
  if (call.principal().service != kAlarmService) return {};
  const auto arn = Arn::parse(call.request().credential.source_arn);
  return arn ? arn->resource.substr(arn->resource.find(':') + 1) : "alarm";
}

}  // namespace

Outcome execute_policy(Call& call) {
  const auto policy = TRY(named_policy(call));
  auto group = TRY(group_named(call, call.scope(), policy.group));
  const auto alarm = alarm_of(call);
  if (alarm.empty() && policy.type == "TargetTrackingScaling")
    return invalid("ExecutePolicy is not supported for target tracking scaling policies");
  if (!alarm.empty() && (!policy.enabled || !group.runs("AlarmNotification"))) return Object{};
  const bool patient = flag(call.params(), "HonorCooldown") || !alarm.empty();
  if (patient && policy.type == "SimpleScaling" && call.now() < group.cool) {
    if (!alarm.empty()) return Object{};
    return fail("ScalingActivityInProgress",
                fmt::format("AutoScalingGroup {} is in its cooldown period", group.name));
  }
  const auto capacity = std::clamp(TRY(wanted(call, group, policy)), group.min, group.max);
  want(call, group, capacity,
       alarm.empty() ? fmt::format("a user request executed policy {}", policy.name)
                     : fmt::format("a monitor alarm {} in state ALARM triggered policy {}", alarm,
                                   policy.name));
  if (const auto pause = integer(policy.shape, "Cooldown"))
    group.cool = std::max(group.cool, call.now() + Duration(std::chrono::seconds(*pause)));
  save(call, group);
  settle_soon(call, group);
  return Object{};
}

}  // namespace tocsin::autoscaling

// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_PutScalingPolicy.html
#include "services/autoscaling/policies.hpp"

#include <array>
#include <fmt/format.h>

#include "services/autoscaling/operations.hpp"

namespace tocsin::autoscaling {
namespace {

constexpr std::array<std::string_view, 8> kMembers{
    "AdjustmentType", "MinAdjustmentStep", "MinAdjustmentMagnitude",  "ScalingAdjustment",
    "Cooldown",       "StepAdjustments",   "EstimatedInstanceWarmup", "MetricAggregationType"};

Result<void> check_adjustment(const Object& shape, std::string_view member) {
  const auto type = text(shape, "AdjustmentType");
  if (type.empty()) return invalid("You must specify an AdjustmentType for policy type");
  TRY(check_enum(type, "adjustmentType",
                 {"ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"}));
  if (!shape.contains(member))
    return invalid(fmt::format("You must specify a {} for this policy type", member));
  if (shape.contains("MinAdjustmentMagnitude") && type != "PercentChangeInCapacity") {
    return invalid(
        "MinAdjustmentMagnitude is supported only with the adjustment type "
        "PercentChangeInCapacity");
  }
  return {};
}

Result<void> check_steps(const Object& shape) {
  const auto& steps = array_of(shape, "StepAdjustments");
  if (steps.empty() || steps.size() > 20)
    return invalid("A step scaling policy has 1 to 20 step adjustments");
  for (const auto& step : steps) {
    const auto* lower = find(step, "MetricIntervalLowerBound");
    const auto* upper = find(step, "MetricIntervalUpperBound");
    if (!lower && !upper && steps.size() > 1)
      return invalid("There can't be more than one step adjustment without bounds");
    if (lower && upper && lower->to_number<double>() >= upper->to_number<double>())
      return invalid("The lower bound of a step adjustment must be less than its upper bound");
  }
  return {};
}

Result<void> check_target(const Object& configuration) {
  const bool predefined = configuration.contains("PredefinedMetricSpecification");
  if (predefined == configuration.contains("CustomizedMetricSpecification")) {
    return invalid(
        "Exactly one of PredefinedMetricSpecification or CustomizedMetricSpecification must be "
        "specified");
  }
  const auto* target = find(configuration, "TargetValue");
  if (!target || !target->is_number() || target->to_number<double>() <= 0)
    return invalid("TargetValue must be greater than 0");
  if (!predefined) return {};
  const auto& metric = object_of(configuration, "PredefinedMetricSpecification");
  TRY(check_enum(text(metric, "PredefinedMetricType"), "predefinedMetricType",
                 {"ASGAverageCPUUtilization", "ASGAverageNetworkIn", "ASGAverageNetworkOut",
                  "ALBRequestCountPerTarget"}));
  if (text(metric, "PredefinedMetricType") == "ALBRequestCountPerTarget" &&
      text(metric, "ResourceLabel").empty())
    return invalid("ResourceLabel must be specified for ALBRequestCountPerTarget");
  return {};
}

Result<void> check(const Policy& policy) {
  if (policy.type == "SimpleScaling") return check_adjustment(policy.shape, "ScalingAdjustment");
  if (policy.type == "StepScaling") {
    TRY(check_adjustment(policy.shape, "StepAdjustments"));
    return check_steps(policy.shape);
  }
  if (policy.type == "TargetTrackingScaling")
    return check_target(object_of(policy.shape, "TargetTrackingConfiguration"));
  if (policy.type == "PredictiveScaling")
    return invalid("Tocsin does not serve predictive scaling.");
  return check_enum(policy.type, "policyType",
                    {"SimpleScaling", "StepScaling", "TargetTrackingScaling", "PredictiveScaling"});
}

Object shape_in(const Document& params, std::string_view type) {
  Object shape;
  for (const auto member : kMembers) {
    if (const auto* value = find(params, member)) shape[member] = *value;
  }
  if (type == "StepScaling" && !shape.contains("MetricAggregationType"))
    shape["MetricAggregationType"] = "Average";
  if (type != "TargetTrackingScaling") return shape;
  auto configuration = object_of(params, "TargetTrackingConfiguration");
  if (!configuration.contains("DisableScaleIn")) configuration["DisableScaleIn"] = false;
  shape["TargetTrackingConfiguration"] = std::move(configuration);
  return shape;
}

Array alarm_list(const Policy& policy) {
  Array out;
  for (const auto& name : policy.alarms)
    out.push_back(Object{{"AlarmName", name},
                         {"AlarmARN", arn("cloudwatch", policy.scope, "alarm:" + name)}});
  return out;
}

}  // namespace

Result<Policy> named_policy(const Call& call) {
  const auto& params = call.params();
  const auto given = text(params, "PolicyName");
  auto group = name_in(text(params, "AutoScalingGroupName"), "autoScalingGroupName/");
  auto name = std::string(given);
  if (given.starts_with("arn:")) {
    group = name_in(given, "autoScalingGroupName/");
    group.resize(std::min(group.size(), group.find(":policyName/")));
    name = name_in(given, ":policyName/");
  } else if (group.empty()) {
    return invalid("AutoScalingGroupName must be specified where PolicyName is not an ARN");
  }
  auto policy = kPolicies.get(call, Key::of(call.scope(), group, name));
  if (!policy || (given.starts_with("arn:") && arn_of(*policy) != given))
    return invalid(fmt::format("Policy {} not found for group {}", given, group));
  return *std::move(policy);
}

void forget_policy(Context& context, const Group& group, const Policy& policy) {
  if (!policy.alarms.empty()) {
    std::ignore = ask(context, group, "monitoring", "DeleteAlarms",
                      Object{{"AlarmNames", encode(policy.alarms)}});
  }
  kPolicies.erase(context, Key::of(policy.scope, policy.group, policy.name));
}

Object shown(const Policy& policy) {
  Object out{{"AutoScalingGroupName", policy.group},
             {"PolicyName", policy.name},
             {"PolicyARN", arn_of(policy)},
             {"PolicyType", policy.type},
             {"StepAdjustments", Array()}};
  for (const auto& [member, value] : policy.shape)
    out[member] = value;
  out["Alarms"] = alarm_list(policy);
  out["Enabled"] = policy.enabled;
  return out;
}

Outcome put_scaling_policy(Call& call) {
  const auto group = TRY(named_group(call));
  const auto& params = call.params();
  Policy policy{.scope = group.scope,
                .group = group.name,
                .name = string_of(params, "PolicyName"),
                .uuid = {},
                .type = string_of(params, "PolicyType", "SimpleScaling"),
                .shape = {},
                .enabled = flag(params, "Enabled", true)};
  policy.shape = shape_in(params, policy.type);
  TRY(check(policy));
  const Key key = Key::of(group.scope, group.name, policy.name);
  const auto old = kPolicies.get(call, key);
  policy.uuid = old ? old->uuid : call.new_uuid();
  if (old && old->type != policy.type) forget_policy(call, group, *old);
  if (old && old->type == policy.type) policy.alarms = old->alarms;
  if (policy.type == "TargetTrackingScaling") policy.alarms = TRY(put_alarms(call, group, policy));
  kPolicies.put(call, key, policy);
  return Object{{"PolicyARN", arn_of(policy)}, {"Alarms", alarm_list(policy)}};
}

Outcome delete_policy(Call& call) {
  const auto policy = TRY(named_policy(call));
  forget_policy(call, TRY(group_named(call, call.scope(), policy.group)), policy);
  return Object{};
}

Outcome describe_policies(Call& call) {
  const auto& params = call.params();
  const auto names = texts(params, "PolicyNames"), types = texts(params, "PolicyTypes");
  auto prefix = Key::of(call.scope());
  if (!text(params, "AutoScalingGroupName").empty())
    prefix = Key::of(call.scope(), TRY(named_group(call)).name);
  const auto asked = [](const std::vector<std::string>& all, const std::string& one) {
    return all.empty() || std::ranges::find(all, one) != all.end();
  };
  Array out;
  for (const auto& policy : kPolicies.all(call, prefix)) {
    const bool named = asked(names, policy.name) || asked(names, arn_of(policy));
    if (named && asked(types, policy.type)) out.push_back(shown(policy));
  }
  return TRY(page(call, std::move(out), "ScalingPolicies"));
}

}  // namespace tocsin::autoscaling

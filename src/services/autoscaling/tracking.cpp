// SPDX-License-Identifier: Apache-2.0
// The alarms of target tracking: one above the target, one well below it.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-scaling-target-tracking.html
#include <array>
#include <fmt/format.h>

#include "services/autoscaling/policies.hpp"

namespace tocsin::autoscaling {
namespace {

constexpr double kLowShare = 0.7;  // of the target, below which instances are too many

struct Predefined {
  std::string_view type, space, name, statistic;
};
constexpr std::array<Predefined, 4> kPredefined{
    {{"ASGAverageCPUUtilization", "AWS/EC2", "CPUUtilization", "Average"},
     {"ASGAverageNetworkIn", "AWS/EC2", "NetworkIn", "Average"},
     {"ASGAverageNetworkOut", "AWS/EC2", "NetworkOut", "Average"},
     {"ALBRequestCountPerTarget", "AWS/ApplicationELB", "RequestCountPerTarget", "Sum"}}};

/// "app/my-alb/778d…/targetgroup/my-targets/943f…"
Array label_dimensions(std::string_view label) {
  const auto at = label.find("/targetgroup/");
  const auto group = at == std::string_view::npos ? label : label.substr(at + 1);
  return {Object{{"Name", "TargetGroup"}, {"Value", group}}};
}

Object metric_of(const Group& group, const Object& configuration) {
  if (configuration.contains("CustomizedMetricSpecification")) {
    const auto& given = object_of(configuration, "CustomizedMetricSpecification");
    if (given.contains("Metrics")) return {{"Metrics", array_of(given, "Metrics")}};
    Object out{{"Namespace", text(given, "Namespace")},
               {"MetricName", text(given, "MetricName")},
               {"Dimensions", array_of(given, "Dimensions")},
               {"Statistic", text(given, "Statistic", "Average")},
               {"Period", 60}};
    if (const auto unit = text(given, "Unit"); !unit.empty()) out["Unit"] = unit;
    return out;
  }
  const auto& given = object_of(configuration, "PredefinedMetricSpecification");
  const auto& metric =
      *std::ranges::find(kPredefined, text(given, "PredefinedMetricType"), &Predefined::type);
  Array dimensions = metric.space == "AWS/EC2"
                         ? Array{Object{{"Name", "AutoScalingGroupName"}, {"Value", group.name}}}
                         : label_dimensions(text(given, "ResourceLabel"));
  return {{"Namespace", metric.space},
          {"MetricName", metric.name},
          {"Dimensions", std::move(dimensions)},
          {"Statistic", metric.statistic},
          {"Period", 60}};
}

Object alarm(const Group& group, const Policy& policy, const std::string& name, bool high) {
  const auto& configuration = object_of(policy.shape, "TargetTrackingConfiguration");
  const auto target = find(configuration, "TargetValue")->to_number<double>();
  auto params = metric_of(group, configuration);
  params["AlarmName"] = name;
  params["AlarmDescription"] =
      fmt::format("DO NOT EDIT OR DELETE. For TargetTrackingScaling policy {}.", arn_of(policy));
  params["AlarmActions"] = Array{arn_of(policy)};
  params["Threshold"] = high ? target : target * kLowShare;
  params["ComparisonOperator"] = high ? "GreaterThanThreshold" : "LessThanThreshold";
  params["EvaluationPeriods"] = high ? 3 : 15;
  return params;
}

}  // namespace

Result<std::vector<std::string>> put_alarms(Context& context, const Group& group,
                                            const Policy& policy) {
  auto names = policy.alarms;
  const bool one = flag(object_of(policy.shape, "TargetTrackingConfiguration"), "DisableScaleIn");
  for (const bool high : {true, false}) {
    const std::size_t index = high ? 0 : 1;
    if (!high && one) {
      if (names.size() > 1)
        TRY(ask(context, group, "monitoring", "DeleteAlarms",
                Object{{"AlarmNames", Array{names[1]}}}));
      names.resize(1);
      break;
    }
    if (names.size() <= index) {
      names.push_back(fmt::format("TargetTracking-{}-Alarm{}-{}", group.name, high ? "High" : "Low",
                                  context.new_uuid()));
    }
    TRY(ask(context, group, "monitoring", "PutMetricAlarm",
            alarm(group, policy, names[index], high)));
  }
  return names;
}

}  // namespace tocsin::autoscaling

// SPDX-License-Identifier: Apache-2.0
// What a group does of itself, and may be kept from.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/as-suspend-resume-processes.html
#include <fmt/format.h>

#include "services/autoscaling/operations.hpp"
#include "services/autoscaling/settle.hpp"

namespace tocsin::autoscaling {
namespace {

const std::vector<std::string_view>& metrics() {
  static const std::vector<std::string_view> names{"GroupMinSize",
                                                   "GroupMaxSize",
                                                   "GroupDesiredCapacity",
                                                   "GroupInServiceInstances",
                                                   "GroupPendingInstances",
                                                   "GroupStandbyInstances",
                                                   "GroupTerminatingInstances",
                                                   "GroupTotalInstances",
                                                   "GroupInServiceCapacity",
                                                   "GroupPendingCapacity",
                                                   "GroupStandbyCapacity",
                                                   "GroupTerminatingCapacity",
                                                   "GroupTotalCapacity"};
  return names;
}

/// The names that `member` gives; none given: all.
Result<std::vector<std::string>> named(const Call& call, std::string_view member,
                                       const std::vector<std::string_view>& all,
                                       std::string_view what) {
  auto names = texts(call.params(), member);
  for (const auto& name : names) {
    if (std::ranges::find(all, name) == all.end())
      return invalid(fmt::format("Invalid {}: {}", what, name));
  }
  if (names.empty()) names.assign(all.begin(), all.end());
  return names;
}

}  // namespace

const std::vector<std::string_view>& process_types() {
  static const std::vector<std::string_view> types{
      "AZRebalance", "AddToLoadBalancer", "AlarmNotification", "HealthCheck", "InstanceRefresh",
      "Launch",      "ReplaceUnhealthy",  "ScheduledActions",  "Terminate"};
  return types;
}

Outcome suspend_processes(Call& call) {
  auto group = TRY(named_group(call));
  const auto names = TRY(named(call, "ScalingProcesses", process_types(), "Scaling Process"));
  for (const auto& name : names)
    group.suspended.try_emplace(name, fmt::format("User suspended at {}", iso8601(call.now())));
  save(call, group);
  return Object{};
}

Outcome resume_processes(Call& call) {
  auto group = TRY(named_group(call));
  const auto names = TRY(named(call, "ScalingProcesses", process_types(), "Scaling Process"));
  for (const auto& name : names)
    group.suspended.erase(name);
  save(call, group);
  settle_soon(call, group);
  return Object{};
}

Outcome enable_metrics_collection(Call& call) {
  auto group = TRY(named_group(call));
  if (text(call.params(), "Granularity") != "1Minute")
    return invalid("The granularity must be 1Minute");
  for (auto& name : TRY(named(call, "Metrics", metrics(), "metric")))
    group.metrics.insert(std::move(name));
  save(call, group);
  return Object{};
}

Outcome disable_metrics_collection(Call& call) {
  auto group = TRY(named_group(call));
  for (const auto& name : TRY(named(call, "Metrics", metrics(), "metric")))
    group.metrics.erase(name);
  save(call, group);
  return Object{};
}

Outcome describe_metric_collection_types(Call&) {
  Array names;
  for (const auto metric : metrics())
    names.push_back(Object{{"Metric", metric}});
  return Object{{"Metrics", std::move(names)},
                {"Granularities", Array{Object{{"Granularity", "1Minute"}}}}};
}

Outcome describe_scaling_process_types(Call&) {
  Array names;
  for (const auto process : process_types())
    names.push_back(Object{{"ProcessName", process}});
  return Object{{"Processes", std::move(names)}};
}

}  // namespace tocsin::autoscaling

// SPDX-License-Identifier: Apache-2.0
// Composite alarms, which stand on the states of others; and alarms as resources.
#include <algorithm>
#include <fmt/format.h>

#include "engines/metrics/statistic.hpp"
#include "services/monitoring/alarms.hpp"
#include "services/monitoring/declare.hpp"
#include "services/monitoring/metrics.hpp"
#include "services/monitoring/names.hpp"

namespace tocsin::monitoring {
namespace {

constexpr std::size_t kMostChildren = 100;

/// Whether `name` is reached from `from` by children of composite alarms.
bool stands_on(Call& call, const std::string& from, const std::string& name, int depth) {
  if (from == name) return true;
  const auto alarm = kAlarms.get(call, Key::of(call.scope(), from));
  if (!alarm || !alarm->composite() || depth == 0) return false;
  return std::ranges::any_of(children_of(*alarm), [&](const std::string& child) {
    return stands_on(call, child, name, depth - 1);
  });
}

core::ResourceType::Description description(const Alarm& alarm, Object configuration) {
  configuration["ActionsEnabled"] = alarm.actions_enabled;
  if (alarm.described) configuration["AlarmDescription"] = alarm.description;
  configuration["AlarmActions"] = encode(alarm.alarm_actions);
  configuration["OKActions"] = encode(alarm.ok_actions);
  configuration["InsufficientDataActions"] = encode(alarm.insufficient_actions);
  configuration["Arn"] = alarm_arn(alarm.scope, alarm.name);
  return {.id = alarm.name,
          .name = alarm.name,
          .arn = alarm_arn(alarm.scope, alarm.name),
          .scope = alarm.scope,
          .configuration = std::move(configuration),
          .tags = alarm.tags};
}

core::ResourceType::Description describe(const store::View&, const Document& row) {
  const auto alarm = decoded<Alarm>(row);
  Object out{{"AlarmName", alarm.name}};
  if (alarm.composite()) {
    out["AlarmRule"] = alarm.rule;
    return description(alarm, std::move(out));
  }
  out["ComparisonOperator"] = alarm.comparison;
  out["EvaluationPeriods"] = alarm.evaluation_periods;
  if (alarm.datapoints_to_alarm) out["DatapointsToAlarm"] = *alarm.datapoints_to_alarm;
  out["Threshold"] = alarm.threshold;
  if (!alarm.missing.empty()) out["TreatMissingData"] = alarm.missing;
  if (alarm.stat) {
    out["Namespace"] = alarm.stat->metric.space;
    out["MetricName"] = alarm.stat->metric.name;
    out["Dimensions"] = dimension_list(alarm.stat->metric.dimensions);
    out["Period"] = alarm.stat->period;
    const auto statistic = metrics::statistic(alarm.stat->stat);
    out[statistic && statistic->extended() ? "ExtendedStatistic" : "Statistic"] = alarm.stat->stat;
  } else {
    out["Metrics"] = query_list(alarm.queries);
  }
  return description(alarm, std::move(out));
}

}  // namespace

std::set<std::string> children_of(const Alarm& alarm) {
  std::set<std::string> out;
  if (!alarm.composite()) return out;
  const auto rule = alarm::parse_rule(alarm.rule);
  if (!rule) return out;
  for (const auto& child : rule->children())
    out.insert(alarm_named(alarm.scope, child));
  return out;
}

void wake_parents(Context& context, const Alarm& child) {
  kParents.scan(context, Key::of(child.scope, child.name), [&](const auto& key, const Mark&) {
    context.later(
        {"monitoring.evaluate_composite", Object{{"alarm", key[3]}, {"child", child.name}}});
    return true;
  });
}

Outcome put_composite_alarm(Call& call) {
  auto alarm = TRY(alarm_in(call));
  for (const auto* member :
       {"ActionsSuppressor", "ActionsSuppressorWaitPeriod", "ActionsSuppressorExtensionPeriod"}) {
    if (find(call.params(), member))
      return validation(fmt::format("Tocsin does not serve {}.", member));
  }
  alarm.rule = string_of(call.params(), "AlarmRule");
  if (alarm.rule.size() > 10'240)
    return validation("AlarmRule must have at most 10240 characters.");
  TRY(alarm::parse_rule(alarm.rule));
  const auto children = children_of(alarm);
  if (children.size() > kMostChildren)
    return validation("AlarmRule must not name more than 100 alarms.");
  for (const auto& child : children) {
    if (!kAlarms.contains(call, Key::of(call.scope(), child)))
      return validation(fmt::format(
          "Could not save the composite alarm as alarms [{}] in the alarm rule do not exist",
          child));
    if (stands_on(call, child, alarm.name, 32))
      return validation("The alarm rule would make a cycle of composite alarms.");
  }
  TRY(keep(call, std::move(alarm)));
  return Object{};
}

core::ResourceType alarm_type() {
  return {.type = "AWS::CloudWatch::Alarm",
          .table = kAlarms.name(),
          .describe = describe,
          .create = declare_alarm,
          .update = redeclare_alarm,
          .remove = undeclare_alarm};
}

}  // namespace tocsin::monitoring

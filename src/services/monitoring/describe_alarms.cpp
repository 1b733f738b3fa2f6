// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
#include <algorithm>
#include <fmt/format.h>

#include "engines/metrics/statistic.hpp"
#include "services/monitoring/alarms.hpp"
#include "services/monitoring/metrics.hpp"
#include "services/monitoring/names.hpp"

namespace tocsin::monitoring {
namespace {

constexpr std::int64_t kMostInPage = 100, kUsualPage = 50;

void add_state(Object& out, const AlarmState& state) {
  out["StateValue"] = state.value;
  out["StateReason"] = state.reason;
  if (!state.reason_data.empty()) out["StateReasonData"] = state.reason_data;
  out["StateUpdatedTimestamp"] = to_seconds(state.updated);
  out["StateTransitionedTimestamp"] = to_seconds(state.transitioned);
}

void add_metric(Object& out, const Alarm& alarm) {
  if (alarm.stat) {
    const auto statistic = metrics::statistic(alarm.stat->stat);
    out["MetricName"] = alarm.stat->metric.name;
    out["Namespace"] = alarm.stat->metric.space;
    out[statistic && statistic->extended() ? "ExtendedStatistic" : "Statistic"] = alarm.stat->stat;
    out["Dimensions"] = dimension_list(alarm.stat->metric.dimensions);
    out["Period"] = alarm.stat->period;
    if (!alarm.stat->unit.empty()) out["Unit"] = alarm.stat->unit;
  } else {
    out["Metrics"] = query_list(alarm.queries);
  }
  out["EvaluationPeriods"] = alarm.evaluation_periods;
  if (alarm.datapoints_to_alarm) out["DatapointsToAlarm"] = *alarm.datapoints_to_alarm;
  out["Threshold"] = alarm.threshold;
  out["ComparisonOperator"] = alarm.comparison;
  if (!alarm.missing.empty()) out["TreatMissingData"] = alarm.missing;
  if (!alarm.low_samples.empty()) out["EvaluateLowSampleCountPercentile"] = alarm.low_samples;
}

Object document(const Alarm& alarm, const AlarmState& state) {
  Object out{{"AlarmName", alarm.name}, {"AlarmArn", alarm_arn(alarm.scope, alarm.name)}};
  if (alarm.described) out["AlarmDescription"] = alarm.description;
  out["AlarmConfigurationUpdatedTimestamp"] = to_seconds(alarm.updated);
  out["ActionsEnabled"] = alarm.actions_enabled;
  out["OKActions"] = encode(alarm.ok_actions);
  out["AlarmActions"] = encode(alarm.alarm_actions);
  out["InsufficientDataActions"] = encode(alarm.insufficient_actions);
  add_state(out, state);
  if (alarm.composite())
    out["AlarmRule"] = alarm.rule;
  else
    add_metric(out, alarm);
  return out;
}

struct Filter {
  std::vector<std::string> names, types;
  std::string prefix, state, action, children_of, parents_of;

  /// Whatever state it is in.
  bool takes(Call& call, const Alarm& alarm) const {
    const auto listed = [](const std::vector<std::string>& list, std::string_view value) {
      return std::ranges::find(list, value) != list.end();
    };
    if (!names.empty() && !listed(names, alarm.name)) return false;
    if (!alarm.name.starts_with(prefix)) return false;
    if (!listed(types, alarm.composite() ? "CompositeAlarm" : "MetricAlarm")) return false;
    if (!action.empty() && !acts(alarm)) return false;
    if (!children_of.empty() &&
        !kParents.contains(call, Key::of(call.scope(), alarm.name, children_of)))
      return false;
    return parents_of.empty() ||
           kParents.contains(call, Key::of(call.scope(), parents_of, alarm.name));
  }

 private:
  bool acts(const Alarm& alarm) const {
    const auto begins = [&](const std::string& each) { return each.starts_with(action); };
    return std::ranges::any_of(alarm.ok_actions, begins) ||
           std::ranges::any_of(alarm.alarm_actions, begins) ||
           std::ranges::any_of(alarm.insufficient_actions, begins);
  }
};

Result<Filter> filter_in(const Call& call) {
  const auto& params = call.params();
  Filter out{.names = strings_of(array_of(params, "AlarmNames")),
             .types = strings_of(array_of(params, "AlarmTypes")),
             .prefix = string_of(params, "AlarmNamePrefix"),
             .state = string_of(params, "StateValue"),
             .action = string_of(params, "ActionPrefix"),
             .children_of = string_of(params, "ChildrenOfAlarmName"),
             .parents_of = string_of(params, "ParentsOfAlarmName")};
  if (!out.names.empty() && !out.prefix.empty())
    return invalid_combination("AlarmNamePrefix and AlarmNames are mutually exclusive parameters.");
  if (!out.state.empty() && !alarm::state_named(out.state))
    return not_in(out.state, "stateValue", {"INSUFFICIENT_DATA", "ALARM", "OK"});
  if (out.types.empty()) out.types.emplace_back("MetricAlarm");  // as AWS does
  for (const auto& type : out.types)
    TRY(check_enum(type, "alarmTypes", {"CompositeAlarm", "MetricAlarm"}));
  return out;
}

}  // namespace

Outcome describe_alarms(Call& call) {
  const auto filter = TRY(filter_in(call));
  const auto most = integer(call.params(), "MaxRecords").value_or(kUsualPage);
  if (most < 1 || most > kMostInPage)
    return validation("The parameter MaxRecords must be between 1 and 100.");
  std::optional<Key> after;
  if (const auto token = text(call.params(), "NextToken"); !token.empty())
    after = Key::of(call.scope(), TRY(position_in(token)));
  Array metric, composite;
  std::string last, next;
  kAlarms.scan(
      call, Key::of(call.scope()),
      [&](const auto&, const Alarm& alarm) {
        if (!filter.takes(call, alarm)) return true;
        const auto state = kStates.get(call, key_of(alarm)).value_or(AlarmState{});
        if (!filter.state.empty() && state.value != filter.state) return true;
        if (metric.size() + composite.size() == static_cast<std::size_t>(most)) {
          next = last;
          return false;
        }
        (alarm.composite() ? composite : metric).push_back(document(alarm, state));
        last = alarm.name;
        return true;
      },
      store::Direction::Forward, after);
  Object reply{{"CompositeAlarms", std::move(composite)}, {"MetricAlarms", std::move(metric)}};
  if (!next.empty()) reply["NextToken"] = page_token(next);
  return reply;
}

Outcome describe_alarms_for_metric(Call& call) {
  const auto& params = call.params();
  const MetricName metric {
    string_of(params, "Namespace"), string_of(params, "MetricName"),
        TRY(dimensions_in(array_of(params, "Dimensions"), "Dimensions"))
  };
  const auto fits = [&](const MetricStat& stat) {
    const auto wanted = string_of(params, "Statistic", text(params, "ExtendedStatistic"));
    const auto period = integer(params, "Period");
    const auto unit = text(params, "Unit");
    return (wanted.empty() || wanted == stat.stat) && (!period || *period == stat.period) &&
           (unit.empty() || unit == stat.unit);
  };
  Array found;
  kWatched.scan(call, Key{metric_id(call.scope(), metric)}, [&](const auto& key, const Mark&) {
    const auto alarm = kAlarms.get(call, Key::of(call.scope(), key[1]));
    if (alarm && (!alarm->stat || fits(*alarm->stat)))
      found.push_back(document(*alarm, kStates.get(call, key_of(*alarm)).value_or(AlarmState{})));
    return true;
  });
  return Object{{"MetricAlarms", std::move(found)}};
}

}  // namespace tocsin::monitoring

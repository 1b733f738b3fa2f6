// SPDX-License-Identifier: Apache-2.0
// The life of alarms.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
#include "services/monitoring/alarms.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "core/tags.hpp"
#include "engines/metrics/math.hpp"
#include "engines/metrics/statistic.hpp"
#include "services/monitoring/metrics.hpp"
#include "services/monitoring/names.hpp"

namespace tocsin::monitoring {
namespace {

constexpr std::size_t kMostActions = 5;
constexpr std::size_t kMostNamed = 100;
constexpr std::int64_t kDay = 86'400;

Result<std::vector<std::string>> actions_in(const Call& call, std::string_view member) {
  auto actions = strings_of(array_of(call.params(), member));
  if (actions.size() > kMostActions)
    return validation(
        fmt::format("The collection {} must not have a size greater than 5.", member));
  for (const auto& action : actions) {
    const auto target = Arn::parse(action);
    if (!target) return validation(fmt::format("Invalid arn syntax: {}", action));
    const bool served =
        target->service == "sns" ||
        (target->service == "lambda" && target->resource.starts_with("function:")) ||
        (target->service == "autoscaling" && target->resource.starts_with("scalingPolicy:"));
    if (!served)
      return validation(
          fmt::format("Tocsin's alarms act on SNS topics, Lambda functions and scaling policies; "
                      "{} is not served.",
                      action));
    if (target->region != call.region())
      return validation(fmt::format("Invalid region {} specified. Only {} is supported.",
                                    target->region, call.region()));
  }
  return actions;
}

Result<MetricStat> stat_in(const Call& call) {
  const auto& params = call.params();
  const auto plain = string_of(params, "Statistic"),
             extended = string_of(params, "ExtendedStatistic");
  MetricStat out{.metric = {string_of(params, "Namespace"), string_of(params, "MetricName"),
                            TRY(dimensions_in(array_of(params, "Dimensions"), "Dimensions"))},
                 .period = integer(params, "Period").value_or(0),
                 .stat = plain.empty() ? extended : plain,
                 .unit = string_of(params, "Unit")};
  for (const auto* member : {"MetricName", "Namespace", "Period"}) {
    if (!find(params, member))
      return validation(fmt::format("The parameter {} must be specified.", member));
  }
  if (plain.empty() == extended.empty())
    return validation("Exactly one of Statistic and ExtendedStatistic must be specified.");
  if (!plain.empty())
    TRY(check_enum(plain, "statistic", {"SampleCount", "Average", "Sum", "Minimum", "Maximum"}));
  const auto statistic = metrics::statistic(out.stat);
  if (!statistic || statistic->extended() != plain.empty())
    return validation(
        fmt::format("The value {} for parameter ExtendedStatistic is not supported.", extended));
  if (!is_period(out.period) || out.period < 10)
    return validation("Invalid period: it must be 10, 20, 30 or a multiple of 60.");
  if (!out.unit.empty() && !is_unit(out.unit))
    return validation(fmt::format("The value {} for parameter Unit is invalid.", out.unit));
  return out;
}

Result<std::vector<DataQuery>> alarm_queries(const Call& call) {
  for (const auto* member : {"MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period",
                             "Dimensions", "Unit"}) {
    if (find(call.params(), member))
      return validation(
          fmt::format("The parameters Metrics and {} are mutually exclusive.", member));
  }
  auto queries = TRY(queries_in(array_of(call.params(), "Metrics")));
  if (std::ranges::count(queries, true, &DataQuery::returned) != 1)
    return validation("Exactly one element of the metrics list should return data.");
  for (const auto& query : queries) {
    if (!query.stat) TRY(expression_of(query, queries));
  }
  return queries;
}

Result<void> check_periods(const Alarm& alarm) {
  if (alarm.evaluation_periods < 1)
    return validation("EvaluationPeriods must be greater than or equal to 1.");
  const auto needed = alarm.datapoints_to_alarm.value_or(1);
  if (needed < 1 || needed > alarm.evaluation_periods)
    return validation(
        "DatapointsToAlarm must be at least 1 and not greater than EvaluationPeriods.");
  const auto span = alarm.period() * alarm.evaluation_periods;
  const auto most = alarm.period() >= 3600 ? 7 * kDay : kDay;
  if (span > most)
    return validation(fmt::format(
        "Metrics cannot be checked across more than {} (EvaluationPeriods * Period must be <= {}).",
        most == kDay ? "a day" : "7 days", most));
  return {};
}

/// What changed, in the history: "created", "updated", "deleted".
void note_settings(Context& context, const Alarm& alarm, std::string_view what) {
  const auto* type = what == "created" ? "Create" : what == "deleted" ? "Delete" : "Update";
  Object data{{"version", "1.0"}, {"type", type}};
  data[fmt::format("{}Alarm", what)] = encode(alarm);
  note(context, alarm, "ConfigurationUpdate", fmt::format("Alarm \"{}\" {}", alarm.name, what),
       data);
}

void unwatch(Context& context, const Alarm& alarm) {
  for (const auto& metric : metrics_of(alarm))
    kWatched.erase(context, Key{metric_id(alarm.scope, metric), alarm.name});
  for (const auto& child : children_of(alarm))
    kParents.erase(context, Key::of(alarm.scope, child, alarm.name));
}

void watch(Context& context, const Alarm& alarm) {
  for (const auto& metric : metrics_of(alarm))
    kWatched.put(context, Key{metric_id(alarm.scope, metric), alarm.name}, {});
  for (const auto& child : children_of(alarm))
    kParents.put(context, Key::of(alarm.scope, child, alarm.name), {});
}

void forget(Context& context, const Alarm& alarm) {
  sleep(context, alarm);
  unwatch(context, alarm);
  kAlarms.erase(context, key_of(alarm));
  kStates.erase(context, key_of(alarm));
}

/// The composite alarms that stand on one of `names` and are not among them.
std::string parent_outside(Call& call, const std::vector<std::string>& names) {
  std::string found;
  for (const auto& name : names) {
    kParents.scan(call, Key::of(call.scope(), name), [&](const auto& key, const Mark&) {
      if (std::ranges::find(names, key[3]) == names.end()) found = key[3];
      return found.empty();
    });
  }
  return found;
}

Outcome switch_actions(Call& call, bool enabled) {
  for (const auto& name : strings_of(array_of(call.params(), "AlarmNames"))) {
    auto alarm = kAlarms.get(call, Key::of(call.scope(), name));
    if (!alarm || alarm->actions_enabled == enabled) continue;
    alarm->actions_enabled = enabled;
    alarm->updated = call.now();
    kAlarms.put(call, key_of(*alarm), *alarm);
    note_settings(call, *alarm, "updated");
  }
  return Object{};
}

core::Access access_to(Call& call, const std::string& action, const std::string& name) {
  core::Access access{.action = action, .resource = alarm_arn(call.scope(), name)};
  add_alarm_tags(call, access, name);
  return access;
}

}  // namespace

Result<Alarm> alarm_in(const Call& call) {
  const auto& params = call.params();
  Alarm alarm{.scope = call.scope(),
              .name = string_of(params, "AlarmName"),
              .description = string_of(params, "AlarmDescription"),
              .described = find(params, "AlarmDescription") != nullptr,
              .actions_enabled = flag(params, "ActionsEnabled", true),
              .updated = call.now()};
  if (alarm.name.empty() || alarm.name.size() > 255)
    return validation(fmt::format(
        "1 validation error detected: Value '{}' at 'alarmName' failed to satisfy constraint: "
        "Member must have length {}",
        alarm.name,
        alarm.name.empty() ? "greater than or equal to 1" : "less than or equal to 255"));
  alarm.ok_actions = TRY(actions_in(call, "OKActions"));
  alarm.alarm_actions = TRY(actions_in(call, "AlarmActions"));
  alarm.insufficient_actions = TRY(actions_in(call, "InsufficientDataActions"));
  return alarm;
}

Result<void> keep(Call& call, Alarm alarm) {
  const auto old = kAlarms.get(call, key_of(alarm));
  if (old && old->composite() != alarm.composite())
    return validation(fmt::format("An alarm of another kind is named {}.", alarm.name));
  if (old) {
    unwatch(call, *old);
    alarm.tags = old->tags;  // of an alarm that exists they are changed by TagResource only
  } else {
    TRY(add_tags(alarm, array_of(call.params(), "Tags")));
    kStates.put(call, key_of(alarm),
                {.reason = "Unchecked: Initial alarm creation",
                 .updated = call.now(),
                 .transitioned = call.now()});
  }
  kAlarms.put(call, key_of(alarm), alarm);
  watch(call, alarm);
  note_settings(call, alarm, old ? "updated" : "created");
  wake(call, alarm);
  return {};
}

Outcome put_metric_alarm(Call& call) {
  const auto& params = call.params();
  auto alarm = TRY(alarm_in(call));
  if (find(params, "ThresholdMetricId"))
    return validation("Tocsin does not serve alarms on anomaly detection (ThresholdMetricId).");
  alarm.comparison = string_of(params, "ComparisonOperator");
  TRY(check_enum(alarm.comparison, "comparisonOperator",
                 {"GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold",
                  "LessThanOrEqualToThreshold"}));
  const auto* threshold = find(params, "Threshold");
  if (!threshold || !threshold->is_number())
    return validation("The parameter Threshold must be specified.");
  alarm.threshold = threshold->to_number<double>();
  alarm.evaluation_periods = integer(params, "EvaluationPeriods").value_or(0);
  alarm.datapoints_to_alarm = integer(params, "DatapointsToAlarm");
  alarm.missing = string_of(params, "TreatMissingData");
  alarm.low_samples = string_of(params, "EvaluateLowSampleCountPercentile");
  if (!alarm.missing.empty())
    TRY(check_enum(alarm.missing, "treatMissingData",
                   {"breaching", "notBreaching", "ignore", "missing"}));
  if (!alarm.low_samples.empty())
    TRY(check_enum(alarm.low_samples, "evaluateLowSampleCountPercentile", {"evaluate", "ignore"}));
  if (find(params, "Metrics"))
    alarm.queries = TRY(alarm_queries(call));
  else
    alarm.stat = TRY(stat_in(call));
  TRY(check_periods(alarm));
  TRY(keep(call, std::move(alarm)));
  return Object{};
}

Outcome delete_alarms(Call& call) {
  const auto names = strings_of(array_of(call.params(), "AlarmNames"));
  if (names.size() > kMostNamed)
    return validation("The collection AlarmNames must not have a size greater than 100.");
  std::vector<Alarm> alarms;
  for (const auto& name : names) {
    auto alarm = kAlarms.get(call, Key::of(call.scope(), name));
    if (!alarm) return fail("ResourceNotFound", fmt::format("Alarm {} not found", name), 404);
    alarms.push_back(*std::move(alarm));
  }
  if (const auto parent = parent_outside(call, names); !parent.empty())
    return validation(
        fmt::format("The alarm cannot be deleted: the composite alarm {} depends on it.", parent));
  for (const auto& alarm : alarms) {
    note_settings(call, alarm, "deleted");
    forget(call, alarm);
  }
  return Object{};
}

Outcome set_alarm_state(Call& call) {
  const auto& params = call.params();
  const auto value = text(params, "StateValue");
  const auto state = alarm::state_named(value);
  if (!state) return not_in(value, "stateValue", {"INSUFFICIENT_DATA", "ALARM", "OK"});
  const auto name = string_of(params, "AlarmName");
  const auto alarm = kAlarms.get(call, Key::of(call.scope(), name));
  if (!alarm) return fail("ResourceNotFound", fmt::format("Alarm {} not found", name), 404);
  const auto data = string_of(params, "StateReasonData");
  if (!data.empty() && !parse_json(data))
    return fail("InvalidFormat", "StateReasonData is not a valid JSON text.");
  change_state(call, *alarm, *state, string_of(params, "StateReason"), data);
  if (!alarm->composite()) wake(call, *alarm);
  return Object{};
}

Outcome enable_alarm_actions(Call& call) {
  return switch_actions(call, true);
}
Outcome disable_alarm_actions(Call& call) {
  return switch_actions(call, false);
}

core::Needs needs_alarm(std::string operation) {
  return [action = "cloudwatch:" + std::move(operation)](Call& call) -> std::vector<core::Access> {
    const auto name = string_of(call.params(), "AlarmName");
    return {access_to(call, action, name.empty() ? "*" : name)};
  };
}

core::Needs needs_named_alarms(std::string operation) {
  return [action = "cloudwatch:" + std::move(operation)](Call& call) -> std::vector<core::Access> {
    std::vector<core::Access> out;
    for (const auto& name : strings_of(array_of(call.params(), "AlarmNames")))
      out.push_back(access_to(call, action, name));
    if (out.empty()) out.push_back(access_to(call, action, "*"));
    return out;
  };
}

core::Needs needs_all_alarms(std::string operation) {
  return [action = "cloudwatch:" + std::move(operation)](Call& call) -> std::vector<core::Access> {
    return {{.action = action, .resource = alarm_arn(call.scope(), "*")}};
  };
}

core::Needs needs_put_alarm(std::string operation) {
  return [action = "cloudwatch:" + std::move(operation)](Call& call) -> std::vector<core::Access> {
    auto access = access_to(call, action, string_of(call.params(), "AlarmName"));
    for (const auto* member : {"AlarmActions", "OKActions", "InsufficientDataActions"}) {
      for (const auto& target : strings_of(array_of(call.params(), member)))
        access.context["cloudwatch:AlarmActions"].push_back(target);
    }
    const auto& tags = array_of(call.params(), "Tags");
    core::add_request_tags(access, core::tags_of(tags));
    std::vector<core::Access> out{access};
    if (!tags.empty()) {
      access.action = "cloudwatch:TagResource";
      out.push_back(std::move(access));
    }
    return out;
  };
}

}  // namespace tocsin::monitoring

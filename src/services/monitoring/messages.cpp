// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
#include <algorithm>
#include <array>
#include <cctype>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "engines/metrics/statistic.hpp"
#include "services/monitoring/alarms.hpp"
#include "services/monitoring/metrics.hpp"
#include "services/monitoring/names.hpp"

namespace tocsin::monitoring {
namespace {

constexpr std::array<std::pair<std::string_view, std::string_view>, 17> kRegions{
    {{"us-east-1", "US East (N. Virginia)"},
     {"us-east-2", "US East (Ohio)"},
     {"us-west-1", "US West (N. California)"},
     {"us-west-2", "US West (Oregon)"},
     {"af-south-1", "Africa (Cape Town)"},
     {"ap-south-1", "Asia Pacific (Mumbai)"},
     {"ap-northeast-1", "Asia Pacific (Tokyo)"},
     {"ap-northeast-2", "Asia Pacific (Seoul)"},
     {"ap-southeast-1", "Asia Pacific (Singapore)"},
     {"ap-southeast-2", "Asia Pacific (Sydney)"},
     {"ca-central-1", "Canada (Central)"},
     {"eu-central-1", "EU (Frankfurt)"},
     {"eu-west-1", "EU (Ireland)"},
     {"eu-west-2", "EU (London)"},
     {"eu-west-3", "EU (Paris)"},
     {"eu-north-1", "EU (Stockholm)"},
     {"sa-east-1", "South America (Sao Paulo)"}}};

Document or_null(const std::string& text) {
  return text.empty() ? Document(nullptr) : Document(boost::json::string(text));
}

/// In topics' messages, dimensions have small letters.
Array trigger_dimensions(const Dimensions& dimensions) {
  Array out;
  for (const auto& [name, value] : dimensions)
    out.push_back(Object{{"value", value}, {"name", name}});
  return out;
}

std::string capitals(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](unsigned char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

void add_statistic(Object& trigger, const MetricStat& stat) {
  trigger["MetricName"] = stat.metric.name;
  trigger["Namespace"] = stat.metric.space;
  const auto statistic = metrics::statistic(stat.stat);
  const bool simple = statistic && !statistic->extended();
  trigger["StatisticType"] = simple ? "Statistic" : "ExtendedStatistic";
  if (simple)
    trigger["Statistic"] =
        stat.stat == "SampleCount" ? std::string("SAMPLE_COUNT") : capitals(stat.stat);
  else
    trigger["ExtendedStatistic"] = stat.stat;
  trigger["Unit"] = or_null(stat.unit);
  trigger["Dimensions"] = trigger_dimensions(stat.metric.dimensions);
}

Array trigger_queries(const Alarm& alarm) {
  Array out;
  for (const auto& query : alarm.queries) {
    Object each{{"Id", query.id}};
    if (query.stat) {
      Object metric{{"Dimensions", trigger_dimensions(query.stat->metric.dimensions)},
                    {"MetricName", query.stat->metric.name},
                    {"Namespace", query.stat->metric.space}};
      each["MetricStat"] = Object{{"Metric", std::move(metric)},
                                  {"Period", query.stat->period},
                                  {"Stat", query.stat->stat}};
    } else {
      each["Expression"] = query.expression;
    }
    if (!query.label.empty()) each["Label"] = query.label;
    each["ReturnData"] = query.returned;
    out.push_back(std::move(each));
  }
  return out;
}

Object trigger(const Alarm& alarm) {
  Object out;
  if (alarm.stat) add_statistic(out, *alarm.stat);
  out["Period"] = alarm.period();
  out["EvaluationPeriods"] = alarm.evaluation_periods;
  if (alarm.datapoints_to_alarm) out["DatapointsToAlarm"] = *alarm.datapoints_to_alarm;
  out["ComparisonOperator"] = alarm.comparison;
  out["Threshold"] = alarm.threshold;
  out["TreatMissingData"] = alarm.missing.empty() ? "missing" : alarm.missing;
  out["EvaluateLowSampleCountPercentile"] = alarm.low_samples;
  if (!alarm.queries.empty()) out["Metrics"] = trigger_queries(alarm);
  return out;
}

Object metric_stat(const MetricStat& stat) {
  Object metric{{"dimensions", encode(stat.metric.dimensions)},
                {"name", stat.metric.name},
                {"namespace", stat.metric.space}};
  Object out;
  out["metric"] = std::move(metric);
  out["period"] = stat.period;
  out["stat"] = stat.stat;
  if (!stat.unit.empty()) out["unit"] = stat.unit;
  return out;
}

Array configured_metrics(const Alarm& alarm) {
  Array out;
  if (alarm.stat) {
    const auto id = uuid_from(sha256(alarm_arn(alarm.scope, alarm.name)).substr(0, 16));
    Object only{{"id", id}};
    only["metricStat"] = metric_stat(*alarm.stat);
    only["returnData"] = true;
    out.push_back(std::move(only));
  }
  for (const auto& query : alarm.queries) {
    Object each{{"id", query.id}};
    if (query.stat)
      each["metricStat"] = metric_stat(*query.stat);
    else
      each["expression"] = query.expression;
    if (!query.label.empty()) each["label"] = query.label;
    each["returnData"] = query.returned;
    out.push_back(std::move(each));
  }
  return out;
}

/// The alarms whose states a composite one's reason names.
Array triggering_of(const AlarmState& state) {
  const auto data = parse_json(state.reason_data.empty() ? "{}" : state.reason_data);
  return data ? array_of(*data, "triggeringAlarms") : Array();
}

}  // namespace

std::string alarm_time(Time time) {
  auto text = iso8601_ms(time);
  text.pop_back();
  return text + "+0000";
}

std::string java_number(double value) {
  auto text = to_json(Document(value));
  return text.find_first_of(".eEN") == std::string::npos ? text + ".0" : text;
}

std::string region_name(const std::string& region) {
  const auto found =
      std::ranges::find(kRegions, region, [](const auto& each) { return each.first; });
  return found == kRegions.end() ? region : std::string(found->second);
}

Object configuration(const Alarm& alarm) {
  Object out;
  if (alarm.described) out["description"] = alarm.description;
  if (alarm.composite())
    out["alarmRule"] = alarm.rule;
  else
    out["metrics"] = configured_metrics(alarm);
  return out;
}

Object state_object(const AlarmState& state) {
  Object out{
      {"value", state.value}, {"reason", state.reason}, {"timestamp", alarm_time(state.updated)}};
  if (!state.reason_data.empty()) out["reasonData"] = state.reason_data;
  return out;
}

Object sns_message(const Alarm& alarm, const AlarmState& before, const AlarmState& now) {
  Object out{{"AlarmName", alarm.name},
             {"AlarmDescription", or_null(alarm.description)},
             {"AWSAccountId", alarm.scope.account.str()},
             {"AlarmConfigurationUpdatedTimestamp", alarm_time(alarm.updated)},
             {"NewStateValue", now.value},
             {"NewStateReason", now.reason},
             {"StateChangeTime", alarm_time(now.updated)},
             {"Region", region_name(alarm.scope.region)},
             {"AlarmArn", alarm_arn(alarm.scope, alarm.name)},
             {"OldStateValue", before.value},
             {"OKActions", encode(alarm.ok_actions)},
             {"AlarmActions", encode(alarm.alarm_actions)},
             {"InsufficientDataActions", encode(alarm.insufficient_actions)}};
  if (alarm.composite()) {
    out["AlarmRule"] = alarm.rule;
    out["TriggeringChildren"] = triggering_of(now);
  } else {
    out["Trigger"] = trigger(alarm);
  }
  return out;
}

}  // namespace tocsin::monitoring

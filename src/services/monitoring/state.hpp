// SPDX-License-Identifier: Apache-2.0
// What is kept.
#pragma once

#include "core/context.hpp"
#include "core/registry.hpp"
#include "core/table.hpp"
#include "engines/metrics/distribution.hpp"

namespace tocsin::monitoring {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

using Dimensions = std::map<std::string, std::string>;

struct MetricName {
  std::string space, name;
  Dimensions dimensions;
};
BOOST_DESCRIBE_STRUCT(MetricName, (), (space, name, dimensions))

struct Metric {
  MetricName name;
  std::string id;  // of the points' rows
  Time last{};     // when data came last, to within minutes
};
BOOST_DESCRIBE_STRUCT(Metric, (), (name, id, last))

/// A metric that an alarm, or a query of GetMetricData, looks at.
struct MetricStat {
  MetricName metric;
  std::int64_t period = 60;  // seconds
  std::string stat;
  std::string unit;
};
BOOST_DESCRIBE_STRUCT(MetricStat, (), (metric, period, stat, unit))

struct DataQuery {
  std::string id;
  std::optional<MetricStat> stat;
  std::string expression;
  std::string label;
  bool returned = true;
  std::int64_t period = 0;
};
BOOST_DESCRIBE_STRUCT(DataQuery, (), (id, stat, expression, label, returned, period))

struct Alarm {
  Scope scope;
  std::string name, description;
  bool described = false;
  bool actions_enabled = true;
  std::vector<std::string> ok_actions, alarm_actions, insufficient_actions;
  std::string rule;                // of a composite alarm; else:
  std::optional<MetricStat> stat;  // or queries
  std::vector<DataQuery> queries;
  std::int64_t evaluation_periods = 1;
  std::optional<std::int64_t> datapoints_to_alarm;
  double threshold = 0;
  std::string comparison;
  std::string missing;  // TreatMissingData as given
  std::string low_samples;
  Time updated{};
  std::map<std::string, std::string> tags;
  Object unknown;

  bool composite() const { return !rule.empty(); }
  std::int64_t period() const;  // seconds
};
BOOST_DESCRIBE_STRUCT(Alarm, (),
                      (scope, name, description, described, actions_enabled, ok_actions,
                       alarm_actions, insufficient_actions, rule, stat, queries, evaluation_periods,
                       datapoints_to_alarm, threshold, comparison, missing, low_samples, updated,
                       tags, unknown))

/// Apart from the alarm, whose row is a resource and changes only when its configuration does.
struct AlarmState {
  std::string value = "INSUFFICIENT_DATA";
  std::string reason, reason_data;
  Time updated{}, transitioned{};
  std::string timer;  // of the next evaluation; empty: the alarm sleeps
  Time due{};
};
BOOST_DESCRIBE_STRUCT(AlarmState, (),
                      (value, reason, reason_data, updated, transitioned, timer, due))

struct HistoryItem {
  std::string alarm;
  bool composite = false;
  Time time{};
  std::string type, summary, data;
};
BOOST_DESCRIBE_STRUCT(HistoryItem, (), (alarm, composite, time, type, summary, data))

struct Mark {};
BOOST_DESCRIBE_STRUCT(Mark, (), ())

inline constexpr core::Table<Metric> kMetrics{
    "monitoring.metrics"};  // account, region, namespace, name, dimensions
/// metric id, seconds that a row covers ("0001", "0060", "0300", "3600"), hex(beginning), unit
inline constexpr core::Table<metrics::Distribution> kPoints{"monitoring.points"};
inline constexpr core::Table<Mark> kSweeps{"monitoring.sweeps"};        // account, region
inline constexpr core::Table<Alarm> kAlarms{"monitoring.alarms"};       // account, region, name
inline constexpr core::Table<AlarmState> kStates{"monitoring.states"};  // account, region, name
inline constexpr core::Table<Mark> kWatched{"monitoring.watched"};      // metric id, alarm
inline constexpr core::Table<Mark> kParents{
    "monitoring.parents"};  // account, region, child, parent
inline constexpr core::Table<HistoryItem> kHistory{
    "monitoring.history"};  // account, region, alarm, hex(time), hex(number)

inline Key key_of(const Alarm& alarm) {
  return Key::of(alarm.scope, alarm.name);
}

}  // namespace tocsin::monitoring

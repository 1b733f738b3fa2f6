// SPDX-License-Identifier: Apache-2.0
// Values: kept by the second for three hours, by the minute for 15 days, by five minutes for 63
// days, by the hour for 455 days.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html
#include "services/monitoring/points.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "services/monitoring/alarms.hpp"
#include "services/monitoring/names.hpp"

namespace tocsin::monitoring {
namespace {

using namespace std::chrono_literals;

struct Level {
  std::int64_t seconds;
  std::string_view name;
  Duration kept;
};
constexpr std::array<Level, 4> kLevels{
    {{1, "0001", 3h}, {60, "0060", 15 * 24h}, {300, "0300", 63 * 24h}, {3600, "3600", 455 * 24h}}};
constexpr auto kSweepEvery = 3h;
constexpr auto kSeenAgain = 5min;    // how exact Metric::last is
constexpr int kMetricsAtOnce = 200;  // in one input
constexpr std::size_t kRowsAtOnce = 2'000;

std::int64_t number_in(std::string_view digits) {
  std::int64_t value = 0;
  std::from_chars(digits.begin(), digits.end(), value, 16);
  return value;
}

std::int64_t floored(std::int64_t ms, std::int64_t seconds) {
  return ms / (seconds * 1000) * (seconds * 1000);
}

const Level& level_for(const Datum& datum, Time now) {
  const bool fine = datum.resolution == 1 && now - datum.time < kLevels[0].kept;
  return kLevels[fine ? 0 : 1];
}

void merge_into(Context& context, const Key& key, const metrics::Distribution& values) {
  auto row = kPoints.get(context, key).value_or(metrics::Distribution{});
  row.merge(values);
  kPoints.put(context, key, row);
}

void note_metric(Context& context, const MetricName& name, const std::string& id) {
  const auto key = metric_key(context.scope(), name);
  const auto known = kMetrics.get(context, key);
  if (known && context.now() - known->last < kSeenAgain) return;
  kMetrics.put(context, key, {name, id, context.now()});
  const auto sweeps = Key::of(context.scope());
  if (known || kSweeps.contains(context, sweeps)) return;
  kSweeps.put(context, sweeps, {});
  context.upkeep(context.now() + kSweepEvery, {"monitoring.sweep", Object{}});
}

/// Rows of a level that are older than it keeps them: [key parts, values].
std::vector<std::pair<std::vector<std::string>, metrics::Distribution>> aged(Context& context,
                                                                             const std::string& id,
                                                                             const Level& level,
                                                                             std::size_t most) {
  std::vector<std::pair<std::vector<std::string>, metrics::Distribution>> out;
  const auto cutoff = to_ms(context.now() - level.kept);
  kPoints.scan(context, Key{id, level.name}, [&](const auto& key, const auto& values) {
    if (number_in(key[2]) >= cutoff || out.size() >= most) return false;
    out.emplace_back(key, values);
    return true;
  });
  return out;
}

/// How many rows it moved.
std::size_t roll_up(Context& context, const std::string& id, std::size_t most) {
  std::size_t moved = 0;
  for (std::size_t i = 0; i < kLevels.size() && moved < most; ++i) {
    for (const auto& [key, values] : aged(context, id, kLevels[i], most - moved)) {
      kPoints.erase(context, core::Key::from(key));
      ++moved;
      if (i + 1 == kLevels.size()) continue;
      const auto& next = kLevels[i + 1];
      merge_into(context, Key{id, next.name, hex(floored(number_in(key[2]), next.seconds)), key[3]},
                 values);
    }
  }
  return moved;
}

bool is_empty(Context& context, const std::string& id) {
  bool empty = true;
  kPoints.scan(context, Key{id}, [&](const auto&, const auto&) { return empty = false; });
  return empty;
}

}  // namespace

void add(Context& context, const std::vector<Datum>& data) {
  std::map<std::string, std::pair<Key, metrics::Distribution>> rows;  // each is written once
  std::map<std::string, const Datum*> earliest;                       // by metric id
  for (const auto& datum : data) {
    const auto id = metric_id(context.scope(), datum.metric);
    const auto& level = level_for(datum, context.now());
    const auto begin = floored(to_ms(datum.time), level.seconds);
    const Key key{id, level.name, hex(begin), datum.unit};
    const auto [row, is_new] = rows.try_emplace(key.bytes(), key, metrics::Distribution{});
    auto& values = row->second.second;
    if (is_new) values = kPoints.get(context, key).value_or(metrics::Distribution{});
    values.merge(datum.values);
    auto& first = earliest[id];
    if (!first || datum.time < first->time) first = &datum;
  }
  for (const auto& [bytes, row] : rows)
    kPoints.put(context, row.first, row.second);
  for (const auto& [id, datum] : earliest) {
    note_metric(context, datum->metric, id);
    wake_watchers(context, id, datum->time);
  }
}

Periods periods_of(const store::View& view, const std::string& metric_id, const std::string& unit,
                   const Range& range) {
  Periods out;
  const auto length = range.seconds * 1000;
  for (const auto& level : kLevels) {
    if (range.seconds % level.seconds != 0) continue;
    const auto first = floored(range.start, level.seconds);
    const Key before{metric_id, level.name, hex(first - 1), "\xff"};
    kPoints.scan(
        view, Key{metric_id, level.name},
        [&](const auto& key, const auto& values) {
          const auto time = number_in(key[2]);
          if (time >= range.end) return false;
          if (time < range.start || (!unit.empty() && key[3] != unit)) return true;
          const auto begin = range.start + (time - range.start) / length * length;
          out[{begin, key[3]}].merge(values);
          return true;
        },
        store::Direction::Forward, first > 0 ? std::optional(before) : std::nullopt);
  }
  return out;
}

metrics::Points values_of(const store::View& view, const Scope& scope, const MetricStat& stat,
                          const Range& range) {
  const auto wanted = metrics::statistic(stat.stat);
  metrics::Points out;
  if (!wanted) return out;
  std::map<std::int64_t, metrics::Distribution> merged;
  for (const auto& [key, values] :
       periods_of(view, metric_id(scope, stat.metric), stat.unit, range))
    merged[key.first].merge(values);
  for (const auto& [time, values] : merged) {
    if (const auto value = wanted->of(values)) out[time] = *value;
  }
  return out;
}

void sweep(Context& context, const core::Resumption& end) {
  std::vector<std::pair<std::vector<std::string>, Metric>> some;
  const auto after = text(end.context, "after");
  std::optional<Key> from;
  if (!after.empty()) from = core::Key::from(Key::split(after));
  kMetrics.scan(
      context, Key::of(context.scope()),
      [&](const auto& key, const Metric& metric) {
        some.emplace_back(key, metric);
        return some.size() < kMetricsAtOnce;
      },
      store::Direction::Forward, from);
  std::size_t room = kRowsAtOnce;
  std::string done(after);
  for (const auto& [key, metric] : some) {
    room -= roll_up(context, metric.id, room);
    if (room == 0) break;
    done = core::Key::from(key).bytes();
    if (is_empty(context, metric.id)) kMetrics.erase(context, core::Key::from(key));
  }
  if (room == 0 || some.size() == kMetricsAtOnce) {
    context.later({"monitoring.sweep", Object{{"after", done}}});
  } else if (after.empty() && some.empty()) {
    kSweeps.erase(context, Key::of(context.scope()));
  } else {
    context.upkeep(context.now() + kSweepEvery, {"monitoring.sweep", Object{}});
  }
}

}  // namespace tocsin::monitoring

// SPDX-License-Identifier: Apache-2.0
// When alarms are evaluated, and what the state then is.
#include <algorithm>
#include <fmt/format.h>

#include "services/monitoring/alarms.hpp"
#include "services/monitoring/metrics.hpp"
#include "services/monitoring/names.hpp"
#include "services/monitoring/points.hpp"

namespace tocsin::monitoring {
namespace {

constexpr std::int64_t kMinute = 60;

Time next_multiple(Time now, std::int64_t seconds) {
  const auto length = seconds * 1000;
  return from_ms((to_ms(now) / length + 1) * length);
}

void set_timer(Context& context, const Alarm& alarm, Time due) {
  auto state = kStates.get(context, key_of(alarm)).value_or(AlarmState{});
  if (!state.timer.empty() && state.due <= due) return;
  if (!state.timer.empty()) context.cancel(state.timer);
  state.timer = context.at(due, {"monitoring.evaluate", Object{{"alarm", alarm.name}}});
  state.due = due;
  kStates.put(context, key_of(alarm), state);
}

alarm::Terms terms_of(const Alarm& alarm) {
  const auto missing = alarm.missing == "breaching"      ? alarm::Missing::Breaching
                       : alarm.missing == "notBreaching" ? alarm::Missing::NotBreaching
                       : alarm.missing == "ignore"       ? alarm::Missing::Ignore
                                                         : alarm::Missing::Missing;
  return {static_cast<int>(alarm.evaluation_periods),
          static_cast<int>(alarm.datapoints_to_alarm.value_or(alarm.evaluation_periods)), missing};
}

bool breaches(const Alarm& alarm, double value) {
  if (alarm.comparison == "GreaterThanOrEqualToThreshold") return value >= alarm.threshold;
  if (alarm.comparison == "GreaterThanThreshold") return value > alarm.threshold;
  if (alarm.comparison == "LessThanThreshold") return value < alarm.threshold;
  return value <= alarm.threshold;
}

std::string_view words_of(const std::string& comparison) {
  if (comparison == "GreaterThanOrEqualToThreshold") return "greater than or equal to";
  if (comparison == "GreaterThanThreshold") return "greater than";
  if (comparison == "LessThanThreshold") return "less than";
  return "less than or equal to";
}

/// Whether there are too few samples for the percentile to mean something.
bool too_few(Context& context, const Alarm& alarm, const Range& range) {
  if (alarm.low_samples != "ignore" || !alarm.stat) return false;
  const auto statistic = metrics::statistic(alarm.stat->stat);
  if (!statistic || statistic->kind != metrics::Statistic::Kind::Percentile) return false;
  const double share = *statistic->to / 100, rare = std::min(share, 1 - share);
  double samples = 0;
  for (const auto& [key, values] :
       periods_of(context, metric_id(context.scope(), alarm.stat->metric), alarm.stat->unit, range))
    samples += values.count;
  return samples > 0 && samples * rare < 10;
}

Result<metrics::Points> watched(Context& context, const Alarm& alarm, const Range& range) {
  if (alarm.stat) return values_of(context, context.scope(), *alarm.stat, range);
  auto values = TRY(answers(context, context.scope(), alarm.queries, range.start, range.end));
  const auto returned = std::ranges::find(alarm.queries, true, &DataQuery::returned);
  const auto* series = std::get_if<metrics::Series>(&values.at(returned->id));
  if (!series) return validation("The expression of the alarm is not a single time series.");
  return series->points;
}

struct Judgement {
  alarm::State state;
  std::string reason, data;  // of a state that is new
  bool any = false;          // there was data
};

std::string points_text(const std::vector<std::pair<std::int64_t, double>>& points) {
  std::vector<std::string> parts;
  for (const auto& [time, value] : points)
    parts.push_back(fmt::format("{} ({})", java_number(value),
                                format_time(from_ms(time), "%d/%m/%y %H:%M:%S")));
  return fmt::format("{}", fmt::join(parts, ", "));
}

std::string plural(std::size_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

std::string treated_as(const std::string& missing) {
  return missing == "breaching" ? "[Breaching]" : "[NonBreaching]";
}

/// `used`: what there was of the last N data points.
std::string reason_for(const Alarm& alarm, const alarm::Terms& terms, alarm::State state,
                       const std::vector<std::pair<std::int64_t, double>>& used) {
  const auto n = static_cast<std::size_t>(alarm.evaluation_periods), absent = n - used.size();
  if (state == alarm::State::InsufficientData)
    return fmt::format("Insufficient Data: {} {} unknown.", plural(n, "datapoint"),
                       n == 1 ? "was" : "were");
  const bool filled = absent > 0 && (terms.missing == alarm::Missing::Breaching ||
                                     terms.missing == alarm::Missing::NotBreaching);
  const auto lacking = plural(absent, "missing datapoint");
  const auto were = absent == 1 ? "was" : "were";
  if (used.empty()) {
    return fmt::format(
        "Threshold Crossed: no datapoints were received for {} and {} {} treated as {}.",
        plural(n, "period"), lacking, were, treated_as(alarm.missing));
  }
  const bool on = state == alarm::State::Alarm;
  std::vector<std::pair<std::int64_t, double>> crossing;  // the newest first
  for (auto point = used.rbegin(); point != used.rend(); ++point) {
    if (breaches(alarm, point->second) == on) crossing.push_back(*point);
  }
  const auto minimum =
      on ? terms.datapoints_to_alarm : terms.evaluation_periods - terms.datapoints_to_alarm + 1;
  auto text = fmt::format(
      "Threshold Crossed: {} out of the last {} [{}] {} {}{} the threshold ({})", crossing.size(),
      plural(n, "datapoint"), points_text(crossing), crossing.size() == 1 ? "was" : "were",
      on ? "" : "not ", words_of(alarm.comparison), java_number(alarm.threshold));
  if (filled)
    text += fmt::format(" and {} {} treated as {}", lacking, were, treated_as(alarm.missing));
  return text + fmt::format(" (minimum {} for {} transition).",
                            plural(static_cast<std::size_t>(minimum), "datapoint"),
                            on ? "OK -> ALARM" : "ALARM -> OK");
}

std::string reason_data(const Alarm& alarm, Time now, const Range& range,
                        const std::vector<std::pair<std::int64_t, double>>& used) {
  Object out{{"version", "1.0"}, {"queryDate", alarm_time(now)}};
  if (!used.empty()) out["startDate"] = alarm_time(from_ms(used.front().first));
  if (alarm.stat) out["statistic"] = alarm.stat->stat;
  if (alarm.stat && !alarm.stat->unit.empty()) out["unit"] = alarm.stat->unit;
  out["period"] = range.seconds;
  Array recent, evaluated;
  for (const auto& [time, value] : used)
    recent.push_back(value);
  for (auto point = used.rbegin(); point != used.rend(); ++point)
    evaluated.push_back(
        Object{{"timestamp", alarm_time(from_ms(point->first))}, {"value", point->second}});
  out["recentDatapoints"] = std::move(recent);
  out["threshold"] = alarm.threshold;
  out["evaluatedDatapoints"] = std::move(evaluated);
  return to_json(out);
}

Result<Judgement> judge(Context& context, const Alarm& alarm, alarm::State current) {
  const auto terms = terms_of(alarm);
  const auto length = alarm.period() * 1000;
  const auto end = to_ms(context.now()) / length * length;
  const auto count = alarm::evaluation_range(terms);
  const Range range{end - count * length, end, alarm.period()};
  const auto points = TRY(watched(context, alarm, range));
  if (too_few(context, alarm, range)) return Judgement{current, {}, {}, true};
  std::vector<std::optional<bool>> breaching;
  std::vector<std::pair<std::int64_t, double>> used;
  for (auto time = range.start; time < end; time += length) {
    const auto found = points.find(time);
    if (found == points.end()) {
      breaching.emplace_back();
      continue;
    }
    breaching.emplace_back(breaches(alarm, found->second));
    used.emplace_back(*found);
  }
  const auto n = static_cast<std::size_t>(terms.evaluation_periods);
  const bool any = !used.empty();
  if (used.size() > n) used.erase(used.begin(), used.end() - static_cast<std::ptrdiff_t>(n));
  const auto state = alarm::decide(terms, breaching, current);
  if (state == current) return Judgement{state, {}, {}, any};
  return Judgement{state, reason_for(alarm, terms, state, used),
                   reason_data(alarm, context.now(), range, used), any};
}

Array triggering_children(Context& context, const Alarm& alarm) {
  Array out;
  for (const auto& name : children_of(alarm)) {
    const auto state = kStates.get(context, Key::of(alarm.scope, name));
    if (!state) continue;
    Object shown{{"Value", state->value}, {"Timestamp", alarm_time(state->transitioned)}};
    Object child{{"Arn", alarm_arn(alarm.scope, name)}};
    child["State"] = std::move(shown);
    out.push_back(std::move(child));
  }
  return out;
}

}  // namespace

std::int64_t Alarm::period() const {
  if (stat) return stat->period;
  std::int64_t longest = 0;
  for (const auto& query : queries)
    longest = std::max(longest, query.stat ? query.stat->period : query.period);
  return longest ? longest : kMinute;
}

std::vector<MetricName> metrics_of(const Alarm& alarm) {
  std::vector<MetricName> out;
  if (alarm.stat) out.push_back(alarm.stat->metric);
  for (const auto& query : alarm.queries) {
    if (query.stat) out.push_back(query.stat->metric);
  }
  return out;
}

void wake_watchers(Context& context, const std::string& metric_id, Time time) {
  std::vector<std::string> names;
  kWatched.scan(context, Key{metric_id}, [&](const auto& key, const Mark&) {
    names.push_back(key[1]);
    return true;
  });
  for (const auto& name : names) {
    const auto alarm = kAlarms.get(context, Key::of(context.scope(), name));
    if (!alarm) continue;
    const auto period_end = next_multiple(time, alarm->period());
    set_timer(context, *alarm,
              period_end > context.now()
                  ? period_end
                  : next_multiple(context.now(), std::min(alarm->period(), kMinute)));
  }
}

void wake(Context& context, const Alarm& alarm) {
  if (alarm.composite()) {
    context.later({"monitoring.evaluate_composite", Object{{"alarm", alarm.name}}});
  } else {
    set_timer(context, alarm, next_multiple(context.now(), std::min(alarm.period(), kMinute)));
  }
}

void sleep(Context& context, const Alarm& alarm) {
  auto state = kStates.get(context, key_of(alarm));
  if (!state || state->timer.empty()) return;
  context.cancel(std::exchange(state->timer, {}));
  kStates.put(context, key_of(alarm), *state);
}

void evaluate(Context& context, const core::Resumption& end) {
  const auto alarm = kAlarms.get(context, Key::of(context.scope(), text(end.context, "alarm")));
  if (!alarm || alarm->composite()) return;
  auto state = kStates.get(context, key_of(*alarm)).value_or(AlarmState{});
  state.timer.clear();
  kStates.put(context, key_of(*alarm), state);
  const auto current = alarm::state_named(state.value).value_or(alarm::State::InsufficientData);
  auto judged = judge(context, *alarm, current);
  if (!judged) {
    judged = Judgement{
        alarm::State::InsufficientData, "Insufficient Data: " + judged.error().message, {}, false};
  }
  if (judged->state != current)
    change_state(context, *alarm, judged->state, judged->reason, judged->data);
  if (judged->any) set_timer(context, *alarm, next_multiple(context.now(), alarm->period()));
}

void evaluate_composite(Context& context, const core::Resumption& end) {
  const auto alarm = kAlarms.get(context, Key::of(context.scope(), text(end.context, "alarm")));
  if (!alarm || !alarm->composite()) return;
  const auto rule = alarm::parse_rule(alarm->rule);
  if (!rule) return;
  const bool on = rule->holds([&](const std::string& child) {
    const auto state =
        kStates.get(context, Key::of(alarm->scope, alarm_named(alarm->scope, child)));
    return alarm::state_named(state ? state->value : "").value_or(alarm::State::InsufficientData);
  });
  const auto state = kStates.get(context, key_of(*alarm)).value_or(AlarmState{});
  const auto wanted = on ? alarm::State::Alarm : alarm::State::Ok;
  if (state.value == alarm::name_of(wanted)) return;
  const auto child = text(end.context, "child");
  const auto child_state = kStates.get(context, Key::of(alarm->scope, child));
  auto reason =
      child_state ? fmt::format("{} transitioned to {} at {}", alarm_arn(alarm->scope, child),
                                child_state->value,
                                format_time(child_state->transitioned, "%A %d %B, %Y %H:%M:%S UTC"))
                  : fmt::format("The rule {} is {}.", alarm->rule, on ? "true" : "false");
  Object data;
  data["triggeringAlarms"] = triggering_children(context, *alarm);
  change_state(context, *alarm, wanted, std::move(reason), to_json(data));
}

}  // namespace tocsin::monitoring

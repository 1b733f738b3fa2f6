// SPDX-License-Identifier: Apache-2.0
#include "services/states/measures.hpp"

#include <fmt/format.h>

#include "base/log.hpp"

namespace tocsin::states {
namespace {

using core::Context;
using core::Key;

constexpr std::size_t kMostTimes = 150;  // that PutMetricData takes of one metric

Time minute_of(Time time) {
  return std::chrono::floor<std::chrono::minutes>(time);
}

std::string_view ended_name(Status status) {
  switch (status) {
    case Status::SUCCEEDED:
      return "ExecutionsSucceeded";
    case Status::TIMED_OUT:
      return "ExecutionsTimedOut";
    case Status::ABORTED:
      return "ExecutionsAborted";
    default:
      return "ExecutionsFailed";
  }
}

class Publication {
 public:
  Publication(const Scope& scope, const std::string& machine, const Measures& measures)
      : scope_(scope), arn_(arn("states", scope, "stateMachine:" + machine)), measures_(measures) {}

  Array data() const {
    Array data;
    for (const auto& [name, count] : measures_.counts)
      data.push_back(datum(name, "Count", {1}, {count}));
    Array values, counts;
    for (const auto& [time, count] : measures_.times) {
      values.emplace_back(std::stoll(time));
      counts.emplace_back(count);
    }
    if (!values.empty())
      data.push_back(datum("ExecutionTime", "Milliseconds", std::move(values), std::move(counts)));
    return data;
  }

  core::CallSpec call() const {
    return {"monitoring",
            "PutMetricData",
            Object{{"Namespace", "AWS/States"}, {"MetricData", data()}},
            scope_,
            {.kind = core::Credential::Kind::Service,
             .account = scope_.account,
             .service = std::string(kPrincipal),
             .source_arn = arn_},
            {}};
  }

 private:
  Object datum(std::string_view name, std::string_view unit, Array values, Array counts) const {
    Object out{{"MetricName", name}, {"Unit", unit}, {"Timestamp", to_seconds(measures_.minute)}};
    out["Dimensions"] = Array{Object{{"Name", "StateMachineArn"}, {"Value", arn_}}};
    out["Values"] = std::move(values);
    out["Counts"] = std::move(counts);
    return out;
  }

  const Scope& scope_;
  std::string arn_;
  const Measures& measures_;
};

/// Where CloudWatch is not served, nobody misses them.
void publish(Context& context, const Scope& scope, const std::string& machine,
             const Measures& measures) {
  const auto done = context.call(Publication(scope, machine, measures).call()).result();
  if (!done && done.error().code != "NotImplemented")
    log_error("metrics of a state machine not published",
              {{"machine", machine}, {"cause", done.error().message}});
}

/// The row of this minute; what it held of an earlier one is published.
Measures present(Context& context, const Scope& scope, const std::string& machine) {
  const auto minute = minute_of(context.now());
  auto row = kMeasures.get(context, Key::of(scope, machine));
  if (row && row->minute == minute && row->times.size() < kMostTimes) return *std::move(row);
  if (row) publish(context, scope, machine, *row);
  if (!row) {
    const auto outer = context.scope();
    context.set_scope(scope);
    context.upkeep(minute + std::chrono::minutes(1), {"states.measured", Object{{"m", machine}}});
    context.set_scope(outer);
  }
  return {.minute = minute};
}

/// Publishes what has come since; nothing more comes of a machine at rest.
void measured(Context& context, const core::Resumption& resumed) {
  const auto scope = context.scope();
  const auto machine = string_of(resumed.context, "m");
  const auto key = Key::of(scope, machine);
  const auto row = kMeasures.get(context, key);
  if (!row) return;
  if (row->minute == minute_of(context.now())) {
    context.upkeep(row->minute + std::chrono::minutes(1), {"states.measured", resumed.context});
    return;
  }
  publish(context, scope, machine, *row);
  kMeasures.erase(context, key);
}

}  // namespace

void measure_start(Context& context, const Place& place, const Execution& row) {
  if (!row.map_run.empty()) return;
  auto measures = present(context, place.scope, row.machine);
  ++measures.counts["ExecutionsStarted"];
  kMeasures.put(context, Key::of(place.scope, row.machine), measures);
}

void measure_end(Context& context, const Place& place, const Execution& row) {
  if (!row.map_run.empty()) return;
  auto measures = present(context, place.scope, row.machine);
  ++measures.counts[std::string(ended_name(row.status))];
  ++measures.times[std::to_string((row.stop - row.start).count())];
  kMeasures.put(context, Key::of(place.scope, row.machine), measures);
}

void on_measures(core::Registry& registry) {
  registry.on_resume("states.measured", measured);
}

}  // namespace tocsin::states

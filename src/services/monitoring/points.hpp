// SPDX-License-Identifier: Apache-2.0
// The rows in which values lie.
#pragma once

#include "engines/metrics/math.hpp"
#include "engines/metrics/statistic.hpp"
#include "services/monitoring/state.hpp"

namespace tocsin::monitoring {

/// One or more values of a metric at one time.
struct Datum {
  MetricName metric;
  Time time{};
  std::string unit;
  std::int64_t resolution = 60;
  metrics::Distribution values;
};

/// Adds each to its row, and wakes the alarms that watch the metrics.
void add(Context& context, const std::vector<Datum>& data);

/// Periods of `seconds` that begin at `start`, which is a multiple of the resolution.
struct Range {
  std::int64_t start = 0, end = 0;  // milliseconds
  std::int64_t seconds = 60;
};

/// What was measured in each period, by its beginning and unit. Periods that are shorter than the
/// rows of their age have nothing.
using Periods = std::map<std::pair<std::int64_t, std::string>, metrics::Distribution>;
Periods periods_of(const store::View& view, const std::string& metric_id, const std::string& unit,
                   const Range& range);

/// The statistic of each period; units are not told apart.
metrics::Points values_of(const store::View& view, const Scope& scope, const MetricStat& stat,
                          const Range& range);

/// Makes coarser rows of those that have grown old, and drops the oldest: some at a time.
void sweep(Context& context, const core::Resumption& end);

}  // namespace tocsin::monitoring

// SPDX-License-Identifier: Apache-2.0
// Statistics by name: "Sum", "p99.9", "tm90", "TM(10%:90%)", "PR(:300)", "IQM".
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "engines/metrics/distribution.hpp"

namespace tocsin::metrics {

struct Statistic {
  enum class Kind {
    SampleCount,
    Sum,
    Average,
    Minimum,
    Maximum,
    Percentile,      // p
    TrimmedMean,     // tm, TM, IQM
    TrimmedCount,    // tc, TC
    TrimmedSum,      // ts, TS
    WinsorizedMean,  // wm, WM
    PercentileRank   // PR
  };
  Kind kind = Kind::Sum;
  bool percent = true;             // the bounds are percentiles; else they are values
  std::optional<double> from, to;  // bounds; none: open

  bool extended() const { return kind > Kind::Maximum; }
  /// None where the distribution does not say: no values, or sets of statistics only.
  std::optional<double> of(const Distribution& distribution) const;
};

std::optional<Statistic> statistic(std::string_view name);

}  // namespace tocsin::metrics

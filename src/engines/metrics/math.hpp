// SPDX-License-Identifier: Apache-2.0
// Metric math: expressions over time series, as GetMetricData and alarms have them.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
//
//   const auto errors = TRY(metrics::parse("100 * m1 / SUM(METRICS())"));
//   const auto value = TRY(errors.evaluate(inputs));
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/result.hpp"

namespace tocsin::metrics {

/// Values by the beginning of their period, in milliseconds.
using Points = std::map<std::int64_t, double>;

struct Series {
  std::string id, label;
  Points points;
  std::int64_t period_ms = 60'000;
};

/// What an expression gives: a number, one time series, or several.
using Value = std::variant<double, Series, std::vector<Series>>;

struct Inputs {
  std::map<std::string, Value> values;  // by the id of their query
  std::vector<Series> metrics;          // what METRICS() gives: queries of metrics, in order
  std::int64_t start = 0, end = 0;      // milliseconds
  std::int64_t period_ms = 60'000;      // the longest of the metrics'
};

struct Node;

/// A parsed expression. Immutable; any thread.
class Expression {
 public:
  explicit Expression(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  /// Ids that it names; METRICS() names none.
  std::vector<std::string> ids() const;
  /// Error ValidationError: a function that cannot take what it is given.
  Result<Value> evaluate(const Inputs& inputs) const;

 private:
  std::shared_ptr<const Node> root_;
};

/// Error ValidationError, with what is wrong; functions that are not served are named.
Result<Expression> parse(std::string_view text);

}  // namespace tocsin::metrics

// SPDX-License-Identifier: Apache-2.0
// When an alarm goes off: M of the last N data points, what is missing included; and the rules of
// composite alarms.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tocsin::alarm {

enum class State { Ok, Alarm, InsufficientData };
std::string_view name_of(State state);
std::optional<State> state_named(std::string_view name);

enum class Missing { Missing, Ignore, Breaching, NotBreaching };

struct Terms {
  int evaluation_periods = 1;   // N
  int datapoints_to_alarm = 1;  // M
  Missing missing = Missing::Missing;
};

/// More points than N are looked at, so that one that is late or absent can be made up for.
inline int evaluation_range(const Terms& terms) {
  return terms.evaluation_periods + 2;
}

/// `breaching`: of each period of the evaluation range, oldest first; none where data is missing.
State decide(const Terms& terms, const std::vector<std::optional<bool>>& breaching, State current);

/// The rule of a composite alarm: ALARM("a") AND NOT (OK(b) OR INSUFFICIENT_DATA(c)).
class Rule {
 public:
  struct Node;
  explicit Rule(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  /// Names or ARNs of alarms.
  std::set<std::string> children() const;
  bool holds(const std::function<State(const std::string&)>& state_of) const;

 private:
  std::shared_ptr<const Node> root_;
};

/// Error ValidationError.
Result<Rule> parse_rule(std::string_view text);

}  // namespace tocsin::alarm

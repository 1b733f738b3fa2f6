// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engines/alarm/alarm.hpp"

namespace tocsin::alarm {
namespace {

/// All there is breaches, and the oldest of it is as old as M says: what is missing since then
/// cannot be waited for any longer.
bool overdue(const Terms& terms, const std::vector<std::optional<bool>>& breaching) {
  const auto oldest =
      std::ranges::find_if(breaching, [](const auto& point) { return point.has_value(); });
  return breaching.end() - oldest >= terms.datapoints_to_alarm;
}

}  // namespace

std::string_view name_of(State state) {
  return state == State::Ok ? "OK" : state == State::Alarm ? "ALARM" : "INSUFFICIENT_DATA";
}

std::optional<State> state_named(std::string_view name) {
  for (const auto state : {State::Ok, State::Alarm, State::InsufficientData}) {
    if (name == name_of(state)) return state;
  }
  return std::nullopt;
}

State decide(const Terms& terms, const std::vector<std::optional<bool>>& breaching, State current) {
  int real = 0, bad = 0;  // of the last N that there are
  for (auto point = breaching.rbegin();
       point != breaching.rend() && real < terms.evaluation_periods; ++point) {
    if (!*point) continue;
    ++real;
    bad += **point;
  }
  const int filled = terms.evaluation_periods - real;
  const auto judged = [&](int count) {
    return count >= terms.datapoints_to_alarm ? State::Alarm : State::Ok;
  };
  if (filled == 0 || bad >= terms.datapoints_to_alarm) return judged(bad);
  if (terms.missing == Missing::Breaching) return judged(bad + filled);
  if (terms.missing == Missing::NotBreaching) return State::Ok;
  if (real == 0) return terms.missing == Missing::Ignore ? current : State::InsufficientData;
  if (bad < real) return State::Ok;
  if (terms.missing == Missing::Ignore) return current;
  if (overdue(terms, breaching)) return State::Alarm;
  return current == State::Alarm ? State::Alarm : State::Ok;
}

}  // namespace tocsin::alarm

// SPDX-License-Identifier: Apache-2.0
#include "engines/automation/automation.hpp"

namespace tocsin::automation {
namespace {

Place find_among(const std::vector<Step>& steps, const std::string& loop, std::string_view name) {
  for (const auto& step : steps) {
    if (step.name == name) return {&steps, &step, loop};
    if (const auto inner = find_among(step.steps, step.name, name); inner.step) return inner;
  }
  return {};
}

/// The number before `unit`, which is taken off.
std::optional<std::int64_t> taken(std::string_view& text, char unit) {
  const auto end = text.find_first_not_of("0123456789");
  if (end == 0 || end == text.npos || end > 9 || text[end] != unit) return std::nullopt;
  const auto value = std::stoll(std::string(text.substr(0, end)));
  text.remove_prefix(end + 1);
  return value;
}

}  // namespace

std::string Reaction::text() const {
  switch (kind) {
    case Kind::Abort:
      return "Abort";
    case Kind::Continue:
      return "Continue";
    case Kind::Step:
      return "step:" + step;
  }
  return {};
}

bool Step::is_critical() const {
  return critical.value_or(on_failure.kind != Reaction::Kind::Continue);
}

Place find_step(const Runbook& runbook, std::string_view name) {
  return find_among(runbook.steps, {}, name);
}

std::string following(const Place& place) {
  if (!place.step || !place.steps) return {};
  const auto index = static_cast<std::size_t>(place.step - place.steps->data()) + 1;
  return index < place.steps->size() ? (*place.steps)[index].name : std::string();
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (!text.starts_with('P') || text.size() < 3) return std::nullopt;
  text.remove_prefix(1);
  std::int64_t seconds = 0;
  const auto take = [&](char unit, std::int64_t worth) {
    if (const auto count = taken(text, unit)) seconds += *count * worth;
  };
  take('W', 7 * 86'400);
  take('D', 86'400);
  if (text.starts_with('T')) {
    text.remove_prefix(1);
    if (text.empty()) return std::nullopt;
    take('H', 3'600);
    take('M', 60);
    take('S', 1);
  }
  if (!text.empty()) return std::nullopt;
  return std::chrono::seconds(seconds);
}

}  // namespace tocsin::automation

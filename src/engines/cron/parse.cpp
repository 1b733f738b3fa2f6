// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <functional>
#include <span>
#include <vector>

#include "base/glob.hpp"
#include "engines/cron/cron.hpp"

namespace tocsin::cron {
namespace {

constexpr std::array<std::string_view, 12> kMonths{"jan", "feb", "mar", "apr", "may", "jun",
                                                   "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<std::string_view, 7> kWeekdays{"sun", "mon", "tue", "wed",
                                                    "thu", "fri", "sat"};

struct Field {
  int low, high;
  std::span<const std::string_view> names = {};  // of low, low + 1, …
  bool goes_round = true;
};
constexpr Field kMinute{0, 59}, kHour{0, 23}, kDayOfMonth{1, 31};
constexpr Field kMonth{1, 12, kMonths}, kDayOfWeek{1, 7, kWeekdays};
constexpr Field kYear{kFirstYear, kLastYear, {}, false};

std::optional<int> number(std::string_view text) {
  int value = 0;
  const auto end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, value);
  if (text.empty() || text[0] == '-' || read.ec != std::errc() || read.ptr != end)
    return std::nullopt;
  return value;
}

std::optional<int> value_in(const Field& field, std::string_view text) {
  for (std::size_t at = 0; at < field.names.size(); ++at) {
    if (equals_ignore_case(text, field.names[at])) return field.low + static_cast<int>(at);
  }
  const auto value = number(text);
  return value && *value >= field.low && *value <= field.high ? value : std::nullopt;
}

std::vector<std::string_view> split(std::string_view text, char at) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const auto end = std::min(text.find(at, from), text.size());
    parts.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return parts;
}

using Set = std::function<void(int)>;

/// One of "*", "5", "1-5", each with a step behind a slash.
bool parse_item(const Field& field, std::string_view item, const Set& set) {
  const auto slash = item.find('/');
  const auto range = item.substr(0, slash);
  int step = 1;
  if (slash != item.npos) {
    const auto given = number(item.substr(slash + 1));
    if (!given || *given < 1 || *given > field.high) return false;
    step = *given;
  }
  std::optional<int> first = field.low, last = field.high;
  if (range != "*") {
    const auto dash = range.find('-');
    first = value_in(field, range.substr(0, dash));
    if (dash != range.npos)
      last = value_in(field, range.substr(dash + 1));
    else if (slash == item.npos)
      last = first;
  }
  if (!first || !last) return false;
  const int size = field.high - field.low + 1;
  if (*last < *first && !field.goes_round) return false;
  const int count = *last < *first ? *last + size - *first : *last - *first;
  for (int past = 0; past <= count; past += step)
    set(field.low + (*first - field.low + past) % size);
  return true;
}

bool parse_list(const Field& field, std::string_view text, const Set& set) {
  for (const auto item : split(text, ',')) {
    if (!parse_item(field, item, set)) return false;
  }
  return true;
}

template <std::size_t N>
Set into(std::bitset<N>& bits, int first = 0) {
  return [&bits, first](int value) { bits.set(static_cast<std::size_t>(value - first)); };
}

}  // namespace

bool Schedule::parse_day_of_month(std::string_view field) {
  for (const auto item : split(field, ',')) {
    if (item == "L") {
      last_day_ = true;
    } else if (item == "LW") {
      last_weekday_ = true;
    } else if (item.ends_with('W')) {
      const auto day = value_in(kDayOfMonth, item.substr(0, item.size() - 1));
      if (!day) return false;
      nearest_weekdays_.set(static_cast<std::size_t>(*day));
    } else if (!parse_item(kDayOfMonth, item, into(days_))) {
      return false;
    }
  }
  return true;
}

bool Schedule::parse_day_of_week(std::string_view field) {
  for (const auto item : split(field, ',')) {
    const auto hash = item.find('#');
    if (item == "L") {
      weekdays_.set(7);
    } else if (hash != item.npos) {
      const auto day = value_in(kDayOfWeek, item.substr(0, hash));
      const auto nth = number(item.substr(hash + 1));
      if (!day || !nth || *nth < 1 || *nth > 5) return false;
      nth_of_weekday_[static_cast<std::size_t>(*nth)].set(static_cast<std::size_t>(*day));
    } else if (item.ends_with('L')) {
      const auto day = value_in(kDayOfWeek, item.substr(0, item.size() - 1));
      if (!day) return false;
      last_of_weekday_.set(static_cast<std::size_t>(*day));
    } else if (!parse_item(kDayOfWeek, item, into(weekdays_))) {
      return false;
    }
  }
  return true;
}

std::optional<Schedule> Schedule::parse(std::string_view text) {
  std::vector<std::string_view> fields;
  for (const auto field : split(text, ' ')) {
    if (!field.empty()) fields.push_back(field);
  }
  if (fields.size() != 6 || text.front() == ' ' || text.back() == ' ') return std::nullopt;
  Schedule out;
  out.by_weekday_ = fields[2] == "?";
  if (out.by_weekday_ == (fields[4] == "?")) return std::nullopt;
  const bool days =
      out.by_weekday_ ? out.parse_day_of_week(fields[4]) : out.parse_day_of_month(fields[2]);
  if (days && parse_list(kMinute, fields[0], into(out.minutes_)) &&
      parse_list(kHour, fields[1], into(out.hours_)) &&
      parse_list(kMonth, fields[3], into(out.months_)) &&
      parse_list(kYear, fields[5], into(out.years_, kFirstYear))) {
    return out;
  }
  return std::nullopt;
}

std::optional<Duration> parse_rate(std::string_view rate) {
  const auto space = rate.find(' ');
  const auto count = number(rate.substr(0, space));
  if (space == rate.npos || !count || *count < 1 || *count > 1'000'000) return std::nullopt;
  auto unit = rate.substr(space + 1);
  if (*count > 1) {
    if (!unit.ends_with('s')) return std::nullopt;
    unit.remove_suffix(1);
  }
  if (unit == "minute") return std::chrono::minutes(*count);
  if (unit == "hour") return std::chrono::hours(*count);
  if (unit == "day") return std::chrono::hours(24 * *count);
  return std::nullopt;
}

}  // namespace tocsin::cron

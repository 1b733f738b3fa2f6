// SPDX-License-Identifier: Apache-2.0
#include "base/time.hpp"

#include <ctime>
#include <fmt/format.h>

namespace tocsin {
namespace {

std::tm utc(Time time) {
  const std::time_t seconds =
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count();
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return parts;
}

/// Reads exactly `digits` digits and advances.
std::optional<int> number(std::string_view& text, std::size_t digits) {
  if (text.size() < digits) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    if (text[i] < '0' || text[i] > '9') return std::nullopt;
    value = value * 10 + (text[i] - '0');
  }
  text.remove_prefix(digits);
  return value;
}

bool skip(std::string_view& text, char expected) {
  if (text.empty() || text.front() != expected) return false;
  text.remove_prefix(1);
  return true;
}

std::optional<Time> from_parts(int year, int month, int day, int hour, int minute, int second) {
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok() || hour > 24 || minute > 59 || second > 60) return std::nullopt;
  return Time(std::chrono::sys_days(date).time_since_epoch()) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second);
}

Duration fraction(std::string_view& text) {
  if (!skip(text, '.')) return Duration(0);
  int ms = 0;
  int scale = 100;
  while (!text.empty() && text.front() >= '0' && text.front() <= '9') {
    ms += (text.front() - '0') * scale;
    scale /= 10;
    text.remove_prefix(1);
  }
  return Duration(ms);
}

std::optional<Duration> offset(std::string_view text) {
  if (text.empty() || text == "Z" || text == "z") return Duration(0);
  const int sign = text.front() == '-' ? -1 : 1;
  if (text.front() != '+' && text.front() != '-') return std::nullopt;
  text.remove_prefix(1);
  const auto hours = number(text, 2);
  skip(text, ':');
  const auto minutes = text.empty() ? std::optional(0) : number(text, 2);
  if (!hours || !minutes || !text.empty()) return std::nullopt;
  return sign * (std::chrono::hours(*hours) + std::chrono::minutes(*minutes));
}

}  // namespace

std::string format_time(Time time, const char* format) {
  const auto parts = utc(time);
  char buffer[128];
  return std::string(buffer, std::strftime(buffer, sizeof buffer, format, &parts));
}

// %04Y: glibc's plain %Y writes the year 780 with three digits.
std::string iso8601(Time time) {
  return format_time(time, "%04Y-%m-%dT%H:%M:%SZ");
}

std::string iso8601_ms(Time time) {
  const auto ms = ((to_ms(time) % 1000) + 1000) % 1000;
  return format_time(time, "%04Y-%m-%dT%H:%M:%S") + fmt::format(".{:03}Z", ms);
}

std::string http_date(Time time) {
  return format_time(time, "%a, %d %b %04Y %H:%M:%S GMT");
}
std::string amz_date(Time time) {
  return format_time(time, "%04Y%m%dT%H%M%SZ");
}

std::optional<Time> parse_iso8601(std::string_view text) {
  const auto year = number(text, 4);
  const bool dashed = skip(text, '-');
  const auto month = number(text, 2);
  if (dashed && !skip(text, '-')) return std::nullopt;
  const auto day = number(text, 2);
  if (!year || !month || !day) return std::nullopt;
  if (text.empty()) return from_parts(*year, *month, *day, 0, 0, 0);
  if (!skip(text, 'T') && !skip(text, 't') && !skip(text, ' ')) return std::nullopt;
  const auto hour = number(text, 2);
  skip(text, ':');
  const auto minute = number(text, 2);
  const bool has_seconds =
      skip(text, ':') || (!text.empty() && text.front() >= '0' && text.front() <= '9');
  const auto second = has_seconds ? number(text, 2) : std::optional(0);
  if (!hour || !minute || !second) return std::nullopt;
  const auto part = fraction(text);
  const auto shift = offset(text);
  const auto whole = from_parts(*year, *month, *day, *hour, *minute, *second);
  if (!whole || !shift) return std::nullopt;
  return *whole + part - *shift;
}

std::optional<Time> parse_http_date(std::string_view text) {
  std::tm parts{};
  const std::string owned(text);
  const char* end = strptime(owned.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (!end || *end) return std::nullopt;
  return from_ms(static_cast<std::int64_t>(timegm(&parts)) * 1000);
}

Time wall_now() {
  return std::chrono::time_point_cast<Duration>(std::chrono::system_clock::now());
}

}  // namespace tocsin

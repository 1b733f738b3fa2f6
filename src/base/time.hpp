// SPDX-License-Identifier: Apache-2.0
// Moments and durations: whole milliseconds since the Unix epoch, UTC. Who needs the present asks a
// Clock; handlers of the core take `now` from their input and never do.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

using Duration = std::chrono::milliseconds;
using Time = std::chrono::sys_time<Duration>;

inline Time from_ms(std::int64_t ms) {
  return Time(Duration(ms));
}
inline std::int64_t to_ms(Time time) {
  return time.time_since_epoch().count();
}
/// Seconds since the epoch with milliseconds as fraction: how a Document holds a timestamp.
inline double to_seconds(Time time) {
  return static_cast<double>(to_ms(time)) / 1000.0;
}
inline Time from_seconds(double seconds) {
  return from_ms(static_cast<std::int64_t>(seconds * 1000.0 + (seconds < 0 ? -0.5 : 0.5)));
}

/// "2026-11-24T04:11:25Z": CloudTrail, EventBridge.
std::string iso8601(Time time);
/// "2026-11-24T04:11:25.123Z": SNS, S3, Lambda.
std::string iso8601_ms(Time time);
/// "Tue, 24 Nov 2026 04:11:25 GMT": HTTP headers (RFC 9110).
std::string http_date(Time time);
/// "20261124T041125Z" and "20261124": SigV4.
std::string amz_date(Time time);
/// Fields of strftime, UTC.
std::string format_time(Time time, const char* format);

/// ISO 8601 / RFC 3339 with optional fraction and offset ("Z", "+01:00"), a date alone, or
/// amz_date.
std::optional<Time> parse_iso8601(std::string_view text);
std::optional<Time> parse_http_date(std::string_view text);

/// The wall clock. Only apps, wire, workers and telemetry may call it.
Time wall_now();

}  // namespace tocsin

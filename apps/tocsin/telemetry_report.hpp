// SPDX-License-Identifier: Apache-2.0
// What `match` and `ingest` share: their words, and the report at the end.
#pragma once

#include <chrono>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "telemetry/matching.hpp"

namespace tocsin::app {

/// A subcommand's words: --name VALUE or --name=VALUE, flags, and what is no option.
class Arguments {
 public:
  /// Error "Usage": an option that is in neither list, or one without its value.
  static Result<Arguments> parse(std::span<char*> words, const std::set<std::string_view>& options,
                                 const std::set<std::string_view>& flags);

  bool has(std::string_view flag) const { return values_.contains(flag); }
  std::string value(std::string_view option, std::string fallback = {}) const;
  /// Error "Usage" where the value is no whole number from `least` to `most`.
  Result<std::int64_t> number(std::string_view option, std::int64_t fallback, std::int64_t least,
                              std::int64_t most) const;
  const std::vector<std::string>& rest() const { return rest_; }

 private:
  std::map<std::string, std::string, std::less<>> values_;
  std::vector<std::string> rest_;
};

/// Seconds since it was made, of the clock and of all the process's threads.
class Stopwatch {
 public:
  Stopwatch();
  double seconds() const;
  double cpu_seconds() const;

 private:
  std::chrono::steady_clock::time_point start_;
  double cpu_start_;
};

struct TelemetryReport {
  std::string_view noun;  // "events", "records"
  std::uint64_t files = 0, skipped_files = 0, bytes = 0, records = 0, malformed = 0;
  std::vector<telemetry::Problem> problems;  // the first ones
  telemetry::MatchTotals totals;
  double seconds = 0, cpu_seconds = 0;
};

TelemetryReport make_report(std::string_view noun, const telemetry::Progress& progress,
                            const telemetry::Problems& problems,
                            const telemetry::MatchTotals& totals, const Stopwatch& watch);
Object to_object(const TelemetryReport& report);
/// Lines of the report, the rules last; `more` stands before the rate.
std::string to_text(const TelemetryReport& report, std::string_view more = {});

}  // namespace tocsin::app

// SPDX-License-Identifier: Apache-2.0
// When something that recurs happens next: AWS's cron expressions of six fields, and rates. Pure
// functions; all in UTC.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
//
//   minutes     0-59           , - * /
//   hours       0-23           , - * /
//   day-of-month 1-31          , - * / ? L W     L: the last day, 15W: the weekday nearest to it
//   month       1-12, JAN-DEC  , - * /
//   day-of-week 1-7, SUN-SAT   , - * / ? L #     6L: the last Friday, 6#3: the third one
//   year        1970-2199      , - * /
//
// One of the two fields of days is "?". A range whose end lies before its beginning goes round
// (FRI-MON), but not in years.
#pragma once

#include <array>
#include <bitset>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace tocsin::cron {

inline constexpr int kFirstYear = 1970, kLastYear = 2199;

class Schedule {
 public:
  /// The six fields, parted by spaces; none where AWS would refuse them.
  static std::optional<Schedule> parse(std::string_view fields);

  /// The first whole minute behind `after` that the schedule names; none where no year has one.
  std::optional<Time> next(Time after) const;

 private:
  bool parse_day_of_month(std::string_view field);
  bool parse_day_of_week(std::string_view field);
  bool names_day(std::chrono::year_month_day date) const;
  std::optional<int> minute_of_day(int from) const;

  std::bitset<60> minutes_;
  std::bitset<24> hours_;
  std::bitset<32> days_;  // of the month
  std::bitset<32> nearest_weekdays_;
  bool last_day_ = false, last_weekday_ = false;
  std::bitset<13> months_;
  std::bitset<8> weekdays_;  // 1: Sunday
  std::bitset<8> last_of_weekday_;
  std::array<std::bitset<8>, 6> nth_of_weekday_;
  std::bitset<kLastYear - kFirstYear + 1> years_;
  bool by_weekday_ = false;  // day-of-month is "?"
};

/// "5 minutes", "1 hour", "3 days": the unit is singular for one alone.
std::optional<Duration> parse_rate(std::string_view rate);

}  // namespace tocsin::cron

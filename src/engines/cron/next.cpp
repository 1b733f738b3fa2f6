// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "engines/cron/cron.hpp"

namespace tocsin::cron {
namespace {

using std::chrono::year_month_day;

constexpr std::size_t kSunday = 1, kSaturday = 7;

std::size_t weekday_of(std::chrono::sys_days day) {
  return std::chrono::weekday(day).c_encoding() + 1;
}

unsigned last_day_of(year_month_day date) {
  return unsigned{(date.year() / date.month() / std::chrono::last).day()};
}

std::chrono::sys_days day_of_month(year_month_day date, unsigned day) {
  return date.year() / date.month() / std::chrono::day(day);
}

/// The weekday nearest to a day, within its month.
unsigned nearest_weekday(year_month_day date, unsigned day) {
  const auto weekday = weekday_of(day_of_month(date, day));
  if (weekday == kSaturday) return day > 1 ? day - 1 : day + 2;
  if (weekday == kSunday) return day < last_day_of(date) ? day + 1 : day - 2;
  return day;
}

}  // namespace

bool Schedule::names_day(year_month_day date) const {
  const auto day = unsigned{date.day()}, last = last_day_of(date);
  if (by_weekday_) {
    const auto weekday = weekday_of(date);
    return weekdays_[weekday] || (last_of_weekday_[weekday] && day + 7 > last) ||
           nth_of_weekday_[(day + 6) / 7][weekday];
  }
  if (days_[day] || (last_day_ && day == last)) return true;
  if (last_weekday_ && day == nearest_weekday(date, last)) return true;
  for (unsigned near = 1; near <= last && nearest_weekdays_.any(); ++near) {
    if (nearest_weekdays_[near] && nearest_weekday(date, near) == day) return true;
  }
  return false;
}

std::optional<int> Schedule::minute_of_day(int from) const {
  for (int minute = from; minute < 24 * 60; ++minute) {
    if (!hours_[static_cast<std::size_t>(minute / 60)]) {
      minute = minute / 60 * 60 + 59;
      continue;
    }
    if (minutes_[static_cast<std::size_t>(minute % 60)]) return minute;
  }
  return std::nullopt;
}

std::optional<Time> Schedule::next(Time after) const {
  using namespace std::chrono;
  const auto first = std::max(floor<minutes>(after) + minutes(1),
                              sys_time<minutes>(sys_days(year(kFirstYear) / 1 / 1)));
  auto day = floor<days>(first);
  auto from = static_cast<int>((first - day).count());
  while (true) {
    const year_month_day date(day);
    const int this_year = int{date.year()};
    if (this_year > kLastYear) return std::nullopt;
    if (!years_[static_cast<std::size_t>(this_year - kFirstYear)]) {
      day = sys_days(year(this_year + 1) / 1 / 1);
    } else if (!months_[unsigned{date.month()}]) {
      day = sys_days((date.year() / date.month() + months(1)) / 1);
    } else {
      const auto minute = names_day(date) ? minute_of_day(from) : std::nullopt;
      if (minute) return Time(day + minutes(*minute));
      day += days(1);
    }
    from = 0;
  }
}

}  // namespace tocsin::cron

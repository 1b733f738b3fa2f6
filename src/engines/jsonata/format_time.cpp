// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cmath>

#include "engines/jsonata/error.hpp"
#include "engines/jsonata/time_picture.hpp"

namespace tocsin::jsonata {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::year_month_day;

constexpr std::string_view kMonths[] = {"January",   "February", "March",    "April",
                                        "May",       "June",     "July",     "August",
                                        "September", "October",  "November", "December"};
constexpr std::string_view kDays[] = {"Monday", "Tuesday",  "Wednesday", "Thursday",
                                      "Friday", "Saturday", "Sunday"};
constexpr double kDayMs = 86'400'000;

struct Moment {
  sys_days day;
  year_month_day date;
  double in_day;  // milliseconds
};

Moment moment_of(double ms) {
  const double day = std::floor(ms / kDayMs);
  const sys_days date{days(static_cast<int>(day))};
  return {date, year_month_day(date), ms - day * kDayMs};
}

int weekday(const sys_days& day) {
  return static_cast<int>(std::chrono::weekday(day).iso_encoding());
}

/// Weeks begin on Monday and belong to where their Thursday lies.
sys_days thursday_of(const sys_days& day) {
  return day + days(4 - weekday(day));
}

int day_of_year(const sys_days& day) {
  const year_month_day date(day);
  return static_cast<int>((day - sys_days(date.year() / 1 / 1)).count()) + 1;
}

}  // namespace

std::span<const std::string_view> month_names() {
  return kMonths;
}
std::span<const std::string_view> day_names() {
  return kDays;
}

double component_of(double ms, char component) {
  const auto moment = moment_of(ms);
  const auto hours = std::floor(moment.in_day / 3'600'000);
  const year_month_day thursday(thursday_of(moment.day));
  switch (component) {
    case 'Y':
      return static_cast<int>(moment.date.year());
    case 'M':
      return static_cast<unsigned>(moment.date.month());
    case 'D':
      return static_cast<unsigned>(moment.date.day());
    case 'd':
      return day_of_year(moment.day);
    case 'F':
      return weekday(moment.day);
    case 'W':
      return (day_of_year(thursday_of(moment.day)) - 1) / 7 + 1;
    case 'w':
      return (static_cast<unsigned>(thursday.day()) - 1) / 7 + 1;
    case 'X':
      return static_cast<int>(thursday.year());
    case 'x':
      return static_cast<unsigned>(thursday.month());
    case 'H':
      return hours;
    case 'h':
      return std::fmod(hours + 11, 12) + 1;
    case 'P':
      return hours >= 12;
    case 'm':
      return std::fmod(std::floor(moment.in_day / 60'000), 60);
    case 's':
      return std::fmod(std::floor(moment.in_day / 1000), 60);
    default:
      return std::fmod(moment.in_day, 1000);
  }
}

namespace {

std::string named(const TimeMarker& marker, std::string name) {
  if (marker.names == LetterCase::Upper)
    for (auto& c : name)
      c = static_cast<char>(toupper(c));
  if (marker.names == LetterCase::Lower)
    for (auto& c : name)
      c = static_cast<char>(tolower(c));
  if (marker.most) name = name.substr(0, *marker.most);
  return name;
}

std::string name_of(const TimeMarker& marker, double value) {
  const auto index = static_cast<std::size_t>(value) - 1;
  if (marker.component == 'M' || marker.component == 'x')
    return named(marker, std::string(kMonths[index]));
  if (marker.component == 'F') return named(marker, std::string(kDays[index]));
  raise("D3133", 0, "", shown(Value(std::string(1, marker.component))));
}

std::string zone_text(const TimeMarker& marker, int minutes) {
  const int hours = std::abs(minutes) / 60, rest = std::abs(minutes) % 60;
  const auto two = [](int number) {
    return std::string(1, static_cast<char>('0' + number / 10)) +
           static_cast<char>('0' + number % 10);
  };
  std::string out;
  const auto& picture = marker.integer;
  if (picture.regular) {
    out = format_integer(hours * 100 + rest, picture);
  } else if (picture.mandatory <= 2) {
    out = format_integer(hours, picture);
    if (rest) out += ":" + two(rest);
  } else if (picture.mandatory <= 4) {
    out = format_integer(hours * 100 + rest, picture);
  } else {
    raise("D3134", 0, "", number_text(static_cast<double>(picture.mandatory)));
  }
  if (minutes == 0 && marker.zulu) return "Z";
  out = (minutes >= 0 ? "+" : "-") + out;
  return marker.component == 'z' ? "GMT" + out : out;
}

int zone_minutes(std::string_view zone) {
  if (zone.empty()) return 0;
  const int number = std::atoi(std::string(zone).c_str());
  return number / 100 * 60 + number % 100;
}

std::string component_text(const TimeMarker& marker, double ms, int minutes) {
  switch (marker.component) {
    case 'Z':
    case 'z':
      return zone_text(marker, minutes);
    case 'P': {
      const std::string half = component_of(ms, 'P') > 0 ? "pm" : "am";
      return marker.names == LetterCase::Upper ? named(marker, half) : half;
    }
    case 'C':
    case 'E':
      return "ISO";
    default:
      break;
  }
  auto value = component_of(ms, marker.component);
  if (marker.component == 'Y' && marker.year_digits)
    value = std::fmod(value, std::pow(10, *marker.year_digits));
  return marker.named ? name_of(marker, value) : format_integer(value, marker.integer);
}

}  // namespace

std::string format_time(double ms, std::string_view picture, std::string_view zone) {
  constexpr std::string_view kIso = "[Y0001]-[M01]-[D01]T[H01]:[m01]:[s01].[f001][Z01:01t]";
  const int minutes = zone_minutes(zone);
  const double local = ms + minutes * 60'000.0;
  std::string out;
  for (const auto& part : read_time_picture(picture.empty() ? kIso : picture))
    out += part.component ? component_text(part, local, minutes) : part.literal;
  return out;
}

}  // namespace tocsin::jsonata

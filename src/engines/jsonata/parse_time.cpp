// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>

#include "base/glob.hpp"
#include "engines/jsonata/error.hpp"
#include "engines/jsonata/time_picture.hpp"

namespace tocsin::jsonata {
namespace {

using Components = std::map<char, double>;

double utc(double year, double month, double day, double in_day) {
  using namespace std::chrono;
  const auto first = sys_days(std::chrono::year(static_cast<int>(year)) /
                              std::chrono::month(static_cast<unsigned>(month)) / 1);
  return static_cast<double>(first.time_since_epoch().count()) * 86'400'000.0 +
         (day - 1) * 86'400'000.0 + in_day;
}

class TimeReader {
 public:
  explicit TimeReader(std::string_view text) : text_(text) {}

  /// False where the text does not fit.
  bool read(const std::vector<TimeMarker>& markers, Components& out) {
    for (const auto& marker : markers) {
      if (!marker.component) {
        if (!take(marker.literal)) return false;
        continue;
      }
      const auto value = read(marker);
      if (!value) return false;
      out[marker.component] = *value;
    }
    return at_ == text_.size();
  }

 private:
  bool take(std::string_view literal) {
    if (!equals_ignore_case(text_.substr(at_, literal.size()), literal)) return false;
    at_ += literal.size();
    return true;
  }

  std::optional<double> read(const TimeMarker& marker) {
    if (marker.component == 'Z' || marker.component == 'z') return zone(marker);
    if (marker.component == 'P') {
      if (take("am")) return 0;
      if (take("pm")) return 1;
      return std::nullopt;
    }
    if (marker.named) return name(marker);
    if (marker.integer.form == IntegerForm::Decimal) return digits(marker);
    return letters(marker);
  }

  std::optional<double> name(const TimeMarker& marker) {
    const bool month = marker.component == 'M' || marker.component == 'x';
    if (!month && marker.component != 'F')
      raise("D3133", 0, "", shown(Value(std::string(1, marker.component))));
    const auto names = month ? month_names() : day_names();
    for (std::size_t i = 0; i < names.size(); ++i) {
      if (take(marker.most ? names[i].substr(0, *marker.most) : names[i]))
        return static_cast<double>(i + 1);
    }
    return std::nullopt;
  }

  std::optional<double> digits(const TimeMarker& marker) {
    const auto start = at_;
    std::size_t count = 0;
    const auto most = marker.fixed ? marker.integer.mandatory : std::string::npos;
    const auto separator = [&](char c) {
      return std::ranges::any_of(marker.integer.separators, [&](const auto& each) {
        return each.second == std::string(1, c);
      });
    };
    while (at_ < text_.size() && count < most) {
      if (isdigit(static_cast<unsigned char>(text_[at_])))
        ++count;
      else if (!count || !separator(text_[at_]))
        break;
      ++at_;
    }
    if (!count || (marker.fixed && count < most)) return std::nullopt;
    auto written = std::string(text_.substr(start, at_ - start));
    if (marker.component == 'f') written.resize(3, '0');  // a fraction: milliseconds of it
    const auto value = parse_integer(written, marker.integer);
    if (marker.integer.ordinal) {
      for (const auto* suffix : {"st", "nd", "rd", "th"}) {
        if (take(suffix)) break;
      }
    }
    return value;
  }

  /// Words, Roman numbers, letters: as far as letters go (and, for words, what joins them).
  std::optional<double> letters(const TimeMarker& marker) {
    const auto start = at_;
    auto end = at_;
    const bool words = marker.integer.form == IntegerForm::Words;
    static constexpr std::string_view kJoints[] = {" and ", ", ", "-", " "};
    while (true) {
      const auto before = end;
      while (end < text_.size() && isalpha(static_cast<unsigned char>(text_[end])))
        ++end;
      if (end == before) break;
      at_ = end;
      if (!words) break;
      const auto* joint = std::ranges::find_if(
          kJoints, [&](auto each) { return text_.substr(end, each.size()) == each; });
      if (joint == std::end(kJoints) || !is_number_word(end + joint->size())) break;
      end += joint->size();
    }
    if (at_ == start) return std::nullopt;
    return parse_integer(std::string(text_.substr(start, at_ - start)), marker.integer);
  }

  bool is_number_word(std::size_t from) const {
    auto end = from;
    while (end < text_.size() && isalpha(static_cast<unsigned char>(text_[end])))
      ++end;
    return jsonata::is_number_word(text_.substr(from, end - from));
  }

  std::optional<double> zone(const TimeMarker& marker) {
    if (marker.component == 'z' && !take("GMT")) return std::nullopt;
    if (marker.zulu && take("Z")) return 0;
    const bool negative = at_ < text_.size() && text_[at_] == '-';
    if (!negative && (at_ == text_.size() || text_[at_] != '+')) return std::nullopt;
    ++at_;
    std::string digits;
    bool colon = false;
    while (at_ < text_.size() &&
           (isdigit(static_cast<unsigned char>(text_[at_])) || text_[at_] == ':')) {
      if (text_[at_] == ':')
        colon = true;
      else
        digits += text_[at_];
      ++at_;
    }
    if (digits.empty()) return std::nullopt;
    const double number = std::stod(digits);
    const bool hours = digits.size() <= 2 && !colon;
    const double minutes =
        hours ? number * 60 : std::floor(number / 100) * 60 + std::fmod(number, 100);
    return negative ? -minutes : minutes;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

/// What is left out before the first given component is now's, behind the last its least value; a
/// gap is an error.
void fill(Components& components, std::string_view order, double now) {
  bool started = false, ended = false;
  for (const char part : order) {
    if (components.contains(part)) {
      started = true;
      if (ended) raise("D3136");
      continue;
    }
    if (started) {
      components[part] = part == 'M' || part == 'D' || part == 'd' ? 1 : 0;
      ended = true;
    } else {
      components[part] = component_of(now, part);
    }
  }
}

double moment_from(Components& given, double now) {
  const auto has = [&](std::string_view parts) {
    return std::ranges::any_of(parts, [&](char part) { return given.contains(part); });
  };
  const bool ordinal = given.contains('d') && !has("MD");
  if (has("XxWw") && !has("MDd")) raise("D3136");
  const bool half_days = has("Ph");
  fill(given, std::string(ordinal ? "Yd" : "YMD") + (half_days ? "Phmsf" : "Hmsf"), now);
  auto hours = given['H'];
  if (half_days) hours = std::fmod(given['h'], 12) + (given['P'] > 0 ? 12 : 0);
  const double in_day = hours * 3'600'000 + given['m'] * 60'000 + given['s'] * 1000 + given['f'];
  const double local = ordinal ? utc(given['Y'], 1, given['d'], in_day)
                               : utc(given['Y'], given['M'], given['D'], in_day);
  return local - (given.contains('Z') ? given['Z'] : given['z']) * 60'000;
}

/// The forms that jsonata.js takes: a year, and more of date, time and zone in order.
std::optional<double> parse_iso(std::string_view text) {
  std::size_t at = 0;
  const auto number = [&](std::size_t digits) -> std::optional<double> {
    double value = 0;
    for (std::size_t i = 0; i < digits; ++i, ++at) {
      if (at >= text.size() || !isdigit(static_cast<unsigned char>(text[at]))) return std::nullopt;
      value = value * 10 + (text[at] - '0');
    }
    return value;
  };
  const auto take = [&](char c) { return at < text.size() && text[at] == c && ++at; };
  const auto year = number(4);
  std::optional<double> month = 1, day = 1, hours = 0, minutes = 0, seconds = 0;
  double fraction = 0, zone = 0;
  if (!year) return std::nullopt;
  if (take('-')) {
    month = number(2);
    if (month && take('-')) day = number(2);
  }
  if (take('T')) {
    hours = number(2);
    minutes = take(':') ? number(2) : std::nullopt;
    seconds = take(':') ? number(2) : std::nullopt;
  }
  if (!month || !day || !hours || !minutes || !seconds) return std::nullopt;
  if (take('.')) {
    double unit = 100;
    const auto start = at;
    for (; at < text.size() && isdigit(static_cast<unsigned char>(text[at])); ++at, unit /= 10)
      fraction += (text[at] - '0') * unit;
    if (at == start) return std::nullopt;
  }
  if (at < text.size() && (text[at] == '+' || text[at] == '-')) {
    const double sign = text[at++] == '-' ? -1 : 1;
    const auto zone_hours = number(2);
    take(':');
    const auto zone_minutes = number(2);
    if (!zone_hours || !zone_minutes) return std::nullopt;
    zone = sign * (*zone_hours * 60 + *zone_minutes);
  } else {
    take('Z');
  }
  const bool possible = *month >= 1 && *month <= 12 && *day >= 1 && *day <= 31 && *hours < 25 &&
                        *minutes < 60 && *seconds < 60;
  if (at != text.size() || !possible) return std::nullopt;
  return utc(*year, *month, *day,
             *hours * 3'600'000 + *minutes * 60'000 + *seconds * 1000 + std::floor(fraction)) -
         zone * 60'000;
}

}  // namespace

Value parse_time(const std::string& text, std::string_view picture, double now) {
  if (picture.empty()) {
    const auto ms = parse_iso(text);
    if (!ms) raise("D3110", 0, "", shown(Value(text)));
    return *ms;
  }
  const auto markers = read_time_picture(picture);
  Components components;
  if (!TimeReader(text).read(markers, components)) return {};
  if (components.empty()) return {};
  return moment_from(components, now);
}

}  // namespace tocsin::jsonata

// SPDX-License-Identifier: Apache-2.0
// Moments, and their periods: bin(5m), datefloor(@timestamp, 1mo). All UTC.
#include <array>
#include <chrono>
#include <cmath>
#include <fmt/format.h>

#include "engines/insights/functions.hpp"
#include "engines/insights/tokens.hpp"

namespace tocsin::insights {
namespace {

struct Unit {
  std::string_view names;  // with a space on both sides of each
  double ms = 0;           // or, of a calendar unit:
  int months = 0;
};
constexpr double kDay = 86'400'000;
constexpr std::array<Unit, 9> kUnits{{{" ms msec millisecond milliseconds ", 1},
                                      {" s sec secs second seconds ", 1'000},
                                      {" m min mins minute minutes ", 60'000},
                                      {" h hr hrs hour hours ", 3'600'000},
                                      {" d day days ", kDay},
                                      {" w week weeks ", 7 * kDay},
                                      {" mo mon month months ", 0, 1},
                                      {" q qtr quarter quarters ", 0, 3},
                                      {" y yr year years ", 0, 12}}};
constexpr double kMonday = 4 * kDay;  // the first in 1970: weeks begin with it

const Unit* unit_of(std::string_view name) {
  const auto wanted = " " + lower(name) + " ";
  for (const auto& unit : kUnits) {
    if (unit.names.find(wanted) != std::string_view::npos) return &unit;
  }
  return nullptr;
}

/// Months since January 1970.
std::int64_t month_of(double ms) {
  using namespace std::chrono;
  const auto day = floor<days>(from_ms(static_cast<std::int64_t>(ms)));
  const year_month_day date(day);
  return (static_cast<int>(date.year()) - 1970) * 12LL + static_cast<unsigned>(date.month()) - 1;
}
double start_of_month(std::int64_t month) {
  using namespace std::chrono;
  const auto years = month >= 0 ? month / 12 : (month - 11) / 12;
  const auto date = year(static_cast<int>(1970 + years)) /
                    std::chrono::month(static_cast<unsigned>(month - years * 12 + 1)) / 1;
  return static_cast<double>(to_ms(time_point_cast<Duration>(sys_days(date))));
}

struct Bounds {
  double begin, end;
};

/// The period is node.constant, in milliseconds, or node.slot months.
Bounds bounds_of(const Node& node, double ms) {
  if (node.slot > 0) {
    const auto month = month_of(ms), count = static_cast<std::int64_t>(node.slot);
    const auto first = (month >= 0 ? month / count : (month - count + 1) / count) * count;
    return {start_of_month(first), start_of_month(first + count)};
  }
  const double length = node.constant.number;
  const double offset = std::fmod(length, 7 * kDay) == 0 ? kMonday : 0;
  const double begin = std::floor((ms - offset) / length) * length + offset;
  return {begin, begin + length};
}

std::optional<double> moment(const Node& node, Record& record) {
  const auto number = number_of(node.children[0](record));
  return number && std::abs(*number) < 1e14 ? number : std::nullopt;
}

Value from_millis(const Node& node, Record& record) {
  const auto ms = number_of(node.children[0](record));
  return ms ? Value::time(*ms) : Value{};
}
Value to_millis(const Node& node, Record& record) {
  const auto ms = number_of(node.children[0](record));
  return ms ? Value::of(*ms) : Value{};
}
Value now(const Node&, Record& record) {
  return Value::of(std::floor(record.now / 1000));
}

}  // namespace

Value floor_time(const Node& node, Record& record) {
  const auto ms = moment(node, record);
  return ms ? Value::time(bounds_of(node, *ms).begin) : Value{};
}

Value ceil_time(const Node& node, Record& record) {
  const auto ms = moment(node, record);
  if (!ms) return {};
  const auto [begin, end] = bounds_of(node, *ms);
  return Value::time(begin == *ms ? begin : end);
}

Result<void> set_period(Node& node, const Expression& period) {
  const auto* unit = period.kind == Expression::Kind::Period ? unit_of(period.text) : nullptr;
  const double count = period.number;
  if (!unit || count < 1 || count > 1e9 || count != std::floor(count) ||
      (unit->months && count > 1200))
    return malformed(period.span,
                     "Invalid time period: a number and ms, s, m, h, d, w, mo, q or y");
  if (unit->months)
    node.slot = static_cast<int>(count) * unit->months;
  else
    node.constant = Value::of(count * unit->ms);
  return {};
}

std::vector<Function> time_functions() {
  return {{"frommillis", 1, 1, from_millis}, {"tomillis", 1, 1, to_millis}, {"now", 0, 0, now}};
}

}  // namespace tocsin::insights

// SPDX-License-Identifier: Apache-2.0
// The functions of metric math.
#include <algorithm>
#include <cmath>
#include <fmt/format.h>
#include <functional>

#include "engines/metrics/node.hpp"

namespace tocsin::metrics {
namespace {

using Arguments = std::vector<Value>;

Failure bad_argument(const Node& node) {
  return bad_expression(fmt::format("The arguments of {} are not of the right kind.", node.text));
}

// --- over values: of one series to a number, of many to one series ------------------------------

double total(const std::vector<double>& values) {
  double sum = 0;
  for (const auto value : values)
    sum += value;
  return sum;
}
double average(const std::vector<double>& values) {
  return total(values) / static_cast<double>(values.size());
}
double least(const std::vector<double>& values) {
  return std::ranges::min(values);
}
double most(const std::vector<double>& values) {
  return std::ranges::max(values);
}
double deviation(const std::vector<double>& values) {
  const double mean = average(values);
  double squares = 0;
  for (const auto value : values)
    squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size()));
}
double number_of(const std::vector<double>& values) {
  return static_cast<double>(values.size());
}

using Reduce = double (*)(const std::vector<double>&);
const std::map<std::string, Reduce, std::less<>> kReduce{
    {"AVG", average}, {"SUM", total},        {"MIN", least},
    {"MAX", most},    {"STDDEV", deviation}, {"DATAPOINT_COUNT", number_of}};

Value reduced(Reduce reduce, const Value& value) {
  if (const auto* number = std::get_if<double>(&value)) return reduce({*number});
  if (const auto* series = std::get_if<Series>(&value)) {
    std::vector<double> values;
    for (const auto& point : series->points)
      values.push_back(point.second);
    return values.empty() ? 0.0 : reduce(values);
  }
  const auto& many = std::get<std::vector<Series>>(value);
  std::map<std::int64_t, std::vector<double>> by_time;
  Series out;
  for (const auto& series : many) {
    out.period_ms = series.period_ms;
    for (const auto& [time, point] : series.points)
      by_time[time].push_back(point);
  }
  for (const auto& [time, values] : by_time)
    out.points[time] = reduce(values);
  return out;
}

// --- point by point ------------------------------------------------------------------------------

using Map = double (*)(double);
const std::map<std::string, Map, std::less<>> kEach{
    {"ABS", [](double value) { return std::abs(value); }},
    {"CEIL", [](double value) { return std::ceil(value); }},
    {"FLOOR", [](double value) { return std::floor(value); }},
    {"LOG", [](double value) { return std::log(value); }},
    {"LOG10", [](double value) { return std::log10(value); }}};

// --- along the time ------------------------------------------------------------------------------

Series steps(const Series& series, double (*step)(double change, double seconds)) {
  Series out = series;
  out.points.clear();
  const std::pair<const std::int64_t, double>* before = nullptr;
  for (const auto& point : series.points) {
    if (before) {
      const auto seconds = static_cast<double>(point.first - before->first) / 1000;
      out.points[point.first] = step(point.second - before->second, seconds);
    }
    before = &point;
  }
  return out;
}

Series running_sum(const Series& series) {
  Series out = series;
  double sum = 0;
  for (auto& [time, value] : out.points)
    value = sum += value;
  return out;
}

Series first_or_last_point(const Series& series, bool first) {
  Series out = series;
  out.points.clear();
  if (!series.points.empty())
    out.points.insert(first ? *series.points.begin() : *series.points.rbegin());
  return out;
}

using Along = Series (*)(const Series&);
const std::map<std::string, Along, std::less<>> kAlong{
    {"RATE",
     [](const Series& series) {
       return steps(series, [](double change, double seconds) { return change / seconds; });
     }},
    {"DIFF",
     [](const Series& series) {
       return steps(series, [](double change, double) { return change; });
     }},
    {"DIFF_TIME",
     [](const Series& series) {
       return steps(series, [](double, double seconds) { return seconds; });
     }},
    {"RUNNING_SUM", running_sum}};

/// `function` of a series, or of each of many.
template <class Function>
Result<Value> along(const Node& node, const Function& function, const Value& value) {
  if (const auto* series = std::get_if<Series>(&value)) return Value(function(*series));
  if (std::holds_alternative<double>(value)) return bad_argument(node);
  std::vector<Series> out;
  for (const auto& series : std::get<std::vector<Series>>(value))
    out.push_back(function(series));
  return Value(std::move(out));
}

// --- FILL, IF, and the rest ----------------------------------------------------------------------

/// The times at which a series could have a point.
std::vector<std::int64_t> grid(const Inputs& inputs, std::int64_t period_ms) {
  std::vector<std::int64_t> out;
  for (auto time = inputs.start / period_ms * period_ms; time < inputs.end; time += period_ms) {
    if (time >= inputs.start) out.push_back(time);
  }
  return out;
}

/// The value of a gap at `time`; none where it stays one.
using Filling = std::function<std::optional<double>(const Points&, std::int64_t)>;

std::optional<double> repeated(const Points& points, std::int64_t time) {
  const auto after = points.lower_bound(time);
  if (after == points.begin()) return std::nullopt;
  return std::prev(after)->second;
}

std::optional<double> linear(const Points& points, std::int64_t time) {
  const auto after = points.lower_bound(time);
  if (after == points.begin() || after == points.end()) return std::nullopt;
  const auto before = std::prev(after);
  const auto share =
      static_cast<double>(time - before->first) / static_cast<double>(after->first - before->first);
  return before->second + share * (after->second - before->second);
}

Result<Filling> filling_of(const Node& node, const Inputs& inputs) {
  if (node.kind == Node::Kind::Name && node.text == "REPEAT") return Filling(repeated);
  if (node.kind == Node::Kind::Name && node.text == "LINEAR") return Filling(linear);
  const auto value = TRY(evaluate(node, inputs));
  if (const auto* number = std::get_if<double>(&value)) {
    return Filling(
        [number = *number](const Points&, std::int64_t) { return std::optional(number); });
  }
  const auto* series = std::get_if<Series>(&value);
  if (!series) return bad_expression("FILL takes a number, REPEAT, LINEAR or a time series.");
  return Filling([points = series->points](const Points&, std::int64_t time) {
    const auto found = points.find(time);
    return found == points.end() ? std::nullopt : std::optional(found->second);
  });
}

Series filled(const Series& series, const Inputs& inputs, const Filling& filling) {
  Series out = series;
  for (const auto time : grid(inputs, series.period_ms)) {
    if (series.points.contains(time)) continue;
    if (const auto value = filling(series.points, time)) out.points[time] = *value;
  }
  return out;
}

Result<Value> fill(const Node& node, const Inputs& inputs) {
  if (node.parts.size() != 2) return bad_argument(node);
  const auto value = TRY(evaluate(*node.parts[0], inputs));
  const auto filling = TRY(filling_of(*node.parts[1], inputs));
  return along(
      node, [&](const Series& series) { return filled(series, inputs, filling); }, value);
}

/// The value of a side of IF at `time`.
std::optional<double> side(const Value& value, std::int64_t time) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  const auto* series = std::get_if<Series>(&value);
  if (!series) return std::nullopt;
  const auto found = series->points.find(time);
  return found == series->points.end() ? std::nullopt : std::optional(found->second);
}

Result<Value> choose(const Node& node, const Inputs& inputs) {
  if (node.parts.size() < 2 || node.parts.size() > 3) return bad_argument(node);
  const auto condition = TRY(evaluate(*node.parts[0], inputs));
  auto yes = TRY(evaluate(*node.parts[1], inputs));
  const bool both = node.parts.size() == 3;
  auto no = both ? TRY(evaluate(*node.parts[2], inputs)) : Value(std::vector<Series>());
  if (const auto* number = std::get_if<double>(&condition)) {
    if (*number == 0 && !both) return Value(Series{});
    return *number != 0 ? std::move(yes) : std::move(no);
  }
  const auto* series = std::get_if<Series>(&condition);
  if (!series) return bad_argument(node);
  Series out = *series;
  out.points.clear();
  for (const auto& [time, truth] : series->points) {
    const auto& wanted = truth != 0 ? yes : no;
    if (const auto value = side(wanted, time)) out.points[time] = *value;
  }
  return Value(std::move(out));
}

/// METRICS("cpu"): those whose id contains the text.
Result<Value> metrics_named(const Node& node, const Inputs& inputs) {
  std::string part;
  if (!node.parts.empty()) {
    if (node.parts[0]->kind != Node::Kind::Text) return bad_argument(node);
    part = node.parts[0]->text;
  }
  std::vector<Series> out;
  for (const auto& series : inputs.metrics) {
    if (series.id.find(part) != std::string::npos) out.push_back(series);
  }
  return Value(std::move(out));
}

Value counted(const Value& value) {
  const auto* many = std::get_if<std::vector<Series>>(&value);
  return many ? static_cast<double>(many->size()) : 1.0;
}

Result<Value> period_of(const Node& node, const Value& value) {
  const auto* series = std::get_if<Series>(&value);
  if (!series) return bad_argument(node);
  return Value(static_cast<double>(series->period_ms) / 1000);
}

Result<Value> first_or_last(const Node& node, const Value& value) {
  const bool first = node.text == "FIRST";
  if (const auto* many = std::get_if<std::vector<Series>>(&value); many && !many->empty())
    return Value(first ? many->front() : many->back());
  if (const auto* series = std::get_if<Series>(&value))
    return Value(first_or_last_point(*series, first));
  return bad_argument(node);
}

Value remove_empty(Value value) {
  if (auto* many = std::get_if<std::vector<Series>>(&value))
    std::erase_if(*many, [](const Series& series) { return series.points.empty(); });
  return value;
}

Result<Value> time_series(const Node& node, const Value& value, const Inputs& inputs) {
  const auto* number = std::get_if<double>(&value);
  if (!number) return bad_argument(node);
  Series out{.period_ms = inputs.period_ms};
  for (const auto time : grid(inputs, inputs.period_ms))
    out.points[time] = *number;
  return Value(std::move(out));
}

constexpr std::string_view kOthers[] = {"FILL",  "IF",   "METRICS",      "METRIC_COUNT", "PERIOD",
                                        "FIRST", "LAST", "REMOVE_EMPTY", "TIME_SERIES"};

}  // namespace

bool is_function(std::string_view name) {
  return kReduce.contains(name) || kEach.contains(name) || kAlong.contains(name) ||
         std::ranges::find(kOthers, name) != std::end(kOthers);
}

Result<Value> call_function(const Node& node, const Inputs& inputs) {
  if (node.text == "METRICS") return metrics_named(node, inputs);
  if (node.text == "FILL") return fill(node, inputs);
  if (node.text == "IF") return choose(node, inputs);
  if (node.parts.size() != 1) return bad_argument(node);
  auto value = TRY(evaluate(*node.parts[0], inputs));
  if (const auto found = kReduce.find(node.text); found != kReduce.end())
    return reduced(found->second, value);
  if (const auto found = kEach.find(node.text); found != kEach.end())
    return each(std::move(value), found->second);
  if (const auto found = kAlong.find(node.text); found != kAlong.end())
    return along(node, found->second, value);
  if (node.text == "METRIC_COUNT") return counted(value);
  if (node.text == "PERIOD") return period_of(node, value);
  if (node.text == "REMOVE_EMPTY") return remove_empty(std::move(value));
  if (node.text == "TIME_SERIES") return time_series(node, value, inputs);
  return first_or_last(node, value);
}

}  // namespace tocsin::metrics

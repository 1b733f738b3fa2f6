// SPDX-License-Identifier: Apache-2.0
// PutMetricData: what it takes.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricData.html
#include <cmath>
#include <fmt/format.h>
#include <limits>

#include "services/monitoring/metrics.hpp"
#include "services/monitoring/names.hpp"
#include "services/monitoring/points.hpp"

namespace tocsin::monitoring {
namespace {

using namespace std::chrono_literals;

constexpr std::size_t kMostMetrics = 1000, kMostValues = 150;
constexpr std::size_t kMostBytes = 1'048'576;
constexpr auto kOldest = 14 * 24h;
constexpr auto kNewest = 2h;
const double kLargest = std::ldexp(1.0, 360);

/// Documents say what is no number as a text.
std::optional<double> number_of(const Document& value) {
  if (value.is_number()) return value.to_number<double>();
  const auto* text = value.if_string();
  if (!text) return std::nullopt;
  if (*text == "NaN") return std::numeric_limits<double>::quiet_NaN();
  if (*text == "Infinity") return std::numeric_limits<double>::infinity();
  if (*text == "-Infinity") return -std::numeric_limits<double>::infinity();
  return std::nullopt;
}

std::optional<double> number(const Document& document, std::string_view member) {
  const auto* value = find(document, member);
  return value ? number_of(*value) : std::nullopt;
}

std::string shown(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value < 0 ? "-Infinity" : "Infinity";
  return fmt::format("{}", value);
}

/// Collects everything that is wrong, as AWS tells it.
class Reader {
 public:
  Reader(const Call& call, std::string space) : call_(call), space_(std::move(space)) {}

  Datum read(const Document& given, std::size_t index) {
    path_ = fmt::format("MetricData.member.{}", index + 1);
    Datum datum{.metric = {space_, string_of(given, "MetricName"), {}},
                .time = call_.now(),
                .unit = string_of(given, "Unit", "None")};
    if (datum.metric.name.empty())
      missing("MetricName");
    else if (datum.metric.name.size() > 255)
      wrong(fmt::format("The parameter {}.MetricName must be shorter than 256 characters.", path_));
    read_dimensions(given, datum);
    read_time(given, datum);
    if (!is_unit(datum.unit))
      wrong(
          fmt::format("The parameter {}.Unit must be a value in the set [ Seconds, Count, None, "
                      "... ].",
                      path_));
    datum.resolution = integer(given, "StorageResolution").value_or(60);
    if (datum.resolution != 1 && datum.resolution != 60)
      wrong(fmt::format("The parameter {}.StorageResolution must be 1 or 60.", path_));
    read_values(given, datum);
    return datum;
  }

  Result<void> result() const {
    if (messages_.empty()) return {};
    return fail(code_, fmt::format("{}", fmt::join(messages_, "\n")));
  }

 private:
  void note(std::string code, std::string message) {
    if (messages_.empty()) code_ = std::move(code);
    messages_.push_back(std::move(message));
  }
  void wrong(std::string message) { note("InvalidParameterValue", std::move(message)); }
  void missing(std::string_view member) {
    note("MissingParameter", fmt::format("The parameter {}.{} is required.", path_, member));
  }

  void read_dimensions(const Document& given, Datum& datum) {
    auto read = dimensions_in(array_of(given, "Dimensions"), path_ + ".Dimensions");
    if (read)
      datum.metric.dimensions = *std::move(read);
    else
      wrong(read.error().message);
  }

  void read_time(const Document& given, Datum& datum) {
    const auto seconds = number(given, "Timestamp");
    if (!seconds) return;
    datum.time = from_seconds(*seconds);
    if (datum.time < call_.now() - kOldest)
      wrong(fmt::format("The parameter {}.Timestamp must specify a time within the past two weeks.",
                        path_));
    else if (datum.time > call_.now() + kNewest)
      wrong(fmt::format(
          "The parameter {}.Timestamp must specify a time no more than two hours in the future.",
          path_));
  }

  bool in_range(double value, std::string_view member) {
    if (std::isfinite(value) && std::abs(value) <= kLargest) return true;
    wrong(fmt::format("The value {} for parameter {}.{} is invalid.", shown(value), path_, member));
    return false;
  }

  bool exclusive(const Document& given, std::string_view left, std::string_view right) {
    if (!find(given, left) || !find(given, right)) return true;
    note("InvalidParameterCombination",
         fmt::format("The parameters {}.{} and {}.{} are mutually exclusive and you have specified "
                     "both.",
                     path_, left, path_, right));
    return false;
  }

  void read_values(const Document& given, Datum& datum) {
    if (!exclusive(given, "Value", "StatisticValues") || !exclusive(given, "Value", "Values") ||
        !exclusive(given, "Values", "StatisticValues"))
      return;
    if (const auto value = number(given, "Value")) {
      if (in_range(*value, "Value")) datum.values.add(*value);
    } else if (const auto* set = find(given, "StatisticValues")) {
      read_set(*set, datum);
    } else if (find(given, "Values")) {
      read_list(given, datum);
    } else {
      note("InvalidParameterCombination",
           fmt::format("At least one of the parameters {}.Value, {}.Values or {}.StatisticValues "
                       "must be specified.",
                       path_, path_, path_));
    }
  }

  void read_set(const Document& set, Datum& datum) {
    std::array<double, 4> values{};
    std::size_t i = 0;
    for (const auto* member : {"SampleCount", "Sum", "Minimum", "Maximum"}) {
      const auto value = number(set, member);
      const auto name = fmt::format("StatisticValues.{}", member);
      if (!value) return missing(name);
      if (!in_range(*value, name)) return;
      values[i++] = *value;
    }
    if (values[0] < 0 || (values[0] > 0 && values[2] > values[3]))
      return wrong(fmt::format("The parameters of {}.StatisticValues are inconsistent.", path_));
    datum.values.add_set(values[0], values[1], values[2], values[3]);
  }

  void read_list(const Document& given, Datum& datum) {
    const auto& values = array_of(given, "Values");
    const auto& counts = array_of(given, "Counts");
    if (values.empty() || values.size() > kMostValues)
      return wrong(fmt::format("The collection {}.Values must have a size between 1 and {}.", path_,
                               kMostValues));
    if (!counts.empty() && counts.size() != values.size())
      return wrong(fmt::format("The parameters {}.Values and {}.Counts must be of the same size.",
                               path_, path_));
    for (std::size_t i = 0; i < values.size(); ++i) {
      const auto name = fmt::format("Values.member.{}", i + 1);
      const double value = number_of(values[i]).value_or(NAN);
      const double times = counts.empty() ? 1 : number_of(counts[i]).value_or(NAN);
      if (!in_range(value, name)) return;
      if (!(times >= 0) || std::isinf(times))
        return wrong(fmt::format("The value for {}.Counts is invalid.", path_));
      datum.values.add(value, times);
    }
  }

  const Call& call_;
  std::string space_, path_, code_;
  std::vector<std::string> messages_;
};

Result<void> check_namespace(const Call& call, std::string_view space) {
  if (space.empty()) return fail("MissingParameter", "The parameter Namespace is required.");
  if (space.size() > 255)
    return invalid_value("The parameter Namespace must be shorter than 256 characters.");
  const bool own = call.request().credential.kind == core::Credential::Kind::Service;
  if (space.starts_with(':') || (space.starts_with("AWS/") && !own))
    return invalid_value(fmt::format("The value {} for parameter Namespace is invalid.",
                                     space.starts_with("AWS/") ? std::string_view("AWS/") : space));
  return {};
}

}  // namespace

Outcome put_metric_data(Call& call) {
  const auto space = string_of(call.params(), "Namespace");
  TRY(check_namespace(call, space));
  const auto& list = array_of(call.params(), "MetricData");
  if (list.empty()) return fail("MissingParameter", "The parameter MetricData is required.");
  if (list.size() > kMostMetrics)
    return invalid_value("The collection MetricData must not have a size greater than 1000.");
  if (list.size() > 50 && to_json(call.params()).size() > kMostBytes)
    return fail("RequestEntityTooLarge", "Request size exceeded the limit of 1048576 bytes", 413);
  Reader reader(call, space);
  std::vector<Datum> data;
  for (std::size_t i = 0; i < list.size(); ++i)
    data.push_back(reader.read(list[i], i));
  TRY(reader.result());
  add(call, data);
  return Object{};
}

}  // namespace tocsin::monitoring

// SPDX-License-Identifier: Apache-2.0
#include "services/monitoring/names.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/crypto.hpp"

namespace tocsin::monitoring {
namespace {

constexpr std::size_t kMostDimensions = 30;
constexpr std::string_view kTokenMark = "monitoring:";
constexpr std::array<std::string_view, 27> kUnits{"Seconds",
                                                  "Microseconds",
                                                  "Milliseconds",
                                                  "Bytes",
                                                  "Kilobytes",
                                                  "Megabytes",
                                                  "Gigabytes",
                                                  "Terabytes",
                                                  "Bits",
                                                  "Kilobits",
                                                  "Megabits",
                                                  "Gigabits",
                                                  "Terabits",
                                                  "Percent",
                                                  "Count",
                                                  "Bytes/Second",
                                                  "Kilobytes/Second",
                                                  "Megabytes/Second",
                                                  "Gigabytes/Second",
                                                  "Terabytes/Second",
                                                  "Bits/Second",
                                                  "Kilobits/Second",
                                                  "Megabits/Second",
                                                  "Gigabits/Second",
                                                  "Terabits/Second",
                                                  "Count/Second",
                                                  "None"};

}  // namespace

Failure invalid_value(std::string message) {
  return fail("InvalidParameterValue", std::move(message));
}
Failure invalid_combination(std::string message) {
  return fail("InvalidParameterCombination", std::move(message));
}
Failure validation(std::string message) {
  return fail("ValidationError", std::move(message));
}

Failure not_in(std::string_view value, std::string_view member, const Array& allowed) {
  return validation(fmt::format(
      "1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: Member must "
      "satisfy enum value set: [{}]",
      value, member, fmt::join(strings_of(allowed), ", ")));
}

Result<void> check_enum(std::string_view value, std::string_view member, const Array& allowed) {
  for (const auto& each : allowed) {
    if (std::string_view(each.get_string()) == value) return {};
  }
  return not_in(value, member, allowed);
}

std::string hex(std::int64_t value) {
  return fmt::format("{:012x}", std::max<std::int64_t>(value, 0));
}

std::string text_of(const Dimensions& dimensions) {
  return to_json(encode(dimensions));
}

std::string metric_id(const Scope& scope, const MetricName& name) {
  return tocsin::hex(sha256(metric_key(scope, name).bytes())).substr(0, 32);
}

Key metric_key(const Scope& scope, const MetricName& name) {
  return Key::of(scope, name.space, name.name, text_of(name.dimensions));
}

Result<Dimensions> dimensions_in(const Array& list, const std::string& path) {
  if (list.size() > kMostDimensions) {
    return invalid_value(fmt::format("The collection {} must not have a size greater than {}.",
                                     path, kMostDimensions));
  }
  Dimensions out;
  std::size_t number = 0;
  for (const auto& each : list) {
    ++number;
    const auto name = string_of(each, "Name"), value = string_of(each, "Value");
    for (const auto& [member, given, most] :
         {std::tuple{"Name", &name, 255u}, std::tuple{"Value", &value, 1024u}}) {
      if (given->empty()) {
        return invalid_value(
            fmt::format("The parameter {}.member.{}.{} is required.", path, number, member));
      }
      if (given->size() > most) {
        return invalid_value(
            fmt::format("The parameter {}.member.{}.{} must be shorter than {} characters.", path,
                        number, member, most + 1));
      }
    }
    if (!out.emplace(name, value).second) {
      return invalid_value(fmt::format(
          "The parameter {} contains the dimension name {} more than once.", path, name));
    }
  }
  return out;
}

Array dimension_list(const Dimensions& dimensions) {
  Array out;
  for (const auto& [name, value] : dimensions)
    out.push_back(Object{{"Name", name}, {"Value", value}});
  return out;
}

Object metric_document(const MetricName& name) {
  return {{"Namespace", name.space},
          {"MetricName", name.name},
          {"Dimensions", dimension_list(name.dimensions)}};
}

bool is_unit(std::string_view unit) {
  return std::ranges::find(kUnits, unit) != kUnits.end();
}

bool is_period(std::int64_t seconds) {
  if (seconds > 0 && seconds % 60 == 0) return true;
  return seconds == 1 || seconds == 5 || seconds == 10 || seconds == 20 || seconds == 30;
}

std::string alarm_arn(const Scope& scope, std::string_view name) {
  return arn("cloudwatch", scope, fmt::format("alarm:{}", name));
}

std::string alarm_named(const Scope& scope, std::string_view name_or_arn) {
  const auto head = alarm_arn(scope, "");
  if (name_or_arn.starts_with(head)) name_or_arn.remove_prefix(head.size());
  return std::string(name_or_arn);
}

std::string page_token(std::string_view position) {
  return base64(std::string(kTokenMark).append(position));
}

Result<std::string> position_in(std::string_view token) {
  auto position = unbase64(token);
  if (!position || !position->starts_with(kTokenMark))
    return fail("InvalidNextToken", "The next token specified is invalid.");
  return position->substr(kTokenMark.size());
}

std::vector<std::string> strings_of(const Array& array) {
  std::vector<std::string> out;
  for (const auto& each : array) {
    if (each.is_string()) out.emplace_back(each.get_string());
  }
  return out;
}

std::optional<Time> time_in(const Call& call, std::string_view member) {
  const auto* value = find(call.params(), member);
  if (!value || !value->is_number()) return std::nullopt;
  return from_seconds(value->to_number<double>());
}

}  // namespace tocsin::monitoring

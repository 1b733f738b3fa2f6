// SPDX-License-Identifier: Apache-2.0
// A managed rule's InputParameters: texts, as AWS has them, checked and made into values.
#include <algorithm>
#include <boost/algorithm/string/case_conv.hpp>
#include <boost/algorithm/string/trim.hpp>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "services/config/managed.hpp"

namespace tocsin::config {
namespace {

using Type = RuleParameter::Type;

Failure invalid(std::string message) {
  return fail("InvalidParameterValueException", std::move(message));
}

std::string text_of(const Document& value) {
  return value.is_string() ? std::string(value.get_string()) : to_json(value);
}

Array split(std::string_view text) {
  Array out;
  while (!text.empty()) {
    const auto comma = text.find(',');
    std::string part(text.substr(0, comma));
    boost::algorithm::trim(part);
    if (!part.empty()) out.push_back(boost::json::string(part));
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return out;
}

template <class Number>
std::optional<Document> number(const std::string& text) {
  Number value{};
  const auto* end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || at != end) return std::nullopt;
  return Document(value);
}

std::optional<Document> boolean(const std::string& text) {
  const auto lower = boost::algorithm::to_lower_copy(text);
  if (lower != "true" && lower != "false") return std::nullopt;
  return Document(lower == "true");
}

std::optional<Document> typed(Type type, const std::string& text) {
  switch (type) {
    case Type::Int:
      return number<std::int64_t>(text);
    case Type::Double:
      return number<double>(text);
    case Type::Boolean:
      return boolean(text);
    case Type::List:
      return Document(split(text));
    case Type::String:
      break;
  }
  return Document(boost::json::string(text));
}

std::string_view name_of(Type type) {
  switch (type) {
    case Type::Int:
      return "Integer";
    case Type::Double:
      return "Double";
    case Type::Boolean:
      return "Boolean";
    default:
      return "String";
  }
}

Result<Document> value_of(const RuleParameter& parameter, const Document* given) {
  auto text = given ? text_of(*given) : parameter.fallback;
  boost::algorithm::trim(text);
  if (text.empty()) return Document(nullptr);
  const auto out_of = [&](const auto& allowed) {
    return std::ranges::find(allowed, text) == allowed.end();
  };
  auto value = typed(parameter.type, text);
  if (!value || (!parameter.allowed.empty() && out_of(parameter.allowed)))
    return invalid(fmt::format(
        "The value {} of the input parameter {} is invalid: {} expected.", text, parameter.name,
        parameter.allowed.empty() ? std::string(name_of(parameter.type))
                                  : fmt::format("one of {}", fmt::join(parameter.allowed, ", "))));
  return *std::move(value);
}

Result<void> check_names(const ManagedRule& rule, const Object& input) {
  for (const auto& given : input) {
    const auto known = std::ranges::any_of(rule.parameters, [&](const RuleParameter& parameter) {
      return parameter.name == std::string_view(given.key());
    });
    if (!known)
      return invalid("Unknown parameters provided in the inputParameters: " + to_json(input));
  }
  std::vector<std::string> missing;
  for (const auto& parameter : rule.parameters) {
    if (!parameter.optional && !input.contains(parameter.name)) missing.push_back(parameter.name);
  }
  if (missing.empty()) return {};
  return invalid(fmt::format("The required parameter [{}] is not present in the inputParameters",
                             fmt::join(missing, ", ")));
}

}  // namespace

Result<Object> typed_parameters(const ManagedRule& rule, const Object& input) {
  TRY(check_names(rule, input));
  Object out;
  for (const auto& parameter : rule.parameters)
    out[parameter.name] = TRY(value_of(parameter, input.if_contains(parameter.name)));
  return out;
}

}  // namespace tocsin::config

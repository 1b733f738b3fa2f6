// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-branch-condition.html
#include <charconv>
#include <fmt/format.h>

#include "base/glob.hpp"
#include "engines/automation/automation.hpp"

namespace tocsin::automation {
namespace {

using Compare = Result<bool> (*)(const Document&, const Document&);

Failure incomparable(const Document& value, std::string_view kind) {
  return fail("Choice", fmt::format("The value {} is not of type {}", to_json(value), kind));
}

Result<double> number(const Document& value) {
  if (value.is_number()) return value.to_number<double>();
  if (const auto* text = value.if_string()) {
    double parsed = 0;
    const auto* last = text->data() + text->size();
    const auto [end, error] = std::from_chars(text->data(), last, parsed);
    if (error == std::errc() && end == last && !text->empty()) return parsed;
  }
  return incomparable(value, "Integer");
}

Result<bool> boolean(const Document& value) {
  if (const auto converted_value = converted(value, Type::Boolean))
    return converted_value->get_bool();
  return incomparable(value, "Boolean");
}

template <class Test>
Result<bool> numeric(const Document& left, const Document& right, Test test) {
  return test(TRY(number(left)), TRY(number(right)));
}

constexpr std::pair<std::string_view, Compare> kOperators[]{
    {"StringEquals",
     [](const Document& a, const Document& b) -> Result<bool> { return text_of(a) == text_of(b); }},
    {"EqualsIgnoreCase",
     [](const Document& a, const Document& b) -> Result<bool> {
       return equals_ignore_case(text_of(a), text_of(b));
     }},
    {"StartsWith",
     [](const Document& a, const Document& b) -> Result<bool> {
       return text_of(a).starts_with(text_of(b));
     }},
    {"EndsWith",
     [](const Document& a, const Document& b) -> Result<bool> {
       return text_of(a).ends_with(text_of(b));
     }},
    {"Contains",
     [](const Document& a, const Document& b) -> Result<bool> {
       return text_of(a).find(text_of(b)) != std::string::npos;
     }},
    {"NumericEquals",
     [](const Document& a, const Document& b) { return numeric(a, b, std::equal_to<>()); }},
    {"NumericGreater",
     [](const Document& a, const Document& b) { return numeric(a, b, std::greater<>()); }},
    {"NumericLesser",
     [](const Document& a, const Document& b) { return numeric(a, b, std::less<>()); }},
    {"NumericGreaterOrEquals",
     [](const Document& a, const Document& b) { return numeric(a, b, std::greater_equal<>()); }},
    {"NumericLesserOrEquals",
     [](const Document& a, const Document& b) { return numeric(a, b, std::less_equal<>()); }},
    {"BooleanEquals",
     [](const Document& a, const Document& b) -> Result<bool> {
       return TRY(boolean(a))
       == TRY(boolean(b));
     }},
};

Result<bool> compared(const Object& condition) {
  const auto* variable = condition.if_contains("Variable");
  if (!variable) return fail("Choice", "A choice has no Variable");
  for (const auto& [name, compare] : kOperators) {
    if (const auto* operand = condition.if_contains(name)) return compare(*variable, *operand);
  }
  return fail("Choice", "A choice has no operation");
}

Result<bool> all_or_any(const Document& conditions, bool all) {
  const auto* list = conditions.if_array();
  if (!list) return fail("Choice", "And and Or take a list of choices");
  for (const auto& each : *list) {
    if (!each.is_object()) return fail("Choice", "A choice is not an object");
    if (TRY(holds(each.get_object())) != all) return !all;
  }
  return all;
}

}  // namespace

Result<bool> holds(const Object& condition) {
  if (const auto* all = condition.if_contains("And")) return all_or_any(*all, true);
  if (const auto* any = condition.if_contains("Or")) return all_or_any(*any, false);
  if (const auto* inner = condition.if_contains("Not")) {
    if (!inner->is_object()) return fail("Choice", "Not takes one choice");
    return !TRY(holds(inner->get_object()));
  }
  return compared(condition);
}

Result<std::string> choose(const Object& inputs) {
  for (const auto& choice : array_of(inputs, "Choices")) {
    if (!choice.is_object()) return fail("Choice", "A choice is not an object");
    if (TRY(holds(choice.get_object()))) return string_of(choice, "NextStep");
  }
  return string_of(inputs, "Default");
}

}  // namespace tocsin::automation

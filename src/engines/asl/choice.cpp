// SPDX-License-Identifier: Apache-2.0
#include "engines/asl/choice.hpp"

#include <fmt/format.h>

namespace tocsin::asl {
namespace {

using Kind = ChoiceTest::Kind;
using Of = ChoiceTest::Of;

constexpr ChoiceOperator kOperators[] = {
    {"IsPresent", Kind::IsPresent, Of::Boolean},
    {"IsNull", Kind::IsNull, Of::Boolean},
    {"IsString", Kind::IsString, Of::Boolean},
    {"IsNumeric", Kind::IsNumeric, Of::Boolean},
    {"IsBoolean", Kind::IsBoolean, Of::Boolean},
    {"IsTimestamp", Kind::IsTimestamp, Of::Boolean},
    {"StringMatches", Kind::Matches, Of::String},
    {"BooleanEquals", Kind::Equals, Of::Boolean},
    {"StringEquals", Kind::Equals, Of::String},
    {"StringLessThan", Kind::LessThan, Of::String},
    {"StringGreaterThan", Kind::GreaterThan, Of::String},
    {"StringLessThanEquals", Kind::LessThanEquals, Of::String},
    {"StringGreaterThanEquals", Kind::GreaterThanEquals, Of::String},
    {"NumericEquals", Kind::Equals, Of::Numeric},
    {"NumericLessThan", Kind::LessThan, Of::Numeric},
    {"NumericGreaterThan", Kind::GreaterThan, Of::Numeric},
    {"NumericLessThanEquals", Kind::LessThanEquals, Of::Numeric},
    {"NumericGreaterThanEquals", Kind::GreaterThanEquals, Of::Numeric},
    {"TimestampEquals", Kind::Equals, Of::Timestamp},
    {"TimestampLessThan", Kind::LessThan, Of::Timestamp},
    {"TimestampGreaterThan", Kind::GreaterThan, Of::Timestamp},
    {"TimestampLessThanEquals", Kind::LessThanEquals, Of::Timestamp},
    {"TimestampGreaterThanEquals", Kind::GreaterThanEquals, Of::Timestamp},
};

std::optional<Time> timestamp_of(const Document& value) {
  const auto* text = value.if_string();
  return text ? parse_timestamp(*text) : std::nullopt;
}

/// `*` stands for any characters; a backslash takes the next character as it is.
bool matches(std::string_view text, std::string_view pattern) {
  if (pattern.empty()) return text.empty();
  if (pattern[0] == '*') {
    for (std::size_t skip = 0; skip <= text.size(); ++skip)
      if (matches(text.substr(skip), pattern.substr(1))) return true;
    return false;
  }
  const bool escaped = pattern[0] == '\\' && pattern.size() > 1;
  const char wanted = pattern[escaped ? 1 : 0];
  return !text.empty() && text[0] == wanted &&
         matches(text.substr(1), pattern.substr(escaped ? 2 : 1));
}

template <class T>
bool ordered(Kind kind, const T& left, const T& right) {
  switch (kind) {
    case Kind::Equals:
      return left == right;
    case Kind::LessThan:
      return left < right;
    case Kind::GreaterThan:
      return left > right;
    case Kind::LessThanEquals:
      return left <= right;
    default:
      return left >= right;
  }
}

bool compared(const ChoiceTest& test, const Document& left, const Document& right) {
  if (test.of == Of::Numeric) {
    return left.is_number() && right.is_number() &&
           ordered(test.kind, left.to_number<double>(), right.to_number<double>());
  }
  if (test.of == Of::Boolean)
    return left.is_bool() && right.is_bool() && left.get_bool() == right.get_bool();
  if (test.of == Of::Timestamp) {
    const auto a = timestamp_of(left), b = timestamp_of(right);
    return a && b && ordered(test.kind, *a, *b);
  }
  if (!left.is_string() || !right.is_string()) return false;
  const std::string_view a = left.get_string(), b = right.get_string();
  return test.kind == Kind::Matches ? matches(a, b) : ordered(test.kind, a, b);
}

bool is_kind(Kind kind, const Document& value) {
  switch (kind) {
    case Kind::IsNull:
      return value.is_null();
    case Kind::IsString:
      return value.is_string();
    case Kind::IsNumeric:
      return value.is_number();
    case Kind::IsBoolean:
      return value.is_bool();
    default:
      return timestamp_of(value).has_value();
  }
}

Failure invalid(const Path& path) {
  return runtime_error(fmt::format(
      "Invalid path '{}': The choice state's condition path references an invalid value.",
      path.text()));
}

}  // namespace

const ChoiceOperator* find_choice_operator(std::string_view name) {
  for (const auto& entry : kOperators)
    if (entry.name == name) return &entry;
  return nullptr;
}

std::optional<Time> parse_timestamp(std::string_view text) {
  if (text.size() < 20 || text[10] != 'T') return std::nullopt;
  if (text.find_first_of("Z+-", 19) == std::string_view::npos) return std::nullopt;
  return parse_iso8601(text);
}

Result<bool> ChoiceTest::holds(const Scope& scope) const {
  if (kind == Kind::Not) return !TRY(parts.front().holds(scope));
  if (kind == Kind::And || kind == Kind::Or) {
    for (const auto& part : parts)
      if (TRY(part.holds(scope)) == (kind == Kind::Or)) return kind == Kind::Or;
    return kind == Kind::And;
  }
  Document storage;
  const auto found = read_path(variable, scope, storage);
  if (kind == Kind::IsPresent) return found.has_value() == literal.get_bool();
  if (!found) return invalid(variable);
  if (kind > Kind::IsPresent && kind <= Kind::IsTimestamp)
    return is_kind(kind, **found) == literal.get_bool();
  if (!against) return compared(*this, **found, literal);
  Document other;
  const auto right = read_path(*against, scope, other);
  if (!right) return invalid(*against);
  return compared(*this, **found, **right);
}

Result<bool> ChoiceRule::holds(const Scope& scope) const {
  if (test) return test->holds(scope);
  if (!condition) return constant;
  const auto value = TRY(condition->evaluate(scope));
  if (!value.is_bool()) return condition->unexpected("boolean", value);
  return value.get_bool();
}

}  // namespace tocsin::asl

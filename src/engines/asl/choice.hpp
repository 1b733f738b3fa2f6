// SPDX-License-Identifier: Apache-2.0
// The rules of a Choice state.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "engines/asl/template.hpp"

namespace tocsin::asl {

/// A test of a JSONPath rule: a comparison, or tests joined.
struct ChoiceTest {
  enum class Kind : std::uint8_t {
    And,
    Or,
    Not,
    IsPresent,
    IsNull,
    IsString,
    IsNumeric,
    IsBoolean,
    IsTimestamp,
    Equals,
    LessThan,
    GreaterThan,
    LessThanEquals,
    GreaterThanEquals,
    Matches
  };
  enum class Of : std::uint8_t { String, Numeric, Boolean, Timestamp };
  Kind kind = Kind::Equals;
  Of of = Of::String;
  std::vector<ChoiceTest> parts;  // of And, Or, Not
  Path variable;
  Document literal;             // what the variable is compared with
  std::optional<Path> against;  // …Path

  Result<bool> holds(const Scope& scope) const;
};

struct ChoiceOperator {
  std::string_view name;  // "NumericLessThan"
  ChoiceTest::Kind kind;
  ChoiceTest::Of of;
};
const ChoiceOperator* find_choice_operator(std::string_view name);

struct ChoiceRule {
  std::optional<ChoiceTest> test;
  std::optional<Query> condition;  // of JSONata
  bool constant = false;           // a Condition that is a literal true
  std::int32_t next = -1;
  std::optional<Template> assign, output;

  Result<bool> holds(const Scope& scope) const;
};

/// RFC 3339 with T and an offset.
std::optional<Time> parse_timestamp(std::string_view text);

}  // namespace tocsin::asl

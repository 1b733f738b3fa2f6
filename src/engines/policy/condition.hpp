// SPDX-License-Identifier: Apache-2.0
// One operator with one key of a Condition block, compiled.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "engines/policy/operand.hpp"
#include "engines/policy/text_pattern.hpp"

namespace tocsin::policy {

struct Operator {
  enum class Family { String, Caseless, Like, Numeric, Date, Bool, Binary, Ip, Arn, Null };
  /// ForAllValues: and ForAnyValue:.
  enum class Set { None, All, Any };

  Family family = Family::String;
  Relation relation = Relation::Equal;
  bool negated = false;
  bool if_exists = false;
  Set set = Set::None;

  /// "ForAnyValue:StringNotLikeIfExists"; case counts, as in IAM.
  static std::optional<Operator> parse(std::string_view name);
};

/// What a value of the policy was compiled to; monostate matches nothing.
using Operand = std::variant<std::monostate, TextPattern, Number, Time, Network, bool, std::string>;

/// None where the value cannot be one of the operator's (a date that is none, an unknown network).
std::optional<Operand> compile_operand(const Operator& op, std::string_view text,
                                       Variables variables);

struct Condition {
  Operator op;
  KeyName key;
  std::vector<Operand> operands;

  bool holds(const Lookup& keys) const;

 private:
  bool matches(std::string_view value, const Lookup& keys) const;
};

}  // namespace tocsin::policy

// SPDX-License-Identifier: Apache-2.0
#include "engines/policy/condition.hpp"

#include <algorithm>
#include <array>

#include "base/crypto.hpp"
#include "base/glob.hpp"

namespace tocsin::policy {
namespace {

using Family = Operator::Family;
using Set = Operator::Set;

struct OperatorRow {
  std::string_view name;
  Family family;
  Relation relation = Relation::Equal;
  bool negated = false;
};

constexpr std::array kOperators{
    OperatorRow{"StringEquals", Family::String},
    OperatorRow{"StringNotEquals", Family::String, Relation::Equal, true},
    OperatorRow{"StringEqualsIgnoreCase", Family::Caseless},
    OperatorRow{"StringNotEqualsIgnoreCase", Family::Caseless, Relation::Equal, true},
    OperatorRow{"StringLike", Family::Like},
    OperatorRow{"StringNotLike", Family::Like, Relation::Equal, true},
    OperatorRow{"NumericEquals", Family::Numeric},
    OperatorRow{"NumericNotEquals", Family::Numeric, Relation::Equal, true},
    OperatorRow{"NumericLessThan", Family::Numeric, Relation::Less},
    OperatorRow{"NumericLessThanEquals", Family::Numeric, Relation::LessEqual},
    OperatorRow{"NumericGreaterThan", Family::Numeric, Relation::Greater},
    OperatorRow{"NumericGreaterThanEquals", Family::Numeric, Relation::GreaterEqual},
    OperatorRow{"DateEquals", Family::Date},
    OperatorRow{"DateNotEquals", Family::Date, Relation::Equal, true},
    OperatorRow{"DateLessThan", Family::Date, Relation::Less},
    OperatorRow{"DateLessThanEquals", Family::Date, Relation::LessEqual},
    OperatorRow{"DateGreaterThan", Family::Date, Relation::Greater},
    OperatorRow{"DateGreaterThanEquals", Family::Date, Relation::GreaterEqual},
    OperatorRow{"Bool", Family::Bool},
    OperatorRow{"BinaryEquals", Family::Binary},
    OperatorRow{"IpAddress", Family::Ip},
    OperatorRow{"NotIpAddress", Family::Ip, Relation::Equal, true},
    OperatorRow{"ArnEquals", Family::Arn},
    OperatorRow{"ArnNotEquals", Family::Arn, Relation::Equal, true},
    OperatorRow{"ArnLike", Family::Arn},
    OperatorRow{"ArnNotLike", Family::Arn, Relation::Equal, true},
    OperatorRow{"Null", Family::Null},
};

bool take_prefix(std::string_view& text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return false;
  text.remove_prefix(prefix.size());
  return true;
}

bool take_suffix(std::string_view& text, std::string_view suffix) {
  if (!text.ends_with(suffix)) return false;
  text.remove_suffix(suffix.size());
  return true;
}

std::optional<bool> parse_bool(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  if (equals_ignore_case(text, "true")) return true;
  if (equals_ignore_case(text, "false")) return false;
  return std::nullopt;
}

template <class T>
std::optional<Operand> wrap(std::optional<T> value) {
  if (!value) return std::nullopt;
  return Operand(std::move(*value));
}

/// For operators whose bad values IAM takes and never matches.
template <class T>
Operand wrap_or_nothing(std::optional<T> value) {
  return value ? Operand(std::move(*value)) : Operand();
}

/// True for every operand that `test`, given one of type T, says yes to.
template <class T, class Test>
bool any_operand(const std::vector<Operand>& operands, Test test) {
  return std::any_of(operands.begin(), operands.end(), [&](const Operand& operand) {
    const auto* typed = std::get_if<T>(&operand);
    return typed && test(*typed);
  });
}

bool all_empty(const std::vector<std::string>& values) {
  return std::all_of(values.begin(), values.end(), [](const auto& value) { return value.empty(); });
}

bool when_absent(const Operator& op) {
  if (op.if_exists || op.set == Set::All) return true;
  return op.set == Set::None && op.negated;
}

}  // namespace

std::optional<Operator> Operator::parse(std::string_view name) {
  Operator op;
  if (take_prefix(name, "ForAllValues:")) {
    op.set = Set::All;
  } else if (take_prefix(name, "ForAnyValue:")) {
    op.set = Set::Any;
  }
  op.if_exists = take_suffix(name, "IfExists");
  const auto row = std::find_if(kOperators.begin(), kOperators.end(),
                                [&](const OperatorRow& each) { return each.name == name; });
  if (row == kOperators.end()) return std::nullopt;
  if (row->family == Family::Null && op.if_exists) return std::nullopt;
  op.family = row->family;
  op.relation = row->relation;
  op.negated = row->negated;
  return op;
}

std::optional<Operand> compile_operand(const Operator& op, std::string_view text,
                                       Variables variables) {
  switch (op.family) {
    case Family::String:
    case Family::Caseless:
      return Operand(TextPattern(text, Wildcards::Plain, variables));
    case Family::Like:
    case Family::Arn:
      return Operand(TextPattern(text, Wildcards::Active, variables));
    case Family::Numeric:
      return wrap(Number::parse(text));
    case Family::Date:
      return wrap(parse_moment(text));
    case Family::Ip:
      return wrap(Network::parse(text));
    case Family::Bool:
    case Family::Null:
      return wrap_or_nothing(parse_bool(text));
    case Family::Binary:
      return wrap_or_nothing(unbase64(text));
  }
  return std::nullopt;
}

bool Condition::holds(const Lookup& keys) const {
  const auto* found = keys.find(key);
  const bool present = found && !found->empty();
  if (op.family == Family::Null) {
    return any_operand<bool>(operands, [&](bool absent) { return absent != present; });
  }
  if (!present || (op.set != Set::None && all_empty(*found))) return when_absent(op);
  const auto& values = *found;
  const auto match = [&](const std::string& value) { return matches(value, keys); };
  const auto wanted = [&](const std::string& value) { return match(value) != op.negated; };
  switch (op.set) {
    case Set::None:
      return std::any_of(values.begin(), values.end(), match) != op.negated;
    case Set::Any:
      return std::any_of(values.begin(), values.end(), wanted);
    case Set::All:
      return std::all_of(values.begin(), values.end(), wanted);
  }
  return false;
}

bool Condition::matches(std::string_view value, const Lookup& keys) const {
  const auto text = [&](auto method) {
    return any_operand<TextPattern>(
        operands, [&](const TextPattern& mine) { return (mine.*method)(value, keys); });
  };
  switch (op.family) {
    case Family::String:
      return text(&TextPattern::equals);
    case Family::Caseless:
      return text(&TextPattern::equals_caseless);
    case Family::Like:
      return text(&TextPattern::like);
    case Family::Arn:
      return text(&TextPattern::matches_arn);
    case Family::Numeric: {
      const auto number = Number::parse(value);
      return number && any_operand<Number>(operands, [&](const Number& mine) {
               return number->compare(op.relation, mine);
             });
    }
    case Family::Date: {
      const auto moment = parse_moment(value);
      return moment && any_operand<Time>(operands, [&](Time mine) {
               return compare_moments(*moment, op.relation, mine);
             });
    }
    case Family::Ip: {
      const auto address = Network::parse(value);
      return address && any_operand<Network>(
                            operands, [&](const Network& mine) { return mine.contains(*address); });
    }
    case Family::Bool: {
      const auto flag = parse_bool(value);
      return flag && any_operand<bool>(operands, [&](bool mine) { return mine == *flag; });
    }
    case Family::Binary: {
      const auto bytes = unbase64(value);
      return bytes && any_operand<std::string>(
                          operands, [&](const std::string& mine) { return mine == *bytes; });
    }
    case Family::Null:
      break;
  }
  return false;
}

}  // namespace tocsin::policy

// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "engines/jsonata/error.hpp"
#include "engines/jsonata/evaluator.hpp"

namespace tocsin::jsonata {
namespace {

constexpr double kLongestRange = 1e7;

bool is_whole(const Value& value) {
  return value.is_number() && std::floor(value.number()) == value.number();
}

bool contains(const Value& list, const Value& wanted) {
  if (wanted.undefined() || list.undefined() || wanted.is_array() || wanted.is_object())
    return false;
  return std::ranges::any_of(items_of(list),
                             [&](const Value& item) { return deep_equal(item, wanted); });
}

}  // namespace

Value Evaluator::arithmetic(const Node& node, const Value& left, const Value& right) {
  if (!left.undefined() && !left.is_number()) raise("T2001", node.position, node.text, shown(left));
  if (!right.undefined() && !right.is_number())
    raise("T2002", node.position, node.text, shown(right));
  if (left.undefined() || right.undefined()) return {};
  const double a = left.number(), b = right.number();
  double result = 0;
  switch (node.op) {
    case Op::Add:
      result = a + b;
      break;
    case Op::Subtract:
      result = a - b;
      break;
    case Op::Multiply:
      result = a * b;
      break;
    case Op::Divide:
      result = a / b;
      break;
    default:
      result = std::fmod(a, b);
  }
  if (!std::isfinite(result)) raise("D1001", node.position, "", number_text(result));
  return result;
}

Value Evaluator::comparison(const Node& node, const Value& left, const Value& right) {
  const auto comparable = [](const Value& value) {
    return value.undefined() || value.is_number() || value.is_string();
  };
  if (!comparable(left) || !comparable(right)) raise("T2010", node.position, node.text);
  if (left.undefined() || right.undefined()) return {};
  if (left.kind() != right.kind())
    raise("T2009", node.position, node.text, shown(left), shown(right));
  const auto order = left.is_number() ? left.number() <=> right.number()
                                      : std::partial_ordering(left.string() <=> right.string());
  switch (node.op) {
    case Op::Less:
      return order < 0;
    case Op::LessEqual:
      return order <= 0;
    case Op::Greater:
      return order > 0;
    default:
      return order >= 0;
  }
}

Value Evaluator::range(const Node& node, const Value& left, const Value& right) {
  if (!left.undefined() && !is_whole(left)) raise("T2003", node.position, "", shown(left));
  if (!right.undefined() && !is_whole(right)) raise("T2004", node.position, "", shown(right));
  if (left.undefined() || right.undefined() || left.number() > right.number()) return {};
  const double size = right.number() - left.number() + 1;
  if (size > kLongestRange) raise("D2014", node.position, "", number_text(size));
  spend(static_cast<std::size_t>(size));
  auto result = make_sequence();
  result->items.reserve(static_cast<std::size_t>(size));
  for (double item = left.number(); item <= right.number(); ++item)
    result->items.emplace_back(item);
  return result;
}

Value Evaluator::binary(const Node& node, const Value& input, const Shared<Frame>& frame) {
  const auto left = evaluate(*node.left, input, frame);
  if (node.op == Op::And) return truthy(left) && truthy(evaluate(*node.right, input, frame));
  if (node.op == Op::Or) return truthy(left) || truthy(evaluate(*node.right, input, frame));
  const auto right = evaluate(*node.right, input, frame);
  switch (node.op) {
    case Op::Add:
    case Op::Subtract:
    case Op::Multiply:
    case Op::Divide:
    case Op::Modulo:
      return arithmetic(node, left, right);
    case Op::Equal:
      return !left.undefined() && !right.undefined() && deep_equal(left, right);
    case Op::NotEqual:
      return !left.undefined() && !right.undefined() && !deep_equal(left, right);
    case Op::Less:
    case Op::LessEqual:
    case Op::Greater:
    case Op::GreaterEqual:
      return comparison(node, left, right);
    case Op::In:
      return contains(right, left);
    case Op::Concat:
      return (left.undefined() ? "" : to_text(left)) + (right.undefined() ? "" : to_text(right));
    case Op::Range:
      return range(node, left, right);
    default:
      raise("S0206", node.position, node.text);
  }
}

Value Evaluator::negate(const Node& node, const Value& input, const Shared<Frame>& frame) {
  const auto value = evaluate(*node.left, input, frame);
  if (value.undefined()) return {};
  if (!value.is_number()) raise("D1002", node.position, node.text, shown(value));
  return -value.number();
}

Value Evaluator::array(const Node& node, const Value& input, const Shared<Frame>& frame) {
  auto result = make_array();
  for (const auto& item : node.items) {
    auto value = evaluate(*item, input, frame);
    if (value.undefined()) continue;
    if (item->op == Op::Array || !value.is_array()) {
      result->items.push_back(std::move(value));
    } else {
      const auto& items = value.array().items;
      result->items.insert(result->items.end(), items.begin(), items.end());
    }
  }
  result->constructed = node.constructs;
  return result;
}

Value Evaluator::variable(const Node& node, const Value& input, const Shared<Frame>& frame) {
  if (node.text.empty())
    return input.is_array() && input.array().outer ? input.array().items[0] : input;
  if (const auto* found = find(node.text, frame)) return *found;
  const auto given = options_.functions.find(node.text);
  if (given != options_.functions.end()) return native_of(given->second);
  const auto* known = builtin(node.text);
  return known ? value_of_builtin(*known) : Value();
}

}  // namespace tocsin::jsonata

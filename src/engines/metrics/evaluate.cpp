// SPDX-License-Identifier: Apache-2.0
// Operators: point by point where both sides have one.
#include <cmath>
#include <fmt/format.h>
#include <optional>

#include "engines/metrics/node.hpp"

namespace tocsin::metrics {
namespace {

/// None where there is no result: a division by zero.
std::optional<double> apply(std::string_view op, double left, double right) {
  const auto truth = [](bool value) { return value ? 1.0 : 0.0; };
  if (op == "+") return left + right;
  if (op == "-") return left - right;
  if (op == "*") return left * right;
  if (op == "/") return right == 0 ? std::nullopt : std::optional(left / right);
  if (op == "^") {
    const auto power = std::pow(left, right);
    return std::isfinite(power) ? std::optional(power) : std::nullopt;
  }
  if (op == "==") return truth(left == right);
  if (op == "!=") return truth(left != right);
  if (op == "<=") return truth(left <= right);
  if (op == ">=") return truth(left >= right);
  if (op == "<") return truth(left < right);
  if (op == ">") return truth(left > right);
  if (op == "&&") return truth(left != 0 && right != 0);
  return truth(left != 0 || right != 0);
}

Series combine(std::string_view op, const Series& left, const Series& right) {
  Series out = left;
  out.points.clear();
  for (const auto& [time, value] : left.points) {
    const auto other = right.points.find(time);
    if (other == right.points.end()) continue;
    if (const auto point = apply(op, value, other->second)) out.points[time] = *point;
  }
  return out;
}

/// `number` stands on the left where `first`.
Series combine(std::string_view op, const Series& series, double number, bool first) {
  Series out = series;
  out.points.clear();
  for (const auto& [time, value] : series.points) {
    const auto point = first ? apply(op, number, value) : apply(op, value, number);
    if (point) out.points[time] = *point;
  }
  return out;
}

Result<Value> binary(std::string_view op, const Value& left, const Value& right) {
  const auto* left_number = std::get_if<double>(&left);
  const auto* right_number = std::get_if<double>(&right);
  if (left_number && right_number) {
    const auto value = apply(op, *left_number, *right_number);
    if (!value) return bad_expression("The expression divides a number by zero.");
    return Value(*value);
  }
  const auto* left_series = std::get_if<Series>(&left);
  const auto* right_series = std::get_if<Series>(&right);
  if (left_series && right_series) return Value(combine(op, *left_series, *right_series));
  if (left_series && right_number) return Value(combine(op, *left_series, *right_number, false));
  if (left_number && right_series) return Value(combine(op, *right_series, *left_number, true));
  const auto* many_left = std::get_if<std::vector<Series>>(&left);
  const auto* many_right = std::get_if<std::vector<Series>>(&right);
  if (many_left && many_right)
    return bad_expression("An operator cannot stand between two arrays of time series.");
  std::vector<Series> out;
  for (const auto& each : many_left ? *many_left : *many_right) {
    auto part = many_left ? TRY(binary(op, Value(each), right)) : TRY(binary(op, left, Value(each)));
    auto series = std::get<Series>(std::move(part));
    series.label = each.label;
    out.push_back(std::move(series));
  }
  return Value(std::move(out));
}

Result<Value> array(const Node& node, const Inputs& inputs) {
  std::vector<Series> out;
  for (const auto& part : node.parts) {
    auto value = TRY(evaluate(*part, inputs));
    if (auto* series = std::get_if<Series>(&value)) {
      out.push_back(std::move(*series));
    } else if (auto* many = std::get_if<std::vector<Series>>(&value)) {
      std::ranges::move(*many, std::back_inserter(out));
    } else {
      return bad_expression("An array holds time series only.");
    }
  }
  return Value(std::move(out));
}

}  // namespace

Result<Value> evaluate(const Node& node, const Inputs& inputs) {
  switch (node.kind) {
    case Node::Kind::Number:
      return Value(node.number);
    case Node::Kind::Text:
      return bad_expression("A text cannot stand here.");
    case Node::Kind::Name: {
      const auto found = inputs.values.find(node.text);
      if (found == inputs.values.end())
        return bad_expression(fmt::format("Undefined id {}.", node.text));
      return found->second;
    }
    case Node::Kind::Array:
      return array(node, inputs);
    case Node::Kind::Negate:
      return each(TRY(evaluate(*node.parts[0], inputs)), [](double value) { return -value; });
    case Node::Kind::Binary:
      return binary(node.text, TRY(evaluate(*node.parts[0], inputs)),
                    TRY(evaluate(*node.parts[1], inputs)));
    default:
      return call_function(node, inputs);
  }
}

}  // namespace tocsin::metrics

// SPDX-License-Identifier: Apache-2.0
// The tree of an expression.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engines/metrics/math.hpp"

namespace tocsin::metrics {

struct Node {
  enum class Kind { Number, Text, Name, Array, Binary, Negate, Function };
  Kind kind = Kind::Number;
  double number = 0;
  std::string text;  // a name, a text, an operator, a function's name in capitals
  std::vector<std::shared_ptr<const Node>> parts;
};
using NodePtr = std::shared_ptr<const Node>;

Failure bad_expression(std::string message);
bool is_function(std::string_view name);
/// A call of a function that the engine has.
Result<Value> call_function(const Node& node, const Inputs& inputs);
Result<Value> evaluate(const Node& node, const Inputs& inputs);

/// `function` of each point of what may be one series or many, or of a number.
template <class Function>
Value each(Value value, const Function& function) {
  const auto change = [&](Series& series) {
    for (auto& [time, point] : series.points)
      point = function(point);
  };
  if (auto* number = std::get_if<double>(&value)) return function(*number);
  if (auto* series = std::get_if<Series>(&value))
    change(*series);
  else
    for (auto& series : std::get<std::vector<Series>>(value))
      change(series);
  return value;
}

}  // namespace tocsin::metrics

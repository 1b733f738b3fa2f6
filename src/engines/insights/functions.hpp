// SPDX-License-Identifier: Apache-2.0
// What can be called in an expression, operators included.
#pragma once

#include "engines/insights/plan.hpp"

namespace tocsin::insights {

struct Function {
  std::string_view name;
  std::size_t least = 0, most = 0;  // arguments
  Node::Evaluate evaluate = nullptr;
};

/// Null where there is none.
const Function* find_function(std::string_view name);

std::vector<Function> operators();       // operators.cpp
std::vector<Function> text_functions();  // text_functions.cpp
std::vector<Function> time_functions();  // time_functions.cpp
std::vector<Function> address_functions();
std::vector<Function> json_functions();

/// Operators whose right side is not an expression like others.
Value like_text(const Node& node, Record& record);   // node.text
Value like_regex(const Node& node, Record& record);  // node.regex
/// The start of the period that holds the child, and the end of it.
Value floor_time(const Node& node, Record& record);
Value ceil_time(const Node& node, Record& record);
/// Sets the period of such a node. Error MalformedQueryException.
Result<void> set_period(Node& node, const Expression& period);
/// What stands at node.path in the JSON of node.slot.
Value json_member(const Node& node, Record& record);

}  // namespace tocsin::insights

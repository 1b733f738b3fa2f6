// SPDX-License-Identifier: Apache-2.0
// An expression taken apart. Made by parser.cpp, given its meaning by resolve.cpp.
#pragma once

#include <boost/regex.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engines/jsonata/value.hpp"

namespace tocsin::jsonata {

enum class Op : std::uint8_t {
  // Values and names.
  Literal,   // value
  Name,      // text: a step
  Variable,  // text without $; empty: the context
  Wildcard,
  Descendant,
  Parent,  // %
  Regex,
  // Structure.
  Path,       // items: steps
  Array,      // items
  Object,     // pairs
  Block,      // items
  Negate,     // left
  Bind,       // text := left
  Condition,  // left ? right : third
  Default,    // left ?: right
  Coalesce,   // left ?? right
  Lambda,     // names, body in left
  Call,       // left(items)
  Partial,    // left(items, some of them Placeholder)
  Placeholder,
  Apply,      // left ~> right
  Transform,  // |left|right,third|
  Sort,       // a step of a path: terms
  Index,      // a focus-less #$i step, only inside `stages`
  Filter,     // [left]: only inside `predicates` and `stages`
  // Operators: left, right.
  Add,
  Subtract,
  Multiply,
  Divide,
  Modulo,
  Equal,
  NotEqual,
  Less,
  LessEqual,
  Greater,
  GreaterEqual,
  And,
  Or,
  In,
  Concat,
  Range,
  // Only while parsing.
  Dot,
  Subscript,
  GroupBy,
  OrderBy,
  Focus,
  Position,
};

struct Node;
using NodePtr = std::shared_ptr<Node>;

struct SortTerm {
  NodePtr expression;
  bool descending = false;
};

/// Where a `%` looks: a label under which an ancestor step leaves its input in the tuple.
struct Ancestor {
  std::string label;
  int level = 1;
};

struct Signature;

struct Node {
  Op op = Op::Literal;
  std::size_t position = 0;  // in the source, behind the token
  std::string text;
  Value value;
  NodePtr left, right, third;
  std::vector<NodePtr> items;
  std::vector<std::pair<NodePtr, NodePtr>> pairs;
  std::vector<SortTerm> terms;
  std::vector<std::string> names;  // of parameters
  std::shared_ptr<const Signature> signature;
  std::shared_ptr<const boost::regex> regex;

  // What hangs on a step.
  std::vector<NodePtr> predicates;  // of a step that is no path
  std::vector<NodePtr> stages;      // of a path's step: filters and indexes, in order
  std::shared_ptr<Node> group;      // an Object whose pairs group what the step gives
  std::string focus;                // @$v
  std::string index;                // #$i
  std::optional<Ancestor> ancestor;
  std::vector<std::shared_ptr<Ancestor>> seeking;
  std::shared_ptr<Ancestor> slot;  // of a Parent
  bool tuple = false;
  bool keep_array = false;      // […]
  bool keep_singleton = false;  // a path with such a step
  bool constructs = false;      // [ … ] at an end of a path: not flattened
  bool tail_call = false;       // the last thing a lambda does: evaluated in a loop
};

}  // namespace tocsin::jsonata

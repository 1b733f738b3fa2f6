// SPDX-License-Identifier: Apache-2.0
// The conditions of a JSONPath filter: [?(@.price < 10 && @.tag in ['a','b'])].
#pragma once

#include <memory>
#include <string_view>
#include <variant>
#include <vector>

#include "engines/asl/path.hpp"

namespace tocsin::asl {

struct Operand {
  enum class Kind : std::uint8_t { Literal, Item, Root };
  Kind kind = Kind::Literal;
  Document literal;
  Path path;  // of Item (@) and Root ($)
};

struct Filter {
  enum class Op : std::uint8_t {
    And,
    Or,
    Not,
    Exists,
    Equal,
    NotEqual,
    Less,
    LessEqual,
    Greater,
    GreaterEqual,
    In,
    NotIn,
    SubsetOf,
    Contains,
    Size,
    Empty,
    Matches
  };
  Op op = Op::Exists;
  std::vector<Filter> parts;  // of And, Or, Not
  Operand left, right;

  bool holds(const Document& item, const Document& root) const;
};

/// Parses what stands between `?(` and `)`.
Result<Filter> parse_filter(std::string_view text);

}  // namespace tocsin::asl

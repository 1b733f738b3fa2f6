// SPDX-License-Identifier: Apache-2.0
// A query as it is written.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tocsin::insights {

/// `[begin, end)` in the text.
struct Span {
  std::size_t begin = 0, end = 0;
};

/// Error MalformedQueryException as AWS shapes it.
Failure malformed(Span where, std::string message);
/// The same in AWS's words for what may not stand there.
Failure unexpected(std::string_view text, Span where);

/// Operators are calls, too: "+", "and", "not", "like", "in".
struct Expression {
  enum class Kind { Field, Text, Number, Period, Regex, Star, List, Call };
  Kind kind = Kind::Text;
  std::string text;  // of a field: its path joined by dots; of a call: the name, in lower case
  double number = 0;
  std::vector<std::string> path;  // of a field
  std::vector<Expression> arguments;
  Span span;
  int depth = 1;
};

struct Item {
  Expression expression;
  std::string name;  // the alias, or what is written
  bool alias = false;
  bool descending = false;  // of sort
};

struct Command {
  enum class Kind { Fields, Display, Filter, Parse, Stats, Sort, Limit, Dedup };
  Kind kind = Kind::Fields;
  std::vector<Item> items;   // of fields, display, stats, sort, dedup; of filter and parse the one
  std::vector<Item> groups;  // of stats
  Expression pattern;        // of parse: a text or a regular expression
  std::vector<std::string> names;  // of parse
  std::size_t limit = 0;
  Span span;
};

Result<std::vector<Command>> parse_commands(std::string_view text);

}  // namespace tocsin::insights

// SPDX-License-Identifier: Apache-2.0
// A rules file taken apart. Made by the parser, completed by link.cpp, never changed afterwards.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/document.hpp"
#include "engines/guard/pattern.hpp"

namespace tocsin::guard {

struct Position {
  int line = 1;
  int column = 1;
};

/// r(1,10] and the like.
struct Range {
  enum class Kind : std::uint8_t { Int, Float, Char } kind = Kind::Int;
  double lower = 0, upper = 0;  // code points of Char
  bool with_lower = false, with_upper = false;
};

/// A value written in the rules. Plain: JSON throughout. List and Map hold a pattern or a range
/// somewhere.
struct Literal {
  enum class Kind : std::uint8_t { Plain, Pattern, Range, List, Map } kind = Kind::Plain;
  Document plain;
  std::shared_ptr<const Pattern> pattern;
  Range range;
  struct Member;
  std::vector<Literal> items;
  std::vector<Member> members;
};
struct Literal::Member {
  std::string name;
  Literal value;
};

struct Clause;
/// A line of clauses joined by `or`; lines are joined by and.
using Disjunction = std::vector<Clause>;
using Conjunction = std::vector<Disjunction>;

enum class Comparison : std::uint8_t {
  Equal,
  In,
  Greater,
  GreaterEqual,
  Less,
  LessEqual,
  // Without a right side.
  Exists,
  Empty,
  IsString,
  IsList,
  IsStruct,
  IsBool,
  IsInt,
  IsFloat,
  IsNull,
};
inline bool is_unary(Comparison comparison) {
  return comparison >= Comparison::Exists;
}

struct Operand;

/// A key as documents may spell it: Guard looks for InstanceType under instanceType, too.
inline constexpr std::size_t kSpellings = 6;

struct Part {
  enum class Kind : std::uint8_t {
    This,
    Key,         // text
    Variable,    // %name: at the start its values, behind a dot its values as keys
    Index,       // index
    AllIndices,  // [*]
    AllValues,   // .*
    Filter,      // [ … ]: filter
    KeyFilter,   // [ keys == … ]: comparison, negated, with
  };
  Kind kind = Kind::Key;
  std::string text;
  std::array<std::string, kSpellings> spellings;
  int variable = -1;
  int index = 0;
  int capture = -1;  // of [ name | … ]: the variable that gets the keys
  Conjunction filter;
  Comparison comparison = Comparison::Equal;
  bool negated = false;
  std::shared_ptr<Operand> with;
};

struct Query {
  std::vector<Part> parts;
  bool some = false;
  bool captures = false;  // a part has a `capture`
  std::string text;
};

enum class Function : std::uint8_t {
  Count,
  JsonParse,
  RegexReplace,
  Substring,
  ToUpper,
  ToLower,
  Join,
  UrlDecode,
  ParseInt,
  ParseFloat,
  ParseString,
  ParseBoolean,
  ParseChar,
  ParseEpoch,
  Now,
  // Ours (Options::extensions).
  DaysSince,
  OutsidePorts,
  PolicyStatements,
};

struct Call {
  Function function = Function::Count;
  std::vector<Operand> arguments;
  std::shared_ptr<const Pattern> pattern;  // of RegexReplace, where it is written as text
};

struct Operand {
  std::variant<Literal, Query, Call> value;
};

struct Let {
  int variable = -1;
  Operand value;
};

struct Block {
  std::vector<Let> lets;
  Conjunction clauses;
};

struct Clause {
  enum class Kind : std::uint8_t {
    Compare,    // query comparison with
    Reference,  // the name of a rule
    Call,       // a rule with arguments
    Block,      // query { … }
    When,       // when conditions { … }
    Type,       // AWS::S3::Bucket when conditions { … }
  };
  Kind kind = Kind::Compare;
  Position at;
  std::string text;  // as it stands in the rules
  std::string message;
  bool negated = false;  // `not` before the whole clause
  Query query;
  Comparison comparison = Comparison::Equal;
  bool comparison_negated = false;
  std::optional<Operand> with;
  std::string name;                // of the rule referred to or called
  std::vector<std::size_t> rules;  // of that name
  std::vector<Operand> arguments;
  bool not_empty = false;  // query !empty { … }
  bool conditional = false;
  Conjunction conditions;
  std::shared_ptr<Block> block;
};

struct Rule {
  std::string name;
  Position at;
  bool conditional = false;
  Conjunction conditions;
  std::vector<int> parameters;  // variables; of a rule that is called only
  Block block;
};

struct RuleSet {
  std::vector<Let> lets;
  std::vector<Rule> rules;
  std::vector<Rule> callable;          // with parameters
  std::vector<std::string> variables;  // names, by number
};

}  // namespace tocsin::guard

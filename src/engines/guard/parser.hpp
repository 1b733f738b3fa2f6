// SPDX-License-Identifier: Apache-2.0
// From text to a RuleSet; names of rules stay names (link.cpp). Throws ParseProblem.
#pragma once

#include "engines/guard/guard.hpp"
#include "engines/guard/reader.hpp"

namespace tocsin::guard {

class Parser {
 public:
  Parser(std::string_view text, const Options& options) : reader_(text), options_(options) {}

  RuleSet parse();
  Position position(std::size_t at) const { return reader_.position(at); }

 private:
  struct Depth;  // counts how deep parsing nests

  // parse_file.cpp
  void rule();
  bool assignment(std::vector<Let>& lets);
  void parameters(Rule& rule);
  Block block(bool in_rule);
  int variable(std::string_view name);

  // parse_clause.cpp
  /// What may stand where a clause is parsed.
  struct Place {
    bool references = false;  // the bare name of a rule
    bool types = false;       // AWS::S3::Bucket { … }
    bool blocks = true;       // query { … } and when
  };
  Disjunction disjunction(Place place);
  Conjunction conjunction(Place place);
  Clause clause(Place place);
  Clause when_clause();
  Clause type_clause();
  std::string type_name();
  Clause call_clause(std::size_t from, bool negated);
  Clause access_clause(std::size_t from, bool negated, Place place);
  bool block_follows(Clause& clause);
  bool comparison(Clause& clause);
  bool unary_comparison(Comparison& comparison);
  bool reference_ends();
  bool take_not();
  bool take_or();
  std::string message();
  Conjunction conditions();

  // parse_query.cpp
  Query query();
  Part first_part();
  Part dotted_part();
  Part bracket_part();
  Part key_filter(int capture);
  Part key(std::string_view name) const;
  int capture_name();
  std::string close_bracket();

  // parse_operand.cpp
  Operand operand();
  bool literal(Literal& into);
  bool word_literal(Literal& into);
  bool number(Literal& into);
  Literal quoted();
  Literal pattern();
  bool range(Literal& into);
  bool bound(Range& range, double& value);
  Literal list();
  Literal map();
  std::string map_key();
  std::vector<Operand> arguments();
  Call call(std::string_view name, std::size_t from);
  std::string quoted_text();

  Reader reader_;
  Options options_;
  RuleSet set_;
  std::map<std::string, int, std::less<>> variables_;
  int depth_ = 0;
};

/// Resolves the names of rules. Throws ParseProblem with `at` of the position that `places` knows.
struct LinkProblem {
  std::string message;
  Position at;
};
void link(RuleSet& set);

struct Parser::Depth {
  explicit Depth(Parser& parser) : parser(parser) {
    if (++parser.depth_ > kMost) parser.reader_.refuse("blocks nested too deeply");
  }
  ~Depth() { --parser.depth_; }
  static constexpr int kMost = 64;
  Parser& parser;
};

}  // namespace tocsin::guard

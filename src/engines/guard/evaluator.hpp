// SPDX-License-Identifier: Apache-2.0
// Judges one document by one RuleSet. One evaluation, one thread. Throws Problem.
#pragma once

#include "engines/guard/guard.hpp"
#include "engines/guard/value.hpp"

namespace tocsin::guard {

/// Thrown within this room only.
struct Problem {
  std::string message;
};

/// The variables of one block, and the value that its queries start from.
struct Scope {
  const std::vector<Let>* lets = nullptr;
  Value root;
  Scope* above = nullptr;
  std::vector<std::optional<Results>> known = {};               // of `lets`, once asked for
  std::vector<std::pair<int, const Results*>> parameters = {};  // of a rule that is called
};

/// A clause that failed for one value. Told in words only when a report is asked for.
struct Record {
  const Clause* clause = nullptr;
  Found from;
  Results to;
  bool has_from = false;
  std::string reason = {};
};

class Evaluator {
 public:
  Evaluator(const RuleSet& set, const Document& document, const Inputs& inputs, bool recording);

  Status rule(std::size_t number);
  std::vector<Record> take_records() { return std::move(records_); }

  /// Where a value stands in the document: "/configuration/encrypted"; a made value has its
  /// source's.
  std::string path_of(Value value) const;
  /// Guard's words for what is missing.
  std::string reason_of(const Found& unresolved) const;

 private:
  struct Depth;
  struct Silence;  // nothing is recorded while it lives
  using Counts = std::pair<int, int>;

  // evaluate_clause.cpp
  Status evaluate_rule(const Rule& rule, Scope& above, Value root);
  Status conjunction(const Conjunction& conjunction, Scope& scope, Value root);
  Status disjunction(const Disjunction& disjunction, Scope& scope, Value root);
  Status clause(const Clause& clause, Scope& scope, Value root);
  bool holds(const Conjunction& conditions, Scope& scope, Value root);
  Status block(const Block& block, Scope& above, Value root);
  Status blocks(const Clause& clause, const Results& values, Scope& scope);
  Status access(const Clause& clause, Scope& scope, Value root);
  Status reference(const Clause& clause);
  Status call(const Clause& clause, Scope& scope, Value root);
  Status when(const Clause& clause, Scope& scope, Value root);
  Status type(const Clause& clause, Scope& scope, Value root);

  // evaluate_unary.cpp
  Status unary(const Clause& clause, const Results& left);
  Status emptiness(const Clause& clause, const Results& left);
  bool test(const Clause& clause, const Found& found, std::string& reason) const;

  // evaluate_binary.cpp
  struct Comparing;  // one clause's two sides and what has come of them
  Status binary(const Clause& clause, const Results& left, const Results& right);
  void note(Comparing& comparing, const Found& from, Results to, Answer answer);
  void compare_equal(Comparing& comparing);
  void compare_in(Comparing& comparing);
  void compare_order(Comparing& comparing);
  void compare_sets(Comparing& comparing, bool both_ways);
  void compare_one(Comparing& comparing, const Found& from, const Found& to, Answer answer);
  void compare_contained(Comparing& comparing, const Found& from, const Found& in);

  // evaluate_query.cpp
  Results select(const Query& query, Scope& scope, Value root);
  void walk(const Query& query, std::size_t at, Value current, Scope& scope, int spelling,
            Results& out);
  void walk_key(const Query& query, std::size_t at, Value current, Scope& scope, int spelling,
                Results& out);
  void walk_index(const Query& query, std::size_t at, Value current, Scope& scope, int spelling,
                  Results& out);
  void walk_all(const Query& query, std::size_t at, Value current, Scope& scope, int spelling,
                Results& out);
  void walk_filter(const Query& query, std::size_t at, Value current, Scope& scope, int spelling,
                   Results& out);
  void walk_keys(const Query& query, std::size_t at, Value current, Scope& scope, int spelling,
                 Results& out);
  void walk_interpolated(const Query& query, std::size_t at, Value current, Scope& scope,
                         int spelling, Results& out);
  void interpolate(const Query& query, std::size_t at, std::size_t next, Value current, Value key,
                   Scope& scope, int spelling, Results& out);
  bool key_passes(const Part& part, Value key, const Results& with);
  template <class Take>
  void each_member(Value map, const Take& take);
  void capture(int variable, std::string_view key);

  // variables.cpp
  Results operand(const Operand& operand, Scope& scope, Value root);
  const Results& variable(int number, Scope& scope);
  const Results* variable_here(int number, Scope& scope);
  Results value_of(const Let& let, Scope& scope);
  const Results& input(int number);

  // functions.cpp, extensions.cpp
  Results call_function(const Call& call, Scope& scope, Value root);
  void each_text(Function function, const Results& over, Results& out);
  std::optional<Document> made_of(Function function, Value value) const;
  Results joined(const Results& over, const Results& between);
  Results substrings(const Results& over, const Results& from, const Results& to);
  Results replaced(const Call& call, const std::vector<Results>& given);
  Results ages(const Results& over);
  Results outside_ports(const Results& over, const Results& allowed);
  Results statements(const Results& over);

  void spend();
  /// Keeps a made value; `source` tells its path.
  Found keep(Document document, Value source);
  void record(const Clause& clause, const Found* from, Results to = {}, std::string reason = {});

  const RuleSet& set_;
  const Document& document_;
  const Inputs& inputs_;
  Scope top_;
  bool recording_;
  int depth_ = 0;
  std::size_t steps_ = 0;
  std::vector<Record> records_;
  std::vector<std::optional<Status>> statuses_;  // of rules
  std::vector<std::optional<Results>> given_;    // inputs, by variable
  std::vector<std::optional<Results>> captured_;
  std::vector<std::unique_ptr<const std::pair<Document, Value>>> made_;  // with their sources
};

std::string percent_decoded(std::string_view text);

struct Evaluator::Depth {
  explicit Depth(Evaluator& evaluator) : evaluator(evaluator) {
    if (++evaluator.depth_ > kMost)
      throw Problem{"rules or variables refer to each other too deeply"};
  }
  ~Depth() { --evaluator.depth_; }
  static constexpr int kMost = 200;
  Evaluator& evaluator;
};

struct Evaluator::Silence {
  explicit Silence(Evaluator& evaluator)
      : evaluator(evaluator), before(std::exchange(evaluator.recording_, false)) {}
  ~Silence() { evaluator.recording_ = before; }
  Evaluator& evaluator;
  bool before;
};

}  // namespace tocsin::guard

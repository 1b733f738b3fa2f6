// SPDX-License-Identifier: Apache-2.0
// What the names of rules mean.
#include <fmt/format.h>

#include "engines/guard/parser.hpp"

namespace tocsin::guard {
namespace {

class Linker {
 public:
  explicit Linker(RuleSet& set) {
    for (std::size_t at = 0; at < set.rules.size(); ++at)
      rules_[set.rules[at].name].push_back(at);
    for (std::size_t at = 0; at < set.callable.size(); ++at)
      callable_[set.callable[at].name] = {at, set.callable[at].parameters.size()};
  }

  void conjunction(Conjunction& conjunction) const {
    for (auto& line : conjunction) {
      for (auto& each : line)
        clause(each);
    }
  }
  void block(Block& block) const {
    for (auto& let : block.lets)
      operand(let.value);
    conjunction(block.clauses);
  }
  void operand(Operand& operand) const {
    if (auto* found = std::get_if<Query>(&operand.value)) query(*found);
    if (auto* call = std::get_if<Call>(&operand.value)) {
      for (auto& argument : call->arguments)
        this->operand(argument);
    }
  }

 private:
  void query(Query& query) const {
    for (auto& part : query.parts) {
      conjunction(part.filter);
      if (part.with) operand(*part.with);
    }
  }

  void clause(Clause& clause) const {
    if (clause.kind == Clause::Kind::Reference) refer(clause);
    if (clause.kind == Clause::Kind::Call) call(clause);
    query(clause.query);
    if (clause.with) operand(*clause.with);
    for (auto& argument : clause.arguments)
      operand(argument);
    conjunction(clause.conditions);
    if (clause.block) block(*clause.block);
  }

  void refer(Clause& clause) const {
    const auto found = rules_.find(clause.name);
    if (found == rules_.end())
      throw LinkProblem{fmt::format("Rule {} by that name does not exist, Rule Names = [{}]",
                                    clause.name, names()),
                        clause.at};
    clause.rules = found->second;
  }

  void call(Clause& clause) const {
    const auto found = callable_.find(clause.name);
    if (found == callable_.end())
      throw LinkProblem{fmt::format("Parameterized Rule with name {} was not found", clause.name),
                        clause.at};
    const auto& [rule, arity] = found->second;
    if (arity != clause.arguments.size())
      throw LinkProblem{
          fmt::format("Arity mismatch for called parameter rule {}, expected {}, got {}",
                      clause.name, arity, clause.arguments.size()),
          clause.at};
    clause.rules = {rule};
  }

  std::string names() const {
    std::string out;
    for (const auto& [name, rules] : rules_)
      out += (out.empty() ? "\"" : ", \"") + name + "\"";
    return out;
  }

  std::map<std::string, std::vector<std::size_t>> rules_;
  std::map<std::string, std::pair<std::size_t, std::size_t>> callable_;  // rule, parameters
};

}  // namespace

void link(RuleSet& set) {
  const Linker linker(set);
  for (auto& let : set.lets)
    linker.operand(let.value);
  for (auto* rules : {&set.rules, &set.callable}) {
    for (auto& rule : *rules) {
      linker.conjunction(rule.conditions);
      linker.block(rule.block);
    }
  }
}

}  // namespace tocsin::guard

// SPDX-License-Identifier: Apache-2.0
// Rules, blocks and clauses: what passes, fails, or does not apply.
#include "engines/guard/evaluator.hpp"

namespace tocsin::guard {
namespace {

Status opposite(Status status) {
  return status == Status::Pass ? Status::Fail : Status::Pass;
}

/// Of what was counted: a fail outweighs passes, or with `some` a pass outweighs fails.
Status outcome(int passes, int fails, bool some) {
  if (some ? passes > 0 : fails == 0 && passes > 0) return Status::Pass;
  return fails > 0 ? Status::Fail : Status::Skip;
}

}  // namespace

Evaluator::Evaluator(const RuleSet& set, const Document& document, const Inputs& inputs,
                     bool recording)
    : set_(set),
      document_(document),
      inputs_(inputs),
      top_{.lets = &set.lets, .root = Value::of(document)},
      recording_(recording),
      statuses_(set.rules.size()) {
  top_.known.resize(set.lets.size());
}

void Evaluator::spend() {
  if (++steps_ > inputs_.most_steps) throw Problem{"the evaluation takes too many steps"};
}

void Evaluator::record(const Clause& clause, const Found* from, Results to, std::string reason) {
  if (!recording_) return;
  records_.push_back({.clause = &clause,
                      .from = from ? *from : Found{},
                      .to = std::move(to),
                      .has_from = from != nullptr,
                      .reason = std::move(reason)});
}

Status Evaluator::rule(std::size_t number) {
  // A rule that was referred to before need not be judged again, unless its failures are asked for.
  auto& known = statuses_[number];
  if (!known || (recording_ && *known == Status::Fail))
    known = evaluate_rule(set_.rules[number], top_, top_.root);
  return *known;
}

Status Evaluator::evaluate_rule(const Rule& rule, Scope& above, Value root) {
  const Depth depth(*this);
  if (rule.conditional && !holds(rule.conditions, above, root)) return Status::Skip;
  return block(rule.block, above, root);
}

bool Evaluator::holds(const Conjunction& conditions, Scope& scope, Value root) {
  const Silence silence(*this);
  return conjunction(conditions, scope, root) == Status::Pass;
}

Status Evaluator::block(const Block& block, Scope& above, Value root) {
  if (block.lets.empty()) return conjunction(block.clauses, above, root);
  Scope scope{.lets = &block.lets, .root = root, .above = &above};
  scope.known.resize(block.lets.size());
  return conjunction(block.clauses, scope, root);
}

Status Evaluator::conjunction(const Conjunction& conjunction, Scope& scope, Value root) {
  int passes = 0;
  int fails = 0;
  for (const auto& line : conjunction) {
    const auto status =
        line.size() == 1 ? clause(line[0], scope, root) : disjunction(line, scope, root);
    if (status == Status::Pass) ++passes;
    if (status == Status::Fail && ++fails > 0 && !recording_) break;
  }
  return outcome(passes, fails, false);
}

Status Evaluator::disjunction(const Disjunction& disjunction, Scope& scope, Value root) {
  const auto mark = records_.size();
  bool failed = false;
  for (const auto& each : disjunction) {
    const auto status = clause(each, scope, root);
    if (status == Status::Pass) {
      records_.resize(mark);
      return Status::Pass;
    }
    failed = failed || status == Status::Fail;
  }
  return failed ? Status::Fail : Status::Skip;
}

Status Evaluator::clause(const Clause& clause, Scope& scope, Value root) {
  spend();
  const Depth depth(*this);
  switch (clause.kind) {
    case Clause::Kind::Compare:
      return access(clause, scope, root);
    case Clause::Kind::Reference:
      return reference(clause);
    case Clause::Kind::Call:
      return call(clause, scope, root);
    case Clause::Kind::Block: {
      const auto values = select(clause.query, scope, root);
      if (!values.empty()) return blocks(clause, values, scope);
      if (!clause.not_empty) return Status::Skip;
      record(clause, nullptr);
      return Status::Fail;
    }
    case Clause::Kind::When:
      return when(clause, scope, root);
    case Clause::Kind::Type:
      return type(clause, scope, root);
  }
  return Status::Skip;
}

Status Evaluator::when(const Clause& clause, Scope& scope, Value root) {
  if (!holds(clause.conditions, scope, root)) return Status::Skip;
  return block(*clause.block, scope, root);
}

/// A resource type's block, for each resource of that type in a template.
Status Evaluator::type(const Clause& clause, Scope& scope, Value root) {
  if (clause.conditional && !holds(clause.conditions, scope, root)) return Status::Skip;
  const auto resources = root.is_struct() ? root.member("Resources") : std::nullopt;
  if (!resources || !resources->is_struct() || !resources->document) return Status::Skip;
  Results values;
  for (const auto& [name, resource] : resources->document->get_object()) {
    if (text(resource, "Type") == clause.name) values.push_back({.value = Value::of(resource)});
  }
  return values.empty() ? Status::Skip : blocks(clause, values, scope);
}

Status Evaluator::blocks(const Clause& clause, const Results& values, Scope& scope) {
  const auto mark = records_.size();
  int passes = 0;
  int fails = 0;
  for (const auto& each : values) {
    auto status = Status::Fail;
    if (each.resolved())
      status = block(*clause.block, scope, each.value);
    else
      record(clause, &each);
    passes += status == Status::Pass ? 1 : 0;
    fails += status == Status::Fail ? 1 : 0;
    if (fails > 0 && !recording_ && !clause.query.some) break;
  }
  const auto status = outcome(passes, fails, clause.query.some);
  if (status == Status::Pass) records_.resize(mark);
  return status;
}

Status Evaluator::access(const Clause& clause, Scope& scope, Value root) {
  const auto mark = records_.size();
  const auto left = select(clause.query, scope, root);
  Status status = Status::Skip;
  if (is_unary(clause.comparison)) {
    status = unary(clause, left);
  } else {
    status = binary(clause, left, operand(*clause.with, scope, root));
    if (clause.negated && status != Status::Skip) status = opposite(status);
    if (clause.negated && status == Status::Fail && records_.size() == mark)
      record(clause, left.empty() ? nullptr : &left[0]);
  }
  if (status != Status::Fail) records_.resize(mark);
  return status;
}

Status Evaluator::reference(const Clause& clause) {
  auto status = Status::Skip;
  {
    const Silence silence(*this);
    for (const auto each : clause.rules) {
      status = rule(each);
      if (status != Status::Skip) break;
    }
  }
  const bool passes = (status == Status::Pass) != clause.negated;
  if (!passes) record(clause, nullptr);
  return passes ? Status::Pass : Status::Fail;
}

Status Evaluator::call(const Clause& clause, Scope& scope, Value root) {
  const auto& rule = set_.callable[clause.rules[0]];
  std::vector<Results> values;
  values.reserve(clause.arguments.size());
  Scope inner{.lets = nullptr, .root = root, .above = &scope};
  for (std::size_t at = 0; at < clause.arguments.size(); ++at) {
    values.push_back(operand(clause.arguments[at], scope, root));
    inner.parameters.emplace_back(rule.parameters[at], &values.back());
  }
  const auto mark = records_.size();
  const auto status = evaluate_rule(rule, inner, root);
  if (!clause.negated || status == Status::Skip) return status;
  records_.resize(mark);
  if (status == Status::Pass) record(clause, nullptr);
  return opposite(status);
}

}  // namespace tocsin::guard

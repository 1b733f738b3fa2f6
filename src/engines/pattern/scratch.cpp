// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/scratch.hpp"

namespace tocsin::pattern {
namespace {

constexpr std::size_t kAutomatonBytes = std::size_t{8} << 20;
constexpr std::size_t kAutomata = 8;  // so that a matcher's automata stay below 64 MiB

}  // namespace

void Scratch::begin(const Index& index) {
  index_ = &index;
  leaves_.clear(index.node_bound());
  if (++epoch_ == 0) {
    conditions_.clear();
    branches_.clear();
    rules_.clear();
    epoch_ = 1;
  }
  if (conditions_.size() < index.condition_bound()) conditions_.resize(index.condition_bound());
  if (branches_.size() < index.branch_bound()) branches_.resize(index.branch_bound());
  if (rules_.size() < index.rule_bound()) rules_.resize(index.rule_bound());
  found_.clear();
}

std::span<const RuleId> Scratch::match(const Index& index, const Document& event) {
  begin(index);
  read_document(index, event, leaves_, arena_);
  return finish();
}

Result<std::span<const RuleId>> Scratch::match_json(const Index& index, std::string_view event,
                                                    Extent extent) {
  begin(index);
  TRY(reader_.read(index, event, extent == Extent::UntilFound, leaves_));
  return finish();
}

Result<std::span<const RuleId>> Scratch::match_indexed(const Index& index,
                                                       const IndexedObject& event, Extent extent) {
  begin(index);
  TRY(reader_.read_indexed(index, event.text, event.structure, 0, extent == Extent::UntilFound,
                           leaves_));
  return finish();
}

Result<std::span<const RuleId>> Scratch::match_enveloped(const Index& index, const Envelope& event,
                                                         Extent extent) {
  begin(index);
  for (const auto& [name, value] : event.members) {
    const auto path = step(index, 0, name);
    if (path == kNone || index.node(path).conditions == 0) continue;
    leaves_.add(path, {Value::Kind::String, value}, 0);
  }
  if (const auto below = step(index, 0, event.body_name); below != kNone) {
    TRY(reader_.read_indexed(index, event.body.text, event.body.structure, below,
                             extent == Extent::UntilFound, leaves_));
  }
  return finish();
}

std::span<const RuleId> Scratch::finish() {
  for (const std::uint32_t path : leaves_.paths()) {
    if (index_->node(path).waiting > 0) candidates_at(path);
  }
  follow(index_->always());
  std::ranges::sort(found_);
  return found_;
}

void Scratch::candidates_at(std::uint32_t path) {
  const PathNode& node = index_->node(path);
  for (std::uint32_t at = leaves_.first(path); at != kNone; at = leaves_.leaf(at).next) {
    const Value& value = leaves_.leaf(at).value;
    if (node.unselective != kNone) try_chain(node.unselective, value);
    if (value.is_string()) {
      candidates_of_string(path, node, value);
      continue;
    }
    const auto visit = [&](std::uint32_t predicate) { hit(predicate); };
    if (node.literals > 0) index_->find_keyed(path, Op::Literal, value.text(), visit);
    if (node.numbers == kNone || value.number() == nullptr) continue;
    index_->numbers().stab(node.numbers, *value.number(), visit);
  }
}

void Scratch::candidates_of_string(std::uint32_t path, const PathNode& node, const Value& value) {
  const std::string_view text = value.text();
  const auto visit = [&](std::uint32_t predicate) { hit(predicate); };
  const auto visit_chain = [&](std::uint32_t predicate) { hit_chain(predicate); };
  if (node.texts > 0) index_->find_keyed(path, Op::Text, text, visit);
  if (node.prefixes != kNone) {
    index_->tries().walk<Direction::Forwards>(node.prefixes, text, visit_chain);
  }
  if (node.suffixes != kNone) {
    index_->tries().walk<Direction::Backwards>(node.suffixes, text, visit_chain);
  }
  if (node.wildcards != kNone) candidates_by_wildcard(path, node, value);
  if (node.caseless > 0 || node.caseless_prefixes != kNone || node.caseless_suffixes != kNone) {
    candidates_ignoring_case(path, node, value);
  }
  if ((node.addresses_v4 != kNone || node.addresses_v6 != kNone) && value.address() != nullptr) {
    const auto root = value.address()->v6 ? node.addresses_v6 : node.addresses_v4;
    index_->addresses().stab(root, value.address()->bits, visit);
  }
}

/// Equal folds are necessary, not sufficient, so what they find is checked.
void Scratch::candidates_ignoring_case(std::uint32_t path, const PathNode& node,
                                       const Value& value) {
  folded_.clear();
  append_fold(value.text(), folded_);
  const auto check = [&](std::uint32_t predicate) {
    if (index_->predicate(predicate).predicate->matches(value)) hit(predicate);
  };
  const auto check_chain = [&](std::uint32_t predicate) { try_chain(predicate, value); };
  if (node.caseless > 0) index_->find_keyed(path, Op::EqualsIgnoreCase, folded_, check);
  if (node.caseless_prefixes != kNone) {
    index_->tries().walk<Direction::Forwards>(node.caseless_prefixes, folded_, check_chain);
  }
  if (node.caseless_suffixes != kNone) {
    index_->tries().walk<Direction::Backwards>(node.caseless_suffixes, folded_, check_chain);
  }
}

void Scratch::candidates_by_wildcard(std::uint32_t path, const PathNode& node, const Value& value) {
  WildcardAutomaton& automaton = automaton_of(path, node);
  if (!automaton.usable()) {
    try_chain(node.wildcards, value);
    return;
  }
  for (const std::uint32_t predicate : automaton.run(value.text()))
    hit(predicate);
}

WildcardAutomaton& Scratch::automaton_of(std::uint32_t path, const PathNode& node) {
  const auto known = automata_.find(path);
  if (known != automata_.end() && known->second.version == node.wildcards_version) {
    return *known->second.automaton;
  }
  if (known == automata_.end() && automata_.size() >= kAutomata) automata_.clear();
  CachedAutomaton& cached = automata_[path];
  cached.version = node.wildcards_version;
  cached.automaton = std::make_unique<WildcardAutomaton>(kAutomatonBytes);
  for (std::uint32_t at = node.wildcards; at != kNone; at = index_->predicate(at).chain_next) {
    cached.automaton->add(index_->predicate(at).predicate->wildcards[0], at);
  }
  return *cached.automaton;
}

void Scratch::try_chain(std::uint32_t predicate, const Value& value) {
  for (; predicate != kNone; predicate = index_->predicate(predicate).chain_next) {
    if (index_->predicate(predicate).predicate->matches(value)) hit(predicate);
  }
}

void Scratch::hit_chain(std::uint32_t predicate) {
  for (; predicate != kNone; predicate = index_->predicate(predicate).chain_next)
    hit(predicate);
}

void Scratch::follow(std::uint32_t at) {
  while (at != kNone) {
    const Link& link = index_->link(at);
    at = link.next;
    if (branches_[link.branch] == epoch_) continue;
    branches_[link.branch] = epoch_;
    if (rules_[index_->branch(link.branch).rule] == epoch_) continue;
    if (link.predicate != kNone) conditions_[link.condition] = {epoch_, Truth::Yes};
    verify(link.branch);
  }
}

void Scratch::verify(std::uint32_t id) {
  const BranchRecord& branch = index_->branch(id);
  if (branch.size == 1 && !index_->condition(branch.conditions->front()).condition->absent) {
    matched(branch.rule);
    return;
  }
  int in_arrays = 0;
  for (const std::uint32_t condition : *branch.conditions) {
    if (truth_of(condition) == Truth::No) return;
    in_arrays += leaves_.in_array(index_->condition(condition).path);
    if (truth_of(condition) == Truth::Depends) in_arrays += 2;
  }
  if (in_arrays > 1 && !consistency_.holds(*index_, leaves_, *branch.conditions)) return;
  matched(branch.rule);
}

Scratch::Truth Scratch::truth_of(std::uint32_t condition) {
  Memo& memo = conditions_[condition];
  if (memo.epoch != epoch_) memo = {epoch_, find_truth(index_->condition(condition))};
  return memo.truth;
}

Scratch::Truth Scratch::find_truth(const ConditionRecord& record) const {
  const Condition& condition = *record.condition;
  const std::uint32_t first = leaves_.first(record.path);
  if (first == kNone) return condition.absent ? Truth::Yes : Truth::No;
  bool outside_arrays = false;
  for (std::uint32_t at = first; at != kNone; at = leaves_.leaf(at).next) {
    const Leaf& leaf = leaves_.leaf(at);
    outside_arrays |= leaf.element == 0;
    for (const auto& predicate : condition.any) {
      if (predicate.matches(leaf.value)) return Truth::Yes;
    }
  }
  return condition.absent && !outside_arrays ? Truth::Depends : Truth::No;
}

void Scratch::matched(std::uint32_t rule) {
  rules_[rule] = epoch_;
  found_.push_back(index_->rule(rule).id);
}

}  // namespace tocsin::pattern

// SPDX-License-Identifier: Apache-2.0
// Variables: found in the blocks from the inside out, then among captured keys, then among what the
// evaluation was given. Each is looked for once.
#include "engines/guard/evaluator.hpp"

namespace tocsin::guard {

Results Evaluator::operand(const Operand& operand, Scope& scope, Value root) {
  if (const auto* literal = std::get_if<Literal>(&operand.value))
    return {{.kind = Found::Kind::Literal, .value = Value::of(*literal)}};
  if (const auto* query = std::get_if<Query>(&operand.value)) return select(*query, scope, root);
  return call_function(std::get<Call>(operand.value), scope, root);
}

Results Evaluator::value_of(const Let& let, Scope& scope) {
  auto found = operand(let.value, scope, scope.root);
  const auto* query = std::get_if<Query>(&let.value.value);
  if (!query || !query->some) return found;
  Results resolved;
  for (const auto& each : found) {
    if (each.resolved()) resolved.push_back(each);
  }
  return resolved;
}

const Results* Evaluator::variable_here(int number, Scope& scope) {
  for (const auto& [parameter, values] : scope.parameters) {
    if (parameter == number) return values;
  }
  if (!scope.lets) return nullptr;
  for (std::size_t at = scope.lets->size(); at-- > 0;) {
    const auto& let = (*scope.lets)[at];
    if (let.variable != number) continue;
    auto& known = scope.known[at];
    if (!known) {
      const Depth depth(*this);
      const Silence silence(*this);
      known = value_of(let, scope);
    }
    return &*known;
  }
  return nullptr;
}

const Results& Evaluator::variable(int number, Scope& scope) {
  for (auto* at = &scope; at; at = at->above) {
    if (const auto* found = variable_here(number, *at)) return *found;
  }
  if (const auto* found = variable_here(number, top_)) return *found;
  const auto place = static_cast<std::size_t>(number);
  if (place < captured_.size() && captured_[place]) return *captured_[place];
  return input(number);
}

const Results& Evaluator::input(int number) {
  const auto place = static_cast<std::size_t>(number);
  given_.resize(set_.variables.size());
  auto& known = given_[place];
  if (known) return *known;
  const auto& name = set_.variables[place];
  const auto* value = inputs_.variables ? inputs_.variables->if_contains(name) : nullptr;
  if (!value && inputs_.more) value = inputs_.more->if_contains(name);
  if (!value) throw Problem{"Could not resolve variable by name " + name + " across scopes"};
  known.emplace();
  if (!value->is_null())
    known->push_back({.kind = Found::Kind::Literal, .value = Value::of(*value)});
  return *known;
}

Found Evaluator::keep(Document document, Value source) {
  made_.push_back(std::make_unique<const std::pair<Document, Value>>(std::move(document), source));
  return {.value = Value::of(made_.back()->first)};
}

}  // namespace tocsin::guard

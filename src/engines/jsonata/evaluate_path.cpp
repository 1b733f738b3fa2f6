// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <map>

#include "engines/jsonata/error.hpp"
#include "engines/jsonata/evaluator.hpp"

namespace tocsin::jsonata {
namespace {

constexpr std::string_view kContext = "@";  // in a tuple

Value sequence_of(std::vector<Value> items, bool tuples = false) {
  auto sequence = make_array(std::move(items));
  sequence->sequence = true;
  sequence->tuples = tuples;
  return sequence;
}

bool is_tuples(const Value& value) {
  return value.is_array() && value.array().tuples;
}

Value context_of(const Value& tuple) {
  return lookup(tuple, kContext);
}

/// The variables of a tuple as a scope.
Shared<Frame> frame_of(const Value& tuple, const Shared<Frame>& above) {
  Shared<Frame> frame(new Frame(above));
  for (const auto& [name, value] : tuple.object().members())
    frame->variables.emplace_back(name->text, value);
  return frame;
}

/// Several results of one step: arrays are flattened, those written out are not.
Value joined(std::vector<Value> results, bool last) {
  if (last && results.size() == 1 && results[0].is_array() && !results[0].array().sequence)
    return std::move(results[0]);
  auto out = make_sequence();
  for (auto& result : results) {
    if (!result.is_array() || result.array().constructed) {
      out->items.push_back(std::move(result));
    } else {
      const auto& items = result.array().items;
      out->items.insert(out->items.end(), items.begin(), items.end());
    }
  }
  return out;
}

bool is_empty(const Value& value) {
  return value.undefined() || (value.is_array() && value.array().items.empty());
}

/// The numbers that a predicate gave; none where it gave something else.
std::optional<std::span<const Value>> indexes_in(const Value& value) {
  if (value.is_number()) return items_of(value);
  if (!value.is_array() || value.array().items.empty()) return std::nullopt;
  const auto items = items_of(value);
  if (!std::ranges::all_of(items, &Value::is_number)) return std::nullopt;
  return items;
}

/// A step on which nothing hangs.
bool is_bare(const Node& step) {
  return step.predicates.empty() && step.stages.empty() && !step.group && step.focus.empty() &&
         step.index.empty() && !step.tuple && !step.keep_array && !step.ancestor;
}

bool is_bare_name(const Node& step) {
  return step.op == Op::Name && is_bare(step);
}

/// A path's result is what its last step gives.
bool is_plain(const Node& path) {
  return !path.group && !path.keep_array && !path.keep_singleton && !path.tuple;
}

const Document* member_of(const Binding& binding, std::string_view name) {
  for (const auto& [known, value] : binding.members)
    if (known == name) return value;
  return nullptr;
}

double position_from(double index, std::size_t size) {
  const auto floor = std::floor(index);
  return floor < 0 ? floor + static_cast<double>(size) : floor;
}

}  // namespace

/// A path that begins with a given variable ("$states.input.a.b") is walked in the documents
/// themselves: values are made only of what it leads to. Gives how many steps that were.
std::size_t Evaluator::walk(const Node& path, const Shared<Frame>& frame, Value& result) {
  const auto& steps = path.items;
  if (steps[0]->op != Op::Variable || steps[0]->text.empty() || !is_bare(*steps[0])) return 0;
  const auto given = options_.bindings.find(steps[0]->text);
  if (given == options_.bindings.end() || frame->find(steps[0]->text)) return 0;
  const Document* at = given->second.value;
  std::size_t taken = 1;
  for (; taken < steps.size() && steps[taken]->op == Op::Name && is_bare(*steps[taken]); ++taken) {
    if (!at && taken > 1) break;
    if (at && !at->is_object()) break;
    at = at ? at->get_object().if_contains(steps[taken]->text)
            : member_of(given->second, steps[taken]->text);
    if (!at) break;
  }
  if (taken == 1) return 0;
  spend(taken);
  std::vector<Value> results;
  if (at) results.push_back(view_of(*at));
  result = joined(std::move(results), taken == steps.size());
  return at ? taken : steps.size();
}

/// Names one below the other, as far as each is one object's member: no sequences need be made.
std::size_t Evaluator::walk_members(const Node& path, const Value& input, Value& result) {
  const auto& steps = path.items;
  std::size_t taken = 0;
  for (auto at = &input; taken < steps.size() && at->is_object() && is_bare_name(*steps[taken]);
       ++taken, at = &result) {
    result = at->object().find(steps[taken]->text);
    if (result.is_array() && result.array().sequence) return 0;
  }
  spend(taken);
  return result.undefined() && taken > 0 ? steps.size() : taken;
}

Value Evaluator::path(const Node& node, const Value& input, const Shared<Frame>& frame) {
  const auto& steps = node.items;
  Value current, result, tuples;
  bool tuple_stream = false;
  auto i = walk_members(node, input, result);
  if (i > 0 && (i < steps.size() || is_plain(node))) {
    if (i == steps.size()) return result;
    current = result.is_array() ? result : sequence_of({result});
  } else {
    i = walk(node, frame, result);
    if (i > 0)
      current = result;
    else if (input.is_array() && steps[0]->op != Op::Variable)
      current = input;
    else
      current = sequence_of({input});
    if (i > 0 && is_empty(result)) i = steps.size();
  }
  for (; i < steps.size(); ++i) {
    const auto& here = *steps[i];
    tuple_stream |= here.tuple;
    if (i == 0 && here.constructs) {
      result = evaluate(here, current, frame);
    } else if (tuple_stream) {
      tuples = tuple_step(here, current, tuples, frame);
    } else {
      result = step(here, current, frame, i + 1 == steps.size());
    }
    if (!tuple_stream && is_empty(result)) break;
    if (here.focus.empty()) current = result;
  }
  if (tuple_stream) {
    if (node.tuple) {
      result = tuples;
    } else {
      std::vector<Value> contexts;
      for (const auto& tuple : items_of(tuples))
        contexts.push_back(context_of(tuple));
      result = sequence_of(std::move(contexts));
    }
  }
  if (node.keep_singleton && result.is_array()) {
    auto kept = make_array(result.array().items);
    // [[…]][]: what was written out is one item.
    if (result.array().constructed && !result.array().sequence) kept = make_array({result});
    kept->sequence = kept->keep_singleton = true;
    kept->tuples = result.array().tuples;
    result = kept;
  }
  if (node.group) return group(*node.group, tuple_stream ? tuples : result, frame);
  return result;
}

Value Evaluator::step(const Node& node, const Value& input, const Shared<Frame>& frame, bool last) {
  if (node.op == Op::Sort) return with_stages(node, sort(node, input, frame), frame);
  std::vector<Value> results;
  const bool simple = node.op == Op::Name && node.stages.empty() && !node.keep_array;
  for (const auto& item : items_of(input)) {
    auto result = simple ? unwrapped(lookup(item, node.text)) : evaluate(node, item, frame);
    for (const auto& stage : node.stages)
      result = filter(*stage->left, result, frame);
    if (!result.undefined()) results.push_back(std::move(result));
  }
  spend(results.size());
  return joined(std::move(results), last);
}

Value Evaluator::with_stages(const Node& node, Value result, const Shared<Frame>& frame) {
  for (const auto& stage : node.stages) {
    if (stage->op == Op::Filter) {
      result = filter(*stage->left, result, frame);
      continue;
    }
    std::vector<Value> numbered;
    for (const auto& tuple : items_of(result)) {
      Shared<ObjectData> copy(new ObjectData(tuple.object()));
      copy->set(stage->text, Value(numbered.size()));
      numbered.emplace_back(std::move(copy));
    }
    result = sequence_of(std::move(numbered), true);
  }
  return result;
}

Value Evaluator::tuple_step(const Node& node, const Value& input, const Value& given,
                            const Shared<Frame>& frame) {
  if (node.op == Op::Sort) {
    if (!given.undefined()) return with_stages(node, sort(node, given, frame), frame);
    std::vector<Value> sorted;
    const auto in_order = sort(node, input, frame);
    for (const auto& item : items_of(in_order)) {
      auto tuple = make_object();
      tuple->set(kContext, item);
      tuple->set(node.index, Value(sorted.size()));
      sorted.emplace_back(std::move(tuple));
    }
    return with_stages(node, sequence_of(std::move(sorted), true), frame);
  }
  std::vector<Value> starts;
  if (given.undefined()) {
    for (const auto& item : items_of(input)) {
      auto tuple = make_object();
      tuple->set(kContext, item);
      starts.emplace_back(std::move(tuple));
    }
  }
  std::vector<Value> results;
  for (const auto& start : given.undefined() ? std::span<const Value>(starts) : items_of(given)) {
    const auto context = context_of(start);
    const auto found = evaluate(node, context, frame_of(start, frame));
    std::size_t number = 0;
    for (const auto& item : items_of(found)) {
      Shared<ObjectData> tuple(new ObjectData(start.object()));
      if (is_tuples(found)) {
        for (const auto& [name, value] : item.object().members())
          tuple->set(name, value);
      } else {
        if (!node.focus.empty())
          tuple->set(node.focus, item);
        else
          tuple->set(kContext, item);
        if (!node.index.empty()) tuple->set(node.index, Value(number));
        if (node.ancestor) tuple->set(node.ancestor->label, context);
      }
      ++number;
      results.emplace_back(std::move(tuple));
    }
  }
  spend(results.size());
  return with_stages(node, sequence_of(std::move(results), true), frame);
}

Value Evaluator::filter(const Node& predicate, const Value& input, const Shared<Frame>& frame) {
  const bool tuples = is_tuples(input);
  const auto items = items_of(input);
  std::vector<Value> kept;
  if (predicate.op == Op::Literal && predicate.value.is_number()) {
    const auto index = position_from(predicate.value.number(), items.size());
    if (index < 0 || index >= static_cast<double>(items.size())) return sequence_of({}, tuples);
    const auto& item = items[static_cast<std::size_t>(index)];
    if (item.is_array()) return item;
    return sequence_of({item}, tuples);
  }
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto context = tuples ? context_of(items[i]) : items[i];
    const auto result = tuples ? evaluate(predicate, context, frame_of(items[i], frame))
                               : evaluate(predicate, context, frame);
    bool keep = false;
    if (const auto indexes = indexes_in(result)) {
      keep = std::ranges::any_of(*indexes, [&](const Value& index) {
        return position_from(index.number(), items.size()) == static_cast<double>(i);
      });
    } else {
      keep = truthy(result);
    }
    if (keep) kept.push_back(items[i]);
  }
  return sequence_of(std::move(kept), tuples);
}

namespace {

/// All tuples of a group as one: each variable with all its values.
Value reduced(const Value& tuples) {
  if (!tuples.is_array()) return tuples;
  auto result = make_object();
  for (const auto& tuple : tuples.array().items) {
    for (const auto& [name, value] : tuple.object().members()) {
      result->set(name, append(result->find(name->text), value));
    }
  }
  return result;
}

struct Group {
  Value data;
  std::size_t pair = 0;
};

}  // namespace

Value Evaluator::group(const Node& node, const Value& input, const Shared<Frame>& frame) {
  const bool tuples = is_tuples(input);
  const auto given = items_of(input);
  const Value none;
  const auto items = given.empty() ? std::span<const Value>(&none, 1) : given;
  std::vector<std::pair<std::string, Group>> groups;
  std::map<std::string, std::size_t, std::less<>> numbers;
  for (const auto& item : items) {
    const auto scope = tuples ? frame_of(item, frame) : frame;
    const auto context = tuples ? context_of(item) : item;
    for (std::size_t pair = 0; pair < node.pairs.size(); ++pair) {
      const auto key = evaluate(*node.pairs[pair].first, context, scope);
      if (key.undefined()) continue;
      if (!key.is_string()) raise("T1003", node.position, "", shown(key));
      const auto [at, added] = numbers.try_emplace(key.string(), groups.size());
      if (added) {
        groups.push_back({key.string(), {item, pair}});
      } else {
        auto& known = groups[at->second].second;
        if (known.pair != pair) raise("D1009", node.position, "", shown(key));
        known.data = append(known.data, item);
      }
    }
  }
  auto result = make_object();
  for (auto& [name, found] : groups) {
    const auto tuple = tuples ? reduced(found.data) : Value();
    const auto context = tuples ? context_of(tuple) : found.data;
    const auto scope = tuples ? frame_of(tuple, frame) : frame;
    auto value = evaluate(*node.pairs[found.pair].second, context, scope);
    if (value.undefined()) continue;
    result->add(Shared<StringData>(new StringData(name)), std::move(value));
  }
  return result;
}

namespace {

int order_of(const SortTerm& term, const Value& a, const Value& b, std::size_t position) {
  if (a.undefined() || b.undefined()) return a.undefined() ? (b.undefined() ? 0 : 1) : -1;
  const auto sortable = [](const Value& value) { return value.is_number() || value.is_string(); };
  if (!sortable(a) || !sortable(b)) raise("T2008", position);
  if (a.kind() != b.kind()) raise("T2007", position, "", shown(a), shown(b));
  const int order = a.is_number() ? (a.number() < b.number()   ? -1
                                     : a.number() > b.number() ? 1
                                                               : 0)
                                  : a.string().compare(b.string());
  return term.descending ? -order : order;
}

}  // namespace

Value Evaluator::sort(const Node& node, const Value& input, const Shared<Frame>& frame) {
  const auto items = items_of(input);
  const bool tuples = is_tuples(input);
  const auto term_of = [&](const SortTerm& term, const Value& item) {
    return tuples ? evaluate(*term.expression, context_of(item), frame_of(item, frame))
                  : evaluate(*term.expression, item, frame);
  };
  const auto after = [&](const Value& left, const Value& right) {
    for (const auto& term : node.terms) {
      const int order = order_of(term, term_of(term, left), term_of(term, right), node.position);
      if (order != 0) return order > 0;
    }
    return false;
  };
  return sequence_of(merge_sorted({items.begin(), items.end()}, after), tuples);
}

}  // namespace tocsin::jsonata

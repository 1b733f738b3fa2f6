// SPDX-License-Identifier: Apache-2.0
// Arrays, objects, and functions of functions.
#include <algorithm>
#include <unordered_set>

#include "engines/jsonata/error.hpp"
#include "engines/jsonata/evaluator.hpp"
#include "engines/jsonata/functions.hpp"
#include "engines/jsonata/parser.hpp"

namespace tocsin::jsonata {
namespace {

void add_keys(const Value& value, std::vector<Value>& out, std::unordered_set<std::string>& seen) {
  if (value.is_array()) {
    for (const auto& item : value.array().items)
      add_keys(item, out, seen);
  } else if (value.is_object()) {
    for (const auto& [name, member] : value.object().members()) {
      if (seen.insert(name->text).second) out.emplace_back(name);
    }
  }
}

void add_spread(const Value& value, std::vector<Value>& out) {
  if (value.is_array()) {
    for (const auto& item : value.array().items)
      add_spread(item, out);
  } else if (value.is_object()) {
    for (const auto& [name, member] : value.object().members()) {
      auto one = make_object();
      one->add(name, member);
      out.emplace_back(std::move(one));
    }
  } else {
    out.push_back(value);
  }
}

Value name_value(const Shared<StringData>& name) {
  return Value(name);
}

}  // namespace

Value function_count(Arguments& arguments) {
  return items_of(arguments[0]).size();
}

Value function_append(Arguments& arguments) {
  return append(arguments[0], arguments[1]);
}

Value function_exists(Arguments& arguments) {
  return !arguments[0].undefined();
}

Value function_boolean(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  return truthy(arguments[0]);
}

Value function_not(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  return !truthy(arguments[0]);
}

Value function_type(Arguments& arguments) {
  constexpr std::string_view kNames[] = {"",       "null",  "boolean", "number",
                                         "string", "array", "object",  "function"};
  if (arguments[0].undefined()) return {};
  return kNames[static_cast<std::size_t>(arguments[0].kind())];
}

Value function_keys(Arguments& arguments) {
  auto result = make_sequence();
  std::unordered_set<std::string> seen;
  add_keys(arguments[0], result->items, seen);
  return result;
}

Value function_lookup(Arguments& arguments) {
  return lookup(arguments[0], arguments[1].string());
}

Value function_spread(Arguments& arguments) {
  if (!arguments[0].is_array() && !arguments[0].is_object()) return arguments[0];
  auto result = make_sequence();
  add_spread(arguments[0], result->items);
  return result;
}

Value function_merge(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  auto result = make_object();
  for (const auto& item : items_of(arguments[0])) {
    if (!item.is_object()) continue;
    for (const auto& [name, member] : item.object().members())
      result->set(name, member);
  }
  return result;
}

Value function_reverse(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  const auto items = items_of(arguments[0]);
  return make_array({items.rbegin(), items.rend()});
}

Value function_shuffle(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  const auto given = items_of(arguments[0]);
  std::vector<Value> items(given.begin(), given.end());
  const auto& random = arguments.evaluator.options().random;
  if (!random) raise("D3137", 0, "", "$shuffle() is not available here");
  for (std::size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1], items[static_cast<std::size_t>(random() * static_cast<double>(i))]);
  return make_array(std::move(items));
}

Value function_distinct(Arguments& arguments) {
  if (!arguments[0].is_array() || items_of(arguments[0]).size() <= 1) return arguments[0];
  auto result = make_array();
  result->sequence = arguments[0].array().sequence;
  for (const auto& item : items_of(arguments[0])) {
    arguments.evaluator.spend(result->items.size());
    const bool known = std::ranges::any_of(
        result->items, [&](const Value& other) { return deep_equal(item, other); });
    if (!known) result->items.push_back(item);
  }
  return result;
}

Value function_zip(Arguments& arguments) {
  auto result = make_array();
  std::size_t shortest = std::string::npos;
  for (const auto& list : arguments.values)
    shortest = std::min(shortest, items_of(list).size());
  for (std::size_t i = 0; !arguments.values.empty() && i < shortest; ++i) {
    auto tuple = make_array();
    for (const auto& list : arguments.values)
      tuple->items.push_back(items_of(list)[i]);
    result->items.emplace_back(std::move(tuple));
  }
  return result;
}

Value function_sort(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  const auto items = items_of(arguments[0]);
  if (items.size() <= 1) return arguments[0];
  const auto& comparator = arguments[1];
  const bool numbers = std::ranges::all_of(items, &Value::is_number);
  if (comparator.undefined() && !numbers && !std::ranges::all_of(items, &Value::is_string))
    raise("D3070");
  const auto after = [&](const Value& left, const Value& right) {
    if (!comparator.undefined())
      return truthy(arguments.evaluator.apply(comparator, {left, right}, Value()));
    return numbers ? left.number() > right.number() : left.string() > right.string();
  };
  return make_array(merge_sorted({items.begin(), items.end()}, after));
}

Value function_map(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  auto result = make_sequence();
  std::size_t index = 0;
  for (const auto& item : items_of(arguments[0])) {
    auto value = arguments.evaluator.apply_some(arguments[1], item, Value(index++), arguments[0]);
    if (!value.undefined()) result->items.push_back(std::move(value));
  }
  return result;
}

Value function_filter(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  auto result = make_sequence();
  std::size_t index = 0;
  for (const auto& item : items_of(arguments[0])) {
    if (truthy(arguments.evaluator.apply_some(arguments[1], item, Value(index++), arguments[0])))
      result->items.push_back(item);
  }
  return result;
}

Value function_single(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  const Value* found = nullptr;
  std::size_t index = 0;
  for (const auto& item : items_of(arguments[0])) {
    const bool wanted =
        arguments[1].undefined() ||
        truthy(arguments.evaluator.apply_some(arguments[1], item, Value(index), arguments[0]));
    ++index;
    if (!wanted) continue;
    if (found) raise("D3138");
    found = &item;
  }
  if (!found) raise("D3139");
  return *found;
}

Value function_reduce(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  const auto& function = arguments[1];
  const int arity = arity_of(function.function());
  if (arity < 2) raise("D3050");
  const auto items = items_of(arguments[0]);
  std::size_t index = 0;
  Value result = arguments[2];
  if (result.undefined() && !items.empty()) result = items[index++];
  for (; index < items.size(); ++index) {
    std::vector<Value> given{result, items[index]};
    if (arity >= 3) given.emplace_back(index);
    if (arity >= 4) given.push_back(arguments[0]);
    result = arguments.evaluator.apply(function, std::move(given), Value());
  }
  return result;
}

Value function_sift(Arguments& arguments) {
  if (!arguments[0].is_object()) return {};
  auto result = make_object();
  for (const auto& [name, member] : arguments[0].object().members()) {
    if (truthy(
            arguments.evaluator.apply_some(arguments[1], member, name_value(name), arguments[0])))
      result->add(name, member);
  }
  return result->members().empty() ? Value() : Value(result);
}

Value function_each(Arguments& arguments) {
  if (!arguments[0].is_object()) return {};
  auto result = make_sequence();
  for (const auto& [name, member] : arguments[0].object().members()) {
    auto value =
        arguments.evaluator.apply_some(arguments[1], member, name_value(name), arguments[0]);
    if (!value.undefined()) result->items.push_back(std::move(value));
  }
  return result;
}

Value function_error(Arguments& arguments) {
  raise("D3137", 0, "",
        arguments[0].is_string() ? arguments[0].string() : "$error() function evaluated");
}

Value function_assert(Arguments& arguments) {
  if (!truthy(arguments[0])) {
    raise("D3141", 0, "",
          arguments[1].is_string() ? arguments[1].string() : "$assert() statement failed");
  }
  return {};
}

Value function_clone(Arguments& arguments) {
  return arguments[0];  // values are never changed once they are shared
}

Value function_eval(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  const auto& input = arguments[1].undefined() ? arguments.context : arguments[1];
  NodePtr tree;
  try {
    tree = resolve(parse_tree(arguments[0].string()));
  } catch (const Problem& problem) {
    raise("D3120", 0, "", to_error(problem).message);
  }
  try {
    return arguments.evaluator.run_inner(tree, input);
  } catch (const Problem& problem) {
    raise("D3121", 0, "", to_error(problem).message);
  }
}

}  // namespace tocsin::jsonata

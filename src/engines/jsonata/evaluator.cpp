// SPDX-License-Identifier: Apache-2.0
#include "engines/jsonata/evaluator.hpp"

#include "engines/jsonata/error.hpp"

namespace tocsin::jsonata {
namespace {

/// The members' values; arrays in full.
void flatten(const Value& value, std::vector<Value>& out) {
  if (!value.is_array()) return out.push_back(value);
  for (const auto& item : value.array().items)
    flatten(item, out);
}

Value wildcard(const Value& given) {
  const auto& input = given.is_array() && given.array().outer ? given.array().items[0] : given;
  auto result = make_sequence();
  if (input.is_array()) {
    for (const auto& item : input.array().items)
      flatten(item, result->items);
  } else if (input.is_object()) {
    for (const auto& [name, value] : input.object().members())
      flatten(value, result->items);
  }
  return result;
}

void descend(const Value& input, std::vector<Value>& out) {
  if (!input.is_array()) out.push_back(input);
  if (input.is_array()) {
    for (const auto& item : input.array().items)
      descend(item, out);
  } else if (input.is_object()) {
    for (const auto& [name, value] : input.object().members())
      descend(value, out);
  }
}

Value descendants(const Value& input) {
  auto result = make_sequence();
  if (!input.undefined()) descend(input, result->items);
  return unwrapped(result);
}

/// Counts nested evaluations while it lives.
class Depth {
 public:
  Depth(int& depth, int most) : depth_(depth) {
    if (++depth_ > most) {
      --depth_;
      raise("U1001");
    }
  }
  ~Depth() { --depth_; }

 private:
  int& depth_;
};

}  // namespace

void Frame::bind(const std::string& name, Value value) {
  for (auto& [known, held] : variables) {
    if (known == name) {
      held = std::move(value);
      return;
    }
  }
  variables.emplace_back(name, std::move(value));
}

const Value* Frame::find(std::string_view name) const {
  for (const auto* frame = this; frame; frame = frame->parent.get()) {
    for (const auto& [known, value] : frame->variables) {
      if (known == name) return &value;
    }
  }
  return nullptr;
}

Value lookup(const Value& input, std::string_view name) {
  if (input.is_object()) return input.object().find(name);
  if (!input.is_array()) return {};
  auto result = make_sequence();
  for (const auto& item : input.array().items) {
    const auto found = lookup(item, name);
    if (found.is_array()) {
      const auto& items = found.array().items;
      result->items.insert(result->items.end(), items.begin(), items.end());
    } else if (!found.undefined()) {
      result->items.push_back(found);
    }
  }
  return result;
}

Value append(const Value& left, const Value& right) {
  if (left.undefined()) return right;
  if (right.undefined()) return left;
  const auto first = items_of(left), second = items_of(right);
  auto result = make_array({first.begin(), first.end()});
  result->items.insert(result->items.end(), second.begin(), second.end());
  return result;
}

Value unwrapped(Value value) {
  if (!value.is_array() || !value.array().sequence || value.array().tuples) return value;
  const auto& array = value.array();
  if (array.items.empty()) return {};
  if (array.items.size() > 1 || array.keep_singleton) return value;
  return Value(array.items[0]);
}

std::span<const Value> items_of(const Value& value) {
  if (value.is_array()) return value.array().items;
  return {&value, value.undefined() ? std::size_t{0} : std::size_t{1}};
}

std::vector<Value> merge_sorted(std::vector<Value> items,
                                const std::function<bool(const Value&, const Value&)>& after) {
  if (items.size() <= 1) return items;
  const auto middle = items.begin() + static_cast<std::ptrdiff_t>(items.size() / 2);
  const auto left = merge_sorted({items.begin(), middle}, after);
  const auto right = merge_sorted({middle, items.end()}, after);
  items.clear();
  std::size_t i = 0, j = 0;
  while (i < left.size() && j < right.size())
    items.push_back(after(left[i], right[j]) ? right[j++] : left[i++]);
  items.insert(items.end(), left.begin() + static_cast<std::ptrdiff_t>(i), left.end());
  items.insert(items.end(), right.begin() + static_cast<std::ptrdiff_t>(j), right.end());
  return items;
}

/// An array as input is one context, not many.
Value as_context(const Value& input) {
  if (!input.is_array() || input.array().sequence) return input;
  auto wrapper = make_sequence();
  wrapper->items.push_back(input);
  wrapper->outer = true;
  return wrapper;
}

void Evaluator::raise_too_long() {
  raise("U1001");
}

Value Evaluator::run(const Node& root, Value input) {
  global_ = Shared<Frame>(new Frame(nullptr));
  const Shared<Frame> frame(new Frame(global_));
  frame->bind("$", input);
  return evaluate(root, as_context(input), frame);
}

namespace {

Value made(const Binding& binding) {
  if (binding.value) return view_of(*binding.value);
  auto object = make_object();
  for (const auto& [name, member] : binding.members)
    object->set(name, view_of(*member));
  return object;
}

}  // namespace

const Value* Evaluator::find(const std::string& name, const Shared<Frame>& frame) {
  if (const auto* found = frame->find(name)) return found;
  const auto given = options_.bindings.find(name);
  if (given == options_.bindings.end()) return nullptr;
  global_->bind(name, made(given->second));
  return global_->find(name);
}

Value Evaluator::run_inner(std::shared_ptr<const Node> root, const Value& input) {
  const auto outer = std::exchange(keeps_, root);
  const auto result = evaluate(*root, as_context(input), Shared<Frame>(new Frame(global_)));
  keeps_ = outer;
  return result;
}

Value Evaluator::evaluate(const Node& node, const Value& input, const Shared<Frame>& frame) {
  const Depth depth(depth_, options_.most_depth);
  spend();
  auto result = value_of(node, input, frame);
  const bool plain = node.predicates.empty() && !node.group && !node.keep_array;
  return plain ? unwrapped(std::move(result)) : finished(node, std::move(result), frame);
}

/// What hangs on the node: predicates, a group, [].
Value Evaluator::finished(const Node& node, Value result, const Shared<Frame>& frame) {
  for (const auto& predicate : node.predicates)
    result = filter(*predicate->left, result, frame);
  if (node.op != Op::Path && node.group) result = group(*node.group, result, frame);
  if (node.keep_array && result.is_array() && result.array().sequence && !result.array().tuples) {
    auto kept = make_array(result.array().items);
    kept->sequence = kept->keep_singleton = true;
    result = kept;
  }
  return unwrapped(std::move(result));
}

Value Evaluator::value_of(const Node& node, const Value& input, const Shared<Frame>& frame) {
  switch (node.op) {
    case Op::Literal:
      return node.value;
    case Op::Name:
      return lookup(input, node.text);
    case Op::Path:
      return path(node, input, frame);
    case Op::Variable:
      return variable(node, input, frame);
    case Op::Wildcard:
      return wildcard(input);
    case Op::Descendant:
      return descendants(input);
    case Op::Parent: {
      const auto* found = frame->find(node.slot->label);
      return found ? *found : Value();
    }
    case Op::Regex: {
      Shared<FunctionData> function(new FunctionData);
      function->regex = node.regex;
      function->position = node.position;
      return function;
    }
    case Op::Block: {
      const Shared<Frame> inner(new Frame(frame));
      Value result;
      for (const auto& item : node.items)
        result = evaluate(*item, input, inner);
      return result;
    }
    case Op::Bind: {
      auto value = evaluate(*node.right, input, frame);
      frame->bind(node.text, value);
      return value;
    }
    case Op::Condition:
      if (truthy(evaluate(*node.left, input, frame))) return evaluate(*node.right, input, frame);
      return node.third ? evaluate(*node.third, input, frame) : Value();
    case Op::Default: {
      auto value = evaluate(*node.left, input, frame);
      return truthy(value) ? value : evaluate(*node.right, input, frame);
    }
    case Op::Coalesce: {
      auto value = evaluate(*node.left, input, frame);
      return value.undefined() ? evaluate(*node.right, input, frame) : value;
    }
    case Op::Lambda:
      return lambda(node, input, frame);
    case Op::Call:
      return call(node, input, frame, nullptr);
    case Op::Partial:
      return partial(node, input, frame);
    case Op::Apply:
      return apply_operator(node, input, frame);
    case Op::Transform:
      return transform(node, input, frame);
    case Op::Array:
      return array(node, input, frame);
    case Op::Object:
      return group(node, input, frame);
    case Op::Negate:
      return negate(node, input, frame);
    default:
      return binary(node, input, frame);
  }
}

}  // namespace tocsin::jsonata

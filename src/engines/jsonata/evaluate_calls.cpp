// SPDX-License-Identifier: Apache-2.0
#include <unordered_map>

#include "engines/jsonata/error.hpp"
#include "engines/jsonata/evaluator.hpp"
#include "engines/jsonata/signature.hpp"

namespace tocsin::jsonata {
namespace {

/// The name under which a procedure was called; empty where it has none.
std::string name_of(const Node& procedure) {
  return procedure.op == Op::Path ? procedure.items[0]->text : procedure.text;
}

Value deep_copy(const Value& value) {
  if (value.is_array()) {
    auto copy = make_array();
    copy->sequence = value.array().sequence;
    for (const auto& item : value.array().items)
      copy->items.push_back(deep_copy(item));
    return copy;
  }
  if (!value.is_object()) return value;
  auto copy = make_object();
  for (const auto& [name, member] : value.object().members())
    copy->add(name, deep_copy(member));
  return copy;
}

std::optional<Document> to_native(const Value& value) {
  return value.undefined() ? std::nullopt : std::optional(to_document(value));
}

}  // namespace

void intrusive_ptr_add_ref(const FunctionData* data) {
  ++data->owners;
}
void intrusive_ptr_release(const FunctionData* data) {
  if (--data->owners == 0) delete data;
}

int arity_of(const FunctionData& function) {
  return function.lambda ? static_cast<int>(function.lambda->names.size()) : function.arity;
}

Value make_native(int arity, std::function<Value(Arguments&)> native,
                  std::shared_ptr<const Signature> signature) {
  Shared<FunctionData> function(new FunctionData);
  function->native = std::move(native);
  function->arity = arity;
  function->signature = std::move(signature);
  return function;
}

/// Made once a thread: values belong to one.
Value value_of_builtin(const Builtin& known) {
  thread_local std::unordered_map<const Builtin*, Value> made;
  auto& value = made[&known];
  if (value.undefined()) {
    auto signature = known.signature.empty() ? nullptr : parse_signature(known.signature);
    value = make_native(known.arity, known.call, std::move(signature));
  }
  return value;
}

Value native_of(const Options::Function& given) {
  auto signature = given.signature.empty() ? nullptr : parse_signature(given.signature);
  const auto arity = signature ? static_cast<int>(signature->parameters.size()) : 1;
  const auto call = [&native = given.call](Arguments& arguments) -> Value {
    std::vector<std::optional<Document>> documents;
    for (const auto& value : arguments.values)
      documents.push_back(to_native(value));
    auto result = native(documents);
    if (!result) {
      throw Problem{.code = result.error().code, .value = result.error().message, .placed = true};
    }
    return *result ? from_document(**result) : Value();
  };
  return make_native(arity, call, std::move(signature));
}

Value Evaluator::lambda(const Node& node, const Value& input, const Shared<Frame>& frame) {
  Shared<FunctionData> function(new FunctionData);
  function->lambda = &node;
  function->frame = frame;
  function->input = input;
  function->signature = node.signature;
  function->keeps = keeps_;
  return function;
}

/// `first` is what ~> puts before the arguments.
Value Evaluator::call(const Node& node, const Value& input, const Shared<Frame>& frame,
                      const Value* first) {
  const auto function = evaluate(*node.left, input, frame);
  if (function.undefined()) refuse_call(node, frame, "T1005", "T1006");
  std::vector<Value> arguments;
  arguments.reserve(node.items.size() + 1);
  if (first) arguments.push_back(*first);
  for (const auto& item : node.items)
    arguments.push_back(evaluate(*item, input, frame));
  if (node.tail_call && !first) {
    tail_ = Tail{function, std::move(arguments), input, &node};
    return {};
  }
  try {
    return apply(function, std::move(arguments), input);
  } catch (Problem& problem) {
    if (!problem.placed) {
      problem.placed = true;
      if (!problem.position) problem.position = node.position;
      if (problem.token.empty()) problem.token = name_of(*node.left);
    }
    throw;
  }
}

void Evaluator::refuse_call(const Node& node, const Shared<Frame>& frame, std::string_view named,
                            std::string_view other) {
  const auto name = name_of(*node.left);
  const bool known = find(name, frame) || builtin(name);
  raise(node.left->op == Op::Path && known ? named : other, node.position, name);
}

Value Evaluator::apply(const Value& function, std::vector<Value> arguments, const Value& context) {
  auto result = apply_once(function, std::move(arguments), context);
  while (tail_) {
    auto next = *std::exchange(tail_, std::nullopt);
    try {
      result = apply_once(next.function, std::move(next.arguments), next.context);
    } catch (Problem& problem) {
      if (problem.token.empty()) problem.token = name_of(*next.call->left);
      throw;
    }
  }
  return result;
}

Value Evaluator::apply_once(const Value& given, std::vector<Value> arguments,
                            const Value& context) {
  if (!given.is_function()) raise("T1006");
  const auto function = given.shared_function();
  spend();
  if (function->signature)
    arguments = validated(*function->signature, std::move(arguments), context);
  if (function->lambda) {
    const Shared<Frame> frame(new Frame(function->frame));
    const auto& names = function->lambda->names;
    for (std::size_t i = 0; i < names.size(); ++i)
      frame->bind(names[i], i < arguments.size() ? std::move(arguments[i]) : Value());
    return evaluate(*function->lambda->left, function->input, frame);
  }
  Arguments given_arguments{*this, context, std::move(arguments)};
  if (function->regex) return match_from(*function, to_text(given_arguments[0]), 0);
  return function->native(given_arguments);
}

Value Evaluator::apply_some(const Value& function, const Value& first, const Value& second,
                            const Value& third) {
  const int arity = arity_of(function.function());
  std::vector<Value> arguments{first};
  if (arity >= 2) arguments.push_back(second);
  if (arity >= 3) arguments.push_back(third);
  return apply(function, std::move(arguments), Value());
}

Value Evaluator::partial(const Node& node, const Value& input, const Shared<Frame>& frame) {
  const auto function = evaluate(*node.left, input, frame);
  if (function.undefined()) refuse_call(node, frame, "T1007", "T1008");
  if (!function.is_function()) raise("T1008", node.position, name_of(*node.left));
  std::vector<Value> arguments;
  std::vector<std::size_t> open;
  for (const auto& item : node.items) {
    if (item->op == Op::Placeholder) open.push_back(arguments.size());
    arguments.push_back(item->op == Op::Placeholder ? Value() : evaluate(*item, input, frame));
  }
  const auto arity = static_cast<int>(open.size());
  return make_native(arity, [=](Arguments& given) {
    auto all = arguments;
    for (std::size_t i = 0; i < open.size(); ++i)
      all[open[i]] = given[i];
    return given.evaluator.apply(function, std::move(all), given.context);
  });
}

Value Evaluator::apply_operator(const Node& node, const Value& input, const Shared<Frame>& frame) {
  const auto left = evaluate(*node.left, input, frame);
  if (node.right->op == Op::Call) return call(*node.right, input, frame, &left);
  const auto right = evaluate(*node.right, input, frame);
  if (!right.is_function()) raise("T2006", node.position, "", shown(right));
  if (!left.is_function()) return apply(right, {left}, Value());
  return make_native(1, [left, right](Arguments& given) {
    auto& evaluator = given.evaluator;
    return evaluator.apply(right, {evaluator.apply(left, {given[0]}, Value())}, Value());
  });
}

/// |pattern|update,delete|: a function that changes a copy of what it gets.
Value Evaluator::transform(const Node& node, const Value&, const Shared<Frame>& frame) {
  return make_native(
      1,
      [&node, frame, keeps = keeps_](Arguments& given) -> Value {
        if (given[0].undefined()) return {};
        const auto copy = deep_copy(given[0]);
        auto& evaluator = given.evaluator;
        const auto matches = evaluator.evaluate(*node.left, copy, frame);
        for (const auto& match : items_of(matches)) {
          // The copy is nobody else's yet.
          if (match.is_object())
            evaluator.update(node, const_cast<ObjectData&>(match.object()), match, frame);
        }
        return copy;
      },
      parse_signature("<(oa):o>"));
}

void Evaluator::update(const Node& node, ObjectData& object, const Value& match,
                       const Shared<Frame>& frame) {
  const auto change = evaluate(*node.right, match, frame);
  if (!change.undefined()) {
    if (!change.is_object()) raise("T2011", node.right->position, "", shown(change));
    for (const auto& [name, value] : change.object().members())
      object.set(name, value);
  }
  if (!node.third) return;
  const auto gone = evaluate(*node.third, match, frame);
  for (const auto& name : items_of(gone)) {
    if (!name.is_string()) raise("T2012", node.third->position, "", shown(gone));
    object.erase(name.string());
  }
}

}  // namespace tocsin::jsonata

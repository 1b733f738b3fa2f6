// SPDX-License-Identifier: Apache-2.0
// Walks the tree. One evaluation, one thread. Throws Problem.
#pragma once

#include "engines/jsonata/ast.hpp"
#include "engines/jsonata/function.hpp"
#include "engines/jsonata/jsonata.hpp"

namespace tocsin::jsonata {

/// The variables of one scope.
struct Frame : Counted {
  explicit Frame(Shared<Frame> above) : parent(std::move(above)) {}
  Shared<Frame> parent;
  std::vector<std::pair<std::string, Value>> variables;

  void bind(const std::string& name, Value value);
  const Value* find(std::string_view name) const;  // in this scope or above
};

inline void intrusive_ptr_add_ref(const Frame* frame) {
  ++frame->owners;
}
inline void intrusive_ptr_release(const Frame* frame) {
  if (--frame->owners == 0) delete frame;
}

class Evaluator {
 public:
  explicit Evaluator(const Options& options) : options_(options) {}

  Value run(const Node& root, Value input);
  /// Another tree, with the variables of the outermost scope ($eval).
  Value run_inner(std::shared_ptr<const Node> root, const Value& input);

  Value evaluate(const Node& node, const Value& input, const Shared<Frame>& frame);
  Value apply(const Value& function, std::vector<Value> arguments, const Value& context);
  /// With as many of the three as the function names.
  Value apply_some(const Value& function, const Value& first, const Value& second,
                   const Value& third);

  const Options& options() const { return options_; }
  const Shared<Frame>& global() const { return global_; }
  /// Counts `steps` against the limit.
  void spend(std::size_t steps = 1) {
    if ((steps_ += steps) > options_.most_steps) raise_too_long();
  }

 private:
  struct Tail {
    Value function;
    std::vector<Value> arguments;
    Value context;
    const Node* call = nullptr;
  };

  [[noreturn]] static void raise_too_long();
  Value value_of(const Node& node, const Value& input, const Shared<Frame>& frame);
  Value finished(const Node& node, Value result, const Shared<Frame>& frame);

  /// A variable of the frame or those above, or one that was given; null: there is none.
  const Value* find(const std::string& name, const Shared<Frame>& frame);

  // evaluate_path.cpp
  std::size_t walk(const Node& path, const Shared<Frame>& frame, Value& result);
  std::size_t walk_members(const Node& path, const Value& input, Value& result);
  Value path(const Node& node, const Value& input, const Shared<Frame>& frame);
  Value step(const Node& node, const Value& input, const Shared<Frame>& frame, bool last);
  Value tuple_step(const Node& node, const Value& input, const Value& tuples,
                   const Shared<Frame>& frame);
  Value with_stages(const Node& node, Value result, const Shared<Frame>& frame);
  Value filter(const Node& predicate, const Value& input, const Shared<Frame>& frame);
  Value group(const Node& node, const Value& input, const Shared<Frame>& frame);
  Value sort(const Node& node, const Value& input, const Shared<Frame>& frame);

  // evaluate_operators.cpp
  Value arithmetic(const Node& node, const Value& left, const Value& right);
  Value comparison(const Node& node, const Value& left, const Value& right);
  Value range(const Node& node, const Value& left, const Value& right);
  Value binary(const Node& node, const Value& input, const Shared<Frame>& frame);
  Value negate(const Node& node, const Value& input, const Shared<Frame>& frame);
  Value array(const Node& node, const Value& input, const Shared<Frame>& frame);
  Value variable(const Node& node, const Value& input, const Shared<Frame>& frame);

  // evaluate_calls.cpp
  Value call(const Node& node, const Value& input, const Shared<Frame>& frame, const Value* first);
  Value partial(const Node& node, const Value& input, const Shared<Frame>& frame);
  Value apply_operator(const Node& node, const Value& input, const Shared<Frame>& frame);
  Value apply_once(const Value& function, std::vector<Value> arguments, const Value& context);
  Value lambda(const Node& node, const Value& input, const Shared<Frame>& frame);
  Value transform(const Node& node, const Value& input, const Shared<Frame>& frame);
  void update(const Node& node, ObjectData& object, const Value& match, const Shared<Frame>& frame);
  [[noreturn]] void refuse_call(const Node& node, const Shared<Frame>& frame,
                                std::string_view named, std::string_view other);

  const Options& options_;
  std::shared_ptr<const Node> keeps_;  // the tree that is walked, where it is $eval's
  Shared<Frame> global_;
  std::optional<Tail> tail_;
  std::size_t steps_ = 0;
  int depth_ = 0;
};

// What the evaluator and the functions share.
Value value_of_builtin(const Builtin& known);
Value native_of(const Options::Function& given);
/// The first match of a regular expression at or behind a byte of the text, as the object that
/// jsonata.js gives: match, start, end, groups, next. Undefined: none. Throws D1004.
Value match_from(const FunctionData& regex, const std::string& text, std::size_t from);
Value lookup(const Value& input, std::string_view name);
Value append(const Value& left, const Value& right);
/// A sequence of one item as that item, an empty one as undefined.
Value unwrapped(Value value);
/// The items of an array, or the value as the only one; nothing where it is undefined.
std::span<const Value> items_of(const Value& value);
/// Stable; `after(a, b)`: b belongs before a.
std::vector<Value> merge_sorted(std::vector<Value> items,
                                const std::function<bool(const Value&, const Value&)>& after);
Value as_context(const Value& input);

}  // namespace tocsin::jsonata

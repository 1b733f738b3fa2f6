// SPDX-License-Identifier: Apache-2.0
// Functions as values, and the language's own.
#pragma once

#include <boost/regex.hpp>
#include <functional>
#include <span>

#include "engines/jsonata/ast.hpp"
#include "engines/jsonata/value.hpp"

namespace tocsin::jsonata {

class Evaluator;
struct Frame;
void intrusive_ptr_add_ref(const Frame* frame);
void intrusive_ptr_release(const Frame* frame);

/// What a function of the language gets.
struct Arguments {
  Evaluator& evaluator;
  const Value& context;
  std::vector<Value> values;

  /// Undefined where there are fewer.
  const Value& operator[](std::size_t index) const {
    static const Value none;
    return index < values.size() ? values[index] : none;
  }
};

struct Builtin {
  std::string_view name;
  std::string_view signature;  // empty: as given
  int arity;                   // parameters without a default
  Value (*call)(Arguments&);
};

/// Null where there is none of that name.
const Builtin* builtin(std::string_view name);

/// One of these at a time: a lambda, a regular expression, or something native.
struct FunctionData : Counted {
  const Node* lambda = nullptr;
  Shared<Frame> frame;  // of a lambda
  Value input;          // of a lambda: the context where it was written

  std::shared_ptr<const boost::regex> regex;
  std::size_t position = 0;  // of a regular expression in the source

  std::function<Value(Arguments&)> native;
  std::shared_ptr<const Signature> signature;
  int arity = 1;
  std::shared_ptr<const Node> keeps = {};  // the tree of $eval, which the lambda is part of
};

/// How many of its parameters a function names.
int arity_of(const FunctionData& function);

Value make_native(int arity, std::function<Value(Arguments&)> native,
                  std::shared_ptr<const Signature> signature = nullptr);

}  // namespace tocsin::jsonata

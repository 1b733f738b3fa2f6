// SPDX-License-Identifier: Apache-2.0
// JSONata 2.1 (https://docs.jsonata.org), in the form that Step Functions uses and beyond: the
// whole language of jsonata.js, natively. An Expression is immutable and may be shared by threads;
// each evaluation runs on one.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace tocsin::jsonata {

struct Node;

/// A function of the caller's. None: undefined. Error: as raised inside the expression.
using Native =
    std::function<Result<std::optional<Document>>(std::span<const std::optional<Document>>)>;

/// A variable's value: a document, or else an object of documents. They must outlive the
/// evaluation, which makes values only of what it looks at.
struct Binding {
  const Document* value = nullptr;
  std::vector<std::pair<std::string_view, const Document*>> members = {};
};

struct Options {
  /// Variables, without $: "states".
  std::map<std::string, Binding, std::less<>> bindings = {};
  /// Functions, without $; they stand before the language's own. The signature is jsonata.js's
  /// ("<s-:s>"), empty: anything.
  struct Function {
    Native call;
    std::string signature;
  };
  std::map<std::string, Function> functions = {};
  /// Of $now and $millis, which one evaluation sees as one moment.
  Time now{};
  /// Of $random: [0, 1). None: $random is an error.
  std::function<double()> random = {};
  /// Steps and values that one evaluation may take, before error U1001, and how deep calls may
  /// nest.
  std::size_t most_steps = 50'000'000;
  /// A result that is a function is an error; else it is "", as JSON.stringify has it.
  bool functions_fail = false;
  int most_depth = 600;
};

class Expression {
 public:
  /// Error: code (S0201 …), message as jsonata.js words it; `position` in details.
  static Result<Expression> parse(std::string_view source);

  /// None: the result is undefined. Error: code (T2001, D3030 …) and message; FunctionResult where
  /// it is a function and `Options::functions_fail` is set.
  Result<std::optional<Document>> evaluate(const Document& input, const Options& options) const;

 private:
  explicit Expression(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace tocsin::jsonata

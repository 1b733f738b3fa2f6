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

#include "base/document.hpp"
#include "base/result.hpp"
#include "base/time.hpp"

namespace tocsin::jsonata {

struct Node;

/// A function of the caller's. None: undefined. Error: as raised inside the expression.
using Native =
    std::function<Result<std::optional<Document>>(std::span<const std::optional<Document>>)>;

struct Options {
  /// Variables, without $: {"states": {…}}.
  std::map<std::string, Document> bindings = {};
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
  int most_depth = 600;
};

class Expression {
 public:
  /// Error: code (S0201 …), message as jsonata.js words it; `position` in details.
  static Result<Expression> parse(std::string_view source);

  /// None: the result is undefined. Error: code (T2001, D3030 …) and message.
  Result<std::optional<Document>> evaluate(const Document& input, const Options& options) const;

 private:
  explicit Expression(std::shared_ptr<const Node> root) : root_(std::move(root)) {}
  std::shared_ptr<const Node> root_;
};

}  // namespace tocsin::jsonata

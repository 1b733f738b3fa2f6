// SPDX-License-Identifier: Apache-2.0
// States.Format, States.Array and the other intrinsic functions of JSONPath states.
// https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engines/asl/scope.hpp"

namespace tocsin::asl {

using IntrinsicFunction = Result<Document> (*)(std::span<const Document> arguments,
                                               Surroundings& around);

class Intrinsic {
 public:
  /// "States.Format('Hello {}', $.name)". Error: code "Intrinsic", for people.
  static Result<Intrinsic> parse(std::string_view text);

  /// Error: States.IntrinsicFailure, or States.Runtime where a path names nothing.
  Result<Document> call(const Scope& scope) const;
  const std::string& text() const { return text_; }
  /// Every path among the arguments, nested ones included.
  void paths(std::vector<const Path*>& out) const;

 private:
  friend class IntrinsicParser;
  struct Argument;
  std::string text_;
  IntrinsicFunction function_ = nullptr;
  std::vector<Argument> arguments_;
};

struct Intrinsic::Argument {
  enum class Kind : std::uint8_t { Literal, Path, Call };
  Kind kind = Kind::Literal;
  Document literal;
  Path path;
  Intrinsic call;
};

struct IntrinsicEntry {
  std::string_view name;  // without "States."
  std::size_t fewest, most;
  IntrinsicFunction function;
};
/// All 18; null where there is none of that name.
const IntrinsicEntry* find_intrinsic(std::string_view name);

}  // namespace tocsin::asl

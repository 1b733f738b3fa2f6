// SPDX-License-Identifier: Apache-2.0
// A payload template: JSON in which members "x.$" (JSONPath) or strings "{% … %}" (JSONata) are
// replaced by what they name.
#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "engines/asl/intrinsic.hpp"
#include "engines/asl/query.hpp"
#include "engines/asl/value.hpp"

namespace tocsin::asl {

enum class Language : std::uint8_t { JsonPath, Jsonata };

/// What is wrong with a piece of a definition: where, below the field, and why.
struct TemplateProblem {
  std::string location;  // "/Parameters/name.$"
  std::string message;
};

class Template {
 public:
  Template() = default;
  /// What is wrong is added to `problems`.
  static Template compile(const Document& json, Language language, const std::string& field,
                          std::vector<TemplateProblem>& problems);

  Result<Value> evaluate(const Scope& scope) const;
  /// As `evaluate`, without its own allocation.
  Result<Document> document(const Scope& scope) const;
  bool constant() const { return static_cast<bool>(constant_); }

 private:
  struct Node;
  using Members = std::vector<std::pair<std::string, Node>>;
  using Elements = std::vector<Node>;
  struct Reference {
    Path path;
    std::string key;  // "name.$"
  };
  struct Call {
    Intrinsic intrinsic;
    std::string key;
  };
  struct Node {
    std::variant<Document, Reference, Call, Query, Members, Elements> of;
  };
  class Compiler;

  static Result<Document> evaluate(const Node& node, const Scope& scope);

  Value constant_;
  Node root_;
};

}  // namespace tocsin::asl

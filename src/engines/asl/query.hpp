// SPDX-License-Identifier: Apache-2.0
// A JSONata expression of a state, "{% … %}", compiled once.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engines/asl/scope.hpp"
#include "engines/jsonata/jsonata.hpp"

namespace tocsin::asl {

/// Whether the text is "{% … %}".
bool is_query(std::string_view text);

class Query {
 public:
  /// `text` with its "{% %}"; `field` names it in errors: "Output/result". Error: of jsonata.
  static Result<Query> parse(std::string_view text, std::string field);

  /// Error: States.QueryEvaluationError, with `location` among its members.
  Result<Document> evaluate(const Scope& scope) const;
  /// The error of a value of another type than the field takes.
  Failure unexpected(std::string_view wanted, const Document& value) const;
  const std::string& field() const { return field_; }

 private:
  Query() = default;
  void look_at_names();
  void find_shortcut();
  const Document* shortcut(const Scope& scope) const;
  void bind(jsonata::Options& options, const Scope& scope) const;

  std::string source_, field_;
  std::optional<jsonata::Expression> expression_;
  std::vector<std::string> variables_;  // names with $ that it mentions, $states apart
  bool uses_states_ = false, uses_input_ = false, uses_result_ = false, uses_error_ = false,
       uses_context_ = false;
  std::vector<std::string>
      shortcut_;  // of a plain $states.input.a.b or $name.a.b: states input a b
};

/// "array", "object", "string", "number", "boolean", "null": as AWS's messages name types.
std::string_view type_name(const Document& value);

Failure query_error(std::string cause, std::string_view location);

}  // namespace tocsin::asl

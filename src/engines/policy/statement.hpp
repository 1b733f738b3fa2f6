// SPDX-License-Identifier: Apache-2.0
// What a policy is compiled to.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/document.hpp"
#include "engines/policy/condition.hpp"
#include "engines/policy/principals.hpp"

namespace tocsin::policy {

/// A request as statements see it: what many of them need is worked out once.
struct Question {
  const Request& request;
  std::string action;  // in lower case
  bool bounded;        // the caller has a permissions boundary

  Question(const Request& asked, bool has_boundary);
};

/// An Action value: compared without case.
class ActionPattern {
 public:
  explicit ActionPattern(std::string_view text);
  bool matches(std::string_view lower_case_action) const;

 private:
  TextPattern pattern_;
};

struct Statement {
  std::string sid;
  Effect effect = Effect::Allow;
  bool not_action = false;
  std::vector<ActionPattern> actions;
  bool not_resource = false;
  std::vector<TextPattern> resources;  // a trust policy has none: it is for its own role
  bool not_principal = false;
  std::optional<Principals> principals;  // none in policies of identities
  std::vector<Condition> conditions;

  /// How it speaks to the request: None where it does not.
  Grant applies(const Question& question) const;

 private:
  bool matches_action(const Question& question) const;
  bool matches_resource(const Question& question) const;
  Grant match_principal(const Question& question) const;
};

struct Policy {
  PolicyKind kind = PolicyKind::Identity;
  std::vector<Statement> statements;
};

/// Compiles a document that a grammar has accepted.
PolicyPtr compile(const Document& document, PolicyKind kind);

}  // namespace tocsin::policy

// SPDX-License-Identifier: Apache-2.0
// What a policy is compiled to.
#pragma once

#include <boost/container/small_vector.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/document.hpp"
#include "engines/policy/condition.hpp"
#include "engines/policy/principals.hpp"

namespace tocsin::policy {

/// A request as statements see it: what many of them need is worked out once.
class Question {
 public:
  Question(const Request& asked, bool has_boundary);

  const Request& request;
  Lookup keys;
  bool bounded;  // the caller has a permissions boundary

  std::string_view action() const { return {lower_.data(), lower_.size()}; }  // in lower case
  std::string_view service() const { return action().substr(0, service_); }

 private:
  boost::container::small_vector<char, 64> lower_;
  std::size_t service_;
};

/// An Action value: compared without case.
class ActionPattern {
 public:
  explicit ActionPattern(std::string_view text);
  bool matches(std::string_view lower_case_action) const;
  /// Whether some action of the service matches.
  bool may_name(std::string_view lower_case_service) const;
  /// What stands before the colon; empty where a wildcard may reach over it.
  std::string_view service() const { return std::string_view(pattern_).substr(0, service_); }

 private:
  std::string pattern_;  // compiled text
  std::size_t head_;     // so much of its beginning is plain
  std::size_t service_ = 0;
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

/// Which statements of a policy may speak to an action, by its service.
class StatementIndex {
 public:
  StatementIndex() = default;
  explicit StatementIndex(const std::vector<Statement>& statements);
  /// Numbers of statements, ascending.
  std::span<const std::uint32_t> of_service(std::string_view lower_case_service) const;

 private:
  struct Entry {
    std::string service;
    std::vector<std::uint32_t> statements;
  };
  std::vector<Entry> entries_;         // sorted by service
  std::vector<std::uint32_t> others_;  // those that may speak to any service
};

struct Policy {
  PolicyKind kind = PolicyKind::Identity;
  std::vector<Statement> statements;
  StatementIndex index;
};

/// Compiles a document that a grammar has accepted.
PolicyPtr compile(const Document& document, PolicyKind kind);

}  // namespace tocsin::policy

// SPDX-License-Identifier: Apache-2.0
// What the rules half keeps: rules and their standing, and what they found.
#pragma once

#include "core/registry.hpp"
#include "core/table.hpp"
#include "services/config/items.hpp"

namespace tocsin::config {

inline constexpr std::string_view kPrincipal = "config.amazonaws.com";
inline constexpr std::string_view kAccountType = "AWS::::Account";

/// A rule as PutConfigRule gave it. What changes with every evaluation stands in RuleStanding.
struct Rule {
  std::string name, id;
  Scope scope;
  std::string description;
  std::vector<std::string> types;  // of the scope, as are the next three
  std::string tag_key, tag_value, resource_id;
  std::string owner;       // "AWS", "CUSTOM_LAMBDA", "CUSTOM_POLICY"
  std::string identifier;  // of a managed rule, or the function's ARN
  Array details;           // SourceDetails
  std::string policy;      // Guard text
  bool debug = false;
  std::string parameters;  // InputParameters, JSON text; may be empty
  std::string frequency;
  std::string created_by;  // a service; empty: the account itself
  std::vector<std::string> modes;
  Time created{};

  std::string arn() const { return tocsin::arn("config", scope, "config-rule/" + id); }
  core::Key key() const { return core::Key::of(scope, name); }
};
BOOST_DESCRIBE_STRUCT(Rule, (),
                      (name, id, scope, description, types, tag_key, tag_value, resource_id, owner,
                       identifier, details, policy, debug, parameters, frequency, created_by, modes,
                       created))

struct RuleStanding {
  std::string state = "ACTIVE";
  std::string sweep;  // id of the one that goes on: a later one makes it stop
  std::string timer;  // of the next periodic evaluation
  Time invoked{}, invocation_failed{}, evaluated{}, evaluation_failed{}, activated{};
  std::string error_code, error_message;
  bool started = false;
};
BOOST_DESCRIBE_STRUCT(RuleStanding, (),
                      (state, sweep, timer, invoked, invocation_failed, evaluated,
                       evaluation_failed, activated, error_code, error_message, started))

/// What one rule last found of one resource.
struct Evaluation {
  std::string compliance, annotation;
  Time ordering{}, recorded{}, invoked{};
};
BOOST_DESCRIBE_STRUCT(Evaluation, (), (compliance, annotation, ordering, recorded, invoked))

/// All that is found of one resource, in one row: an item is judged by several rules at once.
struct Evaluations {
  std::map<std::string, Evaluation> rules;  // by name
};
BOOST_DESCRIBE_STRUCT(Evaluations, (), (rules))

struct Names {
  std::set<std::string> names;
};
BOOST_DESCRIBE_STRUCT(Names, (), (names))

struct Mark {};
BOOST_DESCRIBE_STRUCT(Mark, (), ())

struct NameOfId {
  std::string name;
};
BOOST_DESCRIBE_STRUCT(NameOfId, (), (name))

inline constexpr core::Table<Rule> kRules{"config.rules"};                  // account, region, name
inline constexpr core::Table<RuleStanding> kStandings{"config.standings"};  // the same
inline constexpr core::Table<NameOfId> kRuleIds{"config.rule_ids"};         // account, region, id
/// The rules that a change of a resource of the type sets off; type "*": of any type.
inline constexpr core::Table<Names> kTriggered{"config.triggered"};  // account, region, type
inline constexpr core::Table<Evaluations> kEvaluations{
    "config.evaluations"};  // account, region, type, id
inline constexpr core::Table<Mark> kFound{
    "config.found"};  // account, region, rule, compliance, type, id

}  // namespace tocsin::config

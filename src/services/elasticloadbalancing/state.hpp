// SPDX-License-Identifier: Apache-2.0
// What is kept. Rows are found by their ARNs.
#pragma once

#include <algorithm>

#include "core/context.hpp"
#include "core/registry.hpp"
#include "core/table.hpp"
#include "core/tags.hpp"

namespace tocsin::elasticloadbalancing {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;
using core::Resumption;
using core::Tags;

using Attributes = std::map<std::string, std::string>;

struct LoadBalancer {
  Scope scope;
  std::string arn, name, type, scheme, vpc;
  std::string state = "provisioning";
  Time created{};
  Array zones;  // [{ZoneName, SubnetId, LoadBalancerAddresses}]
  std::vector<std::string> groups;
  std::string address_type = "ipv4";
  std::string dns;
  Attributes attributes;  // those that were set
  Tags tags;
};
BOOST_DESCRIBE_STRUCT(LoadBalancer, (),
                      (scope, arn, name, type, scheme, vpc, state, created, zones, groups,
                       address_type, dns, attributes, tags))

struct Target {
  std::string id;
  std::int64_t port = 0;  // 0: none, of functions
  std::string zone;
  bool zone_given = false;
  Time since{};  // registered
};
BOOST_DESCRIBE_STRUCT(Target, (), (id, port, zone, zone_given, since))

struct TargetGroup {
  Scope scope;
  std::string arn, name;
  Time created{};
  Object shape;           // as it is described, without LoadBalancerArns
  Attributes attributes;  // those that were set
  Tags tags;
  std::vector<Target> targets;
  std::set<std::string> balancers;  // whose listeners use it
  Time used{};                      // since when
};
BOOST_DESCRIBE_STRUCT(TargetGroup, (),
                      (scope, arn, name, created, shape, attributes, tags, targets, balancers,
                       used))

struct Listener {
  Scope scope;
  std::string arn, balancer, default_rule;
  Time created{};
  Object shape;                           // Port, Protocol, SslPolicy, AlpnPolicy, DefaultActions
  std::vector<std::string> certificates;  // the first is the default one
  Attributes attributes;
  Tags tags;
};
BOOST_DESCRIBE_STRUCT(Listener, (),
                      (scope, arn, balancer, default_rule, created, shape, certificates, attributes,
                       tags))

struct Rule {
  Scope scope;
  std::string arn, listener;
  std::int64_t priority = 0;
  Array conditions, actions;
  Tags tags;
};
BOOST_DESCRIBE_STRUCT(Rule, (), (scope, arn, listener, priority, conditions, actions, tags))

/// A target that was deregistered and has connections still.
struct Draining {
  Target target;
  Time until{};
};
BOOST_DESCRIBE_STRUCT(Draining, (), (target, until))

/// What EC2 last told of an instance that is a target.
struct Instance {
  std::string state = "running";
  Time since{};
};
BOOST_DESCRIBE_STRUCT(Instance, (), (state, since))

struct Mark {};
BOOST_DESCRIBE_STRUCT(Mark, (), ())

// Keys: account, region, …
inline constexpr core::Table<LoadBalancer> kBalancers{
    "elasticloadbalancing.load_balancers"};                                               // ARN
inline constexpr core::Table<TargetGroup> kGroups{"elasticloadbalancing.target_groups"};  // ARN
inline constexpr core::Table<Listener> kListeners{"elasticloadbalancing.listeners"};      // ARN
inline constexpr core::Table<Rule> kRules{"elasticloadbalancing.rules"};                  // ARN
inline constexpr core::Table<Draining> kDraining{
    "elasticloadbalancing.draining"};  // group's ARN, id, port
inline constexpr core::Table<Instance> kInstances{"elasticloadbalancing.instances"};  // id
inline constexpr core::Table<Mark> kMemberships{
    "elasticloadbalancing.memberships"};  // instance id, group's ARN

template <class Row>
Key key_of(const Row& row) {
  return Key::of(row.scope, row.arn);
}

// --- names.cpp
Failure invalid(std::string message);  // ValidationError
std::vector<std::string> texts(const Document& params, std::string_view member);
/// Error ValidationError, where `value` is none of `allowed`.
Result<void> check_among(std::string_view value, std::string_view what,
                         const std::vector<std::string_view>& allowed);
/// Names of load balancers and target groups.
Result<void> check_name(std::string_view name, std::string_view what);
/// The last part of new ARNs.
std::string new_suffix(Context& context);
Result<LoadBalancer> balancer_named(const Call& call, std::string_view arn);
Result<TargetGroup> group_named(const Call& call, std::string_view arn);
Result<Listener> listener_named(const Call& call, std::string_view arn);
Result<Rule> rule_named(const Call& call, std::string_view arn);
std::vector<Listener> listeners_of(const store::View& view, const LoadBalancer& balancer);
std::vector<Rule> rules_of(const store::View& view, const Listener& listener);
/// A page by Marker and PageSize: {list: …, NextMarker}.
Result<Object> page(const Call& call, Array items, std::string_view list);

// --- attributes.cpp
Array attribute_list(const Attributes& all);
Attributes attributes_of(const LoadBalancer& balancer);
Attributes attributes_of(const TargetGroup& group);

// --- service.cpp
/// A call to EC2 as the service-linked role.
Result<Document> ask(Context& context, std::string operation, Document params);
/// The account's first load balancer makes the role.
Result<void> ensure_role(Call& call);

}  // namespace tocsin::elasticloadbalancing

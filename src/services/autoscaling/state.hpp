// SPDX-License-Identifier: Apache-2.0
// What is kept.
#pragma once

#include <algorithm>

#include "core/context.hpp"
#include "core/registry.hpp"
#include "core/table.hpp"

namespace tocsin::autoscaling {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;
using core::Resumption;

/// A life-cycle action that an instance waits for.
struct Wait {
  std::string hook, token;
  Time ends{};  // whatever heartbeats come
  std::string timer;
};
BOOST_DESCRIBE_STRUCT(Wait, (), (hook, token, ends, timer))

/// An instance of a group.
struct Member {
  std::string id, type, zone, subnet;
  std::string lifecycle = "Pending";  // as the API names it
  std::string sick;   // why it is unhealthy, as a cause says it; empty: it is healthy
  bool held = false;  // protected from scale in
  std::string configuration;
  Object launch_template;  // {LaunchTemplateId, LaunchTemplateName, Version}
  std::int64_t weight = 1;
  Time launched{};
  Time serves{};         // since when it is in service
  std::string activity;  // that it is in
  std::vector<Wait> waits;

  bool is(std::string_view state) const { return lifecycle == state; }
  bool pending() const { return lifecycle.starts_with("Pending"); }
  bool leaving() const {
    return lifecycle.starts_with("Terminat") || lifecycle.starts_with("Detach");
  }
  bool standby() const { return is("Standby") || is("EnteringStandby"); }
  /// Whether it is part of the group's capacity.
  bool counted() const { return !leaving() && !standby(); }
};
BOOST_DESCRIBE_STRUCT(Member, (),
                      (id, type, zone, subnet, lifecycle, sick, held, configuration,
                       launch_template, weight, launched, serves, activity, waits))

struct Tag {
  std::string value;
  bool propagated = false;  // to instances that are launched
};
BOOST_DESCRIBE_STRUCT(Tag, (), (value, propagated))

/// Where instances are put.
struct Place {
  std::string subnet;  // empty: the zone's default subnet
  std::string zone;
};
BOOST_DESCRIBE_STRUCT(Place, (), (subnet, zone))

struct Group {
  Scope scope;
  std::string name, uuid;
  Time created{};
  std::string configuration;  // of launch; or:
  Object launch_template;     // or:
  Object mixed;               // a mixed instances policy
  std::int64_t min = 0, max = 0, desired = 0;
  std::int64_t cooldown = 300, grace = 0;
  std::vector<Place> places;
  std::vector<std::string> load_balancers, target_groups;
  std::vector<std::string> termination = {"Default"};
  std::string health = "EC2";
  std::string placement_group, role, remark, desired_type;
  bool holds_new = false;
  bool rebalances = false;
  std::int64_t max_lifetime = 0;
  std::optional<std::int64_t> warmup;
  Object maintenance;
  std::map<std::string, std::string> suspended;  // process: why
  std::set<std::string> metrics;
  std::map<std::string, Tag> tags;
  bool leaving = false;  // it is being deleted
  std::vector<Member> instances;
  std::string why;             // the wanted capacity was changed, for the next activity's cause
  std::int64_t replacing = 0;  // unhealthy ones that are gone and not yet replaced
  Time cool{};                 // until then no simple policy acts
  std::int64_t failures = 0;
  std::string retry;  // timer
  Object unknown;

  Member* member(std::string_view id);
  const Member* member(std::string_view id) const;
  std::int64_t capacity() const;
  bool runs(std::string_view process) const { return !suspended.contains(std::string(process)); }
};
BOOST_DESCRIBE_STRUCT(Group, (),
                      (scope, name, uuid, created, configuration, launch_template, mixed, min, max,
                       desired, cooldown, grace, places, load_balancers, target_groups, termination,
                       health, placement_group, role, remark, desired_type, holds_new, rebalances,
                       max_lifetime, warmup, maintenance, suspended, metrics, tags, leaving,
                       instances, why, replacing, cool, failures, retry, unknown))

struct Configuration {
  Scope scope;
  std::string name, uuid;
  Time created{};
  Object shape;        // as it is described
  Document user_data;  // sealed; null: none
};
BOOST_DESCRIBE_STRUCT(Configuration, (), (scope, name, uuid, created, shape, user_data))

struct Hook {
  Scope scope;
  std::string group, name, transition, target, role, metadata;
  std::int64_t timeout = 3600;
  std::string otherwise = "ABANDON";
};
BOOST_DESCRIBE_STRUCT(Hook, (),
                      (scope, group, name, transition, target, role, metadata, timeout, otherwise))

struct Activity {
  Scope scope;
  std::string id;
  std::string order;  // of its beginning
  std::string group, group_arn, instance, description, cause;
  Time started{};
  std::optional<Time> ended;
  std::string status = "InProgress", message;
  std::int64_t progress = 0;
  Place place;
  bool group_deleted = false;
};
BOOST_DESCRIBE_STRUCT(Activity, (),
                      (scope, id, order, group, group_arn, instance, description, cause, started,
                       ended, status, message, progress, place, group_deleted))

struct Policy {
  Scope scope;
  std::string group, name, uuid, type;
  Object shape;  // its settings as they are described
  bool enabled = true;
  std::vector<std::string> alarms;  // of target tracking
};
BOOST_DESCRIBE_STRUCT(Policy, (), (scope, group, name, uuid, type, shape, enabled, alarms))

struct Schedule {
  Scope scope;
  std::string group, name, uuid;
  std::optional<Time> start, end;
  std::string recurrence, zone;
  std::optional<std::int64_t> min, max, desired;
  std::string timer;
};
BOOST_DESCRIBE_STRUCT(Schedule, (),
                      (scope, group, name, uuid, start, end, recurrence, zone, min, max, desired,
                       timer))

struct Subscription {
  std::string group, topic;
  std::set<std::string> types;
};
BOOST_DESCRIBE_STRUCT(Subscription, (), (group, topic, types))

struct Owner {
  std::string group;
};
BOOST_DESCRIBE_STRUCT(Owner, (), (group))

// Keys: account, region, …
inline constexpr core::Table<Group> kGroups{"autoscaling.groups"};  // name
inline constexpr core::Table<Owner> kOwners{"autoscaling.owners"};  // instance id
inline constexpr core::Table<Configuration> kConfigurations{
    "autoscaling.launch_configurations"};                                    // name
inline constexpr core::Table<Hook> kHooks{"autoscaling.hooks"};              // group, name
inline constexpr core::Table<Policy> kPolicies{"autoscaling.policies"};      // group, name
inline constexpr core::Table<Schedule> kSchedules{"autoscaling.schedules"};  // group, name
inline constexpr core::Table<Subscription> kSubscriptions{
    "autoscaling.subscriptions"};                                              // group, topic
inline constexpr core::Table<Activity> kActivities{"autoscaling.activities"};  // order, id

inline Key key_of(const Group& group) {
  return Key::of(group.scope, group.name);
}
inline void save(Context& context, const Group& group) {
  kGroups.put(context, key_of(group), group);
}

// --- names.cpp
Failure invalid(std::string message);  // ValidationError
/// "1 validation error detected: Value 'x' at 'y' failed to satisfy constraint: Member must satisfy
/// enum value set: [a, b]", unless it is one of them.
Result<void> check_enum(std::string_view value, std::string_view member,
                        const std::vector<std::string_view>& allowed);
/// The group of that name. Error ValidationError.
Result<Group> group_named(const store::View& view, const Scope& scope, std::string_view name);
/// The group that AutoScalingGroupName names.
Result<Group> named_group(const Call& call);
std::string arn_of(const Group& group);
std::string arn_of(const Configuration& configuration);
std::string arn_of(const Policy& policy);
std::string arn_of(const Schedule& schedule);
/// A name, or one in an ARN of such a resource.
std::string name_in(std::string_view name_or_arn, std::string_view marker);
std::vector<std::string> texts(const Document& params, std::string_view member);
/// `items` of a page by MaxRecords and NextToken: {list: …, NextToken}. Error InvalidNextToken.
Result<Object> page(const Call& call, Array items, std::string_view list, std::int64_t most = 100,
                    std::int64_t usual = 50);

// --- service.cpp
/// A call to another service as the group's service-linked role.
Result<Document> ask(Context& context, const Group& group, std::string service,
                     std::string operation, Document params);
core::CallSpec as_service(const Group& group, std::string service, std::string operation,
                          Document params);

}  // namespace tocsin::autoscaling

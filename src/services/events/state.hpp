// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"
#include "core/table.hpp"

namespace tocsin::events {

struct Bus {
  std::string name;
  std::string description;
  Time created{}, modified{};

  std::string arn(const Scope& scope) const {
    return tocsin::arn("events", scope, "event-bus/" + name);
  }
};
BOOST_DESCRIBE_STRUCT(Bus, (), (name, description, created, modified))

struct Rule {
  std::string name, bus;
  Scope scope;
  std::string pattern, schedule, state, description, role;
  std::int64_t targets_revision =
      0;  // raised with each change of the targets, so that it shows as a change of the rule
  std::map<std::string, std::string> tags;

  std::string arn() const {
    return tocsin::arn("events", scope, "rule/" + (bus == "default" ? name : bus + "/" + name));
  }
  bool enabled() const { return state != "DISABLED"; }
};
BOOST_DESCRIBE_STRUCT(Rule, (),
                      (name, bus, scope, pattern, schedule, state, description, role,
                       targets_revision, tags))

struct Target {
  Object target;  // as PutTargets gave it
};
BOOST_DESCRIBE_STRUCT(Target, (), (target))

/// A mark that changes with each change of a bus's rules: equal marks, equal rules.
struct Generation {
  std::string mark;
};
BOOST_DESCRIBE_STRUCT(Generation, (), (mark))

struct Schedule {
  std::string timer;
};
BOOST_DESCRIBE_STRUCT(Schedule, (), (timer))

inline constexpr core::Table<Bus> kBuses{"events.buses"};         // account, region, name
inline constexpr core::Table<Rule> kRules{"events.rules"};        // account, region, bus, name
inline constexpr core::Table<Target> kTargets{"events.targets"};  // account, region, bus, rule, id
inline constexpr core::Table<Generation> kGenerations{
    "events.generations"};  // account, region, bus
inline constexpr core::Table<Schedule> kSchedules{
    "events.schedules"};  // account, region, bus, rule

inline core::Key key_of(const Rule& rule) {
  return core::Key::of(rule.scope, rule.bus, rule.name);
}

}  // namespace tocsin::events

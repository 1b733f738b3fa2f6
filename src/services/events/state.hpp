// SPDX-License-Identifier: Apache-2.0
// What the service keeps, and its tables.
#pragma once

#include "core/registry.hpp"
#include "core/table.hpp"

namespace tocsin::events {

using Tags = std::map<std::string, std::string>;

struct Bus {
  std::string name;
  Scope scope;
  std::string description;
  std::string policy;       // a policy document; empty: none
  std::string dead_letter;  // a queue's ARN
  Tags tags;
  Time created{}, modified{};

  std::string arn() const { return tocsin::arn("events", scope, "event-bus/" + name); }
};
BOOST_DESCRIBE_STRUCT(Bus, (),
                      (name, scope, description, policy, dead_letter, tags, created, modified))

struct Rule {
  std::string name, bus;
  Scope scope;  // of the bus, whoever made the rule
  std::string pattern, schedule, state, description, role;
  std::string created_by;  // an account; empty: the bus's own
  std::int64_t targets_revision =
      0;  // raised with each change of the targets, so that it shows as a change of the rule
  Tags tags;

  std::string arn() const {
    return tocsin::arn("events", scope, "rule/" + (bus == "default" ? name : bus + "/" + name));
  }
  bool enabled() const { return state != "DISABLED"; }
};
BOOST_DESCRIBE_STRUCT(Rule, (),
                      (name, bus, scope, pattern, schedule, state, description, role, created_by,
                       targets_revision, tags))

struct Target {
  Document target;  // as PutTargets gave it
};
BOOST_DESCRIBE_STRUCT(Target, (), (target))

/// A mark that changes with each change of a bus's rules, targets or archives: equal marks, equal
/// rules.
struct Generation {
  std::string mark;
};
BOOST_DESCRIBE_STRUCT(Generation, (), (mark))

struct Schedule {
  std::string timer;
};
BOOST_DESCRIBE_STRUCT(Schedule, (), (timer))

struct Archive {
  std::string name;
  Scope scope;
  std::string id;  // of its events: an archive of the same name is another one
  std::string bus, description, pattern;
  std::int64_t retention_days = 0;  // 0: for ever
  Time created{};

  std::string arn() const { return tocsin::arn("events", scope, "archive/" + name); }
};
BOOST_DESCRIBE_STRUCT(Archive, (),
                      (name, scope, id, bus, description, pattern, retention_days, created))

struct ArchivedEvent {
  Object event;  // the envelope
  std::int64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(ArchivedEvent, (), (event, size))

struct ArchiveTotals {
  std::int64_t count = 0, bytes = 0;
  std::string timer;  // that removes what is too old; empty: none is set
};
BOOST_DESCRIBE_STRUCT(ArchiveTotals, (), (count, bytes, timer))

struct Replay {
  std::string name;
  Scope scope;
  std::string description, archive, archive_id, bus, state, reason;
  std::vector<std::string> rules;  // ARNs; empty: all of the bus
  Time from{}, to{}, last{}, started{}, ended{};

  std::string arn() const { return tocsin::arn("events", scope, "replay/" + name); }
};
BOOST_DESCRIBE_STRUCT(Replay, (),
                      (name, scope, description, archive, archive_id, bus, state, reason, rules,
                       from, to, last, started, ended))

inline constexpr core::Table<Bus> kBuses{"events.buses"};         // account, region, name
inline constexpr core::Table<Rule> kRules{"events.rules"};        // account, region, bus, name
inline constexpr core::Table<Target> kTargets{"events.targets"};  // account, region, bus, rule, id
inline constexpr core::Table<Generation> kGenerations{
    "events.generations"};  // account, region, bus
inline constexpr core::Table<Schedule> kSchedules{
    "events.schedules"};                                             // account, region, bus, rule
inline constexpr core::Table<Archive> kArchives{"events.archives"};  // account, region, name
inline constexpr core::Table<ArchivedEvent> kArchived{
    "events.archived"};  // archive id, moment, event id
inline constexpr core::Table<ArchiveTotals> kTotals{"events.archive_totals"};  // archive id
inline constexpr core::Table<Replay> kReplays{"events.replays"};  // account, region, name

inline core::Key key_of(const Rule& rule) {
  return core::Key::of(rule.scope, rule.bus, rule.name);
}

}  // namespace tocsin::events

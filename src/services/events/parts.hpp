// SPDX-License-Identifier: Apache-2.0
// The handlers, file by file.
#pragma once

#include <memory>

#include "services/events/names.hpp"
#include "services/events/occurrence.hpp"

namespace tocsin::events {

using core::Call;
using core::Context;
using core::Outcome;
class Router;
using Services = std::map<std::string, core::Service, std::less<>>;

// access.cpp
std::vector<core::Access> needs_bus(Call& call);
std::vector<core::Access> needs_rule(Call& call);
std::vector<core::Access> needs_rules_of_bus(Call& call);
std::vector<core::Access> needs_put_events(Call& call);
std::vector<core::Access> needs_tagged(Call& call);
std::vector<core::Access> needs_archive(Call& call);
std::vector<core::Access> needs_replay(Call& call);

// buses.cpp
Outcome create_event_bus(Call& call);
Outcome update_event_bus(Call& call);
Outcome delete_event_bus(Call& call);
Outcome describe_event_bus(Call& call);
Outcome list_event_buses(Call& call);
/// Writes its row, as changed now.
void keep(Call& call, Bus& bus);
core::ResourceType bus_type();

// permissions.cpp
Outcome put_permission(Call& call);
Outcome remove_permission(Call& call);

// rules.cpp
Outcome put_rule(Call& call);
Outcome describe_rule(Call& call);
Outcome list_rules(Call& call);
Outcome list_rule_names_by_target(Call& call);
Outcome enable_rule(Call& call);
Outcome disable_rule(Call& call);
Outcome delete_rule(Call& call);
/// Whoever keeps the bus's rules compiled makes them anew.
void renew(Context& context, const Scope& scope, const std::string& bus);
core::ResourceType rule_type();

// schedules.cpp
/// When the schedule next begins behind `now`; none: never again. Error ValidationException.
Result<std::optional<Time>> next_start(std::string_view schedule, Time now);
/// The interval of "rate(5 minutes)". Error ValidationException, for cron() too.
Result<Duration> interval_of(std::string_view schedule);
/// Sets or clears the rule's timer as its state asks.
void arm(Context& context, const Rule& rule);
void disarm(Context& context, const Rule& rule);
void fire(Context& context, const core::Resumption& due);

// targets.cpp
Outcome put_targets(Call& call, const Services& services);
Outcome remove_targets(Call& call);
Outcome list_targets_by_rule(Call& call);

// check_target.cpp
/// Errors of the whole call. `bus`: of the rule.
Result<void> check_target(const Document& target, const Scope& bus);
Result<void> check_dead_letter(std::string_view arn);

// tags.cpp
Outcome tag_resource(Call& call);
Outcome untag_resource(Call& call);
Outcome list_tags_for_resource(Call& call);
/// Of what "ResourceARN" names. Errors ResourceNotFoundException, ValidationException.
Result<Tags> tags_of(Call& call);

// put_events.cpp
Outcome put_events(Call& call, Router& router);
/// Whether a rule of another bus sends the event, and no client.
bool is_forwarded(const Call& call);

// test_pattern.cpp
Outcome test_event_pattern(Call& call);

// input.cpp
/// What a target receives.
std::string input_for(const Document& target, const Rule& rule, const Document& event, Time now);
/// The names in angle brackets in a template, in order.
std::vector<std::string_view> placeholders_of(std::string_view input_template);
bool is_predefined(std::string_view placeholder);

// delivery.cpp
struct RuleAndTargets {
  Rule rule;
  std::vector<Target> targets;
};
void deliver(Context& context, const RuleAndTargets& matched, const Occurrence& event);
void delivered(Context& context, const core::Resumption& end);
void stream_made(Context& context, const core::Resumption& end);

// dead_letters.cpp
/// Where an undeliverable event goes, and what is told of it: the context of a delivery's
/// continuation.
Object dead_letter_context(const Rule& rule, const Document& target, int attempts,
                           const Occurrence& event);
void dead_letter(Context& context, const Object& about, std::string_view code,
                 std::string_view message, int retries, std::string_view exhausted = {});
void dead_letter(Context& context, const Object& about, const Error& error, int attempts);

// archives.cpp
Outcome create_archive(Call& call);
Outcome describe_archive(Call& call);
Outcome list_archives(Call& call);
Outcome update_archive(Call& call);
Outcome delete_archive(Call& call);
core::ResourceType archive_type();

// archived.cpp
void archive(Context& context, const Archive& archive, const Document& event);
/// Sets the timer that removes what is too old.
void arm_retention(Context& context, const Archive& archive);
void expire(Context& context, const core::Resumption& due);
/// Removes all of its events, piece by piece.
void drop_archived(Context& context, const std::string& archive_id);
void dropping(Context& context, const core::Resumption& due);
/// The key's part for a moment: in order of time.
std::string moment(Time time);

// replays.cpp
Outcome start_replay(Call& call);
Outcome describe_replay(Call& call);
Outcome list_replays(Call& call);
Outcome cancel_replay(Call& call);
void replay(Context& context, const core::Resumption& due, Router& router);
void forget_replay(Context& context, const core::Resumption& due);

}  // namespace tocsin::events

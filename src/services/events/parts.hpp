// SPDX-License-Identifier: Apache-2.0
// The handlers, file by file.
#pragma once

#include "services/events/state.hpp"

namespace tocsin::events {

using core::Call;
using core::Context;
using core::Outcome;

// buses.cpp
Outcome create_event_bus(Call& call);
Outcome delete_event_bus(Call& call);
Outcome describe_event_bus(Call& call);
Outcome list_event_buses(Call& call);
/// The name in a bus name or ARN; "default" where empty.
std::string bus_name(std::string_view name_or_arn);
/// Error ResourceNotFoundException.
Result<Bus> find_bus(const store::View& view, const Scope& scope, const std::string& name);

// rules.cpp
Outcome put_rule(Call& call);
Outcome describe_rule(Call& call);
Outcome list_rules(Call& call);
Outcome enable_rule(Call& call);
Outcome disable_rule(Call& call);
Outcome delete_rule(Call& call);
/// The rule that "Name" or "Rule" and "EventBusName" name.
Result<Rule> find_rule(Call& call);
std::vector<core::Access> needs_rule(Call& call);
core::ResourceType rule_type();

// schedules.cpp
/// The interval of "rate(5 minutes)". Error ValidationException, for cron() too.
Result<Duration> interval_of(std::string_view schedule);
/// Sets or clears the rule's timer as its state asks.
void arm(Context& context, const Rule& rule);
void disarm(Context& context, const Rule& rule);
void fire(Context& context, const core::Resumption& due);

// targets.cpp
Outcome put_targets(Call& call);
Outcome remove_targets(Call& call);
Outcome list_targets_by_rule(Call& call);

// put_events.cpp
Outcome put_events(Call& call);
Outcome test_event_pattern(Call& call);
std::vector<core::Access> needs_put_events(Call& call);

// input.cpp
/// What a target receives.
std::string input_for(const Object& target, const Rule& rule, const Document& event, Time now);

// delivery.cpp
struct RuleAndTargets {
  Rule rule;
  std::vector<Target> targets;
};
void deliver(Context& context, const RuleAndTargets& matched, const Document& event);
void delivered(Context& context, const core::Resumption& end);

}  // namespace tocsin::events

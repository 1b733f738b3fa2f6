// SPDX-License-Identifier: Apache-2.0
// Alarms: operations, evaluation, what a change of state does.
#pragma once

#include "engines/alarm/alarm.hpp"
#include "services/monitoring/state.hpp"

namespace tocsin::monitoring {

// --- alarms.cpp, composite.cpp
Outcome put_metric_alarm(Call& call);
Outcome put_composite_alarm(Call& call);
Outcome delete_alarms(Call& call);
Outcome set_alarm_state(Call& call);
Outcome enable_alarm_actions(Call& call);
Outcome disable_alarm_actions(Call& call);
core::ResourceType alarm_type();
core::Needs needs_alarm(std::string operation);         // AlarmName
core::Needs needs_named_alarms(std::string operation);  // AlarmNames
core::Needs needs_all_alarms(std::string operation);
core::Needs needs_put_alarm(std::string operation);

/// The members that both kinds have. Errors: ValidationError, LimitExceeded.
Result<Alarm> alarm_in(const Call& call);
/// Puts it, with its state and what it watches, in the place of one of the same name.
Result<void> keep(Call& call, Alarm alarm);
/// The alarms that a composite one stands on, by name.
std::set<std::string> children_of(const Alarm& alarm);
/// Evaluates the composite alarms that stand on this one, soon.
void wake_parents(Context& context, const Alarm& child);

// --- describe_alarms.cpp
Outcome describe_alarms(Call& call);
Outcome describe_alarms_for_metric(Call& call);

// --- evaluate.cpp
/// A metric has data of `time`: evaluates the alarms that watch it when the period of it ends.
void wake_watchers(Context& context, const std::string& metric_id, Time time);
/// Evaluates the alarm at the next round time.
void wake(Context& context, const Alarm& alarm);
void sleep(Context& context, const Alarm& alarm);
void evaluate(Context& context, const core::Resumption& end);
void evaluate_composite(Context& context, const core::Resumption& end);
/// The metrics that it watches.
std::vector<MetricName> metrics_of(const Alarm& alarm);

// --- transition.cpp
/// Sets the state; where it changes: history, event, actions, and alarms that stand on this one.
void change_state(Context& context, const Alarm& alarm, alarm::State to, std::string reason,
                  std::string reason_data);
/// An action has been tried.
void acted(Context& context, const core::Resumption& end);

// --- history.cpp
void note(Context& context, const Alarm& alarm, std::string type, std::string summary,
          const Object& data);
Outcome describe_alarm_history(Call& call);

// --- tags.cpp
Result<void> add_tags(Alarm& alarm, const Array& tags);
Outcome tag_resource(Call& call);
Outcome untag_resource(Call& call);
Outcome list_tags_for_resource(Call& call);
core::Needs needs_tagged(std::string operation);
/// Condition keys: tags that the alarm has, tags that the call gives.
void add_alarm_tags(Call& call, core::Access& access, std::string_view name);

// --- messages.cpp: how others are told of an alarm
/// "2026-11-24T12:00:00.000+0000"
std::string alarm_time(Time time);
/// "10.0"
std::string java_number(double value);
/// "US East (N. Virginia)", or the region's own name.
std::string region_name(const std::string& region);
/// The alarm as the event and functions have it.
Object configuration(const Alarm& alarm);
Object state_object(const AlarmState& state);
/// The text for an SNS topic.
Object sns_message(const Alarm& alarm, const AlarmState& before, const AlarmState& now);

}  // namespace tocsin::monitoring

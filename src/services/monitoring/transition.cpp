// SPDX-License-Identifier: Apache-2.0
// What follows from a change of state: the event, the actions, the history.
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/monitoring/alarms.hpp"
#include "services/monitoring/names.hpp"

namespace tocsin::monitoring {
namespace {

const std::vector<std::string>& actions_for(const Alarm& alarm, alarm::State state) {
  return state == alarm::State::Ok      ? alarm.ok_actions
         : state == alarm::State::Alarm ? alarm.alarm_actions
                                        : alarm.insufficient_actions;
}

core::Credential credential(const Alarm& alarm, std::string_view service) {
  return {.kind = core::Credential::Kind::Service,
          .account = alarm.scope.account,
          .service = std::string(service),
          .source_arn = alarm_arn(alarm.scope, alarm.name)};
}

core::CallSpec publish(const Alarm& alarm, const Arn& topic, const std::string& message,
                       const std::string& state) {
  auto subject =
      fmt::format(R"({}: "{}" in {})", state, alarm.name, region_name(alarm.scope.region));
  return {
      "sns",
      "Publish",
      Object{{"TopicArn", topic.str()}, {"Subject", subject.substr(0, 100)}, {"Message", message}},
      {alarm.scope.account, topic.region},
      credential(alarm, "cloudwatch.amazonaws.com"),
      {}};
}

core::CallSpec invoke(const Alarm& alarm, const Arn& function, const std::string& event) {
  return {"lambda",
          "Invoke",
          Object{{"FunctionName", function.str()},
                 {"InvocationType", "Event"},
                 {"Payload", base64(event)}},
          {alarm.scope.account, function.region},
          credential(alarm, "lambda.alarms.cloudwatch.amazonaws.com"),
          {}};
}

/// The value that breached, as the state's reason has it.
double breaching_value(const Alarm& alarm, const AlarmState& now) {
  const auto data = parse_json(now.reason_data.empty() ? "{}" : now.reason_data);
  const Array recent = data ? array_of(*data, "recentDatapoints") : Array();
  const bool any = !recent.empty() && recent.back().is_number();
  return any ? recent.back().to_number<double>() : alarm.threshold;
}

core::CallSpec execute(const Alarm& alarm, const Arn& policy, const AlarmState& now) {
  return {"autoscaling",
          "ExecutePolicy",
          Object{{"PolicyName", policy.str()},
                 {"MetricValue", breaching_value(alarm, now)},
                 {"BreachThreshold", alarm.threshold}},
          {alarm.scope.account, policy.region},
          credential(alarm, "cloudwatch.amazonaws.com"),
          {}};
}

Object alarm_data(const Alarm& alarm, const AlarmState& before, const AlarmState& now) {
  Object out{{"alarmName", alarm.name}};
  out["state"] = state_object(now);
  out["previousState"] = state_object(before);
  out["configuration"] = configuration(alarm);
  return out;
}

std::string lambda_event(const Alarm& alarm, const AlarmState& before, const AlarmState& now) {
  Object out{{"source", "aws.cloudwatch"},
             {"alarmArn", alarm_arn(alarm.scope, alarm.name)},
             {"accountId", alarm.scope.account.str()},
             {"time", alarm_time(now.updated)},
             {"region", alarm.scope.region}};
  out["alarmData"] = alarm_data(alarm, before, now);
  return to_json(out);
}

void run_action(Context& context, const Alarm& alarm, const std::string& action,
                const AlarmState& before, const AlarmState& now) {
  const auto target = Arn::parse(action);
  if (!target) return;
  const bool topic = target->service == "sns";
  const auto message = topic ? to_json(sns_message(alarm, before, now)) : std::string();
  const bool policy = target->service == "autoscaling";
  context.start({.work = topic    ? publish(alarm, *target, message, now.value)
                         : policy ? execute(alarm, *target, now)
                                  : invoke(alarm, *target, lambda_event(alarm, before, now)),
                 .retry = {.attempts = 50, .jitter = 0.2, .max_age = std::chrono::hours(1)},
                 .then = {"monitoring.acted", Object{{"alarm", alarm.name},
                                                     {"action", action},
                                                     {"changed", to_ms(now.updated)},
                                                     {"message", message}}},
                 .name = fmt::format("cloudwatch:Action {}", alarm.name)});
}

void emit(Context& context, const Alarm& alarm, const AlarmState& before, const AlarmState& now) {
  Object detail{{"alarmName", alarm.name}};
  detail["configuration"] = configuration(alarm);
  detail["previousState"] = state_object(before);
  detail["state"] = state_object(now);
  context.emit({.source = "aws.cloudwatch",
                .detail_type = "CloudWatch Alarm State Change",
                .scope = alarm.scope,
                .resources = {alarm_arn(alarm.scope, alarm.name)},
                .detail = std::move(detail)});
}

Object state_history(const AlarmState& state) {
  Object out{{"stateValue", state.value}, {"stateReason", state.reason}};
  if (state.reason_data.empty()) return out;
  if (auto data = parse_json(state.reason_data)) out["stateReasonData"] = *std::move(data);
  return out;
}

void note_change(Context& context, const Alarm& alarm, const AlarmState& before,
                 const AlarmState& now) {
  Object data{{"version", "1.0"}};
  data["oldState"] = state_history(before);
  data["newState"] = state_history(now);
  note(context, alarm, "StateUpdate",
       fmt::format("Alarm updated from {} to {}", before.value, now.value), data);
}

}  // namespace

void change_state(Context& context, const Alarm& alarm, alarm::State to, std::string reason,
                  std::string reason_data) {
  const auto before = kStates.get(context, key_of(alarm)).value_or(AlarmState{});
  auto now = before;
  now.value = alarm::name_of(to);
  now.reason = std::move(reason);
  now.reason_data = std::move(reason_data);
  now.updated = context.now();
  const bool changed = now.value != before.value;
  if (changed) now.transitioned = context.now();
  kStates.put(context, key_of(alarm), now);
  if (!changed) return;
  note_change(context, alarm, before, now);
  emit(context, alarm, before, now);
  wake_parents(context, alarm);
  if (!alarm.actions_enabled) return;
  for (const auto& action : actions_for(alarm, to))
    run_action(context, alarm, action, before, now);
}

void acted(Context& context, const core::Resumption& end) {
  const auto alarm = kAlarms.get(context, Key::of(context.scope(), text(end.context, "alarm")));
  if (!alarm) return;
  const auto action = string_of(end.context, "action");
  Object data{{"actionState", end.outcome ? "Succeeded" : "Failed"},
              {"stateUpdateTimestamp", integer(end.context, "changed").value_or(0)}};
  if (const auto message = text(end.context, "message"); !message.empty())
    data["publishedMessage"] = message;
  if (!end.outcome) data["error"] = end.outcome.error().message;
  note(context, *alarm, "Action",
       end.outcome ? fmt::format("Successfully executed action {}", action)
                   : fmt::format("Failed to execute action {}. Received error: \"{}\"", action,
                                 end.outcome.error().message),
       data);
}

}  // namespace tocsin::monitoring

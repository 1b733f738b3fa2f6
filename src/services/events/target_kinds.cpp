// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
#include "services/events/target_kinds.hpp"

#include <algorithm>

#include "base/crypto.hpp"

namespace tocsin::events {
namespace {

Result<Object> for_lambda(const Arn& arn, const Document&, const std::string& input) {
  return Object{
      {"FunctionName", arn.str()}, {"InvocationType", "Event"}, {"Payload", base64(input)}};
}

Result<Object> for_topic(const Arn& arn, const Document&, const std::string& input) {
  return Object{{"TopicArn", arn.str()}, {"Message", input}};
}

Result<Object> for_queue(const Arn& arn, const Document& target, const std::string& input) {
  Object params{{"QueueUrl", queue_url(arn)}, {"MessageBody", input}};
  const auto group = text(object_of(target, "SqsParameters"), "MessageGroupId");
  if (!group.empty()) params["MessageGroupId"] = group;
  return params;
}

/// The stream and the moment are the delivery's.
Result<Object> for_log_group(const Arn& arn, const Document&, const std::string& input) {
  auto group = std::string_view(arn.resource).substr(10);
  group = group.substr(0, group.find(':'));
  Object event{{"message", input}};
  const auto given = parse_json(input);
  // A template for logs is {"timestamp": …, "message": …}.
  if (given && integer(*given, "timestamp") && find(*given, "message")) {
    const auto& message = given->at("message");
    event["timestamp"] = given->at("timestamp");
    event["message"] = message.is_string() ? message : Document(to_json(message));
  }
  return Object{{"logGroupName", group}, {"logEvents", Array{std::move(event)}}};
}

Result<Object> for_state_machine(const Arn& arn, const Document&, const std::string& input) {
  return Object{{"stateMachineArn", arn.str()}, {"input", input}};
}

/// "document/AWS-RunShellScript", "automation-definition/Name:$DEFAULT".
std::pair<std::string, std::string> document_of(const Arn& arn) {
  const auto name = arn.resource.substr(arn.resource.find('/') + 1);
  const auto colon = name.find(':');
  return {name.substr(0, colon), colon == name.npos ? "" : name.substr(colon + 1)};
}

Result<Object> add_parameters(Object params, const Document& target, const std::string& input) {
  if (!has_input(target)) return params;
  auto given = parse_json(input);
  if (!given || !given->is_object())
    return fail("INVALID_JSON", "The input of the target is not a JSON object: " + input);
  params["Parameters"] = *std::move(given);
  return params;
}

Result<Object> for_run_command(const Arn& arn, const Document& target, const std::string& input) {
  Object params{{"DocumentName", document_of(arn).first}};
  const auto& command = object_of(target, "RunCommandParameters");
  params["Targets"] = array_of(command, "RunCommandTargets");
  return add_parameters(std::move(params), target, input);
}

Result<Object> for_automation(const Arn& arn, const Document& target, const std::string& input) {
  auto [name, version] = document_of(arn);
  Object params{{"DocumentName", std::move(name)}};
  if (!version.empty()) params["DocumentVersion"] = std::move(version);
  return add_parameters(std::move(params), target, input);
}

Result<Object> for_response_plan(const Arn& arn, const Document&, const std::string& input) {
  const auto event = parse_json(input);
  Object params{{"responsePlanArn", arn.str()}};
  if (!event) return params;
  Object trigger{{"source", string_of(*event, "source", "aws.events")},
                 {"timestamp", to_seconds(parse_iso8601(text(*event, "time")).value_or(Time{}))},
                 {"rawData", input}};
  params["triggerDetails"] = std::move(trigger);
  return params;
}

/// What the other bus takes is made by the delivery.
Result<Object> for_bus(const Arn& arn, const Document&, const std::string&) {
  return Object{{"Entries", Array{Object{{"EventBusName", arn.str()}}}}};
}

constexpr TargetKind kKinds[]{
    {"lambda", "function:", "Invoke", Needs::Nothing, for_lambda},
    {"sns", "", "Publish", Needs::Nothing, for_topic},
    {"sqs", "", "SendMessage", Needs::Nothing, for_queue},
    {"logs", "log-group:", "PutLogEvents", Needs::Nothing, for_log_group},
    {"events", "event-bus/", "PutEvents", Needs::Nothing, for_bus},
    {"states", "stateMachine:", "StartExecution", Needs::Role, for_state_machine},
    {"ssm", "document/", "SendCommand", Needs::Role, for_run_command},
    {"ssm", "automation-definition/", "StartAutomationExecution", Needs::Role, for_automation},
    {"ssm-incidents", "response-plan/", "StartIncident", Needs::Role, for_response_plan},
};

}  // namespace

const TargetKind* kind_of(const Arn& arn) {
  const auto found = std::ranges::find_if(kKinds, [&](const TargetKind& kind) {
    return arn.service == kind.service && arn.resource.starts_with(kind.resource);
  });
  return found == std::end(kKinds) ? nullptr : &*found;
}

bool has_input(const Document& target) {
  return find(target, "Input") || find(target, "InputPath") || find(target, "InputTransformer");
}

std::string queue_url(const Arn& queue) {
  return "https://sqs." + queue.region + ".amazonaws.com/" + queue.account + "/" + queue.resource;
}

}  // namespace tocsin::events

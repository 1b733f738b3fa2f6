// SPDX-License-Identifier: Apache-2.0
// From a matching rule to its targets, with retries and a dead letter queue.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
#include "base/crypto.hpp"
#include "services/events/parts.hpp"

namespace tocsin::events {
namespace {

std::string queue_url(const Arn& queue) {
  return "https://sqs." + queue.region + ".amazonaws.com/" + queue.account + "/" + queue.resource;
}

core::CallSpec as_events(const Scope& scope, const std::string& rule_arn, const Arn& target) {
  return {.service = target.service,
          .scope = {scope.account, target.region.empty() ? scope.region : target.region},
          .credential = {.kind = core::Credential::Kind::Service,
                         .account = scope.account,
                         .service = "events.amazonaws.com",
                         .source_arn = rule_arn}};
}

core::CallSpec call_for(const Rule& rule, const Document& target, const Arn& arn,
                        const std::string& input) {
  auto spec = as_events(rule.scope, rule.arn(), arn);
  if (const auto role = string_of(target, "RoleArn"); !role.empty()) {
    spec.credential.role_arn = role;
    spec.credential.session_name = "events";
  }
  if (arn.service == "lambda") {
    spec.operation = "Invoke";
    spec.params = Object{
        {"FunctionName", arn.str()}, {"InvocationType", "Event"}, {"Payload", base64(input)}};
  } else if (arn.service == "sns") {
    spec.operation = "Publish";
    spec.params = Object{{"TopicArn", arn.str()}, {"Message", input}};
  } else {
    Object params{{"QueueUrl", queue_url(arn)}, {"MessageBody", input}};
    const auto& sqs = object_of(target, "SqsParameters");
    if (const auto group = text(sqs, "MessageGroupId"); !group.empty())
      params["MessageGroupId"] = group;
    spec.operation = "SendMessage";
    spec.params = std::move(params);
  }
  return spec;
}

void send(Context& context, const Rule& rule, const Object& given, const Document& event) {
  const Document target = given;
  const auto arn = Arn::parse(text(target, "Arn"));
  if (!arn) return;
  const auto input = input_for(given, rule, event, context.now());
  const auto& policy = object_of(target, "RetryPolicy");
  const core::Retry retry{
      .attempts = static_cast<int>(integer(policy, "MaximumRetryAttempts").value_or(185)) + 1,
      .initial = std::chrono::seconds(1),
      .max_delay = std::chrono::minutes(10),
      .jitter = 0.2,
      .max_age =
          std::chrono::seconds(integer(policy, "MaximumEventAgeInSeconds").value_or(86'400))};
  Object then{{"rule", rule.arn()}, {"target", arn->str()}, {"attempts", retry.attempts}};
  const auto& dead_letter = object_of(target, "DeadLetterConfig");
  if (const auto queue = text(dead_letter, "Arn"); !queue.empty()) {
    then["queue"] = queue;
    then["event"] = to_json(event);
  }
  context.start({.work = call_for(rule, target, *arn, input),
                 .retry = retry,
                 .then = {"events.delivered", std::move(then)}});
}

std::string_view dead_letter_code(const Error& error) {
  if (error.code.find("AccessDenied") != std::string::npos) return "NO_PERMISSIONS";
  if (error.code.find("NotFound") != std::string::npos ||
      error.code.find("NonExistent") != std::string::npos) {
    return "NO_RESOURCE";
  }
  if (error.code.find("Throttl") != std::string::npos || error.status == 429) return "THROTTLING";
  return error.fault == Fault::Server ? "INTERNAL_ERROR" : "SDK_CLIENT_ERROR";
}

bool transient(const Error& error) {
  return error.fault == Fault::Server || dead_letter_code(error) == "THROTTLING";
}

}  // namespace

void deliver(Context& context, const RuleAndTargets& matched, const Document& event) {
  const auto& rule = matched.rule;
  const auto scope = context.scope();
  const auto cause = context.cause();
  context.set_scope(rule.scope);
  context.set_cause(context.trace("match", rule.name, "ok"));
  for (const auto& target : matched.targets)
    send(context, rule, target.target, event);
  context.set_cause(cause);
  context.set_scope(scope);
}

void delivered(Context& context, const core::Resumption& end) {
  const auto queue = Arn::parse(text(end.context, "queue"));
  if (end.outcome || !queue) return;
  const auto& error = end.outcome.error();
  Object attributes;
  const auto put = [&](std::string_view name, std::string_view value) {
    attributes[name] = Object{{"DataType", "String"}, {"StringValue", value}};
  };
  const auto rule_arn = string_of(end.context, "rule");
  put("RULE_ARN", rule_arn);
  put("TARGET_ARN", text(end.context, "target"));
  put("ERROR_CODE", dead_letter_code(error));
  put("ERROR_MESSAGE", error.message.empty() ? error.code : error.message);
  put("RETRY_ATTEMPTS", std::to_string(std::max(0, end.attempts - 1)));
  if (transient(error)) {
    const bool all = end.attempts >= integer(end.context, "attempts").value_or(0);
    put("EXHAUSTED_RETRY_CONDITION", all ? "MaximumRetryAttempts" : "MaximumEventAgeInSeconds");
  }
  auto spec = as_events(context.scope(), rule_arn, *queue);
  spec.operation = "SendMessage";
  spec.params = Object{{"QueueUrl", queue_url(*queue)},
                       {"MessageBody", text(end.context, "event")},
                       {"MessageAttributes", std::move(attributes)}};
  context.start({.work = std::move(spec), .retry = {.attempts = 10}, .name = "events:DeadLetter"});
}

}  // namespace tocsin::events

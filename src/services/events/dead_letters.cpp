// SPDX-License-Identifier: Apache-2.0
// Events that could not be delivered go to the queue of the target, with what happened.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
#include <algorithm>

#include "core/throttling.hpp"
#include "services/events/target_kinds.hpp"

namespace tocsin::events {
namespace {

bool has(const Error& error, std::string_view part) {
  return error.code.find(part) != std::string::npos;
}

bool is_transient(const Error& error) {
  return error.fault == Fault::Server || core::is_throttling(error);
}

std::string_view code_of(const Error& error) {
  if (has(error, "AccessDenied") || has(error, "NotAuthorized")) {
    const bool role = error.message.find("sts:AssumeRole") != std::string::npos;
    return role ? "FAILED_TO_ASSUME_ROLE" : "NO_PERMISSIONS";
  }
  if (has(error, "NotFound") || has(error, "NonExistent") || has(error, "DoesNotExist"))
    return "NO_RESOURCE";
  if (core::is_throttling(error)) return "THROTTLING";
  if (has(error, "AlreadyExists")) return "RESOURCE_ALREADY_EXISTS";
  if (has(error, "LimitExceeded")) return "RESOURCE_LIMIT_EXCEEDED";
  if (has(error, "InvalidRequestContent") || has(error, "Serialization")) return "INVALID_JSON";
  if (has(error, "InvalidParameter") || has(error, "Validation")) return "INVALID_PARAMETER";
  return error.fault == Fault::Server ? "INTERNAL_ERROR" : "SDK_CLIENT_ERROR";
}

}  // namespace

Object dead_letter_context(const Rule& rule, const Document& target, int attempts,
                           const Occurrence& event) {
  Object about{{"rule", rule.arn()}, {"target", text(target, "Arn")}, {"attempts", attempts}};
  const auto queue = text(object_of(target, "DeadLetterConfig"), "Arn");
  if (queue.empty()) return about;
  about["queue"] = queue;
  about["event"] = event.text();
  return about;
}

void dead_letter(Context& context, const Object& about, std::string_view code,
                 std::string_view message, int retries, std::string_view exhausted) {
  const auto queue = Arn::parse(text(about, "queue"));
  if (!queue) return;
  Object attributes;
  const auto put = [&](std::string_view name, std::string_view value) {
    if (!value.empty()) attributes[name] = Object{{"DataType", "String"}, {"StringValue", value}};
  };
  put("RULE_ARN", text(about, "rule"));
  put("TARGET_ARN", text(about, "target"));
  put("ERROR_CODE", code);
  put("ERROR_MESSAGE", message.empty() ? code : message);
  put("EXHAUSTED_RETRY_CONDITION", exhausted);
  put("RETRY_ATTEMPTS", std::to_string(retries));
  core::CallSpec spec{.service = "sqs",
                      .operation = "SendMessage",
                      .params = Object{{"QueueUrl", queue_url(*queue)},
                                       {"MessageBody", text(about, "event")},
                                       {"MessageAttributes", std::move(attributes)}},
                      .scope = {context.account(), queue->region},
                      .credential = {.kind = core::Credential::Kind::Service,
                                     .account = context.account(),
                                     .service = std::string(kPrincipal),
                                     .source_arn = string_of(about, "rule")}};
  context.start({.work = std::move(spec), .retry = {.attempts = 10}, .name = "events:DeadLetter"});
}

void dead_letter(Context& context, const Object& about, const Error& error, int attempts) {
  std::string_view exhausted;
  if (is_transient(error)) {
    const bool all = attempts >= integer(about, "attempts").value_or(0);
    exhausted = all ? "MaximumRetryAttempts" : "MaximumEventAgeInSeconds";
  }
  dead_letter(context, about, code_of(error), error.message, std::max(0, attempts - 1), exhausted);
}

}  // namespace tocsin::events

// SPDX-License-Identifier: Apache-2.0
#include "services/config/evaluation_invoke.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/config/evaluation_proactive.hpp"
#include "services/config/evaluation_standing.hpp"

namespace tocsin::config {
namespace {

/// What a message of SNS holds; beyond it an item is oversized.
constexpr std::size_t kMostBytes = 262'144;
constexpr int kTries = 3;

Object message_of(Context& context, std::string_view type, std::string_view version) {
  return {{"notificationCreationTime", iso8601_ms(context.now())},
          {"messageType", type},
          {"recordVersion", version}};
}

Object change_message(Context& context, const Item& item, const Document& difference) {
  Object message;
  message["configurationItemDiff"] = difference;
  message["configurationItem"] = delivered_item(item);
  for (auto& member : message_of(context, "ConfigurationItemChangeNotification", "1.3"))
    message[member.key()] = std::move(member.value());
  return message;
}

Object oversized_message(Context& context, const Item& item, const Document& difference) {
  auto summary = item_summary(item);
  summary["changeType"] = text(difference, "changeType", "UPDATE");
  Object message;
  message["configurationItemSummary"] = std::move(summary);
  for (auto& member : message_of(context, "OversizedConfigurationItemChangeNotification", "1.0"))
    message[member.key()] = std::move(member.value());
  return message;
}

/// The function is waited for, by a task: its failure is the rule's. It is tried again as Lambda
/// tries again what is invoked as an event.
/// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
void start(Context& context, const Rule& rule, const std::string& payload,
           const std::string& evaluation, int tries) {
  const auto function = Arn::parse(rule.identifier);
  if (!function) return;
  Object about{{"rule", rule.name},
               {"id", rule.id},
               {"payload", payload},
               {"evaluation", evaluation},
               {"tries", tries}};
  context.start({.work = core::CallSpec{.service = "lambda",
                                        .operation = "Invoke",
                                        .params = Object{{"FunctionName", rule.identifier},
                                                         {"InvocationType", "RequestResponse"},
                                                         {"Payload", payload}},
                                        .scope = {rule.scope.account, function->region},
                                        .credential = {.kind = core::Credential::Kind::Service,
                                                       .account = rule.scope.account,
                                                       .service = std::string(kPrincipal),
                                                       .source_arn = rule.arn()}},
                 .retry = {.attempts = 10,
                           .max_delay = std::chrono::minutes(1),
                           .jitter = 0.2,
                           .max_age = std::chrono::hours(1)},
                 .then = {"config.invoked", std::move(about)},
                 .name = "config:Evaluate " + rule.name});
}

Error error_of_function(const Rule& rule, const Document& reply) {
  std::string said;
  if (const auto payload = unbase64(text(reply, "Payload"))) {
    if (const auto parsed = parse_json(*payload)) {
      said =
          fmt::format("{}: {}", text(*parsed, "errorType", "Error"), text(*parsed, "errorMessage"));
    }
  }
  return {.code = string_of(reply, "FunctionError"),
          .message = fmt::format("The AWS Lambda function {} returned an error. {}",
                                 rule.identifier, said)};
}

Error error_of_invocation(const Rule& rule, const Error& error) {
  if (error.status < 500 && error.code != "TooManyRequestsException") {
    return {.code = error.code,
            .message = fmt::format("The AWS Lambda function {} cannot be invoked. Check the "
                                   "specified function ARN, and check the function's permissions.",
                                   rule.identifier)};
  }
  return error;
}

void again(Context& context, const core::Resumption& due) {
  const auto rule = kRules.get(context, core::Key::of(context.scope(), text(due.context, "rule")));
  if (!rule || rule->id != text(due.context, "id")) return;
  start(context, *rule, string_of(due.context, "payload"), string_of(due.context, "evaluation"),
        static_cast<int>(integer(due.context, "tries").value_or(kTries)));
}

void failed(Context& context, const Rule& rule, const core::Resumption& end) {
  const auto evaluation = text(end.context, "evaluation");
  const auto tries = integer(end.context, "tries").value_or(kTries);
  note_evaluation_failed(context, rule, error_of_function(rule, *end.outcome));
  if (tries >= kTries) return fail_evaluation(context, rule, evaluation);
  auto about = end.context.as_object();
  about["tries"] = tries + 1;
  context.at(context.now() + std::chrono::minutes(tries), {"config.invoke_again", about});
}

void invoked(Context& context, const core::Resumption& end) {
  const auto rule = kRules.get(context, core::Key::of(context.scope(), text(end.context, "rule")));
  if (!rule || rule->id != text(end.context, "id")) return;
  if (!end.outcome) {
    note_invocation_failed(context, *rule, error_of_invocation(*rule, end.outcome.error()));
    return fail_evaluation(context, *rule, text(end.context, "evaluation"));
  }
  note_invoked(context, *rule);
  if (find(*end.outcome, "FunctionError")) failed(context, *rule, end);
}

}  // namespace

void invoke(Context& context, const Rule& rule, Object message, EventScope left,
            const std::string& evaluation) {
  const InScope scope(context, rule.scope);
  const auto token = token_of(context, {.scope = rule.scope,
                                        .rule = rule.name,
                                        .id = rule.id,
                                        .invoked = context.now(),
                                        .evaluation = evaluation});
  const Object event{{"version", "1.0"},
                     {"invokingEvent", to_json(message)},
                     {"ruleParameters", rule.parameters.empty() ? "{}" : rule.parameters},
                     {"resultToken", token},
                     {"eventLeftScope", left == EventScope::Left},
                     {"executionRoleArn", recorder_role(context, rule.scope)},
                     {"configRuleArn", rule.arn()},
                     {"configRuleName", rule.name},
                     {"configRuleId", rule.id},
                     {"accountId", rule.scope.account.str()},
                     {"evaluationMode", evaluation.empty() ? "DETECTIVE" : "PROACTIVE"}};
  start(context, rule, base64(to_json(event)), evaluation, 1);
}

void invoke_on_item(Context& context, const Rule& rule, const Item& item,
                    const Document& difference, EventScope left) {
  auto message = change_message(context, item, difference);
  if (to_json(message).size() > kMostBytes) {
    if (!takes(rule, "OversizedConfigurationItemChangeNotification")) return;
    message = oversized_message(context, item, difference);
  } else if (!takes(rule, "ConfigurationItemChangeNotification")) {
    return;
  }
  invoke(context, rule, std::move(message), left);
}

void invoke_on_schedule(Context& context, const Rule& rule) {
  auto message = message_of(context, "ScheduledNotification", "1.0");
  message["awsAccountId"] = rule.scope.account.str();
  invoke(context, rule, std::move(message), EventScope::In);
}

void on_invocations(core::Registry& registry) {
  registry.on_resume("config.invoked", invoked);
  registry.on_resume("config.invoke_again", again);
}

}  // namespace tocsin::config

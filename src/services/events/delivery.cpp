// SPDX-License-Identifier: Apache-2.0
// From a matching rule to its targets, one durable task each.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html
#include "services/events/target_kinds.hpp"

namespace tocsin::events {
namespace {

/// 185 further attempts fill the 24 hours.
core::Retry retry_of(const Document& target) {
  const auto& policy = object_of(target, "RetryPolicy");
  return {.attempts = static_cast<int>(integer(policy, "MaximumRetryAttempts").value_or(185)) + 1,
          .initial = std::chrono::seconds(1),
          .max_delay = std::chrono::minutes(8),
          .jitter = 0.2,
          .max_age =
              std::chrono::seconds(integer(policy, "MaximumEventAgeInSeconds").value_or(86'400))};
}

core::CallSpec call_to(const Rule& rule, const Document& target, const TargetKind& kind,
                       const Arn& arn, Object params) {
  core::CallSpec spec{
      .service = std::string(kind.service),
      .operation = std::string(kind.operation),
      .params = std::move(params),
      .scope = {rule.scope.account, arn.region.empty() ? rule.scope.region : arn.region},
      .credential = {.kind = core::Credential::Kind::Service,
                     .account = rule.scope.account,
                     .service = std::string(kPrincipal),
                     .source_arn = rule.arn()}};
  auto& role = spec.credential.role_arn;
  role = string_of(target, "RoleArn");
  if (role.empty() && kind.needs == Needs::Role) role = rule.role;
  if (!role.empty()) spec.credential.session_name = "events";
  return spec;
}

/// A bus is called as the rule's account where no role is given, and gets the event as it is.
void make_forward(core::CallSpec& spec, const Rule& rule, const Occurrence& event, Hops hops) {
  if (spec.credential.role_arn.empty()) {
    spec.credential.kind = core::Credential::Kind::Session;
    const auto& account = rule.scope.account;
    spec.principal = {.kind = core::Principal::Kind::Root,
                      .account = account,
                      .arn = "arn:aws:iam::" + account.str() + ":root",
                      .id = account.str()};
  }
  auto& params = spec.params.as_object();
  auto& entry = params["Entries"].as_array()[0].as_object();
  entry["Source"] = text(event.envelope(), "source");
  entry["DetailType"] = text(event.envelope(), "detail-type");
  params["Event"] = event.envelope();
  params["HoppedInRegion"] = hops.in_region;
  params["HoppedToRegion"] = hops.to_region;
}

/// Error: the event has come from another bus already.
Result<Hops> hop(const Rule& rule, const Arn& bus, Hops hops) {
  bool& made = bus.region == rule.scope.region ? hops.in_region : hops.to_region;
  if (made) {
    return fail(
        &made == &hops.in_region ? "THIRD_ACCOUNT_HOP_DETECTED" : "THIRD_REGION_HOP_DETECTED",
        "Events received from another event bus cannot be forwarded to this event bus.");
  }
  made = true;
  return hops;
}

/// Each event has a stream of its own, which is made first.
void start_with_stream(Context& context, core::CallSpec spec, const core::Retry& retry,
                       Object about) {
  auto& params = spec.params.as_object();
  params["logStreamName"] = context.new_uuid();
  auto& event = params["logEvents"].as_array()[0].as_object();
  if (!event.contains("timestamp")) event["timestamp"] = to_ms(context.now());
  auto stream = spec;
  stream.operation = "CreateLogStream";
  stream.params =
      Object{{"logGroupName", params["logGroupName"]}, {"logStreamName", params["logStreamName"]}};
  context.start({.work = std::move(stream),
                 .retry = retry,
                 .then = {"events.stream_made", Object{{"about", std::move(about)},
                                                       {"call", encode(spec)},
                                                       {"retry", encode(retry)}}}});
}

Result<void> try_send(Context& context, const Rule& rule, const Document& target,
                      const Occurrence& event, const Object& about) {
  const auto arn = Arn::parse(text(target, "Arn"));
  const auto* kind = arn ? kind_of(*arn) : nullptr;
  if (!kind) return {};
  const auto input =
      has_input(target) ? input_for(target, rule, event.envelope(), context.now()) : event.text();
  auto spec = call_to(rule, target, *kind, *arn, TRY(kind->params(*arn, target, input)));
  if (kind->service == "events") make_forward(spec, rule, event, TRY(hop(rule, *arn, event.hops)));
  const auto retry = retry_of(target);
  if (kind->service == "logs") {
    start_with_stream(context, std::move(spec), retry, about);
  } else {
    context.start({.work = std::move(spec), .retry = retry, .then = {"events.delivered", about}});
  }
  return {};
}

void send(Context& context, const Rule& rule, const Document& target, const Occurrence& event) {
  const auto about = dead_letter_context(rule, target, retry_of(target).attempts, event);
  const auto sent = try_send(context, rule, target, event, about);
  if (!sent) dead_letter(context, about, sent.error().code, sent.error().message, 0);
}

}  // namespace

void deliver(Context& context, const RuleAndTargets& matched, const Occurrence& event) {
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
  if (!end.outcome)
    dead_letter(context, end.context.as_object(), end.outcome.error(), end.attempts);
}

void stream_made(Context& context, const core::Resumption& end) {
  const auto& about = object_of(end.context, "about");
  if (!end.outcome && end.outcome.error().code != "ResourceAlreadyExistsException")
    return dead_letter(context, about, end.outcome.error(), end.attempts);
  context.start({.work = decoded<core::CallSpec>(object_of(end.context, "call")),
                 .retry = decoded<core::Retry>(object_of(end.context, "retry")),
                 .then = {"events.delivered", about}});
}

}  // namespace tocsin::events

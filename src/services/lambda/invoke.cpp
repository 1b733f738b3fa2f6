// SPDX-License-Identifier: Apache-2.0
// Invocations. A synchronous one parks its caller until the worker's result is there.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/lambda/concurrency.hpp"
#include "services/lambda/configuration.hpp"
#include "services/lambda/invocation.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

constexpr auto kBeforeExpiry = std::chrono::minutes(20);
constexpr std::size_t kMostBytes = 6'291'456;
constexpr std::size_t kMostEventBytes = 1'048'576;

/// The session of the version's role, renewed in time; sandboxes live as long as it does
/// (Generation).
Result<Object> role_credentials(Context& context, const Target& target) {
  const auto& function = target.function;
  const auto key = Key::of(function.scope, function.name, target.version);
  if (const auto session = kRoleSessions.get(context, key);
      session && session->until > context.now() + kBeforeExpiry) {
    return session->credentials;
  }
  const auto assumed = TRY(
      context
          .call({"sts",
                 "AssumeRole",
                 Object{{"RoleArn", target.configuration.role}, {"RoleSessionName", function.name}},
                 function.scope,
                 as_function(context, function, {}),
                 {}})
          .result());
  const auto& given = object_of(assumed, "Credentials");
  RoleSession session{
      .credentials = {{"AccessKeyId", text(given, "AccessKeyId")},
                      {"SecretAccessKey", context.seal(text(given, "SecretAccessKey"))},
                      {"SessionToken", context.seal(text(given, "SessionToken"))}},
      .until = from_seconds(find(given, "Expiration")->to_number<double>())};
  kRoleSessions.put(context, key, session);
  return session.credentials;
}

Object job_payload(Context& context, const Target& target, const Run& run, Object credentials) {
  const auto& function = target.function;
  const auto& made = target.configuration;
  Array layers;
  for (const auto& layer : made.layers)
    layers.push_back(store::to_document(layer.code));
  auto generation = made.revision + " " + string_of(credentials, "AccessKeyId");
  return {{"FunctionArn", target.reference.arn()},
          {"FunctionName", function.name},
          {"FunctionVersion", target.version},
          {"CodeSha256", made.code_sha256},
          {"Code", store::to_document(made.code)},
          {"Layers", std::move(layers)},
          {"Runtime", made.runtime},
          {"Handler", made.handler},
          {"MemorySize", made.memory_mb},
          {"EphemeralStorage", made.storage_mb},
          {"Timeout", made.timeout_s},
          {"Environment", made.environment.value_or(Object{})},
          {"Payload", run.event},
          {"RequestId", run.request},
          {"ClientContext", run.client_context},
          {"TraceId", core::trace_header(context.cause(), context.now())},
          {"Region", function.scope.region},
          {"AccountId", function.scope.account.str()},
          {"Credentials", std::move(credentials)},
          {"LogGroup", log_group_of(function, made)},
          {"Generation", std::move(generation)}};
}

/// Of an invocation that a caller waits for.
Object reply_to(const Context& context, const Run& run, const Document& result) {
  Object reply{{"StatusCode", 200},
               {"ExecutedVersion", run.version},
               {"Payload", base64(opened(context, result, "Payload"))}};
  if (const auto* error = find(result, "FunctionError")) reply["FunctionError"] = *error;
  if (run.tail) reply["LogResult"] = opened(context, result, "LogTail");
  return reply;
}

void answer(Context& context, const Run& run, const Result<Document>& outcome) {
  const core::Token token{run.token};
  if (outcome)
    context.resolve(token, Document(reply_to(context, run, *outcome)));
  else
    context.resolve(token, fail("ServiceException", outcome.error().message, 500));
}

void invoked(Context& context, const core::Resumption& end) {
  auto run = decoded<Run>(end.context);
  release(context, context.scope(), run.pool);
  const Reference reference{context.scope(), run.function, run.version};
  if (const auto target = target_of(context, reference); target && end.outcome)
    write_logs(context, *target, *end.outcome);
  switch (run.kind) {
    case Run::Kind::Call:
      return answer(context, run, end.outcome);
    case Run::Kind::Event:
      return event_ended(context, std::move(run), end.outcome);
    case Run::Kind::Url:
      return url_ended(context, run, end.outcome);
    case Run::Kind::Mapping:
      return batch_ended(context, run, end.outcome);
  }
}

Failure too_large(std::size_t most) {
  return fail(
      "RequestTooLargeException",
      fmt::format("Request must be smaller than {} bytes for the InvokeFunction operation", most),
      413);
}

/// The event as text, checked.
Result<std::string> event_of(const Call& call, std::string_view member, bool asynchronous) {
  auto event = unbase64(opened(call, call.params(), member));
  if (event && event->empty()) event = "{}";
  const auto most = asynchronous ? kMostEventBytes : kMostBytes;
  if (event && event->size() > most) return too_large(most);
  if (!event || !parse_json(*event)) {
    return fail("InvalidRequestContentException",
                "Could not parse request body into json: Could not parse payload into json: "
                "Unexpected character in the payload");
  }
  return *std::move(event);
}

Result<std::string> client_context_of(const Call& call) {
  const auto given = opened(call, call.params(), "ClientContext");
  if (given.empty()) return std::string();
  const auto plain = unbase64(given);
  auto parsed = plain ? parse_json(*plain) : Result<Document>(Document(nullptr));
  if (!parsed || !parsed->is_object())
    return fail("InvalidRequestContentException",
                "Client context must be a valid Base64-encoded JSON object.");
  return to_json(*parsed);
}

/// An asynchronous event is accepted whatever becomes of it.
void accept_event(Call& call, const Target& target, Run run) {
  run.kind = Run::Kind::Event;
  run.since = call.now();
  if (const auto launched = launch(call, target, run); !launched)
    event_not_started(call, std::move(run), launched.error());
}

}  // namespace

std::string opened(const Context& context, const Document& document, std::string_view member) {
  const auto* sealed = find(document, member);
  return sealed ? context.open(*sealed).value_or("") : "";
}

Result<Target> chosen_target(Context& context, const Reference& reference) {
  auto target = TRY(target_of(context, reference));
  const auto alias =
      kAliases.get(context, Key::of(reference.scope, reference.name, reference.qualifier));
  if (!alias || alias->weights.empty()) return target;
  const auto& [version, weight] = *alias->weights.begin();
  if (context.new_fraction() >= weight) return target;
  if (auto other = version_of(context, target.function, version)) {
    target.version = version;
    target.configuration = *std::move(other);
  }
  return target;
}

Result<void> launch(Context& context, const Target& target, Run run) {
  run.version = target.version;
  auto credentials = TRY(role_credentials(context, target));
  run.pool = TRY(acquire(context, target.function));
  const auto outer = context.cause();
  context.set_cause(context.trace("invoke", target.function.name, "ok"));
  auto payload = job_payload(context, target, run, std::move(credentials));
  context.start({.work = core::JobSpec{.kind = "function.invoke",
                                       .payload = std::move(payload),
                                       .secret_results = {"Payload", "Log", "LogTail"}},
                 .retry = {.attempts = 3},
                 .then = {"lambda.invoked", encode(run)},
                 .name = "function " + target.function.name});
  context.set_cause(outer);
  return {};
}

Outcome invoke(Call& call) {
  const auto reference = TRY(reference_of(call));
  const auto type = text(call.params(), "InvocationType", "RequestResponse");
  if (type != "RequestResponse" && type != "Event" && type != "DryRun")
    return violation(type, "invocationType",
                     "Member must satisfy enum value set: [Event, RequestResponse, DryRun]");
  call.set_scope(reference.scope);
  const auto target = TRY(chosen_target(call, reference));
  if (type == "DryRun") return Object{{"StatusCode", 204}, {"ExecutedVersion", target.version}};
  const auto event = TRY(event_of(call, "Payload", type == "Event"));
  Run run{.function = target.function.name,
          .qualifier = reference.qualifier,
          .event = call.seal(event),
          .request = call.request().id};
  if (type == "Event") {
    accept_event(call, target, std::move(run));
    return Object{{"StatusCode", 202}};
  }
  run.client_context = TRY(client_context_of(call));
  run.tail = text(call.params(), "LogType") == "Tail";
  const auto token = call.park();
  run.token = token.id;
  TRY(launch(call, target, std::move(run)));
  return token;
}

Outcome invoke_async(Call& call) {
  const auto reference = TRY(reference_of(call));
  call.set_scope(reference.scope);
  const auto target = TRY(chosen_target(call, reference));
  const auto event = TRY(event_of(call, "InvokeArgs", true));
  accept_event(call, target,
               {.function = target.function.name,
                .qualifier = reference.qualifier,
                .event = call.seal(event),
                .request = call.request().id});
  return Object{{"Status", 202}};
}

void on_invocations(core::Registry& registry) {
  registry.on_resume("lambda.invoked", invoked);
}

}  // namespace tocsin::lambda

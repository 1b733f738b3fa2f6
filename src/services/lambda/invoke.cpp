// SPDX-License-Identifier: Apache-2.0
// Invocations. A synchronous one parks its caller until the worker's result is there; an
// asynchronous one is retried twice.
// https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/lambda/state.hpp"

namespace tocsin::lambda {
namespace {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

constexpr auto kBeforeExpiry = std::chrono::minutes(20);
constexpr int kAsynchronousAttempts = 3;

/// A session of the function's role: STS's reply.
Result<Document> assume_role(Context& context, const Function& function) {
  return context
      .call({"sts",
             "AssumeRole",
             Object{{"RoleArn", function.role}, {"RoleSessionName", function.name}},
             context.scope(),
             {.kind = core::Credential::Kind::Service,
              .account = context.account(),
              .service = "lambda.amazonaws.com"},
             {}})
      .result();
}

/// The role's session, renewed in time; sandboxes live as long as it does (Generation).
Result<void> renew_credentials(Context& context, Function& function) {
  if (function.credentials_until > context.now() + kBeforeExpiry) return {};
  const auto assumed = TRY(assume_role(context, function));
  const auto& credentials = object_of(assumed, "Credentials");
  function.credentials = {{"AccessKeyId", text(credentials, "AccessKeyId")},
                          {"SecretAccessKey", context.seal(text(credentials, "SecretAccessKey"))},
                          {"SessionToken", context.seal(text(credentials, "SessionToken"))}};
  function.credentials_until = from_seconds(find(credentials, "Expiration")->to_number<double>());
  kFunctions.put(context, Key::of(context.scope(), function.name), function);
  return {};
}

Object job_payload(Context& context, const Function& function, const Document& event,
                   std::string_view request_id) {
  return {{"FunctionArn", function.arn},
          {"FunctionName", function.name},
          {"FunctionVersion", "$LATEST"},
          {"CodeSha256", function.code_sha256},
          {"Code", store::to_document(function.code)},
          {"Runtime", function.runtime},
          {"Handler", function.handler},
          {"MemorySize", function.memory_mb},
          {"Timeout", function.timeout_s},
          {"Environment", function.environment},
          {"Payload", event},
          {"RequestId", request_id},
          {"TraceId", core::trace_header(context.cause(), context.now())},
          {"Region", context.region()},
          {"AccountId", context.account().str()},
          {"Credentials", function.credentials},
          {"LogGroup", "/aws/lambda/" + function.name},
          {"Generation", function.revision + " " + string_of(function.credentials, "AccessKeyId")}};
}

Result<void> run(Context& context, Function function, Object state) {
  TRY(renew_credentials(context, function));
  const auto outer = context.cause();
  context.set_cause(context.trace("invoke", function.name, "ok"));
  auto payload = job_payload(context, function, *find(state, "event"), text(state, "request"));
  context.start({.work = core::JobSpec{.kind = "function.invoke",
                                       .payload = std::move(payload),
                                       .secret_results = {"Payload"}},
                 .retry = {.attempts = 3},
                 .then = {"lambda.invoked", std::move(state)},
                 .name = "function " + function.name});
  context.set_cause(outer);
  return {};
}

/// The sealed text of a member; empty where there is none.
std::string opened(const Context& context, const Document& document, std::string_view member) {
  const auto* sealed = find(document, member);
  return sealed ? context.open(*sealed).value_or("") : "";
}

Object reply_to(const Context& context, const Document& result) {
  Object reply{{"StatusCode", 200},
               {"ExecutedVersion", "$LATEST"},
               {"Payload", base64(opened(context, result, "Payload"))}};
  if (const auto* error = find(result, "FunctionError")) reply["FunctionError"] = *error;
  return reply;
}

}  // namespace

core::Credential as_function(const Context& context, const Function& function) {
  return {.kind = core::Credential::Kind::Service,
          .account = context.account(),
          .service = "lambda.amazonaws.com",
          .role_arn = function.role,
          .session_name = function.name};
}

Outcome invoke(Call& call) {
  const auto function = TRY(function_of(call));
  const auto type = text(call.params(), "InvocationType", "RequestResponse");
  if (type == "DryRun") return Object{{"StatusCode", 204}};
  if (type != "RequestResponse" && type != "Event") {
    return fail("InvalidParameterValueException",
                fmt::format("{} is not an invocation type.", type));
  }
  auto event = unbase64(opened(call, call.params(), "Payload"));
  if (event && event->empty()) event = "{}";
  if (!event || !parse_json(*event)) {
    return fail("InvalidRequestContentException",
                "Could not parse request body into json: the payload is not JSON");
  }
  Object state{{"function", function.name},
               {"event", call.seal(*event)},
               {"request", call.request().id},
               {"attempt", 1}};
  if (type == "Event") {
    TRY(run(call, function, std::move(state)));
    return Object{{"StatusCode", 202}};
  }
  const auto token = call.park();
  state["token"] = token.id;
  state["tail"] = text(call.params(), "LogType") == "Tail";
  TRY(run(call, function, std::move(state)));
  return token;
}

void invoked(Context& context, const core::Resumption& end) {
  const auto function =
      kFunctions.get(context, Key::of(context.scope(), text(end.context, "function")));
  if (end.outcome && function) write_logs(context, *function, *end.outcome);
  const core::Token token{string_of(end.context, "token")};
  if (!token.id.empty()) {
    if (!end.outcome)
      return void(
          context.resolve(token, fail("ServiceException", end.outcome.error().message, 500)));
    auto reply = reply_to(context, *end.outcome);
    if (flag(end.context, "tail")) reply["LogResult"] = text(*end.outcome, "LogTail");
    return void(context.resolve(token, Document(std::move(reply))));
  }
  const bool failed = !end.outcome || find(*end.outcome, "FunctionError");
  const auto attempt = integer(end.context, "attempt").value_or(1);
  if (!failed || attempt >= kAsynchronousAttempts) return;
  Object again = end.context.as_object();
  again["attempt"] = attempt + 1;
  context.at(context.now() + std::chrono::minutes(attempt), {"lambda.run_again", std::move(again)});
}

void run_again(Context& context, const core::Resumption& end) {
  auto function = kFunctions.get(context, Key::of(context.scope(), text(end.context, "function")));
  if (function) (void)run(context, *std::move(function), end.context.as_object());
}

}  // namespace tocsin::lambda

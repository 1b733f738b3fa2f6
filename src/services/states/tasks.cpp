// SPDX-License-Identifier: Apache-2.0
#include "services/states/tasks.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/states/activity_tasks.hpp"
#include "services/states/integrations.hpp"
#include "services/states/map_runs.hpp"
#include "services/states/synchronous.hpp"

namespace tocsin::states {
namespace {

using asl::Resource;
using asl::TaskFailed;
using core::Context;
using core::Key;

/// Of the role that Credentials names, assumed by the execution's role.
Result<core::Credential> chained(Context& context, const core::Credential& own,
                                 const std::string& role) {
  const auto assumed =
      TRY(context
              .call({"sts",
                     "AssumeRole",
                     Object{{"RoleArn", role}, {"RoleSessionName", own.session_name}},
                     context.scope(),
                     own,
                     {}})
              .result());
  return core::Credential{
      .kind = core::Credential::Kind::Key,
      .access_key_id = string_of(object_of(assumed, "Credentials"), "AccessKeyId"),
      .account = own.account,
      .service = own.service};
}

/// A session's name as AWS makes it: nothing of the execution is told.
std::string session_name(Context& context) {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
  return context.new_id(kLetters, 32);
}

Result<core::Credential> credential_of(Context& context, const Place& place, const Execution& row,
                                       const asl::StartTask& task) {
  core::Credential own{
      .kind = core::Credential::Kind::Service,
      .account = place.scope.account,
      .service = std::string(kPrincipal),
      .role_arn = row.revision.role,
      .session_name = session_name(context),
      .source_arn = arn("states", place.scope, "stateMachine:" + machine_name(place.machine))};
  if (task.credentials.empty()) return own;
  return chained(context, own, task.credentials);
}

std::string region_of(const Place& place, const Document& parameters, const Resource& resource) {
  const auto arn = resource.kind == Resource::Kind::Lambda
                       ? Arn::parse(resource.arn)
                       : Arn::parse(text(parameters, "FunctionName"));
  return arn && !arn->region.empty() ? arn->region : place.scope.region;
}

/// Parameters of the API's call.
Result<Object> params_of(const Integration& integration, const asl::StartTask& task) {
  if (task.resource->kind == Resource::Kind::Lambda) {
    return Object{{"FunctionName", task.resource->arn},
                  {"Payload", base64(to_json(*task.parameters))}};
  }
  if (integration.sdk || integration.service->id != "lambda")
    return api_params(integration, *task.parameters);
  // lambda:invoke takes any JSON as Payload, a text with its quotes.
  auto given = *task.parameters;
  auto* object = given.if_object();
  std::optional<std::string> payload;
  if (object) {
    if (const auto* found = object->if_contains("Payload")) payload = to_json(*found);
    object->erase("Payload");
  }
  auto params = TRY(api_params(integration, given));
  if (payload) params["Payload"] = base64(*payload);
  return params;
}

asl::Event failed(std::uint64_t task, NamedFailure failure) {
  return TaskFailed{task, std::move(failure.error), std::move(failure.cause), TaskFailed::At::Run};
}

Result<core::CallSpec> spec_of(Context& context, const Place& place, const Execution& row,
                               const Integration& integration, const asl::StartTask& task) {
  auto params = TRY(params_of(integration, task));
  const auto region = region_of(place, *task.parameters, *task.resource);
  return core::CallSpec {
    .service = std::string(integration.service->id),
    .operation = std::string(integration.operation->name), .params = std::move(params),
    .scope = {place.scope.account, region},
    .credential = TRY(credential_of(context, place, row, task))
    , .principal = {}
  };
}

std::vector<asl::Event> start_call(Context& context, const Place& place, const Execution& row,
                                   const asl::StartTask& task) {
  auto made = call_of_task(context, place, row, task);
  if (auto* event = std::get_if<asl::Event>(&made)) return {std::move(*event)};
  auto reference = place.reference();
  reference["t"] = task.task;
  reference["r"] = task.resource->arn;
  context.start({.work = std::get<core::CallSpec>(std::move(made)),
                 .then = {"states.called", std::move(reference)}});
  return {};
}

/// What the function answered; a failed one names its error itself.
std::optional<NamedFailure> function_failure(const Document& reply) {
  if (!find(reply, "FunctionError")) return std::nullopt;
  auto payload = unbase64(text(reply, "Payload")).value_or("");
  const auto parsed = parse_json(payload);
  const auto type = parsed ? string_of(*parsed, "errorType") : "";
  return NamedFailure{type.empty() ? "Lambda.Unknown" : type, std::move(payload)};
}

Document payload_of(const Document& reply) {
  const auto payload = unbase64(text(reply, "Payload")).value_or("");
  auto parsed = parse_json(payload);
  return parsed ? *std::move(parsed) : Document(boost::json::string(payload));
}

/// What the optimised integrations add: how the HTTP answer was.
void add_metadata(Context& context, Object& output) {
  const auto id = context.new_uuid();
  Object headers{{"x-amzn-RequestId", id}, {"Date", http_date(context.now())}};
  Object all;
  for (const auto& header : headers)
    all[header.key()] = Array{header.value()};
  Object http;
  http["AllHttpHeaders"] = std::move(all);
  http["HttpHeaders"] = std::move(headers);
  http["HttpStatusCode"] = 200;
  output["SdkHttpMetadata"] = std::move(http);
  output["SdkResponseMetadata"] = Object{{"RequestId", id}};
}

Document output_of(Context& context, const Integration& integration, const Resource& resource,
                   const Document& reply) {
  if (resource.kind == Resource::Kind::Lambda) return payload_of(reply);
  auto output = state_output(context, integration, reply);
  if (integration.sdk || !output.is_object()) return output;
  auto& object = output.as_object();
  if (integration.service->id == "lambda") object["Payload"] = payload_of(reply);
  add_metadata(context, object);
  return output;
}

void called(Context& context, const core::Resumption& end) {
  const auto place = Place::referred(context, end.context);
  const auto task = static_cast<std::uint64_t>(integer(end.context, "t").value_or(0));
  const auto resource = asl::parse_resource(text(end.context, "r"));
  auto event = end_of_call(context, *resource, task, end.outcome);
  if (resource->pattern == Resource::Pattern::RequestResponse) return drive(context, place, event);
  if (auto* failure = std::get_if<TaskFailed>(&event)) {
    if (!end.outcome) failure->at = TaskFailed::At::Submit;
    return drive(context, place, event);
  }
  auto& output = std::get<asl::TaskSucceeded>(event).output;
  drive(context, place, asl::TaskSubmitted{task, std::move(output)});
  if (resource->pattern == Resource::Pattern::Sync) {
    wait_for_child(context, place, string_of(*end.outcome, "executionArn"),
                   {.machine = place.machine,
                    .name = place.name,
                    .task = task,
                    .parsed = resource->action.ends_with(":2")});
  }
}

}  // namespace

std::variant<core::CallSpec, asl::Event> call_of_task(Context& context, const Place& place,
                                                      const Execution& row,
                                                      const asl::StartTask& task) {
  const auto integration = integration_of(*task.resource);
  if (!integration)
    return failed(task.task, {integration.error().code, integration.error().message});
  auto spec = spec_of(context, place, row, *integration, task);
  if (spec) return *std::move(spec);
  return failed(task.task, named_failure(context, *integration, spec.error()));
}

asl::Event end_of_call(Context& context, const Resource& resource, std::uint64_t task,
                       const Result<Document>& outcome) {
  const auto integration = integration_of(resource);
  if (!integration) return failed(task, {integration.error().code, integration.error().message});
  if (!outcome) return failed(task, named_failure(context, *integration, outcome.error()));
  if (integration->service->id == "lambda" && !integration->sdk) {
    if (auto failure = function_failure(*outcome)) return failed(task, *std::move(failure));
  }
  return asl::TaskSucceeded{task, output_of(context, *integration, resource, *outcome)};
}

std::optional<std::string> refusal(Context& context, const Resource& resource) {
  if (resource.kind != Resource::Kind::Activity) return std::nullopt;
  const auto arn = parse_states_arn(resource.arn);
  if (arn && kActivities.contains(context, Key::of(arn->scope, arn->name))) return std::nullopt;
  return fmt::format("The activity {} does not exist.", resource.arn);
}

std::vector<asl::Event> start_task(Context& context, const Place& place, const Execution& row,
                                   Saved& saved, const asl::StartTask& task) {
  if (task.resource->kind == Resource::Kind::Activity)
    return offer_activity_task(context, place, saved, task);
  return start_call(context, place, row, task);
}

void cancel_task(Context& context, Saved& saved, std::uint64_t task) {
  const auto pending = saved.pending.find(std::to_string(task));
  if (pending == saved.pending.end()) return;
  if (const auto& what = pending->second; what.starts_with("activity/"))
    withdraw_activity_task(context, what);
  else if (what.starts_with("mapRun/"))
    abort_map_run(context, what);
  else
    stop_child(context, what);
  saved.pending.erase(pending);
}

void on_tasks(core::Registry& registry) {
  registry.on_resume("states.called", called);
}

}  // namespace tocsin::states

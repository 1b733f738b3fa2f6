// SPDX-License-Identifier: Apache-2.0
#include "services/ssm/run.hpp"

namespace tocsin::ssm {
namespace {

using core::Context;
using core::Key;

/// "Nov 29, 2024 7:43:25 PM"
std::string spelled(Time time) {
  auto text = format_time(time, "%b %d, %Y %I:%M:%S %p");
  if (text[4] == '0') text.erase(4, 1);
  const auto hour = text.find(", ") + 7;
  if (text[hour] == '0') text.erase(hour, 1);
  return text;
}

std::optional<Document> global(const Run& run, std::string_view name) {
  const auto text = [](std::string value) { return Document(std::move(value)); };
  const auto started = run.row.start;
  if (name == "global:DATE") return text(format_time(started, "%Y-%m-%d"));
  if (name == "global:DATE_TIME") return text(format_time(started, "%Y-%m-%d_%H.%M.%S"));
  if (name == "global:REGION") return text(run.scope().region);
  if (name == "global:ACCOUNT_ID") return text(run.scope().account.str());
  if (name == "global:AWS_PARTITION") return text("aws");
  if (name == "automation:EXECUTION_ID") return text(run.row.id);
  return std::nullopt;
}

}  // namespace

Ended failed(std::string message) {
  return {.status = Status::Failed, .message = std::move(message)};
}

Ended failed_waiting(std::string message) {
  auto ended = failed(std::move(message));
  ended.doing = "Poll action status for completion";
  return ended;
}

std::optional<Run> Run::load(Context& context, std::string_view id) {
  auto row = load_execution(context, id);
  const auto plan = kPlans.get(context, Key::of(context.scope(), id));
  if (!row || !plan) return std::nullopt;
  auto runbook = automation::compile(plan->content);
  if (!runbook) return std::nullopt;
  context.set_cause(row->node);
  return Run(context, *std::move(row), *std::move(runbook));
}

std::optional<Document> Run::value_of(std::string_view reference) const {
  if (auto found = global(*this, reference)) return found;
  const auto member = [](const Object& of, std::string_view name) -> std::optional<Document> {
    const auto* found = of.if_contains(name);
    return found ? std::optional(*found) : std::nullopt;
  };
  if (reference.starts_with("variable:")) return member(row.variables, reference.substr(9));
  if (auto found = member(row.parameters, reference)) return found;
  return member(row.values, reference);
}

automation::Lookup Run::lookup() const {
  return [this](std::string_view reference) { return value_of(reference); };
}

core::CallSpec Run::call(std::string service, std::string operation, Object params) const {
  core::Credential credential{.kind = core::Credential::Kind::Session,
                              .access_key_id = row.caller.access_key_id,
                              .account = scope().account,
                              .service = std::string(kPrincipal)};
  core::Principal principal = row.caller;
  if (!row.role.empty()) {
    credential = {.kind = core::Credential::Kind::Service,
                  .account = scope().account,
                  .service = std::string(kPrincipal),
                  .role_arn = row.role,
                  .session_name = "Automation-" + row.id,
                  .source_arn = execution_arn(scope(), row.id)};
    principal = {};
  }
  return {std::move(service),    std::move(operation), std::move(params), scope(),
          std::move(credential), std::move(principal)};
}

Object Run::detail(Status status, Time start, Time end) const {
  const auto version = row.version.find_first_not_of("0123456789") == std::string::npos
                           ? std::stod("0" + row.version)
                           : 1.0;
  Object out{{"ExecutionId", row.id},
             {"Definition", row.document},
             {"DefinitionVersion", version},
             {"Status", encode(status)}};
  if (end != Time{}) out["EndTime"] = spelled(end);
  out["StartTime"] = spelled(start);
  out["Time"] = static_cast<double>(((end == Time{} ? context.now() : end) - start).count());
  return out;
}

void Run::emit(std::string type, Object detail) const {
  context.emit(
      {.source = "aws.ssm",
       .detail_type = std::move(type),
       .scope = scope(),
       .resources = {execution_arn(scope(), row.id),
                     arn("ssm", scope(),
                         fmt::format("automation-definition/{}:{}", row.document, row.version))},
       .detail = std::move(detail)});
}

void Run::tell(const StepRow& step) const {
  auto shown = detail(step.status, step.start, step.end);
  shown["StepName"] = step.name;
  shown["Action"] = step.action;
  emit("EC2 Automation Step Status-change Notification", std::move(shown));
}

void Run::tell() const {
  auto shown = detail(row.status, row.start, row.end);
  shown["ExecutedBy"] = row.executed_by;
  emit("EC2 Automation Execution Status-change Notification", std::move(shown));
}

std::string At::input(std::string_view name) const {
  const auto* found = step.resolved.if_contains(name);
  return found ? automation::text_of(*found) : std::string();
}

core::Continuation At::then(std::string name) const {
  return {std::move(name),
          Object{{"id", run.row.id}, {"order", order}, {"attempt", step.attempts}}};
}

std::optional<At> attempt_of(Context& context, const Document& reference, std::optional<Run>& run) {
  auto loaded = Run::load(context, text(reference, "id"));
  if (!loaded) return std::nullopt;
  run.emplace(*std::move(loaded));
  const auto order = string_of(reference, "order");
  const auto attempt = integer(reference, "attempt").value_or(0);
  if (run->row.waiting != fmt::format("{}:{}", order, attempt)) return std::nullopt;
  auto step = load_step(context, run->row.id, order);
  if (!step) return std::nullopt;
  auto place = automation::find_step(run->runbook, step->name);
  if (!place.step) return std::nullopt;
  return At{*run, order, *std::move(step), std::move(place)};
}

}  // namespace tocsin::ssm

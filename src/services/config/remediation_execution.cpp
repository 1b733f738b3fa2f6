// SPDX-License-Identifier: Apache-2.0
// Executions: queued, started as SSM automations, followed until they end.
#include <algorithm>
#include <fmt/format.h>

#include "services/config/compliance.hpp"
#include "services/config/remediation.hpp"

namespace tocsin::config {
namespace {

constexpr std::string_view kAgent = "remediation.config.amazonaws.com";
constexpr std::string_view kEnded = "EC2 Automation Execution Status-change Notification";

enum class Start { Automatic, OnRequest };

core::Key key_of(const Remediation& remediation, const ResourceKey& resource) {
  return core::Key::of(remediation.scope, remediation.rule, resource.type, resource.id);
}

core::Key queue_key(const Remediation& remediation, Time moment, const ResourceKey& resource) {
  return core::Key::of(remediation.scope, remediation.rule, fmt::format("{:015}", to_ms(moment)),
                       resource.type, resource.id);
}

Object about(const Remediation& remediation, const ResourceKey& resource) {
  return {{"rule", remediation.rule}, {"type", resource.type}, {"id", resource.id}};
}

/// What a continuation is about; none where the remediation has gone.
struct Going {
  Remediation remediation;
  ResourceKey resource;
  Execution execution;
};
std::optional<Going> going(Context& context, const Document& about) {
  auto remediation =
      kRemediations.get(context, core::Key::of(context.scope(), text(about, "rule")));
  if (!remediation) return std::nullopt;
  Going out{*std::move(remediation), {string_of(about, "type"), string_of(about, "id")}, {}};
  auto execution = kExecutions.get(context, key_of(out.remediation, out.resource));
  if (!execution) return std::nullopt;
  out.execution = *std::move(execution);
  return out;
}

void keep(Context& context, Going& going) {
  going.execution.updated = context.now();
  kExecutions.put(context, key_of(going.remediation, going.resource), going.execution);
}

/// As the role of `agent`; starting is the remediation role's, looking the recorder's.
core::CallSpec to_ssm(const Scope& scope, std::string operation, Object params,
                      core::Credential agent) {
  agent.kind = core::Credential::Kind::Service;
  agent.account = scope.account;
  return {.service = "ssm",
          .operation = std::move(operation),
          .params = std::move(params),
          .scope = scope,
          .credential = std::move(agent)};
}

core::Credential remediator(const Scope& scope) {
  return {.service = std::string(kAgent),
          .role_arn = fmt::format(
              "arn:aws:iam::{}:role/aws-service-role/{}/AWSServiceRoleForConfigRemediation",
              scope.account.str(), kAgent),
          .session_name = "AWSConfig-Remediation"};
}

Result<Document> look_at(Context& context, const std::string& automation) {
  core::Credential recorder{.service = std::string(kPrincipal),
                            .role_arn = recorder_role(context, context.scope()),
                            .session_name = "AWSConfig-Describe"};
  return context
      .call(to_ssm(context.scope(), "GetAutomationExecution",
                   Object{{"AutomationExecutionId", automation}}, std::move(recorder)))
      .result();
}

Object parameters_for(const Remediation& remediation, const ResourceKey& resource) {
  Object out;
  for (const auto& parameter : remediation.parameters) {
    const auto& fixed = object_of(parameter.value(), "StaticValue");
    out[parameter.key()] = fixed.empty() ? Array{resource.id} : array_of(fixed, "Values");
  }
  return out;
}

void launch(Context& context, Going& going) {
  const auto& remediation = going.remediation;
  Object params{{"DocumentName", remediation.target}};
  if (!remediation.version.empty()) params["DocumentVersion"] = remediation.version;
  params["Parameters"] = parameters_for(remediation, going.resource);
  going.execution.state = "IN_PROGRESS";
  keep(context, going);
  context.start({.work = to_ssm(remediation.scope, "StartAutomationExecution", std::move(params),
                                remediator(remediation.scope)),
                 .retry = {.attempts = 5, .jitter = 0.2},
                 .then = {"config.remediation_started", about(remediation, going.resource)},
                 .name = fmt::format("config:Remediate {}", remediation.rule)});
}

/// So many of the resources that are not compliant at once.
std::int64_t most_at_once(Context& context, const Remediation& remediation) {
  const auto rule = kRules.get(context, remediation.key());
  if (!rule) return 1;
  const auto count = static_cast<std::int64_t>(count_found(context, *rule, kNonCompliant, 1000));
  return std::max<std::int64_t>(1, (count * remediation.concurrency_percent + 99) / 100);
}

void launch_queued(Context& context, const Remediation& remediation) {
  auto load = kLoads.get(context, remediation.key()).value_or(RemediationLoad{});
  const auto most = most_at_once(context, remediation);
  std::vector<std::vector<std::string>> next;
  kQueued.scan(context, remediation.key(), [&](const std::vector<std::string>& key, const Mark&) {
    if (load.running + static_cast<std::int64_t>(next.size()) >= most) return false;
    next.push_back(key);
    return true;
  });
  load.running += static_cast<std::int64_t>(next.size());
  kLoads.put(context, remediation.key(), load);
  for (const auto& key : next) {
    kQueued.erase(context, core::Key::from(key));
    const ResourceKey resource{key[4], key[5]};
    if (auto execution = kExecutions.get(context, key_of(remediation, resource))) {
      Going going{remediation, resource, *std::move(execution)};
      launch(context, going);
    }
  }
}

void begin(Context& context, const Remediation& remediation, const ResourceKey& resource,
           Start start) {
  const InScope scope(context, remediation.scope);
  Going going{remediation, resource,
              kExecutions.get(context, key_of(remediation, resource)).value_or(Execution{})};
  auto& execution = going.execution;
  execution.state = "QUEUED";
  execution.steps.clear();
  execution.automation.clear();
  execution.invoked = context.now();
  execution.polls = 0;
  execution.automatic = start == Start::Automatic;
  if (execution.automatic) execution.attempts.push_back(context.now());
  keep(context, going);
  kQueued.put(context, queue_key(remediation, context.now(), resource), {});
  launch_queued(context, remediation);
}

/// https://docs.aws.amazon.com/config/latest/APIReference/API_RemediationConfiguration.html
void give_up(Context& context, Going& going) {
  const auto& remediation = going.remediation;
  const auto message = fmt::format(
      "Automatic remediation of the resource failed: it was attempted {} times within {} seconds "
      "and the resource is still NON_COMPLIANT.",
      remediation.most_attempts, remediation.retry_seconds);
  exempt(context, remediation, going.resource, {.message = message});
  going.execution.state = "FAILED";
  going.execution.steps.push_back(
      Object{{"Name", "AutomaticRemediation"}, {"State", "FAILED"}, {"ErrorMessage", message}});
  keep(context, going);
}

bool is_wrong_still(Context& context, const Going& going) {
  const auto rule = kRules.get(context, going.remediation.key());
  if (!rule) return false;
  const auto found = evaluation_of(context, *rule, going.resource);
  return found && found->compliance == kNonCompliant;
}

/// Attempts are spread over the time in which they count.
void plan_retry(Context& context, Going& going) {
  const auto& remediation = going.remediation;
  if (going.execution.failures >= remediation.most_attempts) return give_up(context, going);
  const Duration wait(
      std::max<std::int64_t>(1000, remediation.retry_seconds * 1000 / remediation.most_attempts));
  going.execution.timer = context.at(
      context.now() + wait, {"config.remediation_retry", about(remediation, going.resource)});
  keep(context, going);
}

void end(Context& context, Going& going, std::string_view state) {
  const auto& remediation = going.remediation;
  auto& execution = going.execution;
  execution.state = state;
  execution.timer.clear();
  if (!execution.automation.empty())
    kAutomations.erase(context, core::Key::of(remediation.scope, execution.automation));
  execution.failures = state == "FAILED" ? execution.failures + 1 : 0;
  keep(context, going);
  auto load = kLoads.get(context, remediation.key()).value_or(RemediationLoad{});
  load.running = std::max<std::int64_t>(0, load.running - 1);
  kLoads.put(context, remediation.key(), load);
  launch_queued(context, remediation);
  if (state == "FAILED" && execution.automatic && is_wrong_still(context, going))
    plan_retry(context, going);
}

void retry(Context& context, const core::Resumption& due) {
  auto found = going(context, due.context);
  if (!found || found->execution.running() || !is_wrong_still(context, *found)) return;
  if (const auto rule = kRules.get(context, found->remediation.key()))
    remedy_automatically(context, *rule, found->resource);
}

void poll_later(Context& context, Going& going, Duration wait) {
  if (!going.execution.timer.empty()) context.cancel(going.execution.timer);
  going.execution.timer = context.at(
      context.now() + wait, {"config.remediation_poll", about(going.remediation, going.resource)});
  keep(context, going);
}

void started(Context& context, const core::Resumption& end_of_start) {
  auto found = going(context, end_of_start.context);
  if (!found || found->execution.state != "IN_PROGRESS") return;
  if (!end_of_start.outcome) {
    const auto& error = end_of_start.outcome.error();
    found->execution.steps =
        Array{Object{{"Name", found->remediation.target},
                     {"State", "FAILED"},
                     {"ErrorMessage", fmt::format("{}: {}", error.code, error.message)},
                     {"StartTime", to_seconds(found->execution.invoked)},
                     {"StopTime", to_seconds(context.now())}}};
    return end(context, *found, "FAILED");
  }
  found->execution.automation = string_of(*end_of_start.outcome, "AutomationExecutionId");
  kAutomations.put(context, core::Key::of(context.scope(), found->execution.automation),
                   {found->remediation.rule, found->resource});
  poll_later(context, *found, Duration(0));
}

Document step_of(const Document& step) {
  const auto status = text(step, "StepStatus");
  Object out{
      {"Name", text(step, "StepName")},
      {"State", status == "Success"                                                   ? "SUCCEEDED"
                : status == "Failed" || status == "TimedOut" || status == "Cancelled" ? "FAILED"
                                                                                      : "PENDING"}};
  if (const auto message = text(step, "FailureMessage"); !message.empty())
    out["ErrorMessage"] = message;
  if (const auto* time = find(step, "ExecutionStartTime")) out["StartTime"] = *time;
  if (const auto* time = find(step, "ExecutionEndTime")) out["StopTime"] = *time;
  return out;
}

bool has_succeeded(std::string_view status) {
  return status == "Success" || status == "CompletedWithSuccess";
}
bool has_failed(std::string_view status) {
  return status == "Failed" || status == "TimedOut" || status == "Cancelled" ||
         status == "CompletedWithFailure" || status == "Rejected" || status == "Exited";
}

void take_steps(Execution& execution, const Object& automation) {
  execution.steps.clear();
  for (const auto& step : array_of(automation, "StepExecutions"))
    execution.steps.push_back(step_of(step));
  const auto failure = text(automation, "FailureMessage");
  const bool said = std::ranges::any_of(
      execution.steps, [](const Document& step) { return find(step, "ErrorMessage") != nullptr; });
  if (failure.empty() || said) return;
  execution.steps.push_back(Object{
      {"Name", text(automation, "DocumentName")}, {"State", "FAILED"}, {"ErrorMessage", failure}});
}

/// Whether the status is a last one; then it has been taken.
bool conclude(Context& context, Going& going, std::string_view status) {
  if (!has_succeeded(status) && !has_failed(status)) return false;
  end(context, going, has_succeeded(status) ? "SUCCEEDED" : "FAILED");
  return true;
}

void poll(Context& context, const core::Resumption& due) {
  auto found = going(context, due.context);
  if (!found || found->execution.state != "IN_PROGRESS") return;
  auto& execution = found->execution;
  execution.timer.clear();
  const auto reply = look_at(context, execution.automation);
  if (!reply && reply.error().code == "AutomationExecutionNotFoundException")
    return end(context, *found, "FAILED");
  if (reply) {
    const auto& automation = object_of(*reply, "AutomationExecution");
    take_steps(execution, automation);
    if (conclude(context, *found, text(automation, "AutomationExecutionStatus"))) return;
  }
  const auto doublings = std::min(execution.polls++, 6);
  poll_later(context, *found, std::chrono::seconds(1LL << doublings));
}

/// An automation says that it has ended: nobody needs to wait for the next look at it.
void on_event(Context& context, const core::Event& event) {
  if (event.source != "aws.ssm" || event.detail_type != kEnded) return;
  const auto id = text(event.detail, "ExecutionId");
  const auto automation = kAutomations.get(context, core::Key::of(event.scope, id));
  if (!automation) return;
  const InScope scope(context, event.scope);
  auto found = going(context, Object{{"rule", automation->rule},
                                     {"type", automation->resource.type},
                                     {"id", automation->resource.id}});
  if (!found || found->execution.state != "IN_PROGRESS") return;
  const auto timer = found->execution.timer;
  if (const auto reply = look_at(context, found->execution.automation))
    take_steps(found->execution, object_of(*reply, "AutomationExecution"));
  if (conclude(context, *found, text(event.detail, "Status")) && !timer.empty())
    context.cancel(timer);
}

Document shown(const ResourceKey& resource, const Execution& execution) {
  Object out;
  out["ResourceKey"] = Object{{"resourceType", resource.type}, {"resourceId", resource.id}};
  out["State"] = execution.state;
  if (!execution.steps.empty()) out["StepDetails"] = execution.steps;
  out["InvocationTime"] = to_seconds(execution.invoked);
  out["LastUpdatedTime"] = to_seconds(execution.updated);
  return out;
}

}  // namespace

void remedy_automatically(Context& context, const Rule& rule, const ResourceKey& resource) {
  const auto remediation = kRemediations.get(context, rule.key());
  if (!remediation || !remediation->automatic) return;
  if (!remediation->resource_type.empty() && remediation->resource_type != resource.type) return;
  if (is_exempt(context, *remediation, resource, context.now())) return;
  Going going{*remediation, resource,
              kExecutions.get(context, key_of(*remediation, resource)).value_or(Execution{})};
  if (going.execution.running()) return;
  const auto oldest = context.now() - std::chrono::seconds(remediation->retry_seconds);
  std::erase_if(going.execution.attempts, [&](Time time) { return time <= oldest; });
  if (static_cast<std::int64_t>(going.execution.attempts.size()) >= remediation->most_attempts)
    return give_up(context, going);
  keep(context, going);
  begin(context, *remediation, resource, Start::Automatic);
}

Outcome start_remediation_execution(Call& call) {
  const auto remediation = TRY(find_remediation(call));
  Array failed;
  std::string why;
  for (const auto& resource : resource_keys(call.params(), "resourceType", "resourceId")) {
    const auto execution = kExecutions.get(call, key_of(remediation, resource));
    const bool known =
        resource.type == kAccountType ||
        kResources.contains(call, core::Key::of(call.scope(), resource.type, resource.id));
    if (known && !(execution && execution->running())) {
      begin(call, remediation, resource, Start::OnRequest);
      continue;
    }
    failed.push_back(Object{{"resourceType", resource.type}, {"resourceId", resource.id}});
    why = known ? "Remediation execution is already in progress for the resource."
                : "The resource is not known to AWS Config.";
  }
  Object reply;
  if (failed.empty()) return reply;
  reply["FailureMessage"] = std::move(why);
  reply["FailedItems"] = std::move(failed);
  return reply;
}

Outcome describe_remediation_execution_status(Call& call) {
  const auto remediation = TRY(find_remediation(call));
  const auto wanted = resource_keys(call.params(), "resourceType", "resourceId");
  std::vector<std::pair<ResourceKey, Execution>> rows;
  kExecutions.scan(call, remediation.key(),
                   [&](const std::vector<std::string>& key, const Execution& execution) {
                     ResourceKey resource{key[3], key[4]};
                     if (wanted.empty() || std::ranges::find(wanted, resource) != wanted.end())
                       rows.emplace_back(std::move(resource), execution);
                     return true;
                   });
  return page_of_rows<std::pair<ResourceKey, Execution>>(
      rows, TRY(page_of(call, 25, 100)), "RemediationExecutionStatuses",
      [](const auto& row) { return row.first.type + '\n' + row.first.id; },
      [](const auto& row) { return shown(row.first, row.second); });
}

void on_remediations(core::Registry& registry) {
  registry.on_resume("config.remediation_started", started);
  registry.on_resume("config.remediation_poll", poll);
  registry.on_resume("config.remediation_retry", retry);
  registry.on_event(on_event);
  on_exemptions(registry);
}

}  // namespace tocsin::config

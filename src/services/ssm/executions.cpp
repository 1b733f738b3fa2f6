// SPDX-License-Identifier: Apache-2.0
// GetAutomationExecution, DescribeAutomationExecutions, DescribeAutomationStepExecutions.
#include "services/ssm/executions.hpp"

#include <algorithm>

#include "services/ssm/lists.hpp"
#include "services/ssm/outputs.hpp"

namespace tocsin::ssm {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

void put_time(Object& out, std::string_view member, Time time) {
  if (time != Time{}) out[member] = to_seconds(time);
}

std::string status_text(Status status) {
  return std::string(encode(status).get_string());
}

Object failure_details(const StepRow& step) {
  Object out{{"FailureStage", step.stage}, {"FailureType", step.kind}};
  Object details;
  if (step.stage == "PostVerification") {
    details["VerificationErrorMessage"] = Array{step.failure.substr(0, 512)};
  }
  out["Details"] = std::move(details);
  return out;
}

void show_loop(Object& out, const StepRow& step, const std::vector<PlacedStep>& all) {
  if (step.parent.empty()) return;
  const auto loop = std::ranges::find(all, step.parent, &PlacedStep::order);
  if (loop == all.end()) return;
  Object details{{"StepExecutionId", loop->step.id},
                 {"StepName", loop->step.name},
                 {"Action", loop->step.action},
                 {"Iteration", step.iteration}};
  put_unless_empty(details, "IteratorValue", step.iterator);
  out["ParentStepDetails"] = std::move(details);
}

Object step_shown(const StepRow& step, const std::vector<PlacedStep>& all) {
  Object out{{"StepName", step.name}, {"Action", step.action}};
  if (step.timeout_s) out["TimeoutSeconds"] = step.timeout_s;
  out["OnFailure"] = step.on_failure;
  out["MaxAttempts"] = step.most;
  put_time(out, "ExecutionStartTime", step.start);
  put_time(out, "ExecutionEndTime", step.end);
  out["StepStatus"] = status_text(step.status);
  put_unless_empty(out, "ResponseCode", step.response_code);
  out["Inputs"] = step.inputs;
  out["Outputs"] = step.outputs;
  put_unless_empty(out, "Response", step.response);
  put_unless_empty(out, "FailureMessage", step.failure);
  if (!step.failure.empty() && !step.stage.empty()) out["FailureDetails"] = failure_details(step);
  out["StepExecutionId"] = step.id;
  out["OverriddenParameters"] = Object{};
  out["IsEnd"] = step.is_end;
  put_unless_empty(out, "NextStep", step.next);
  out["IsCritical"] = step.critical;
  out["ValidNextSteps"] = step.valid_next;
  show_loop(out, step, all);
  return out;
}

Array steps_shown(const std::vector<PlacedStep>& all) {
  Array out;
  for (const auto& placed : all)
    out.push_back(step_shown(placed.step, all));
  return out;
}

Object counters(const std::vector<PlacedStep>& all) {
  std::map<Status, std::int64_t> of;
  for (const auto& placed : all)
    ++of[placed.step.status];
  return {{"TotalSteps", static_cast<std::int64_t>(all.size())},
          {"SuccessSteps", of[Status::Success]},
          {"FailedSteps", of[Status::Failed] + of[Status::Rejected]},
          {"CancelledSteps", of[Status::Cancelled]},
          {"TimedOutSteps", of[Status::TimedOut]}};
}

void show_rate(Object& out, const Execution& row) {
  out["Targets"] = row.rate ? row.rate->targets : Array{};
  Array values;
  if (row.rate) {
    if (!row.rate->maps.empty()) out["TargetMaps"] = row.rate->maps;
    for (const auto& value : row.rate->values)
      values.push_back(Document(automation::text_of(value)));
    out["MaxConcurrency"] = row.rate->max_concurrency;
    out["MaxErrors"] = row.rate->max_errors;
  }
  out["ResolvedTargets"] = Object{{"ParameterValues", std::move(values)}, {"Truncated", false}};
  put_unless_empty(out, "TargetParameterName", row.target_parameter);
  put_unless_empty(out, "Target", row.target);
}

/// What a list and GetAutomationExecution both show.
Object shown(const Execution& row) {
  Object out{{"AutomationExecutionId", row.id},
             {"DocumentName", row.document},
             {"DocumentVersion", row.version},
             {"AutomationExecutionStatus", status_text(row.status)}};
  put_time(out, "ExecutionStartTime", row.start);
  put_time(out, "ExecutionEndTime", row.end);
  out["Mode"] = row.interactive ? "Interactive" : "Auto";
  out["ExecutedBy"] = row.executed_by;
  put_unless_empty(out, "ParentAutomationExecutionId", row.parent);
  put_unless_empty(out, "FailureMessage", row.failure);
  if (!is_over(row.status) || row.status != Status::Success) {
    put_unless_empty(out, "CurrentStepName", row.step);
    put_unless_empty(out, "CurrentAction", row.action);
  }
  show_rate(out, row);
  return out;
}

Object outputs_shown(const Call& call, const Execution& row) {
  const auto plan = kPlans.get(call, Key::of(call.scope(), row.id));
  const auto runbook = plan ? automation::compile(plan->content)
                            : Result<automation::Runbook>(automation::Runbook{});
  return runbook ? outputs_of(row, *runbook) : Object{};
}

Result<Time> moment_of(const Array& values) {
  const auto parsed = values.empty() || !values[0].is_string()
                          ? std::nullopt
                          : parse_iso8601(values[0].get_string());
  if (!parsed) return fail("InvalidFilterValue", "The filter value isn't valid.");
  return *parsed;
}

Result<bool> passes(const Execution& row, std::string_view key, const Array& values) {
  const auto equals = [&](std::string_view value) {
    return one_of(values, [&](std::string_view wanted) { return wanted == value; });
  };
  if (key == "DocumentNamePrefix")
    return one_of(values, [&](auto prefix) { return row.document.starts_with(prefix); });
  if (key == "ExecutionStatus") return equals(status_text(row.status));
  if (key == "ExecutionId") return equals(row.id);
  if (key == "ParentExecutionId") return equals(row.parent);
  if (key == "CurrentAction") return equals(row.action);
  if (key == "StartTimeBefore") return row.start <= TRY(moment_of(values));
  if (key == "StartTimeAfter") return row.start >= TRY(moment_of(values));
  if (key == "AutomationType") return equals("Local");
  if (key == "TagKey")
    return one_of(values, [&](auto tag) { return row.tags.contains(std::string(tag)); });
  if (key == "AutomationSubtype" || key == "OpsItemId" || key == "TargetResourceGroup")
    return false;
  return fail("InvalidFilterKey", fmt::format("The specified key {} isn't valid.", key));
}

Result<bool> passes(const StepRow& step, std::string_view key, const Array& values) {
  const auto equals = [&](std::string_view value) {
    return one_of(values, [&](std::string_view wanted) { return wanted == value; });
  };
  if (key == "StepExecutionStatus") return equals(status_text(step.status));
  if (key == "StepExecutionId") return equals(step.id);
  if (key == "StepName") return equals(step.name);
  if (key == "Action") return equals(step.action);
  if (key == "StartTimeBefore") return step.start <= TRY(moment_of(values));
  if (key == "StartTimeAfter") return step.start >= TRY(moment_of(values));
  return fail("InvalidFilterKey", fmt::format("The specified key {} isn't valid.", key));
}

template <class Row>
Result<bool> passes_all(const Call& call, const Row& row) {
  bool passed = true;
  for (const auto& filter : array_of(call.params(), "Filters"))
    passed = TRY(passes(row, text(filter, "Key"), array_of(filter, "Values")))
  &&passed;
  return passed;
}

}  // namespace

Outcome get_automation_execution(Call& call) {
  const auto id = text(call.params(), "AutomationExecutionId");
  const auto row = load_execution(call, id);
  if (!row) return no_execution(id);
  const auto steps = load_steps(call, id);
  auto out = shown(*row);
  out["StepExecutions"] = steps_shown(steps);
  out["StepExecutionsTruncated"] = false;
  out["Parameters"] = row->given;
  out["Outputs"] = outputs_shown(call, *row);
  out["ProgressCounters"] = counters(steps);
  Object variables;
  for (const auto& each : row->variables)
    variables[each.key()] = automation::shown(each.value());
  out["Variables"] = std::move(variables);
  return Object{{"AutomationExecution", std::move(out)}};
}

Outcome describe_automation_executions(Call& call) {
  const auto position = TRY(page_position(call));
  const auto most = page_size(call);
  const auto prefix = Key::of(call.scope());
  std::optional<Key> after;
  if (!position.empty()) after.emplace(Key::from(Key::split(position)));
  TRY(passes_all(call, Execution{}));  // keys are checked even where there is nothing
  Array all;
  std::string last;
  bool more = false;
  kStarted.scan(
      call, prefix,
      [&](const std::vector<std::string>& key, const Listed&) {
        const auto row = load_execution(call, key.back());
        if (!row || !passes_all(call, *row).value_or(false)) return true;
        if (all.size() == most) return !(more = true);
        auto out = shown(*row);
        out["LogFile"] = "";
        out["AutomationType"] = "Local";
        out["Outputs"] = outputs_shown(call, *row);
        all.push_back(std::move(out));
        last = Key::from(key).bytes();
        return true;
      },
      store::Direction::Backward, after);
  Object reply;
  reply["AutomationExecutionMetadataList"] = std::move(all);
  if (more) reply["NextToken"] = page_token(call, last);
  return reply;
}

Outcome describe_automation_step_executions(Call& call) {
  const auto id = text(call.params(), "AutomationExecutionId");
  if (!kExecutions.contains(call, Key::of(call.scope(), id))) return no_execution(id);
  const auto steps = load_steps(call, id);
  Array all;
  for (const auto& placed : steps)
    if (TRY(passes_all(call, placed.step))) all.push_back(step_shown(placed.step, steps));
  if (flag(call.params(), "ReverseOrder")) std::ranges::reverse(all);
  return page_of(call, "StepExecutions", std::move(all));
}

}  // namespace tocsin::ssm

// SPDX-License-Identifier: Apache-2.0
// Functions, state machines and other automations.
#include "services/ssm/drive.hpp"
#include "services/ssm/outputs.hpp"

namespace tocsin::ssm {
namespace {

constexpr auto kPoll = std::chrono::seconds(5);

Object picked(const Object& inputs, std::initializer_list<std::string_view> members) {
  Object out;
  for (const auto member : members)
    if (const auto* found = inputs.if_contains(member)) out[member] = *found;
  return out;
}

Move machine_polled(At& at) {
  return api_call(at, "stepfunctions", "DescribeExecution",
                  {{"executionArn", at.step.work.at("arn")}});
}

Move machine_answered(const Document& reply) {
  const auto status = text(reply, "status");
  if (status == "RUNNING" || status == "PENDING_REDRIVE") return Sleep{kPoll};
  auto values = picked(reply.as_object(), {"executionArn", "input", "name", "output", "startDate",
                                           "stateMachineArn", "status", "stopDate"});
  if (status == "SUCCEEDED") return Ended{.values = std::move(values)};
  return failed_waiting(fmt::format("State machine execution {} ended with status {}. {} {}",
                                    text(reply, "executionArn"), status, text(reply, "error"),
                                    text(reply, "cause")));
}

/// The members of the payload may be selected as they are, too.
Document function_reply(const Document& reply) {
  const auto payload = parse_json(text(reply, "Payload"));
  Object out;
  if (payload && payload->is_object()) out = payload->get_object();
  for (const auto* name : {"StatusCode", "FunctionError", "LogResult"})
    if (const auto* found = find(reply, name)) out[name] = *found;
  out["Payload"] = payload ? *payload : Document(text(reply, "Payload"));
  return out;
}

Ended child_end(const Execution& child, const automation::Runbook& runbook) {
  Ended ended{.status = child.status,
              .doing = "Poll action status for completion",
              .values = {{"ExecutionId", child.id},
                         {"Status", encode(child.status)},
                         {"Output", to_json(Document(outputs_of(child, runbook)))}}};
  if (child.status == Status::Success) return ended;
  ended.message = fmt::format("Automation execution {} ended with status {}. {}", child.id,
                              std::string_view(encode(child.status).get_string()), child.failure);
  if (child.status == Status::Rejected) ended.status = Status::Failed;
  return ended;
}

/// The execution that was started tells this step when it ends; perhaps it has.
Move child_started(At& at, const std::string& id) {
  auto& context = at.run.context;
  at.step.work["child"] = id;
  auto child = Run::load(context, id);
  context.set_cause(at.run.row.node);
  if (!child) return failed(fmt::format("Automation execution {} is not found", id));
  child->row.parent = at.run.row.id;
  child->row.parent_step = at.order;
  kChildren.put(context, core::Key::of(context.scope(), at.run.row.id, id), {});
  child->save();
  if (is_over(child->row.status)) return child_end(child->row, child->runbook);
  return Park{Status::InProgress};
}

}  // namespace

Move advance_lambda(At& at, const Result<Document>* answer) {
  if (!answer) {
    auto params = picked(at.inputs(), {"FunctionName", "Qualifier", "InvocationType", "LogType",
                                       "ClientContext", "Payload"});
    if (const auto* payload = at.inputs().if_contains("InputPayload")) params["Payload"] = *payload;
    return api_call(at, "lambda", "Invoke", params);
  }
  const auto reply = api_answer(at, "lambda", "Invoke", *answer);
  if (!reply) return failed(reply.error().message);
  auto shown = function_reply(*reply);
  if (find(shown, "FunctionError")) {
    return failed(fmt::format("The function {} failed: {}: {}", at.input("FunctionName"),
                              text(shown, "FunctionError"), text(*reply, "Payload")));
  }
  auto values = picked(shown.as_object(), {"StatusCode", "FunctionError", "LogResult", "Payload"});
  return Ended{.values = std::move(values), .reply = std::move(shown)};
}

Move advance_state_machine(At& at, const Result<Document>* answer) {
  if (at.step.phase == 0 && !answer)
    return api_call(at, "stepfunctions", "StartExecution",
                    picked(at.inputs(), {"stateMachineArn", "name", "input"}));
  if (!answer) return machine_polled(at);
  const auto* operation = at.step.phase == 0 ? "StartExecution" : "DescribeExecution";
  const auto reply = api_answer(at, "stepfunctions", operation, *answer);
  if (!reply) return failed(reply.error().message);
  if (at.step.phase++) return machine_answered(*reply);
  at.step.work["arn"] = string_of(*reply, "executionArn");
  return machine_polled(at);
}

Move advance_automation(At& at, const Result<Document>* answer) {
  if (answer) {
    const auto reply = api_answer(at, "ssm", "StartAutomationExecution", *answer);
    if (!reply) return failed(reply.error().message);
    return child_started(at, string_of(*reply, "AutomationExecutionId"));
  }
  auto params = picked(at.inputs(),
                       {"DocumentName", "DocumentVersion", "MaxConcurrency", "MaxErrors", "Targets",
                        "TargetMaps", "TargetParameterName", "TargetLocations", "Tags"});
  Object parameters;
  if (const auto* given = at.inputs().if_contains("RuntimeParameters")) {
    const auto map = automation::converted(*given, automation::Type::StringMap);
    if (!map) return failed("RuntimeParameters is no map");
    for (const auto& each : map->get_object())
      parameters[each.key()] = automation::shown(each.value());
  }
  if (!parameters.empty()) params["Parameters"] = std::move(parameters);
  return api_call(at, "ssm", "StartAutomationExecution", params);
}

void child_ended(core::Context& context, const Execution& child) {
  const auto outer = context.cause();
  auto run = Run::load(context, child.parent);
  if (run && run->row.rate) {
    rate_child_ended(*run, child);
  } else if (run) {
    auto at = step_at_hand(*run);
    const auto loaded = Run::load(context, child.id);
    context.set_cause(run->row.node);
    if (at && loaded && at->order == child.parent_step && text(at->step.work, "child") == child.id)
      end_attempt(*std::move(at), child_end(child, loaded->runbook));
  }
  context.set_cause(outer);
}

}  // namespace tocsin::ssm

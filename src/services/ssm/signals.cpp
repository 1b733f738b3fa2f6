// SPDX-License-Identifier: Apache-2.0
// SendAutomationSignal and StopAutomationExecution.
#include <algorithm>

#include "services/ssm/approvals.hpp"
#include "services/ssm/executions.hpp"

namespace tocsin::ssm {
namespace {

using automation::Reaction;
using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

// How long the steps of a cancellation may take.
constexpr auto kCancellation = std::chrono::minutes(2);

Failure invalid_signal(std::string message) {
  return fail("InvalidAutomationSignalException", std::move(message));
}

Failure no_step(std::string_view name) {
  return fail("AutomationStepNotFoundException",
              fmt::format("The step {} does not exist in this automation.", name));
}

Result<Run> run_of(Call& call) {
  const auto id = text(call.params(), "AutomationExecutionId");
  auto run = Run::load(call, id);
  if (!run) return no_execution(id);
  return *std::move(run);
}

std::string payload(const Call& call, std::string_view member) {
  const auto& list = array_of(object_of(call.params(), "Payload"), member);
  return list.empty() ? std::string() : automation::text_of(list[0]);
}

Result<void> start_step(Call& call, Run& run) {
  const auto name = payload(call, "StepName");
  if (!automation::find_step(run.runbook, name).step) return no_step(name);
  if (!run.row.interactive || run.row.status != Status::Waiting || !run.row.waiting.empty())
    return invalid_signal("The automation does not wait for a step to be started.");
  run.context.later({"ssm.step", Object{{"id", run.row.id}, {"step", name}}});
  run.save();
  return {};
}

Result<void> resume(Call& call, Run& run) {
  const auto name = payload(call, "StepName");
  auto at = step_at_hand(run);
  if (!name.empty() && !automation::find_step(run.runbook, name).step) return no_step(name);
  if (!at || at->step.action != "aws:pause" || (!name.empty() && at->step.name != name))
    return invalid_signal("The automation is not paused at that step.");
  end_attempt(*std::move(at), {});
  return {};
}

void stop_work(At& at) {
  let_go(at);
  at.step.status = Status::Cancelled;
  at.step.end = at.run.context.now();
  at.run.tell(at.step);
  at.save();
  at.run.save();  // before the child, which would tell of its end, ends
  if (const auto child = string_of(at.step.work, "child"); !child.empty()) {
    auto run = Run::load(at.run.context, child);
    if (run) cancel_execution(*run);
    at.run.context.set_cause(at.run.row.node);
  }
}

Result<void> stop_step(Call& call, Run& run) {
  const auto id = payload(call, "StepExecutionId");
  auto at = step_at_hand(run);
  if (!at || at->step.id != id) return no_step(id);
  if (const auto child = string_of(at->step.work, "child"); !child.empty()) {
    if (auto inner = Run::load(call, child)) cancel_execution(*inner);
    return {};
  }
  end_attempt(*std::move(at), {.status = Status::Cancelled});
  return {};
}

Result<void> answer_approval(Call& call, Run& run, std::string_view signal) {
  auto at = step_at_hand(run);
  if (!at) return invalid_signal("The current step does not wait for an approval.");
  if (signal == "Revoke") return revoke(call, *std::move(at));
  return decide(call, *std::move(at), signal == "Approve");
}

void cancel_children(Run& run) {
  std::vector<std::string> ids;
  kChildren.scan(run.context, Key::of(run.scope(), run.row.id), [&](const auto& key, const auto&) {
    ids.push_back(key.back());
    return true;
  });
  for (const auto& id : ids) {
    auto child = Run::load(run.context, id);
    if (child) cancel_execution(*child);
  }
  run.context.set_cause(run.row.node);
}

void cancel_rate(Run& run) {
  run.row.cancelling = true;
  run.row.status = Status::Cancelling;
  run.save();
  const bool idle = run.row.rate->running == 0;
  cancel_children(run);
  if (idle) end_execution(run, Status::Cancelled);
}

}  // namespace

void cancel_execution(Run& run) {
  if (is_over(run.row.status)) return;
  if (run.row.rate) return cancel_rate(run);
  auto at = step_at_hand(run);
  if (at) stop_work(*at);
  const bool again = std::exchange(run.row.cancelling, true);
  if (again || !at || at->place.step->on_cancel.kind != Reaction::Kind::Step)
    return end_execution(run, Status::Cancelled);
  run.row.status = Status::Cancelling;
  run.row.deadline =
      run.context.at(run.context.now() + kCancellation, {"ssm.cancel", Object{{"id", run.row.id}}});
  run.tell();
  const auto& next = at->place.step->on_cancel.step;
  const auto loop = automation::find_step(run.runbook, next).loop;
  while (!run.row.frames.empty() && run.row.frames.back().loop != loop)
    close_loop(run, Status::Cancelled);
  go_to(run, next);
}

Outcome stop_automation_execution(Call& call) {
  auto run = TRY(run_of(call));
  const auto type = text(call.params(), "Type", "Cancel");
  if (type != "Cancel" && type != "Complete")
    return violation(type, "type", "Member must satisfy enum value set: [Complete, Cancel]");
  if (is_over(run.row.status)) {
    return fail("InvalidAutomationStatusUpdateException",
                fmt::format("Automation execution {} is in the status {} and cannot be stopped.",
                            run.row.id, std::string_view(encode(run.row.status).get_string())));
  }
  if (type == "Cancel") {
    cancel_execution(run);
  } else if (run.row.waiting.empty()) {
    end_execution(run, Status::Success);
  } else {
    run.row.completing = true;
    run.save();
  }
  return Object{};
}

Outcome send_automation_signal(Call& call) {
  auto run = TRY(run_of(call));
  const auto signal = text(call.params(), "SignalType");
  if (is_over(run.row.status))
    return invalid_signal("The automation has ended and takes no signal.");
  if (signal == "StartStep")
    TRY(start_step(call, run));
  else if (signal == "Resume")
    TRY(resume(call, run));
  else if (signal == "StopStep")
    TRY(stop_step(call, run));
  else if (signal == "Approve" || signal == "Reject" || signal == "Revoke")
    TRY(answer_approval(call, run, signal));
  else
    return violation(signal, "signalType",
                     "Member must satisfy enum value set: [Approve, Reject, StartStep, StopStep, "
                     "Resume, Revoke]");
  return Object{};
}

}  // namespace tocsin::ssm

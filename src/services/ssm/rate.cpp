// SPDX-License-Identifier: Apache-2.0
// A rate-controlled automation: a child for each target, so many at a time, until too many fail.
#include "services/ssm/drive.hpp"
#include "services/ssm/targets.hpp"

namespace tocsin::ssm {
namespace {

using core::Key;

std::string child_order(std::int64_t index) {
  return fmt::format("{:04}", index + 1);
}

Execution child_of(Run& run, std::int64_t index) {
  const auto& parent = run.row;
  const auto& rate = *parent.rate;
  const auto& value = rate.values[static_cast<std::size_t>(index)];
  Execution child{.id = run.context.new_uuid(),
                  .document = parent.document,
                  .version = parent.version,
                  .executed_by = parent.executed_by,
                  .role = parent.role,
                  .caller = parent.caller,
                  .variables = parent.variables,
                  .parent = parent.id,
                  .parent_step = child_order(index),
                  .target = target_name(value),
                  .target_parameter = rate.parameter};
  // They were bound when the parent was started: they still are.
  child.parameters =
      automation::bind(run.runbook.parameters, child_parameters(rate, value, parent.given))
          .value_or(Object{});
  for (const auto& each : child.parameters)
    child.given[each.key()] = automation::shown(each.value());
  return child;
}

/// The child as a step of its parent.
StepRow pending_child(Run& run, const Document& value) {
  const auto name = target_name(value);
  StepRow step{.id = run.context.new_uuid(), .name = name, .action = "aws:executeAutomation"};
  step.inputs = {{"DocumentName", to_json(Document(run.row.document))}, {"Target", name}};
  return step;
}

bool may_start(const Rate& rate) {
  return rate.failed + rate.timed_out <= rate.errors &&
         rate.next < static_cast<std::int64_t>(rate.values.size());
}

void start_next(Run& run) {
  auto& rate = *run.row.rate;
  const auto order = child_order(rate.next);
  auto child = child_of(run, rate.next);
  auto step = load_step(run.context, run.row.id, order);
  step->status = Status::InProgress;
  step->start = run.context.now();
  step->attempts = 1;
  step->outputs["ExecutionId"] = Array{child.id};
  save_step(run.context, run.row.id, order, *step);
  ++rate.next;
  ++rate.running;
  const auto plan = kPlans.get(run.context, Key::of(run.scope(), run.row.id));
  begin_execution(run.context, std::move(child), plan->content);
}

void go_on(Run& run) {
  auto& rate = *run.row.rate;
  while (!run.row.cancelling && may_start(rate) && rate.running < rate.concurrency)
    start_next(run);
  if (rate.running > 0) return run.save();
  if (run.row.cancelling) return end_execution(run, Status::Cancelled);
  if (rate.failed + rate.timed_out <= rate.errors) return end_execution(run, Status::Success);
  end_execution(
      run, Status::Failed,
      fmt::format("{} of {} automations failed, which is more than MaxErrors ({}) allows.",
                  rate.failed + rate.timed_out, rate.values.size(), rate.max_errors));
}

void count(Rate& rate, Status status) {
  --rate.running;
  switch (status) {
    case Status::Success:
      ++rate.succeeded;
      break;
    case Status::Cancelled:
      ++rate.cancelled;
      break;
    case Status::TimedOut:
      ++rate.timed_out;
      break;
    default:
      ++rate.failed;
  }
}

}  // namespace

void start_children(Run& run) {
  std::int64_t index = 0;
  for (const auto& value : run.row.rate->values) {
    auto step = pending_child(run, value);
    save_step(run.context, run.row.id, child_order(index++), step);
  }
  go_on(run);
}

void rate_child_ended(Run& run, const Execution& child) {
  if (is_over(run.row.status)) return;
  count(*run.row.rate, child.status);
  if (auto step = load_step(run.context, run.row.id, child.parent_step)) {
    step->status = child.status;
    step->end = run.context.now();
    step->failure = child.failure;
    step->outputs["Status"] = Array{encode(child.status)};
    save_step(run.context, run.row.id, child.parent_step, *step);
    run.tell(*step);
  }
  go_on(run);
}

}  // namespace tocsin::ssm

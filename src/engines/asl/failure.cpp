// SPDX-License-Identifier: Apache-2.0
// What happens when a state fails: Retry, then Catch, then the failure of the flow around it.
#include <cmath>
#include <fmt/format.h>

#include "engines/asl/functions.hpp"
#include "engines/asl/run.hpp"

namespace tocsin::asl {
namespace {

bool matches(const std::vector<std::string>& wanted, const FailureInfo& failure,
             bool heartbeat_missed) {
  const std::string_view error = failure.error ? std::string_view(*failure.error) : "";
  if (error == "States.Runtime") return false;
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& name) {
    if (name == "States.ALL") return true;
    if (name == "States.TaskFailed") return error != "States.Timeout";
    if (name == "States.HeartbeatTimeout" && heartbeat_missed) return true;
    return name == error;
  });
}

Document error_output(const FailureInfo& failure) {
  return Object{{"Error", failure.error.value_or("")}, {"Cause", failure.cause.value_or("")}};
}

}  // namespace

std::string Run::cause_of(const Branch& branch, const Error& error) const {
  if (environment_.observe) return error.message;  // TestState tells the bare cause
  return fmt::format(
      "An error occurred while executing the state '{}' (entered at the event id #{}). {}",
      state_of(branch).name, branch.entered_event, error.message);
}

/// A failure of the engine's own making: an expression, a path, a limit.
void Run::raise(Branch& branch, const Error& error) {
  const auto& state = state_of(branch);
  abort_children(branch, false);
  release(branch);
  const auto cause = cause_of(branch, error);
  if (error.code == "States.QueryEvaluationError") {
    Object details{{"error", error.code}, {"cause", cause}};
    if (const auto* location = error.members.if_contains("location"))
      details["location"] = *location;
    details["state"] = state.name;
    const bool first = branch.last == branch.entered_event && !error.members.contains("entered");
    branch.last = event(EventType::EvaluationFailed, first ? branch.before_entry : branch.last, {},
                        {}, Value(std::move(details)));
  }
  failed(branch, {.error = error.code, .cause = cause}, true);
}

void Run::failed(Branch& branch, const FailureInfo& failure, bool raised) {
  if (overflowed_) return;
  if (failure.error) saw("error", Value(Document(*failure.error)));
  if (failure.cause) saw("cause", Value(Document(*failure.cause)));
  if (retry(branch, failure)) return;
  const auto type = state_of(branch).type;
  // A runtime error of the state's own fields ends the execution without telling.
  const bool silent = raised && failure.error == "States.Runtime";
  if (type == StateType::Map && !silent)
    branch.last = event(EventType::MapStateFailed, branch.last);
  if (type == StateType::Parallel && !silent)
    branch.last = event(EventType::ParallelStateFailed, branch.last);
  if (caught(branch, failure)) return;
  fail_flow(branch, failure);
}

Duration Run::retry_delay(const Retrier& retrier, std::uint32_t attempt) {
  auto seconds = static_cast<double>(retrier.interval_s) * std::pow(retrier.backoff, attempt);
  if (retrier.max_delay_s > 0)
    seconds = std::min(seconds, static_cast<double>(retrier.max_delay_s));
  seconds = std::min(seconds, 99'999'999.0);
  if (retrier.jitter) seconds *= unit_random(random());
  return Duration(static_cast<std::int64_t>(seconds * 1000));
}

bool Run::retry(Branch& branch, const FailureInfo& failure) {
  const auto& retriers = state_of(branch).retriers;
  for (std::size_t i = 0; i < retriers.size(); ++i) {
    if (!matches(retriers[i].errors, failure, branch.heartbeat_missed)) continue;
    branch.attempts.resize(retriers.size());
    saw("retryIndex", Value(i));
    if (branch.attempts[i] >= retriers[i].max_attempts) return false;
    const auto delay = retry_delay(retriers[i], branch.attempts[i]++);
    saw("retryBackoffIntervalSeconds", Value(delay.count() / 1000));
    ++branch.retries;
    branch.phase = Branch::Phase::Retrying;
    branch.join.reset();
    branch.token.clear();
    branch.timer = set_timer(now() + delay);
    return true;
  }
  return false;
}

bool Run::caught(Branch& branch, const FailureInfo& failure) {
  const auto& catchers = state_of(branch).catchers;
  for (std::size_t i = 0; i < catchers.size(); ++i) {
    const auto& catcher = catchers[i];
    if (!matches(catcher.errors, failure, branch.heartbeat_missed)) continue;
    saw("catchIndex", Value(i));
    branch.join.reset();
    branch.token.clear();
    const auto outcome = complete(branch, {.result = Value(error_output(failure)),
                                           .next = catcher.next,
                                           .result_path = &catcher.result_path,
                                           .assign = &catcher.assign,
                                           .output = &catcher.output,
                                           .is_error = true});
    if (outcome) return true;
    fail_flow(branch, {.error = outcome.error().code, .cause = cause_of(branch, outcome.error())});
    return true;
  }
  return false;
}

void Run::fail_flow(Branch& branch, const FailureInfo& failure) {
  if (branch.id != kRoot)
    return child_failed(execution_.branches.at(branch.parent), branch, failure);
  branch.join.reset();
  Object details;
  if (failure.error) details["error"] = *failure.error;
  if (failure.cause) details["cause"] = *failure.cause;
  finish({.status = Status::Failed, .output = {}, .error = failure.error, .cause = failure.cause},
         EventType::ExecutionFailed, branch.last, Value(std::move(details)));
}

void Run::release(Branch& branch) {
  if (branch.phase == Branch::Phase::Task && branch.task)
    step_.commands.emplace_back(CancelTask{branch.task});
  drop_timer(branch.timer);
  drop_timer(branch.heartbeat);
  branch.task = 0;
  branch.join.reset();
}

void Run::abort_children(const Branch& parent, bool told) {
  std::vector<BranchId> children;
  for (const auto& [id, branch] : execution_.branches)
    if (branch.parent == parent.id) children.push_back(id);
  for (const auto id : children)
    abort(execution_.branches.at(id), told);
}

void Run::abort(Branch& branch, bool told) {
  abort_children(branch, told);
  const auto& parent = execution_.branches.at(branch.parent);
  if (told) {
    const auto type = state_of(branch).type;
    using Phase = Branch::Phase;
    if (branch.phase == Phase::Task && type == StateType::Task)
      branch.last = event(EventType::TaskStateAborted, branch.last);
    if (branch.phase == Phase::Waiting)
      branch.last = event(EventType::WaitStateAborted, branch.last);
    if (branch.phase == Phase::Joining || (branch.phase == Phase::Task && type == StateType::Map))
      branch.last = event(
          type == StateType::Map ? EventType::MapStateAborted : EventType::ParallelStateAborted,
          branch.last);
    if (state_of(parent).map)
      event(EventType::MapIterationAborted, branch.last, state_of(parent).name, {}, {},
            branch.index);
  }
  release(branch);
  execution_.branches.erase(branch.id);
}

void Run::overflow() {
  abort_children(root(), false);
  release(root());
  const auto cause =
      fmt::format("The execution reached the maximum number of history events ({}).", kMostEvents);
  finish({.status = Status::Failed, .output = {}, .error = "States.Runtime", .cause = cause},
         EventType::ExecutionFailed, root().last,
         Value(Object{{"error", "States.Runtime"}, {"cause", cause}}));
}

}  // namespace tocsin::asl

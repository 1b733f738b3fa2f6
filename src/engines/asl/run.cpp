// SPDX-License-Identifier: Apache-2.0
#include "engines/asl/run.hpp"

#include <fmt/format.h>

namespace tocsin::asl {
namespace {

constexpr EventType kEntered[] = {EventType::PassStateEntered,     EventType::TaskStateEntered,
                                  EventType::ChoiceStateEntered,   EventType::WaitStateEntered,
                                  EventType::SucceedStateEntered,  EventType::FailStateEntered,
                                  EventType::ParallelStateEntered, EventType::MapStateEntered};
constexpr EventType kExited[] = {EventType::PassStateExited,     EventType::TaskStateExited,
                                 EventType::ChoiceStateExited,   EventType::WaitStateExited,
                                 EventType::SucceedStateExited,  EventType::SucceedStateExited,
                                 EventType::ParallelStateExited, EventType::MapStateExited};

/// {"assignedVariables": {name: JSON text}, …} of a StateExited event.
Value assigned_details(const Object& assigned) {
  Object texts;
  for (const auto& variable : assigned)
    texts[variable.key()] = to_json(variable.value());
  Object details;
  details["assignedVariables"] = std::move(texts);
  details["assignedVariablesDetails"] = Object{{"truncated", false}};
  return Value(std::move(details));
}

}  // namespace

void Run::begin() {
  auto& branch = execution_.branches[kRoot];
  branch.state = machine_.flows[execution_.flow].start;
  branch.input = execution_.input;
  event(EventType::ExecutionStarted, 0, {}, execution_.input,
        execution_.role_arn.empty() ? Value() : Value(Object{{"roleArn", execution_.role_arn}}));
  if (machine_.timeout_s > 0 && execution_.flow == 0)
    execution_.timeout = set_timer(now() + Duration(machine_.timeout_s * 1000));
  make_ready(branch);
  drain();
}

void Run::handle(const Event& event) {
  if (execution_.status != Status::Running && !std::holds_alternative<Redriven>(event)) return;
  std::visit([&](const auto& each) { on(each); }, event);
  drain();
}

void Run::make_ready(Branch& branch) {
  branch.phase = Branch::Phase::Ready;
  execution_.ready.push_back(branch.id);
}

void Run::drain() {
  auto budget = environment_.budget;
  while (next_ready_ < execution_.ready.size() && execution_.status == Status::Running) {
    if (budget-- == 0) {
      step_.more = true;
      break;
    }
    const auto found = execution_.branches.find(execution_.ready[next_ready_++]);
    if (found != execution_.branches.end()) enter(found->second);
    if (overflowed_) overflow();
  }
  execution_.ready.erase(execution_.ready.begin(),
                         execution_.ready.begin() + static_cast<std::ptrdiff_t>(next_ready_));
  next_ready_ = 0;
}

void Run::enter(Branch& branch) {
  const auto& state = state_of(branch);
  branch.before_entry = branch.last;
  branch.entered = now();
  branch.retries = 0;
  branch.attempts.clear();
  branch.last = branch.entered_event =
      event(kEntered[static_cast<std::size_t>(state.type)], branch.last, state.name, branch.input);
  execute(branch);
}

void Run::execute(Branch& branch) {
  see(branch);
  settle(branch, dispatch(branch));
}

void Run::settle(Branch& branch, const Outcome& outcome) {
  if (!outcome) raise(branch, outcome.error());
}

Run::Outcome Run::dispatch(Branch& branch) {
  switch (state_of(branch).type) {
    case StateType::Pass:
      return pass(branch);
    case StateType::Task:
      return start_task(branch);
    case StateType::Choice:
      return choice(branch);
    case StateType::Wait:
      return wait(branch);
    case StateType::Succeed:
      return succeed(branch);
    case StateType::Fail:
      return fail_state(branch);
    case StateType::Parallel:
      return start_parallel(branch);
    case StateType::Map:
      return start_map(branch);
  }
  return true;
}

Run::Outcome Run::complete(Branch& branch, Exit exit) {
  const auto& state = state_of(branch);
  std::optional<Document> assigned;
  Value output;
  if (state.jsonata()) {
    Scope scope{*this, *branch.input};
    if (exit.has_result) scope.result = &*exit.result;
    if (exit.is_error) scope.error_output = &*exit.result;
    if (*exit.assign) assigned = TRY((*exit.assign)->document(scope));
    output = *exit.output ? TRY((*exit.output)->evaluate(scope)) : exit.result;
  } else {
    if (*exit.assign) assigned = TRY((*exit.assign)->document(Scope{*this, *exit.result}));
    output = exit.result;
    const auto& place = *exit.result_path;
    if (place.kind == Selection::Kind::Nothing) output = branch.input;
    const bool shown = state.type == StateType::Pass || state.type == StateType::Task ||
                       state.map || state.parallel;
    if (shown && !exit.is_error) saw("afterResultSelector", exit.result);
    if (place.kind == Selection::Kind::At) {
      auto placed = with_value_at(*branch.input, place.path, *exit.result);
      if (!placed) {
        return fail("States.ResultPathMatchFailure",
                    fmt::format("Unable to apply step \"{}\" to input {}", place.path.text(),
                                to_json(*branch.input)));
      }
      output = Value(std::move(*placed));
    }
    if (shown && !exit.is_error) saw("afterResultPath", output);
    if (!exit.is_error) output = TRY(select(state.output_path, output));
  }
  return commit(branch, exit, std::move(output), std::move(assigned));
}

Run::Outcome Run::commit(Branch& branch, const Exit& exit, Value output,
                         std::optional<Document> assigned) {
  const auto& state = state_of(branch);
  TRY(fits(output, state.name));
  Value details;
  if (assigned && assigned->is_object()) {
    for (const auto& variable : assigned->get_object()) {
      const std::string name(variable.key());
      const auto known = std::find_if(branch.variables.begin(), branch.variables.end(),
                                      [&](const auto& each) { return each.first == name; });
      if (known != branch.variables.end())
        known->second = Value(variable.value());
      else
        branch.variables.emplace_back(name, Value(variable.value()));
    }
    details = assigned_details(assigned->get_object());
  }
  branch.last = event(kExited[static_cast<std::size_t>(state.type)], branch.last, state.name,
                      output, std::move(details));
  move_on(branch, exit.next, std::move(output));
  return true;
}

void Run::move_on(Branch& branch, StateId next, Value output) {
  if (next == kNoState) return end_flow(branch, std::move(output));
  branch.state = next;
  branch.input = std::move(output);
  make_ready(branch);
}

void Run::end_flow(Branch& branch, Value output) {
  if (branch.id != kRoot)
    return child_done(execution_.branches.at(branch.parent), branch, std::move(output));
  Finished finished{
      .status = Status::Succeeded, .output = std::move(output), .error = {}, .cause = {}};
  finish(std::move(finished), EventType::ExecutionSucceeded, branch.last, {});
}

void Run::finish(Finished finished, EventType type, std::int64_t previous, Value details) {
  if (execution_.timeout) drop_timer(execution_.timeout);
  execution_.status = finished.status;
  execution_.ready.clear();
  next_ready_ = 0;
  if (overflowed_) execution_.last_event = kMostEvents - 1;
  overflowed_ = false;
  event(type, previous, {}, finished.output, std::move(details));
  step_.commands.emplace_back(std::move(finished));
}

std::int64_t Run::event(EventType type, std::int64_t previous, std::string_view name, Value data,
                        Value details, std::int64_t number) {
  const auto id = execution_.last_event + 1;
  const bool last = execution_.status != Status::Running;
  if (id >= kMostEvents && !last && machine_.type == MachineType::Standard) {
    overflowed_ = true;
    return previous;
  }
  execution_.last_event = id;
  step_.history.push_back(
      {id, previous, now(), type, number, name, std::move(data), std::move(details)});
  return id;
}

Branch* Run::by_task(std::uint64_t task) {
  for (auto& [id, branch] : execution_.branches)
    if (branch.task == task && branch.phase == Branch::Phase::Task) return &branch;
  return nullptr;
}

std::uint64_t Run::set_timer(Time at) {
  const auto timer = new_handle();
  step_.commands.emplace_back(SetTimer{timer, at});
  return timer;
}

void Run::drop_timer(std::uint64_t& timer) {
  if (timer) step_.commands.emplace_back(CancelTimer{timer});
  timer = 0;
}

void Run::on(const TimerFired& fired) {
  if (fired.timer == execution_.timeout) {
    execution_.timeout = 0;
    abort_children(root(), false);
    release(root());
    return finish(
        {.status = Status::TimedOut, .output = {}, .error = "States.Timeout", .cause = {}},
        EventType::ExecutionTimedOut, root().last, Value(Object{{"error", "States.Timeout"}}));
  }
  for (auto& [id, branch] : execution_.branches) {
    if (branch.timer != fired.timer && branch.heartbeat != fired.timer) continue;
    branch.heartbeat_missed = branch.heartbeat == fired.timer;
    (branch.heartbeat_missed ? branch.heartbeat : branch.timer) = 0;
    see(branch);
    if (branch.phase == Branch::Phase::Task) return task_timed_out(branch);
    if (branch.phase == Branch::Phase::Retrying) return execute(branch);
    const auto effective = effective_input(branch);
    return settle(branch, effective ? leave(branch, *effective) : Outcome(fail(effective.error())));
  }
}

void Run::on(const Stopped& stopped) {
  abort_children(root(), false);
  release(root());
  Object details;
  if (stopped.error) details["error"] = *stopped.error;
  if (stopped.cause) details["cause"] = *stopped.cause;
  finish({.status = Status::Aborted, .output = {}, .error = stopped.error, .cause = stopped.cause},
         EventType::ExecutionAborted, 0, Value(std::move(details)));
}

void Run::on(const Redriven& redriven) {
  if (execution_.status == Status::Running || execution_.status == Status::Succeeded) return;
  execution_.status = Status::Running;
  execution_.redrives = redriven.count;
  auto& branch = root();
  branch.last = event(EventType::ExecutionRedriven, branch.last, {}, {},
                      Value(Object{{"redriveCount", redriven.count}}));
  if (machine_.timeout_s > 0 && execution_.flow == 0)
    execution_.timeout = set_timer(now() + Duration(machine_.timeout_s * 1000));
  branch.retries = 0;
  branch.attempts.clear();
  const auto& state = state_of(branch);
  const bool same = redriven.map_run && redriven.map_run->state == state.name;
  if (same && state.map && state.map->distributed)
    return resume_distributed(branch, *redriven.map_run);
  execute(branch);
}

}  // namespace tocsin::asl

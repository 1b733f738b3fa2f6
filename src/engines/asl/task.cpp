// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "engines/asl/run.hpp"

namespace tocsin::asl {
namespace {

using Kind = Resource::Kind;
using Pattern = Resource::Pattern;

Object named(const Resource& resource) {
  return {{"resource", resource.action}, {"resourceType", resource.service}};
}

Object with_failure(Object details, const FailureInfo& failure) {
  if (failure.error) details["error"] = *failure.error;
  if (failure.cause) details["cause"] = *failure.cause;
  return details;
}

}  // namespace

std::string Run::make_token(std::uint64_t task) {
  if (environment_.task_token) return environment_.task_token(task);
  const std::array<std::uint64_t, 4> bits{random(), random(), random(), task};
  return base64({reinterpret_cast<const char*>(bits.data()), sizeof(bits)});
}

Result<std::optional<std::int64_t>> Run::seconds(const Setting& setting, const Value& effective) {
  if (!setting) return std::optional<std::int64_t>();
  const auto value = TRY(setting.value(scope_of(effective)));
  const double number = value.is_number() ? value.to_number<double>() : 0;
  if (number < 1 || number > 99'999'999 || number != std::floor(number)) {
    if (setting.query) return setting.query->unexpected("number", value);
    return runtime_error(
        fmt::format("The {} parameter does not reference a valid positive integer: {} == {}",
                    setting.field, setting.path ? setting.path->text() : "", to_json(value)));
  }
  return std::optional<std::int64_t>(static_cast<std::int64_t>(number));
}

Run::Outcome Run::start_task(Branch& branch) {
  const auto& state = state_of(branch);
  const auto& resource = state.task->resource;
  const auto effective = TRY(effective_input(branch));
  StartTask task{.resource = &resource,
                 .state = state.name,
                 .parameters = {},
                 .credentials = {},
                 .token = {},
                 .timeout_s = {},
                 .heartbeat_s = {},
                 .attempt = branch.retries};
  task.task = new_handle();
  if (resource.pattern == Pattern::WaitForTaskToken || resource.kind == Kind::Activity) {
    task.token = make_token(task.task);
    if (resource.kind == Kind::Service) branch.token = task.token;
    context_.reset();
  }
  task.timeout_s = TRY(seconds(state.timeout, effective));
  task.heartbeat_s = TRY(seconds(state.heartbeat, effective));
  task.parameters = TRY(with_parameters(state, effective));
  TRY(fits(task.parameters, state.name));
  if (state.task->credentials) {
    const auto credentials = TRY(state.task->credentials->document(scope_of(effective)));
    task.credentials = string_of(credentials, "RoleArn");
  }
  if (environment_.refusal) {
    if (auto cause = environment_.refusal(resource)) return runtime_error(std::move(*cause));
  }
  branch.phase = Branch::Phase::Task;
  branch.task = task.task;
  branch.heartbeat_missed = false;
  announce(branch, resource, task);
  if (task.timeout_s) branch.timer = set_timer(now() + Duration(*task.timeout_s * 1000));
  branch.heartbeat_s = task.heartbeat_s.value_or(0);
  if (task.heartbeat_s) branch.heartbeat = set_timer(now() + Duration(*task.heartbeat_s * 1000));
  step_.commands.emplace_back(std::move(task));
  return true;
}

void Run::announce(Branch& branch, const Resource& resource, const StartTask& task) {
  Object details;
  if (resource.kind == Kind::Service) {
    details = named(resource);
    details["region"] = execution_.region;
  } else {
    details["resource"] = resource.arn;
  }
  if (task.timeout_s) details["timeoutInSeconds"] = *task.timeout_s;
  if (task.heartbeat_s && resource.kind != Kind::Lambda)
    details["heartbeatInSeconds"] = *task.heartbeat_s;
  if (!task.credentials.empty()) details["taskCredentials"] = Object{{"roleArn", task.credentials}};
  const auto scheduled = resource.kind == Kind::Service  ? EventType::TaskScheduled
                         : resource.kind == Kind::Lambda ? EventType::LambdaFunctionScheduled
                                                         : EventType::ActivityScheduled;
  branch.last = event(scheduled, branch.last, {}, task.parameters, Value(std::move(details)));
  if (resource.kind == Kind::Service)
    branch.last = event(EventType::TaskStarted, branch.last, {}, {}, Value(named(resource)));
  if (resource.kind == Kind::Lambda)
    branch.last = event(EventType::LambdaFunctionStarted, branch.last);
}

void Run::task_event(Branch& branch, EventType service, EventType lambda, EventType activity,
                     Object details, Value data) {
  const auto& resource = state_of(branch).task->resource;
  auto type = activity;
  if (resource.kind == Kind::Service) {
    type = service;
    details["resource"] = resource.action;
    details["resourceType"] = resource.service;
  } else if (resource.kind == Kind::Lambda) {
    type = lambda;
  }
  branch.last = event(type, branch.last, {}, std::move(data), Value(std::move(details)));
}

void Run::stop_waiting(Branch& branch) {
  drop_timer(branch.timer);
  drop_timer(branch.heartbeat);
  branch.task = 0;
  branch.phase = Branch::Phase::Ready;
}

void Run::on(const TaskStarted& started) {
  auto* branch = by_task(started.task);
  if (!branch || !state_of(*branch).task || state_of(*branch).task->resource.kind != Kind::Activity)
    return;
  Object details;
  if (!started.worker_name.empty()) details["workerName"] = started.worker_name;
  branch->last = event(EventType::ActivityStarted, branch->last, {}, {}, Value(std::move(details)));
}

void Run::on(const TaskSubmitted& submitted) {
  auto* branch = by_task(submitted.task);
  if (!branch || !state_of(*branch).task) return;
  const auto& resource = state_of(*branch).task->resource;
  branch->last = event(EventType::TaskSubmitted, branch->last, {}, Value(submitted.output),
                       Value(named(resource)));
}

void Run::on(const TaskHeartbeat& beat) {
  auto* branch = by_task(beat.task);
  if (!branch || !branch->heartbeat) return;
  drop_timer(branch->heartbeat);
  branch->heartbeat = set_timer(now() + Duration(branch->heartbeat_s * 1000));
}

void Run::on(const TaskSucceeded& succeeded) {
  auto* branch = by_task(succeeded.task);
  if (!branch) return;
  see(*branch);
  Value result(succeeded.output);
  if (!state_of(*branch).task) {
    stop_waiting(*branch);
    // The state's exit follows the start of the run.
    event(EventType::MapStateSucceeded, event(EventType::MapRunSucceeded, branch->last));
    return settle(*branch, finish_task(*branch, std::move(result)));
  }
  const auto& resource = state_of(*branch).task->resource;
  if (const auto size =
          fits(result, resource.kind == Kind::Service ? resource.service : resource.arn);
      !size) {
    return fail_task(*branch, {size.error().code, size.error().message}, TaskFailed::At::Run);
  }
  stop_waiting(*branch);
  saw("result", result);
  task_event(*branch, EventType::TaskSucceeded, EventType::LambdaFunctionSucceeded,
             EventType::ActivitySucceeded, {}, result);
  settle(*branch, finish_task(*branch, std::move(result)));
}

/// From the raw result of a Task, Map or Parallel on.
Run::Outcome Run::finish_task(Branch& branch, Value result) {
  const auto& state = state_of(branch);
  Exit exit{.result = std::move(result),
            .next = state.next,
            .result_path = &state.result_path,
            .assign = &state.assign,
            .output = &state.output,
            .has_result = true};
  if (state.result_selector)
    exit.result = TRY(state.result_selector->evaluate(scope_of(exit.result)));
  return complete(branch, std::move(exit));
}

void Run::on(const TaskFailed& failure) {
  auto* branch = by_task(failure.task);
  if (!branch) return;
  see(*branch);
  fail_task(*branch, {failure.error, failure.cause}, failure.at);
}

void Run::fail_task(Branch& branch, const FailureInfo& failure, TaskFailed::At at) {
  stop_waiting(branch);
  auto details = with_failure({}, failure);
  if (!state_of(branch).task) {
    branch.last = event(EventType::MapRunFailed, branch.last, {}, {}, Value(std::move(details)));
  } else if (at == TaskFailed::At::Start) {
    task_event(branch, EventType::TaskStartFailed, EventType::LambdaFunctionStartFailed,
               EventType::ActivityFailed, std::move(details));
  } else if (at == TaskFailed::At::Schedule) {
    task_event(branch, EventType::TaskStartFailed, EventType::LambdaFunctionScheduleFailed,
               EventType::ActivityScheduleFailed, std::move(details));
  } else if (at == TaskFailed::At::Submit) {
    task_event(branch, EventType::TaskSubmitFailed, EventType::LambdaFunctionFailed,
               EventType::ActivityFailed, std::move(details));
  } else {
    task_event(branch, EventType::TaskFailed, EventType::LambdaFunctionFailed,
               EventType::ActivityFailed, std::move(details));
  }
  failed(branch, failure);
}

void Run::task_timed_out(Branch& branch) {
  step_.commands.emplace_back(CancelTask{branch.task});
  stop_waiting(branch);
  const FailureInfo failure{.error = "States.Timeout", .cause = {}};
  task_event(branch, EventType::TaskTimedOut, EventType::LambdaFunctionTimedOut,
             EventType::ActivityTimedOut, with_failure({}, failure));
  failed(branch, failure);
}

}  // namespace tocsin::asl

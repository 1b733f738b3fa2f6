// SPDX-License-Identifier: Apache-2.0
// The durable-execution kernel: tasks with retries, their jobs, timers and continuations.
#include <cmath>
#include <fmt/format.h>

#include "base/assert.hpp"
#include "base/log.hpp"
#include "core/registry_tables.hpp"
#include "core/throttling.hpp"
#include "core/turn.hpp"

namespace tocsin::core {
namespace {

constexpr std::string_view kRunTask = "core.run_task";

bool may_retry(const TaskRow& task, const Error& error, Time now) {
  if (task.attempts >= task.retry.attempts) return false;
  if (task.retry.max_age.count() && now - task.started >= task.retry.max_age) return false;
  return task.retry.on == Retry::On::Any || error.fault == Fault::Server || is_throttling(error);
}

Duration delay_before_next(const Retry& retry, int attempts, double fraction) {
  const double grown =
      static_cast<double>(retry.initial.count()) * std::pow(retry.rate, attempts - 1);
  const double capped = std::min(grown, static_cast<double>(retry.max_delay.count()));
  return Duration(static_cast<std::int64_t>(capped * (1 + retry.jitter * (2 * fraction - 1))));
}

std::string name_of(const TaskRow& task) {
  return task.call ? task.call->service + ":" + task.call->operation : task.job->kind;
}

std::string job_id(const std::string& task, int attempt) {
  return fmt::format("{}.{}", task, attempt);
}

}  // namespace

std::string Machine::start_task(Context& context, Task task) {
  auto& turn = context.turn_;
  const auto id = fmt::format("{:x}-{:016x}-{:x}", turn.epoch, turn.sequence, ++turn.ids);
  TaskRow row{.retry = task.retry,
              .then = std::move(task.then),
              .started = context.now(),
              .scope = context.scope()};
  if (auto* call = std::get_if<CallSpec>(&task.work)) {
    row.call = std::move(*call);
    context.seal_sensitive(row.call->service, row.call->operation, row.call->params);
  } else {
    row.job = std::move(std::get<JobSpec>(task.work));
  }
  row.node = context.trace(row.call ? "task" : "job", task.name.empty() ? name_of(row) : task.name);
  if (row.job) {
    Context task_context(*this, turn, context.transaction_, row.scope, row.node);
    attempt(task_context, id, std::move(row));
  } else {
    kTasks.put(context, Key{id}, row);
    context.later({std::string(kRunTask), Object{{"task", id}}});
  }
  return id;
}

Machine::PendingJob Machine::make_job(const std::string& task_id, int attempt,
                                      const TaskRow& row) const {
  auto payload = row.job->payload;
  secrets_.open_all(payload);
  return {Job{job_id(task_id, attempt), row.job->kind, std::move(payload), row.node},
          row.job->delivery, row.job->secret_results};
}

void Machine::run_task(Context& context, const std::string& id) {
  if (auto row = kTasks.get(context, Key{id})) attempt(context, id, *std::move(row));
}

void Machine::attempt(Context& context, const std::string& id, TaskRow row) {
  ++row.attempts;
  kTasks.put(context, Key{id}, row);
  context.set_scope(row.scope);
  context.set_cause(row.node);
  if (row.job) {
    kJobs.put(context, Key{job_id(id, row.attempts)}, {id, row.attempts});
    context.turn_.applied.jobs.push_back(make_job(id, row.attempts, row));
    return;
  }
  Request request{.id = context.new_uuid(),
                  .service = row.call->service,
                  .operation = row.call->operation,
                  .params = std::move(row.call->params),
                  .scope = row.call->scope,
                  .credential = row.call->credential,
                  .source_ip = row.call->credential.service,
                  .user_agent = row.call->credential.service};
  const bool as_session = request.credential.kind == Credential::Kind::Session;
  auto outcome =
      perform(context, request, as_session ? &row.call->principal : nullptr, {.task_id = id});
  if (!outcome.pending()) end_attempt(context, id, std::move(outcome).result());
}

void Machine::end_attempt(Context& context, const std::string& id,
                          const Result<Document>& outcome) {
  auto row = kTasks.get(context, Key{id});
  if (!row) return;
  context.set_scope(row->scope);
  context.set_cause(row->node);
  if (!outcome && may_retry(*row, outcome.error(), context.now())) {
    const auto delay = delay_before_next(row->retry, row->attempts, context.new_fraction());
    context.at(context.now() + delay, {std::string(kRunTask), Object{{"task", id}}});
    return;
  }
  kTasks.erase(context, Key{id});
  context.trace_outcome(row->node, outcome ? "ok" : outcome.error().code);
  resume(context, row->then, outcome, row->attempts);
}

void Machine::job_result(Context& context, const Document& body) {
  const auto id = string_of(body, "job");
  const auto job = kJobs.get(context, Key{id});
  if (!job) return;  // a duplicate, or of an earlier epoch
  kJobs.erase(context, Key{id});
  end_attempt(context, job->task, outcome_from(body));
}

void Machine::fire_timer(Context& context, const std::string& id) {
  const auto due = kTimerDue.get(context, Key{id});
  if (!due) return;  // cancelled since
  const auto timer = kTimers.get(context, Key{due->due, id});
  TOCSIN_ASSERT(timer);
  kTimerDue.erase(context, Key{id});
  kTimers.erase(context, Key{due->due, id});
  context.set_scope(timer->scope);
  context.set_cause(timer->cause);
  if (timer->then.name == kRunTask)
    return run_task(context, string_of(timer->then.context, "task"));
  resume(context, timer->then, Document(nullptr), 0);
}

void Machine::resume(Context& context, const Continuation& then, const Result<Document>& outcome,
                     int attempts) {
  if (then.name.empty()) return;
  const auto& resumes = registry_.tables_->resumes;
  const auto found = resumes.find(then.name);
  if (found == resumes.end()) {
    log_error("no such continuation", {{"name", then.name}});
    return;
  }
  Savepoint savepoint(context.turn_);
  Transaction inner(context.transaction_);
  Context resumed(*this, context.turn_, inner, context.scope_, context.cause_);
  try {
    found->second(resumed, {then.context, outcome, attempts});
    context.transaction_.merge(std::move(inner));
  } catch (const std::exception& bug) {
    savepoint.roll_back();
    log_error("continuation failed", {{"name", then.name}, {"cause", bug.what()}});
  }
}

}  // namespace tocsin::core

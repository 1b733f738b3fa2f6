// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
#include "services/states/synchronous.hpp"

#include "services/states/endings.hpp"
#include "services/states/executions.hpp"
#include "services/states/history.hpp"

namespace tocsin::states {
namespace {

using core::Call;
using core::Context;
using core::Outcome;

/// Billing rounds up to 100 ms and 64 MB.
Object billing(const Execution& row) {
  const auto ms = (row.stop - row.start).count();
  return {{"billedDurationInMilliseconds", (ms + 99) / 100 * 100 + (ms == 0 ? 100 : 0)},
          {"billedMemoryUsedInMB", 64}};
}

/// The reply of StartSyncExecution.
Object sync_reply(const Place& place, const Execution& row, const Ends& ends) {
  Object reply{{"executionArn", execution_arn(place.scope, row)},
               {"stateMachineArn", machine_arn(place.scope, row)},
               {"name", row.name.substr(0, row.name.find(':'))},
               {"startDate", to_seconds(row.start)},
               {"stopDate", to_seconds(row.stop)},
               {"status", encode(row.status)},
               {"input", ends.input},
               {"inputDetails", Object{{"included", true}}},
               {"billingDetails", billing(row)}};
  if (row.status == Status::SUCCEEDED) {
    reply["output"] = ends.output;
    reply["outputDetails"] = Object{{"included", true}};
  }
  if (ends.error) reply["error"] = *ends.error;
  if (ends.cause) reply["cause"] = *ends.cause;
  if (!row.trace_header.empty()) reply["traceHeader"] = row.trace_header;
  return reply;
}

Document data(const std::string& text, bool parsed) {
  if (!parsed) return Document(boost::json::string(text));
  auto json = parse_json(text);
  return json ? *std::move(json) : Document(nullptr);
}

/// What a task startExecution.sync sees of the child.
Object described(const Place& place, const Execution& row, const Ends& ends, bool parsed) {
  Object out;
  if (ends.cause) out["Cause"] = *ends.cause;
  if (ends.error) out["Error"] = *ends.error;
  out["ExecutionArn"] = execution_arn(place.scope, row);
  out["Input"] = data(ends.input, parsed);
  out["InputDetails"] = Object{{"Included", true}};
  out["Name"] = row.name;
  if (row.status == Status::SUCCEEDED) {
    out["Output"] = data(ends.output, parsed);
    out["OutputDetails"] = Object{{"Included", true}};
  }
  out["StartDate"] = to_ms(row.start);
  out["StateMachineArn"] = machine_arn(place.scope, row);
  out["Status"] = encode(row.status);
  out["StopDate"] = to_ms(row.stop);
  return out;
}

Ends ends_from(const asl::Finished& finished, const Document& input) {
  Ends ends{.input = to_json(input), .error = finished.error, .cause = finished.cause};
  if (finished.output) ends.output = to_json(*finished.output);
  return ends;
}

/// In an input of its own: the parent's work is not the child's.
void tell_parent(Context& context, const Place& place, const Execution& row, const Waiter& waiter,
                 const Ends& ends) {
  const auto result = to_json(described(place, row, ends, waiter.parsed));
  Object reference{{"m", waiter.machine},
                   {"n", waiter.name},
                   {"t", waiter.task},
                   {"ok", row.status == Status::SUCCEEDED}};
  reference["result"] = context.seal(result);
  const auto scope = context.scope();
  context.set_scope(place.scope);
  context.later({"states.child_ended", std::move(reference)});
  context.set_scope(scope);
}

void child_ended(Context& context, const core::Resumption& step) {
  const auto place = Place::referred(context, step.context);
  const auto task = static_cast<std::uint64_t>(integer(step.context, "t").value_or(0));
  const auto* sealed = find(step.context, "result");
  const auto result = sealed ? context.open(*sealed).value_or("{}") : "{}";
  if (flag(step.context, "ok")) {
    auto output = parse_json(result);
    return drive(context, place, asl::TaskSucceeded{task, *std::move(output)});
  }
  drive(context, place,
        asl::TaskFailed{task, "States.TaskFailed", result, asl::TaskFailed::At::Run});
}

}  // namespace

void tell_waiters(Context& context, const Place& place, const Execution& row,
                  const std::vector<Waiter>& waiters, const asl::Finished& finished,
                  const Document& input) {
  if (waiters.empty()) return;
  const auto ends = ends_from(finished, input);
  for (const auto& waiter : waiters) {
    if (waiter.token.empty())
      tell_parent(context, place, row, waiter, ends);
    else
      context.resolve({waiter.token}, Document(sync_reply(place, row, ends)));
  }
}

void wait_for_child(Context& context, const Place& place, const std::string& child, Waiter waiter) {
  const auto arn = parse_states_arn(child);
  if (!arn) return;
  const Place where{arn->scope, arn->name, arn->rest};
  auto row = kExecutions.get(context, where.key());
  if (!row) return;
  if (row->status != Status::RUNNING)
    return tell_parent(context, where, *row, waiter, ends_of(context, where.key()));
  if (auto saved = kSaved.get(context, place.key())) {
    saved->pending[std::to_string(waiter.task)] = child;
    kSaved.put(context, place.key(), *saved);
  }
  row->waiters.push_back(std::move(waiter));
  kExecutions.put(context, where.key(), *row);
}

void stop_child(Context& context, const std::string& child) {
  const auto arn = parse_states_arn(child);
  if (!arn) return;
  const Place where{arn->scope, arn->name, arn->rest};
  if (auto row = kExecutions.get(context, where.key())) {
    row->waiters.clear();
    kExecutions.put(context, where.key(), *row);
  }
  context.later({"states.stop", where.reference()});
}

Outcome start_sync_execution(Call& call) {
  auto start = TRY(start_of(call));
  if (start.target.machine.type != Type::EXPRESS) {
    return fail("StateMachineTypeNotSupported",
                "This operation is not supported by this type of state machine");
  }
  const Place place{call.scope(), start.row.machine, start.row.name};
  if (const auto ended = begin(call, call.scope(), std::move(start.row), std::move(start.input)))
    return sync_reply(place, ended->row, ends_from(ended->finished, ended->input));
  auto row = kExecutions.get(call, place.key());
  if (!row) return internal_error("The state machine's definition can no longer be read");
  const auto token = call.park();
  row->waiters.push_back({.token = token.id});
  kExecutions.put(call, place.key(), *row);
  return token;
}

void on_synchronous(core::Registry& registry) {
  registry.on_resume("states.child_ended", child_ended);
  registry.on_resume("states.stop", [](Context& context, const core::Resumption& step) {
    drive(context, Place::referred(context, step.context), asl::Stopped{});
  });
}

}  // namespace tocsin::states

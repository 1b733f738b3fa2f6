// SPDX-License-Identifier: Apache-2.0
// StartExecution, StopExecution, RedriveExecution.
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/states/endings.hpp"
#include "services/states/executions.hpp"
#include "services/states/map_runs.hpp"

namespace tocsin::states {
namespace {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

constexpr std::size_t kMostInput = 256 * 1024;
constexpr std::int64_t kMostOpen = 1'000'000;

Result<Document> input_given(const Call& call, std::string& text) {
  text = given(call, "input") ? opened(call, "input") : "{}";
  if (text.size() > kMostInput) {
    return invalid(fmt::format(
        "1 validation error detected: Value at 'input' failed to satisfy constraint: Member must "
        "have length less than or equal to {}",
        kMostInput));
  }
  auto parsed = parse_json(text);
  if (!parsed) {
    return fail("InvalidExecutionInput",
                fmt::format("Invalid State Machine Execution Input: '{}'", parsed.error().message));
  }
  return parsed;
}

Object started(const Scope& scope, const Execution& row) {
  return {{"executionArn", execution_arn(scope, row)}, {"startDate", to_seconds(row.start)}};
}

/// The same call again, or another with a name that is taken.
Outcome known(const Scope& scope, const Execution& found, const Execution& wanted) {
  if (found.status == Status::RUNNING && found.input_hash == wanted.input_hash)
    return started(scope, found);
  return fail("ExecutionAlreadyExists",
              fmt::format("Execution Already Exists: '{}'", execution_arn(scope, found)));
}

bool is_full(const Context& context, const Scope& scope) {
  const auto open = kOpen.get(context, Key::of(scope));
  return open && open->value >= kMostOpen;
}

}  // namespace

Result<Start> start_of(Call& call) {
  const auto& params = call.params();
  const auto wanted = TRY(arn_of(call, "stateMachineArn", {"stateMachine"}));
  Start start {
    .target = TRY(target_of(call, wanted, wanted.rest.empty() ? 0 : call.new_fraction()))
  };
  const auto& target = start.target;
  auto name = string_of(params, "name");
  if (given(call, "name")) TRY(check_name(name));
  TRY(check_active(target.machine));
  // An earlier binary may have taken what this one refuses.
  if (!compiled(call, call.scope(), target.machine.name, target.revision, target.machine.type))
    return fail("InvalidDefinition", "Invalid State Machine Definition: 'It cannot be run'");
  std::string text;
  start.input = TRY(input_given(call, text));
  if (name.empty()) name = call.new_uuid();
  if (target.machine.type == Type::EXPRESS) name += ":" + call.new_uuid();
  start.row = {.machine = target.machine.name,
               .name = std::move(name),
               .type = target.machine.type,
               .revision = target.revision,
               .version = target.version,
               .alias = target.alias,
               .start = call.now(),
               .input_hash = hex(sha256(text)),
               .trace_header = string_of(params, "traceHeader")};
  return start;
}

Outcome start_execution(Call& call) {
  auto start = TRY(start_of(call));
  if (const auto found = kExecutions.get(call, execution_key(call.scope(), start.row)))
    return known(call.scope(), *found, start.row);
  if (start.row.type == Type::STANDARD && is_full(call, call.scope())) {
    return fail(
        "ExecutionLimitExceeded",
        fmt::format("The maximum number of running executions has been reached ({})", kMostOpen));
  }
  auto reply = started(call.scope(), start.row);
  begin(call, call.scope(), std::move(start.row), std::move(start.input));
  return reply;
}

Result<Execution> execution_of(const Call& call) {
  const auto arn = TRY(arn_of(call, "executionArn", {"execution", "express"}));
  if (arn.kind == "express") {
    return fail("InvalidArn", "Invalid Arn: 'Resource type not valid in this context: express'");
  }
  auto row = kExecutions.get(call, Key::of(arn.scope, arn.name, arn.rest));
  if (!row) {
    return fail("ExecutionDoesNotExist",
                fmt::format("Execution Does Not Exist: '{}'", text(call.params(), "executionArn")));
  }
  return *std::move(row);
}

Outcome stop_execution(Call& call) {
  const auto row = TRY(execution_of(call));
  if (row.status != Status::RUNNING) return Object{{"stopDate", to_seconds(row.stop)}};
  asl::Stopped stopped;
  if (given(call, "error")) stopped.error = opened(call, "error");
  if (given(call, "cause")) stopped.cause = opened(call, "cause");
  drive(call, {call.scope(), row.machine, row.name}, stopped);
  return Object{{"stopDate", to_seconds(call.now())}};
}

Outcome redrive_execution(Call& call) {
  auto row = TRY(execution_of(call));
  if (const auto why = redrive_refusal(call, row); !why.empty()) {
    return fail("ExecutionNotRedrivable", fmt::format("Execution is not redrivable: {}", why));
  }
  if (!row.map_run.empty()) {
    return fail("ExecutionNotRedrivable",
                "Execution is not redrivable: a child workflow execution of a Map Run is redriven "
                "by redriving the execution that started the Map Run");
  }
  const Place place{call.scope(), row.machine, row.name};
  reopen_execution(call, place, row);
  drive(call, place, asl::Redriven{row.redrives, redrivable_map_run(call, place)});
  return Object{{"redriveDate", to_seconds(call.now())}};
}

bool stop_running(Context& context, const std::string& machine, int most) {
  std::vector<std::string> names;
  const auto scope = context.scope();
  kListed.scan(context, Key::of(scope, machine, "RUNNING"), [&](const auto& key, const Listed&) {
    names.push_back(key.back());
    return static_cast<int>(names.size()) < most;
  });
  for (const auto& name : names)
    drive(context, {scope, machine, name}, asl::Stopped{});
  return static_cast<int>(names.size()) == most;
}

}  // namespace tocsin::states

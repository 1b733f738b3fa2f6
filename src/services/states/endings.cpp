// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
#include "services/states/endings.hpp"

#include <fmt/format.h>

#include "services/states/history.hpp"
#include "services/states/map_runs.hpp"
#include "services/states/measures.hpp"
#include "services/states/retention.hpp"
#include "services/states/synchronous.hpp"

namespace tocsin::states {
namespace {

using core::Context;
using core::Key;

constexpr auto kRedrivable = std::chrono::days(14);

/// Express executions are neither listed nor described.
bool listed(const Execution& row) {
  return row.type == Type::STANDARD;
}

std::string status_name(Status status) {
  return std::string(encode(status).get_string());
}

void count_open(Context& context, const Scope& scope, std::int64_t by) {
  const auto key = Key::of(scope);
  auto open = kOpen.get(context, key).value_or(Count{});
  open.value += by;
  kOpen.put(context, key, open);
}

Document or_null(const Object& from, std::string_view member) {
  const auto* found = from.if_contains(member);
  return found ? *found : Document(nullptr);
}

Document moment(Time time) {
  return time == Time{} ? Document(nullptr) : Document(to_ms(time));
}

struct Data {
  std::optional<std::string> input, output, error, cause;
};

Document text_or_null(const std::optional<std::string>& text) {
  return text ? Document(boost::json::string(*text)) : Document(nullptr);
}

Object included(const std::optional<std::string>& text) {
  return {{"included", text.has_value()}};
}

/// Longer data is left out.
std::optional<std::string> short_enough(std::optional<std::string> text) {
  constexpr std::size_t kMost = 248 * 1024;
  if (text && text->size() > kMost) text.reset();
  return text;
}

void emit_change(Context& context, const Place& place, const Execution& row, Data data) {
  if (row.type == Type::EXPRESS || !row.map_run.empty()) return;
  data.input = short_enough(std::move(data.input));
  data.output = short_enough(std::move(data.output));
  Object qualifiers;
  show_qualifiers(qualifiers, place.scope, row);
  const auto refusal = redrive_refusal(context, row);
  Object detail{{"executionArn", execution_arn(place.scope, row)},
                {"stateMachineArn", machine_arn(place.scope, row)},
                {"name", row.name},
                {"status", encode(row.status)},
                {"startDate", to_ms(row.start)},
                {"stopDate", moment(row.stop)},
                {"input", text_or_null(data.input)},
                {"output", text_or_null(data.output)},
                {"stateMachineVersionArn", or_null(qualifiers, "stateMachineVersionArn")},
                {"stateMachineAliasArn", or_null(qualifiers, "stateMachineAliasArn")},
                {"redriveCount", row.redrives},
                {"redriveDate", moment(row.redriven)},
                {"redriveStatus", refusal.empty() ? "REDRIVABLE" : "NOT_REDRIVABLE"},
                {"redriveStatusReason", refusal.empty() ? Document(nullptr) : Document(refusal)},
                {"inputDetails", included(data.input)},
                {"outputDetails", data.output ? Document(included(data.output)) : nullptr},
                {"error", text_or_null(data.error)},
                {"cause", text_or_null(data.cause)}};
  context.emit({.source = "aws.states",
                .detail_type = "Step Functions Execution Status Change",
                .scope = place.scope,
                .resources = {execution_arn(place.scope, row)},
                .detail = std::move(detail)});
}

Status status_of(asl::Status status) {
  switch (status) {
    case asl::Status::Running:
      return Status::RUNNING;
    case asl::Status::Succeeded:
      return Status::SUCCEEDED;
    case asl::Status::Failed:
      return Status::FAILED;
    case asl::Status::TimedOut:
      return Status::TIMED_OUT;
    case asl::Status::Aborted:
      return Status::ABORTED;
  }
  return Status::FAILED;
}

}  // namespace

std::string machine_arn(const Scope& scope, const Execution& row) {
  return arn("states", scope, "stateMachine:" + row.machine);
}

void show_qualifiers(Object& reply, const Scope& scope, const Execution& row) {
  const Machine machine{.scope = scope, .name = machine_name(row.machine)};
  if (row.version) reply["stateMachineVersionArn"] = version_arn(machine, row.version);
  if (!row.alias.empty()) reply["stateMachineAliasArn"] = alias_arn(machine, row.alias);
}

void open_execution(Context& context, const Place& place, const Execution& row,
                    const Document& input) {
  kExecutions.put(context, place.key(), row);
  measure_start(context, place, row);
  if (listed(row) || !row.map_run.empty())
    kListed.put(context, list_key(place, row, "RUNNING"), {});  // or a map run could not stop it
  if (!listed(row)) return;
  kListed.put(context, list_key(place, row, ""), {});
  if (!row.map_run.empty()) return;
  count_open(context, place.scope, 1);
  emit_change(context, place, row, {.input = to_json(input)});
}

void end_execution(Context& context, const Place& place, Execution& row,
                   const asl::Finished& finished, const Document& input) {
  const auto before = list_key(place, row, status_name(row.status));
  row.status = status_of(finished.status);
  row.stop = context.now();
  context.trace_outcome(row.node, row.status == Status::SUCCEEDED
                                      ? std::string("ok")
                                      : finished.error.value_or(status_name(row.status)));
  measure_end(context, place, row);
  const auto waiters = std::exchange(row.waiters, {});
  if (listed(row)) {
    kExecutions.put(context, place.key(), row);
    kListed.erase(context, before);
    kListed.put(context, list_key(place, row, status_name(row.status)), {});
    remember_ended(context, place, row);
  } else {
    if (!row.map_run.empty()) kListed.erase(context, before);
    if (may_be_redriven(row))
      kExecutions.put(context, place.key(), row);
    else
      kExecutions.erase(context, place.key());
  }
  if (!row.map_run.empty()) return child_ended(context, place, row, finished, input);
  if (listed(row)) {
    count_open(context, place.scope, -1);
    Data data{.input = to_json(input), .error = finished.error, .cause = finished.cause};
    if (finished.output) data.output = to_json(*finished.output);
    emit_change(context, place, row, std::move(data));
  }
  tell_waiters(context, place, row, waiters, finished, input);
}

void reopen_execution(Context& context, const Place& place, Execution& row) {
  kListed.erase(context, list_key(place, row, status_name(row.status)));
  forget_ended(context, place, row);
  row.status = Status::RUNNING;
  row.stop = {};
  ++row.redrives;
  row.redriven = context.now();
  kListed.put(context, list_key(place, row, "RUNNING"), {});
  kExecutions.put(context, place.key(), row);
  if (!row.map_run.empty()) return;
  count_open(context, place.scope, 1);
  emit_change(context, place, row, {.input = input_of(context, place.key())});
}

bool may_be_redriven(const Execution& row) {
  return (row.type == Type::STANDARD || !row.map_run.empty()) && row.status != Status::SUCCEEDED &&
         row.status != Status::RUNNING;
}

std::string redrive_refusal(const Context& context, const Execution& row) {
  if (row.type == Type::EXPRESS) return "Express executions cannot be redriven";
  if (row.status == Status::RUNNING || row.status == Status::SUCCEEDED)
    return fmt::format("Execution is {} and cannot be redriven", status_name(row.status));
  if (context.now() - row.start > kRedrivable)
    return "Execution is not redrivable because its redrive period of 14 days is over";
  return {};
}

}  // namespace tocsin::states

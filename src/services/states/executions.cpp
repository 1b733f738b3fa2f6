// SPDX-License-Identifier: Apache-2.0
#include "services/states/executions.hpp"

#include <fmt/format.h>

#include "services/states/endings.hpp"
#include "services/states/history.hpp"
#include "services/states/map_runs.hpp"
#include "services/states/paging.hpp"

namespace tocsin::states {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

Object shown(const Scope& scope, const Execution& row) {
  Object out{{"executionArn", execution_arn(scope, row)},
             {"stateMachineArn", machine_arn(scope, row)},
             {"name", row.name},
             {"status", encode(row.status)},
             {"startDate", to_seconds(row.start)}};
  if (row.stop != Time{}) out["stopDate"] = to_seconds(row.stop);
  if (!row.map_run.empty()) {
    out["mapRunArn"] = map_run_arn(scope, row.machine, row.map_run);
    if (row.items) out["itemCount"] = row.items;
  }
  show_qualifiers(out, scope, row);
  if (row.type == Type::STANDARD) out["redriveCount"] = row.redrives;
  if (row.redrives) out["redriveDate"] = to_seconds(row.redriven);
  return out;
}

Result<std::string> status_filter(const Call& call) {
  const auto status = string_of(call.params(), "statusFilter");
  Status parsed{};
  if (status.empty() || boost::describe::enum_from_string(status.c_str(), parsed)) return status;
  return violation(status, "statusFilter",
                   "Member must satisfy enum value set: [SUCCEEDED, TIMED_OUT, PENDING_REDRIVE, "
                   "ABORTED, FAILED, RUNNING]");
}

/// Whether the execution is one that the ARN's version or alias started.
bool qualified(const Execution& row, const std::string& qualifier) {
  return qualifier.empty() || row.alias == qualifier ||
         (row.version && std::to_string(row.version) == qualifier);
}

bool redrive_matches(const Execution& row, std::string_view filter) {
  if (filter == "REDRIVEN") return row.redrives > 0;
  if (filter == "NOT_REDRIVEN") return row.redrives == 0;
  return true;
}

Failure not_of_express() {
  return fail("StateMachineTypeNotSupported",
              "This operation is not supported by this type of state machine");
}

struct ListOf {
  std::string machine;    // as in the list's keys
  std::string qualifier;  // version or alias
  std::string rows;       // the machine of the rows
};

Result<ListOf> list_of(Call& call) {
  const bool by_machine = given(call, "stateMachineArn"), by_run = given(call, "mapRunArn");
  if (by_machine == by_run) {
    return invalid(by_machine ? "Only one of stateMachineArn and mapRunArn may be specified"
                              : "Must provide a stateMachineArn or a mapRunArn");
  }
  if (by_run) {
    const auto run = TRY(find_map_run(call, "mapRunArn"));
    if (run.type == Type::EXPRESS) return not_of_express();
    return ListOf{run.machine + ":" + run.name, "", run.machine};
  }
  const auto wanted = TRY(arn_of(call, "stateMachineArn", {"stateMachine"}));
  const auto target = TRY(target_of(call, wanted));
  if (target.machine.type == Type::EXPRESS) return not_of_express();
  return ListOf{wanted.name, wanted.rest, wanted.name};
}

}  // namespace

std::vector<core::Access> needs_list_executions(Call& call) {
  return needs("ListExecutions", given(call, "mapRunArn") ? "mapRunArn" : "stateMachineArn")(call);
}

Outcome list_executions(Call& call) {
  const auto list = TRY(list_of(call));
  const auto status = TRY(status_filter(call));
  const auto filter = text(call.params(), "redriveFilter");
  const auto prefix = Key::of(call.scope(), list.machine, status);
  const auto position = TRY(position_of(call, prefix.bytes()));
  std::optional<Key> after;
  if (const auto colon = position.find(':'); colon != std::string::npos)
    after.emplace(prefix).add(position.substr(0, colon)).add(position.substr(colon + 1));
  Array executions;
  std::string last;
  bool more = false;
  kListed.scan(
      call, prefix,
      [&](const std::vector<std::string>& key, const Listed&) {
        const auto row = kExecutions.get(call, Key::of(call.scope(), list.rows, key.back()));
        if (!row || !qualified(*row, list.qualifier) || !redrive_matches(*row, filter)) return true;
        if (executions.size() == limit_of(call)) return !(more = true);
        executions.push_back(shown(call.scope(), *row));
        last = key[key.size() - 2] + ":" + key.back();
        return true;
      },
      store::Direction::Backward, after);
  Object reply;
  reply["executions"] = std::move(executions);
  if (more) reply["nextToken"] = token_of(call, prefix.bytes(), last);
  return reply;
}

Outcome describe_execution(Call& call) {
  const auto row = TRY(execution_of(call));
  auto reply = shown(call.scope(), row);
  reply.erase("itemCount");
  const auto ends = ends_of(call, execution_key(call.scope(), row));
  const bool data = text(call.params(), "includedData") != "METADATA_ONLY";
  if (data) reply["input"] = ends.input;
  reply["inputDetails"] = Object{{"included", data}};
  if (row.status == Status::SUCCEEDED) {
    if (data) reply["output"] = ends.output;
    reply["outputDetails"] = Object{{"included", data}};
  }
  if (row.status != Status::RUNNING && data) {
    if (ends.error) reply["error"] = *ends.error;
    if (ends.cause) reply["cause"] = *ends.cause;
  }
  if (!row.trace_header.empty()) reply["traceHeader"] = row.trace_header;
  const auto refusal = redrive_refusal(call, row);
  reply["redriveStatus"] = !row.map_run.empty() && refusal.empty() ? "REDRIVABLE_BY_MAP_RUN"
                           : refusal.empty()                       ? "REDRIVABLE"
                                                                   : "NOT_REDRIVABLE";
  if (!refusal.empty()) reply["redriveStatusReason"] = refusal;
  return reply;
}

Outcome get_execution_history(Call& call) {
  const auto row = TRY(execution_of(call));
  const auto key = execution_key(call.scope(), row);
  const auto position = TRY(position_of(call, key.bytes()));
  const auto data = flag(call.params(), "includeExecutionData", true) ? ExecutionData::Included
                                                                      : ExecutionData::Left;
  Array events;
  std::int64_t last = 0;
  bool more = false;
  visit_history(
      call, key,
      flag(call.params(), "reverseOrder") ? store::Direction::Backward : store::Direction::Forward,
      position.empty() ? 0 : std::stoll(position), data, [&](std::int64_t id, Document event) {
        if (events.size() == limit_of(call)) return !(more = true);
        events.push_back(std::move(event));
        last = id;
        return true;
      });
  Object reply;
  reply["events"] = std::move(events);
  if (more) reply["nextToken"] = token_of(call, key.bytes(), std::to_string(last));
  return reply;
}

Outcome describe_state_machine_for_execution(Call& call) {
  const auto row = TRY(execution_of(call));
  const auto& revision = row.revision;
  Object reply{{"stateMachineArn", machine_arn(call.scope(), row)},
               {"name", machine_name(row.machine)},
               {"roleArn", revision.role},
               {"updateDate", to_seconds(revision.updated)}};
  reply["definition"] = text(call.params(), "includedData") == "METADATA_ONLY"
                            ? ""
                            : definition_of(call, call.scope(), row.machine, revision);
  show_configuration(reply, revision);
  if (!revision.initial) reply["revisionId"] = revision.id;
  if (!row.map_run.empty()) {
    reply["mapRunArn"] = map_run_arn(call.scope(), row.machine, row.map_run);
    reply["label"] = row.machine.substr(row.machine.find('/') + 1);
  }
  return reply;
}

}  // namespace tocsin::states

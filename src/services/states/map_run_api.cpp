// SPDX-License-Identifier: Apache-2.0
// DescribeMapRun, ListMapRuns, UpdateMapRun.
#include <fmt/format.h>

#include "services/states/executions.hpp"
#include "services/states/map_children.hpp"
#include "services/states/map_runs.hpp"
#include "services/states/paging.hpp"

namespace tocsin::states {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr const char* kCounts[]{"running",  "succeeded", "failed",
                                "timedOut", "aborted",   "pendingRedrive"};

Object counts(const std::map<std::string, std::int64_t>& by_status, std::int64_t total,
              std::int64_t written, std::int64_t not_redrivable) {
  Object out;
  std::int64_t known = 0;
  for (const auto* status : kCounts) {
    const auto value = count_of(by_status, status);
    out[status] = value;
    known += value;
  }
  out["pending"] = total - known;
  out["total"] = total;
  out["resultsWritten"] = written;
  out["failuresNotRedrivable"] = not_redrivable;
  return out;
}

std::string run_arn(const Scope& scope, const MapRun& run) {
  return map_run_arn(scope, run.machine, run.name);
}

std::string parent_arn(const Scope& scope, const MapRun& run) {
  return arn("states", scope, "execution:" + run.parent.machine + ":" + run.parent.name);
}

std::int64_t sum(const std::map<std::string, std::int64_t>& by_status) {
  std::int64_t all = 0;
  for (const auto& [status, value] : by_status)
    all += value;
  return all;
}

}  // namespace

Result<MapRun> find_map_run(const Call& call, std::string_view parameter) {
  const auto wanted = TRY(arn_of(call, parameter, {"mapRun"}));
  auto run = kMapRuns.get(call, Key::of(wanted.scope, wanted.name, wanted.rest));
  if (!run) {
    return fail("ResourceNotFound",
                fmt::format("Resource not found: '{}'", text(call.params(), parameter)));
  }
  return *std::move(run);
}

Outcome describe_map_run(Call& call) {
  const auto run = TRY(find_map_run(call, "mapRunArn"));
  const auto written = [&](const auto& by_status) {
    return run.status == Status::SUCCEEDED ? count_of(by_status, "succeeded") : 0;
  };
  Object reply{{"mapRunArn", run_arn(call.scope(), run)},
               {"executionArn", parent_arn(call.scope(), run)},
               {"status", encode(run.status)},
               {"startDate", to_seconds(run.start)},
               {"maxConcurrency", run.concurrency},
               {"toleratedFailureCount", run.tolerated_count},
               {"toleratedFailurePercentage", run.tolerated_percentage},
               {"itemCounts", counts(run.items, run.total, written(run.items), run.final_items)},
               {"executionCounts", counts(run.executions, sum(run.executions),
                                          written(run.executions), run.final_executions)},
               {"redriveCount", run.redrives}};
  if (run.redrives) reply["redriveDate"] = to_seconds(run.redriven);
  if (run.stop != Time{}) reply["stopDate"] = to_seconds(run.stop);
  return reply;
}

Outcome list_map_runs(Call& call) {
  const auto row = TRY(execution_of(call));
  return page_of<Listed>(
      call, kMapRunsOf, Key::of(call.scope(), row.machine, row.name), "mapRuns",
      [&](const std::vector<std::string>& key, const Listed&) -> Document {
        const auto& named = key.back();
        const auto colon = named.rfind(':');
        const auto run = kMapRuns.get(
            call, Key::of(call.scope(), named.substr(0, colon), named.substr(colon + 1)));
        if (!run) return nullptr;
        Object shown{
            {"executionArn", parent_arn(call.scope(), *run)},
            {"mapRunArn", run_arn(call.scope(), *run)},
            {"stateMachineArn", arn("states", call.scope(), "stateMachine:" + run->machine)},
            {"startDate", to_seconds(run->start)}};
        if (run->stop != Time{}) shown["stopDate"] = to_seconds(run->stop);
        return shown;
      });
}

Outcome update_map_run(Call& call) {
  auto run = TRY(find_map_run(call, "mapRunArn"));
  if (run.status != Status::RUNNING)
    return invalid("Map Run is not in a state in which it can be updated");
  const auto& params = call.params();
  if (const auto value = integer(params, "maxConcurrency")) {
    if (*value < 0) return invalid("maxConcurrency must be 0 or greater");
    run.concurrency = *value;
  }
  if (const auto value = integer(params, "toleratedFailureCount")) {
    if (*value < 0) return invalid("toleratedFailureCount must be 0 or greater");
    run.tolerated_count = *value;
  }
  if (const auto* value = find(params, "toleratedFailurePercentage"); value && value->is_number()) {
    run.tolerated_percentage = value->to_number<double>();
    if (run.tolerated_percentage < 0 || run.tolerated_percentage > 100)
      return invalid("toleratedFailurePercentage must be between 0 and 100");
  }
  wake_map_run(call, call.scope(), run);
  return Object{};
}

}  // namespace tocsin::states

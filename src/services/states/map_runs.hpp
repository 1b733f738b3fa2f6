// SPDX-License-Identifier: Apache-2.0
// Distributed Map: a map run starts an execution of its item processor for each item or batch. One
// that did not succeed keeps what is left of it, and goes on when its execution is redriven.
// https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html
#pragma once

#include "services/states/drive.hpp"

namespace tocsin::states {

core::Outcome describe_map_run(core::Call& call);
core::Outcome list_map_runs(core::Call& call);
core::Outcome update_map_run(core::Call& call);

/// The run that a parameter names. Errors InvalidArn, ResourceNotFound.
Result<MapRun> find_map_run(const core::Call& call, std::string_view parameter);

/// Gives what the engine is told: MapRunStarted.
asl::Event start_map_run(core::Context& context, const Place& parent, const Execution& row,
                         Saved& saved, const asl::StartMapRun& run);
/// The parent no longer waits for it. `what`: as `saved.pending` has it.
void abort_map_run(core::Context& context, const std::string& what);
/// A child execution has ended.
void child_ended(core::Context& context, const Place& place, const Execution& row,
                 const asl::Finished& finished, const Document& input);

/// The execution's last run, where a redrive continues it.
/// https://docs.aws.amazon.com/step-functions/latest/dg/redrive-map-run.html
std::optional<asl::Redriven::MapRun> redrivable_map_run(core::Context& context,
                                                        const Place& parent);
/// That run goes on, for another task of the execution.
void resume_map_run(core::Context& context, const Place& parent, Saved& saved, std::uint64_t task);

/// Writes the run, which then goes on with its new limits.
void wake_map_run(core::Context& context, const Scope& scope, MapRun& run);

void on_map_runs(core::Registry& registry);

}  // namespace tocsin::states

// SPDX-License-Identifier: Apache-2.0
// The children of a map run: an execution for each item or batch, and those that a redrive starts
// again.
#pragma once

#include "services/states/drive.hpp"

namespace tocsin::states {

/// Starts some, as far as there is room and nothing intolerable has happened. `run` is read and
/// written meanwhile. Whether more may be started at once. Errors: of the reader, of ItemSelector.
Result<bool> start_children(core::Context& context, const Scope& scope, MapRun& run);

/// More failed than the state tolerates.
bool intolerable(const MapRun& run);

/// How many have the status, of `items` or `executions` of a run.
std::int64_t count_of(const std::map<std::string, std::int64_t>& counts, std::string_view status);
/// "succeeded", "timedOut": as a run counts them.
std::string_view count_name(Status status);

/// All that did not succeed is to be started again.
void mark_for_redrive(MapRun& run);

core::Key map_run_key(const Scope& scope, const MapRun& run);

}  // namespace tocsin::states

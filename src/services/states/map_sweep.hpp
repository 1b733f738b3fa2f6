// SPDX-License-Identifier: Apache-2.0
// What a map run leaves is erased a little at a time: it may be millions of rows.
#pragma once

#include "services/states/drive.hpp"

namespace tocsin::states {

/// Erases, in inputs to come, the rows of a run that cannot be redriven, but for its own.
void sweep_map_run(core::Context& context, const Scope& scope, const std::string& machine,
                   const std::string& name);
void on_map_sweeps(core::Registry& registry);

}  // namespace tocsin::states

// SPDX-License-Identifier: Apache-2.0
// Which call a change came from, and who made it.
#pragma once

#include "core/registry.hpp"
#include "services/config/state.hpp"

namespace tocsin::config {

/// Remembers the calls of the input that is under way.
void note_call(core::Context& context, const core::CallRecord& call);

/// Of a change in this input: the last call to the resource's own service, or the last call; where
/// the input has none (a timer), only the node in the trace.
Origin origin_of(const core::Context& context, const core::Change& change);

}  // namespace tocsin::config

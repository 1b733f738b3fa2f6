// SPDX-License-Identifier: Apache-2.0
// The look through all resources when recording begins or the recording group changes: what is new
// is discovered, what changed meanwhile gets an item, what is gone is noted as deleted.
#pragma once

#include "core/registry.hpp"
#include "services/config/state.hpp"

namespace tocsin::config {

/// Of the scope's recorder, in inputs that follow. A look that is under way is given up.
void start_look(core::Context& context);

/// The next piece. `types`: the registry's.
void look_step(core::Context& context, const core::Resumption& step,
               const std::vector<core::ResourceType>& types);

}  // namespace tocsin::config

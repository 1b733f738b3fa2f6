// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"

namespace tocsin::states {

/// ValidateStateMachineDefinition: what would be wrong with a definition, and what is doubtful.
core::Outcome validate_state_machine_definition(core::Call& call);

}  // namespace tocsin::states

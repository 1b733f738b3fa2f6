// SPDX-License-Identifier: Apache-2.0
// TestState: one state, run by the engine; a Task without a mock calls what it calls, as its role.
// https://docs.aws.amazon.com/step-functions/latest/dg/test-state-isolation.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::states {

core::Outcome test_state(core::Call& call);
/// states:TestState, and states:RevealSecrets where they are to be revealed.
std::vector<core::Access> needs_test_state(core::Call& call);
void on_test_state(core::Registry& registry);

}  // namespace tocsin::states

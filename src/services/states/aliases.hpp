// SPDX-License-Identifier: Apache-2.0
// Aliases: names that route to one version, or by weight to two.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-alias.html
#pragma once

#include "services/states/machines.hpp"

namespace tocsin::states {

core::Outcome create_state_machine_alias(core::Call& call);
core::Outcome describe_state_machine_alias(core::Call& call);
core::Outcome update_state_machine_alias(core::Call& call);
core::Outcome delete_state_machine_alias(core::Call& call);
core::Outcome list_state_machine_aliases(core::Call& call);
/// On the machine whose versions the alias routes to.
std::vector<core::Access> needs_create_alias(core::Call& call);

}  // namespace tocsin::states

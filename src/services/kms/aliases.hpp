// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"
#include "services/kms/state.hpp"

namespace tocsin::kms {

void drop_aliases(core::Context& context, const KmsKey& key);

core::Outcome create_alias(core::Call& call);
core::Outcome update_alias(core::Call& call);
core::Outcome delete_alias(core::Call& call);
core::Outcome list_aliases(core::Call& call);

}  // namespace tocsin::kms

// SPDX-License-Identifier: Apache-2.0
// Grants as statements of the key's policy, so that the policy engine weighs them beside everything
// else: an explicit Deny still wins.
#pragma once

#include "core/context.hpp"
#include "services/kms/state.hpp"

namespace tocsin::kms {

/// What the key's grants allow the caller.
Array grant_statements(core::Call& call, const KmsKey& key);

/// {"AWS": […], "Service": […]}.
Object principal_element(const std::vector<std::string>& principals);

}  // namespace tocsin::kms

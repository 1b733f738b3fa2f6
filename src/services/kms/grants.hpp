// SPDX-License-Identifier: Apache-2.0
// Grants: permissions on one key for one principal, without a policy.
// https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
#pragma once

#include "core/registry.hpp"
#include "services/kms/state.hpp"

namespace tocsin::kms {

/// InvalidGrantTokenException. Grants are effective at once here, tokens are never needed.
Result<void> check_grant_tokens(const core::Call& call);

void drop_grants(core::Context& context, const KmsKey& key);

core::Outcome create_grant(core::Call& call);
core::Outcome list_grants(core::Call& call);
core::Outcome list_retirable_grants(core::Call& call);
core::Outcome retire_grant(core::Call& call);
core::Outcome revoke_grant(core::Call& call);
std::vector<core::Access> retire_grant_needs(core::Call& call);

}  // namespace tocsin::kms

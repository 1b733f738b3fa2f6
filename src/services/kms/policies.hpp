// SPDX-License-Identifier: Apache-2.0
// Key policies.
#pragma once

#include "core/registry.hpp"
#include "services/kms/state.hpp"

namespace tocsin::kms {

/// What a key without a policy of its own gets: the account's IAM policies decide.
std::string default_policy(const AccountId& account);

/// MalformedPolicyDocumentException where the policy cannot be read, or would lock the caller out
/// (unless the call says BypassPolicyLockoutSafetyCheck).
Result<void> check_policy(core::Call& call, const KmsKey& key, const std::string& policy);

core::Outcome get_key_policy(core::Call& call);
core::Outcome put_key_policy(core::Call& call);
core::Outcome list_key_policies(core::Call& call);

}  // namespace tocsin::kms

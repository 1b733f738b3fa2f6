// SPDX-License-Identifier: Apache-2.0
// Which permissions an operation needs, with KMS's condition keys. A key's own policy must allow
// (alone, or by handing the decision to the account's IAM policies).
// https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
// https://docs.aws.amazon.com/kms/latest/developerguide/conditions-kms.html
#pragma once

#include "core/registry.hpp"
#include "services/kms/state.hpp"

namespace tocsin::kms {

using ConditionKeys = std::map<std::string, std::vector<std::string>>;

/// kms:<operation> on the key that KeyId names.
core::Needs needs_key(std::string operation);
core::Access access_to(core::Call& call, const KmsKey& key, std::string action);
/// The same under a policy that the key does not have yet.
core::Access access_under(core::Call& call, const KmsKey& key, std::string action,
                          std::string policy);

std::vector<core::Access> create_key_needs(core::Call& call);
std::vector<core::Access> decrypt_needs(core::Call& call);
std::vector<core::Access> re_encrypt_needs(core::Call& call);
std::vector<core::Access> alias_needs(core::Call& call);

}  // namespace tocsin::kms

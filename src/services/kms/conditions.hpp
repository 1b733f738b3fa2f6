// SPDX-License-Identifier: Apache-2.0
// KMS's condition keys, from the request and from the key.
#pragma once

#include "services/kms/access.hpp"

namespace tocsin::kms {

/// kms:CallerAccount, kms:ViaService and what the parameters say.
ConditionKeys keys_of_request(const core::Call& call);
/// kms:KeySpec …, aws:ResourceTag/… and kms:ResourceAliases.
void add_keys_of_key(ConditionKeys& keys, const core::Call& call, const KmsKey& key);
/// kms:EncryptionContext:… and kms:EncryptionContextKeys.
void add_encryption_context(ConditionKeys& keys, const Object& context);

}  // namespace tocsin::kms

// SPDX-License-Identifier: Apache-2.0
// KMS's errors, each with AWS's words, in one place.
#pragma once

#include "services/kms/state.hpp"

namespace tocsin::kms {

Failure not_found(std::string message);
Failure no_such_key(std::string_view arn);
Failure no_such_alias(std::string_view arn);
Failure invalid_state(std::string message);
Failure invalid_ciphertext();
Failure unsupported(std::string message);
Failure validation(std::string message);
/// "1 validation error detected: Value '…' at 'keySpec' failed to satisfy constraint: Member must
/// …"
Failure constraint(std::string_view value, std::string_view member, std::string_view must);
Failure not_in_enum(std::string_view value, std::string_view member,
                    const std::vector<std::string_view>& allowed);
Failure missing(std::string_view member);
/// The key's usage does not go with the operation.
Failure invalid_usage(const KmsKey& key, std::string_view operation);
Failure incompatible(std::string_view algorithm, const KmsKey& key);

/// KMSInvalidStateException where the key waits for its deletion.
Result<void> check_not_pending_deletion(const KmsKey& key);
/// … or for its material.
Result<void> check_has_material(const KmsKey& key);
/// … or DisabledException: for cryptographic operations.
Result<void> check_usable(const KmsKey& key);

}  // namespace tocsin::kms

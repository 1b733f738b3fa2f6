// SPDX-License-Identifier: Apache-2.0
#include "services/kms/errors.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tocsin::kms {

Failure not_found(std::string message) {
  return fail("NotFoundException", std::move(message));
}
Failure no_such_key(std::string_view arn) {
  return not_found(fmt::format("Key '{}' does not exist", arn));
}
Failure no_such_alias(std::string_view arn) {
  return not_found(fmt::format("Alias {} is not found.", arn));
}
Failure invalid_state(std::string message) {
  return fail("KMSInvalidStateException", std::move(message));
}
Failure invalid_ciphertext() {
  return fail("InvalidCiphertextException", "");
}
Failure unsupported(std::string message) {
  return fail("UnsupportedOperationException", std::move(message));
}
Failure validation(std::string message) {
  return fail("ValidationException", std::move(message));
}

Failure constraint(std::string_view value, std::string_view member, std::string_view must) {
  return validation(
      fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy constraint: "
                  "Member must {}",
                  value, member, must));
}

Failure not_in_enum(std::string_view value, std::string_view member,
                    const std::vector<std::string_view>& allowed) {
  return constraint(value, member,
                    fmt::format("satisfy enum value set: [{}]", fmt::join(allowed, ", ")));
}

Failure missing(std::string_view member) {
  return validation(
      fmt::format("1 validation error detected: Value null at '{}' failed to satisfy constraint: "
                  "Member must not be null",
                  member));
}

Failure invalid_usage(const KmsKey& key, std::string_view operation) {
  return fail("InvalidKeyUsageException",
              fmt::format("{} key usage is {} which is not valid for {}.", arn_of(key), key.usage,
                          operation));
}

Failure incompatible(std::string_view algorithm, const KmsKey& key) {
  return fail("InvalidKeyUsageException",
              fmt::format("Algorithm {} is incompatible with key spec {}.", algorithm, key.spec));
}

Result<void> check_not_pending_deletion(const KmsKey& key) {
  if (key.state == KeyState::PendingDeletion)
    return invalid_state(arn_of(key) + " is pending deletion.");
  return {};
}

Result<void> check_has_material(const KmsKey& key) {
  TRY(check_not_pending_deletion(key));
  if (key.state == KeyState::PendingImport)
    return invalid_state(arn_of(key) + " is pending import.");
  return {};
}

Result<void> check_usable(const KmsKey& key) {
  TRY(check_has_material(key));
  if (key.state == KeyState::Disabled)
    return fail("DisabledException", arn_of(key) + " is disabled.");
  return {};
}

}  // namespace tocsin::kms

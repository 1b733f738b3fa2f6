// SPDX-License-Identifier: Apache-2.0
// What Encrypt with a symmetric key gives back: AES-256-GCM under the key's material, with a head
// that names account, key and material, and the encryption context as associated data.
#pragma once

#include "services/kms/resolve.hpp"

namespace tocsin::kms {

struct Ciphertext {
  std::string head;  // as it stands
  AccountId account;
  std::string key;
  std::string material;
  std::string sealed;  // nonce, text, tag
};

/// None where the bytes are no ciphertext of ours.
std::optional<Ciphertext> read_ciphertext(std::string_view bytes);
/// Of the member CiphertextBlob.
std::optional<Ciphertext> ciphertext_of(const core::Call& call);
/// None where it is not in this region, or no more.
std::optional<KmsKey> key_of_ciphertext(const core::Call& call, const Ciphertext& ciphertext);

/// Key and value of every pair in order, each with its length.
std::string canonical_context(const Object& encryption_context);

/// With the key's current material. `nonce`: twelve bytes never used twice.
Result<std::string> encrypt_with(const core::Context& context, const KmsKey& key,
                                 const Object& encryption_context, std::string_view plaintext,
                                 std::string_view nonce);
/// Error InvalidCiphertextException.
Result<std::string> decrypt_with(const core::Context& context, const KmsKey& key,
                                 const Object& encryption_context, const Ciphertext& ciphertext);

}  // namespace tocsin::kms

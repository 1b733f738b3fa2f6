// SPDX-License-Identifier: Apache-2.0
// Key material: made once, sealed in the state, opened for one operation.
#pragma once

#include "core/context.hpp"
#include "engines/cryptography/cryptography.hpp"
#include "services/kms/specs.hpp"
#include "services/kms/state.hpp"

namespace tocsin::kms {

/// The material's id, as AWS shows it: 64 hexadecimal digits that follow from key and material.
std::string material_id(const KmsKey& key, std::string_view secret);
/// Keeps the secret and makes it the key's current material. The key's row is not written.
void add_material(core::Context& context, KmsKey& key, std::string_view secret,
                  std::string_view rotation = {});
/// Of a symmetric, HMAC or elliptic-curve key: drawn from the context. The same for `key.spec`.
void draw_material(core::Context& context, KmsKey& key, std::string_view rotation = {});
/// Error InternalFailure: there is no such material.
Result<std::string> secret_of(const core::Context& context, const KmsKey& key,
                              std::string_view material);
inline Result<std::string> secret_of(const core::Context& context, const KmsKey& key) {
  return secret_of(context, key, key.material);
}
void drop_materials(core::Context& context, const KmsKey& key);

/// Unpredictable bytes that follow from the request: the same on replay, never twice for one
/// purpose, and possible in reads.
std::string draw(const core::Call& call, std::string_view purpose, std::size_t count);

/// An RSA pair: the job "key.generate", then `then`, which reads it with pair_from.
void start_rsa(core::Context& context, int bits, core::Continuation then);
Result<cryptography::KeyPair> pair_from(core::Context& context, const core::Resumption& end);

}  // namespace tocsin::kms

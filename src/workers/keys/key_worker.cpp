// SPDX-License-Identifier: Apache-2.0
#include "workers/keys/key_worker.hpp"

#include "base/crypto.hpp"
#include "engines/cryptography/cryptography.hpp"

namespace tocsin::workers {
namespace {

constexpr std::size_t kThreads = 2;
constexpr std::size_t kMaxQueue = 256;

}  // namespace

Result<Document> generate_key(const core::Job& job) {
  const auto bits = integer(job.payload, "Bits").value_or(0);
  if (bits != 2048 && bits != 3072 && bits != 4096)
    return fail("ValidationException", "key.generate: Bits must be 2048, 3072 or 4096");
  const auto pair = cryptography::generate_rsa(static_cast<int>(bits));
  return Object{{"PrivateKey", base64(pair.private_key)}, {"PublicKey", base64(pair.public_key)}};
}

KeyWorker::KeyWorker() : threads_(kThreads, kMaxQueue, generate_key) {}

}  // namespace tocsin::workers

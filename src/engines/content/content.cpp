// SPDX-License-Identifier: Apache-2.0
#include "engines/content/content.hpp"

#include <algorithm>
#include <openssl/evp.h>

#include "base/assert.hpp"
#include "base/crypto.hpp"

namespace tocsin::content {
namespace {

constexpr std::size_t kBlock = 16;
constexpr std::size_t kMost = 1 << 30;  // of one call to OpenSSL, which counts in int

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

/// The number of the block, the most significant byte first: the counter that CTR begins with.
std::string counter_at(std::uint64_t offset) {
  std::string counter(kBlock, '\0');
  auto block = offset / kBlock;
  for (std::size_t i = kBlock; block && i-- > 0; block >>= 8)
    counter[i] = static_cast<char>(block & 0xff);
  return counter;
}

}  // namespace

struct Cipher::State {
  std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)> context{EVP_CIPHER_CTX_new(),
                                                                          EVP_CIPHER_CTX_free};
};

Cipher::Cipher(std::string_view key, std::uint64_t offset) : state_(std::make_unique<State>()) {
  TOCSIN_ASSERT(key.size() == kKeyBytes);
  const auto counter = counter_at(offset);
  EVP_EncryptInit_ex(state_->context.get(), EVP_aes_256_ctr(), nullptr, raw(key), raw(counter));
  std::string skipped(offset % kBlock, '\0');
  apply(skipped.data(), skipped.size());
}
Cipher::Cipher(Cipher&&) noexcept = default;
Cipher& Cipher::operator=(Cipher&&) noexcept = default;
Cipher::~Cipher() = default;

void Cipher::apply(char* bytes, std::size_t size) {
  while (size > 0) {
    const auto step = std::min(size, kMost);
    auto* at = reinterpret_cast<unsigned char*>(bytes);
    int done = 0;
    EVP_EncryptUpdate(state_->context.get(), at, &done, at, static_cast<int>(step));
    bytes += step;
    size -= step;
  }
}

std::string crypt(std::string_view key, std::string bytes, std::uint64_t offset) {
  Cipher(key, offset).apply(bytes.data(), bytes.size());
  return bytes;
}

std::string wrap(std::string_view under, std::string_view nonce, std::string_view key) {
  return base64(seal_with_nonce(under, nonce, key));
}

std::optional<std::string> unwrap(std::string_view under, std::string_view wrapped) {
  const auto sealed = unbase64(wrapped);
  auto key = sealed ? unseal(under, *sealed) : std::nullopt;
  if (!key || key->size() != kKeyBytes) return std::nullopt;
  return key;
}

}  // namespace tocsin::content

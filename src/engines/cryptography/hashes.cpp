// SPDX-License-Identifier: Apache-2.0
#include <openssl/hmac.h>

#include "base/assert.hpp"
#include "engines/cryptography/openssl.hpp"

namespace tocsin::cryptography {

const EVP_MD* md_of(Hash hash) {
  switch (hash) {
    case Hash::Sha1:
      return EVP_sha1();
    case Hash::Sha224:
      return EVP_sha224();
    case Hash::Sha256:
      return EVP_sha256();
    case Hash::Sha384:
      return EVP_sha384();
    case Hash::Sha512:
      return EVP_sha512();
  }
  return nullptr;
}

std::size_t size_of(Hash hash) {
  return static_cast<std::size_t>(EVP_MD_get_size(md_of(hash)));
}

std::string digest(Hash hash, std::string_view bytes) {
  std::string out(size_of(hash), '\0');
  unsigned length = 0;
  TOCSIN_ASSERT(EVP_Digest(bytes.data(), bytes.size(), raw(out), &length, md_of(hash), nullptr) ==
                1);
  return out;
}

std::string hmac(Hash hash, std::string_view key, std::string_view bytes) {
  std::string out(size_of(hash), '\0');
  unsigned length = 0;
  HMAC(md_of(hash), key.data(), static_cast<int>(key.size()), raw(bytes), bytes.size(), raw(out),
       &length);
  return out;
}

std::optional<std::string> unwrap_key(std::string_view wrapping_key, std::string_view wrapped) {
  if (wrapping_key.size() != 32 || wrapped.size() < 16 || wrapped.size() % 8) return std::nullopt;
  const std::unique_ptr<EVP_CIPHER_CTX, Free<EVP_CIPHER_CTX_free>> context(EVP_CIPHER_CTX_new());
  EVP_CIPHER_CTX_set_flags(context.get(), EVP_CIPHER_CTX_FLAG_WRAP_ALLOW);
  std::string out(wrapped.size() + 8, '\0');
  int length = 0;
  if (EVP_DecryptInit_ex(context.get(), EVP_aes_256_wrap_pad(), nullptr, raw(wrapping_key),
                         nullptr) != 1 ||
      EVP_DecryptUpdate(context.get(), raw(out), &length, raw(wrapped),
                        static_cast<int>(wrapped.size())) != 1) {
    return std::nullopt;
  }
  out.resize(static_cast<std::size_t>(length));
  return out;
}

}  // namespace tocsin::cryptography

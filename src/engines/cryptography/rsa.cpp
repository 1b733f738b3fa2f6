// SPDX-License-Identifier: Apache-2.0
// RSA by RFC 8017. The two paddings that are random by nature, EME-OAEP and EMSA-PSS, are encoded
// here with the randomness that the caller gives; what they are checked with is OpenSSL's.
#include <openssl/rsa.h>

#include "engines/cryptography/openssl.hpp"

namespace tocsin::cryptography {
namespace {

using Step = int (*)(EVP_PKEY_CTX*, unsigned char*, std::size_t*, const unsigned char*,
                     std::size_t);
using Begin = int (*)(EVP_PKEY_CTX*);

struct Operation {
  Begin begin;
  Step step;
};
constexpr Operation kEncrypt{EVP_PKEY_encrypt_init, EVP_PKEY_encrypt};
constexpr Operation kDecrypt{EVP_PKEY_decrypt_init, EVP_PKEY_decrypt};
constexpr Operation kSign{EVP_PKEY_sign_init, EVP_PKEY_sign};

template <class Prepare>
std::optional<std::string> run(const Pkey& key, const Operation& operation, std::string_view input,
                               Prepare prepare) {
  if (!key || !EVP_PKEY_is_a(key.get(), "RSA")) return std::nullopt;
  const PkeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
  std::size_t length = 0;
  if (operation.begin(context.get()) != 1 || !prepare(context.get()) ||
      operation.step(context.get(), nullptr, &length, raw(input), input.size()) != 1) {
    return std::nullopt;
  }
  std::string out(length, '\0');
  if (operation.step(context.get(), raw(out), &length, raw(input), input.size()) != 1)
    return std::nullopt;
  out.resize(length);
  return out;
}

bool no_padding(EVP_PKEY_CTX* context) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_NO_PADDING) == 1;
}

bool pkcs1(EVP_PKEY_CTX* context, Hash hash) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
         EVP_PKEY_CTX_set_signature_md(context, md_of(hash)) == 1;
}

bool pss(EVP_PKEY_CTX* context, Hash hash) {
  return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PSS_PADDING) == 1 &&
         EVP_PKEY_CTX_set_rsa_pss_saltlen(context, RSA_PSS_SALTLEN_DIGEST) == 1 &&
         EVP_PKEY_CTX_set_signature_md(context, md_of(hash)) == 1 &&
         EVP_PKEY_CTX_set_rsa_mgf1_md(context, md_of(hash)) == 1;
}

template <class Prepare>
bool verify(std::string_view public_key, std::string_view digest, std::string_view signature,
            Prepare prepare) {
  const auto key = public_key_of(public_key);
  if (!key || !EVP_PKEY_is_a(key.get(), "RSA")) return false;
  const PkeyContext context(EVP_PKEY_CTX_new(key.get(), nullptr));
  return EVP_PKEY_verify_init(context.get()) == 1 && prepare(context.get()) &&
         EVP_PKEY_verify(context.get(), raw(signature), signature.size(), raw(digest),
                         digest.size()) == 1;
}

/// `text` with MGF1(seed) laid over it.
std::string masked(Hash hash, std::string_view seed, std::string text) {
  std::string mask;
  for (unsigned char counter = 0; mask.size() < text.size(); ++counter) {
    mask += digest(hash, std::string(seed) + std::string(3, '\0') + static_cast<char>(counter));
  }
  for (std::size_t i = 0; i < text.size(); ++i)
    text[i] = static_cast<char>(text[i] ^ mask[i]);
  return text;
}

/// EME-OAEP-ENCODE to `size` bytes.
std::string encode_oaep(Hash hash, std::string_view plaintext, std::string_view seed,
                        std::size_t size) {
  auto block = digest(hash, {});
  block.resize(size - 2 - seed.size() - plaintext.size(), '\0');
  block += '\x01';
  block += plaintext;
  block = masked(hash, seed, std::move(block));
  return '\0' + masked(hash, block, std::string(seed)) + block;
}

/// EMSA-PSS-ENCODE for a modulus whose bits are a multiple of eight.
std::string encode_pss(Hash hash, std::string_view digested, std::string_view salt,
                       std::size_t size) {
  const auto sealed =
      digest(hash, std::string(8, '\0') + std::string(digested) + std::string(salt));
  std::string block(size - sealed.size() - salt.size() - 2, '\0');
  block += '\x01';
  block += salt;
  block = masked(hash, sealed, std::move(block));
  block[0] = static_cast<char>(block[0] & 0x7f);
  return block + sealed + '\xbc';
}

}  // namespace

std::size_t longest_oaep(int bits, Hash hash) {
  return static_cast<std::size_t>(bits) / 8 - 2 * size_of(hash) - 2;
}

std::optional<std::string> encrypt_oaep(std::string_view public_key, Hash hash,
                                        std::string_view plaintext, std::string_view seed) {
  const auto key = public_key_of(public_key);
  if (!key || seed.size() != size_of(hash)) return std::nullopt;
  if (plaintext.size() > longest_oaep(EVP_PKEY_get_bits(key.get()), hash)) return std::nullopt;
  const auto size = static_cast<std::size_t>(EVP_PKEY_get_size(key.get()));
  return run(key, kEncrypt, encode_oaep(hash, plaintext, seed, size), no_padding);
}

std::optional<std::string> decrypt_oaep(std::string_view private_key, Hash hash,
                                        std::string_view ciphertext) {
  return run(private_key_of(private_key), kDecrypt, ciphertext, [hash](EVP_PKEY_CTX* context) {
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_OAEP_PADDING) == 1 &&
           EVP_PKEY_CTX_set_rsa_oaep_md(context, md_of(hash)) == 1 &&
           EVP_PKEY_CTX_set_rsa_mgf1_md(context, md_of(hash)) == 1;
  });
}

std::optional<std::string> sign_pkcs1(std::string_view private_key, Hash hash,
                                      std::string_view digest) {
  return run(private_key_of(private_key), kSign, digest,
             [hash](EVP_PKEY_CTX* context) { return pkcs1(context, hash); });
}

bool verify_pkcs1(std::string_view public_key, Hash hash, std::string_view digest,
                  std::string_view signature) {
  return verify(public_key, digest, signature,
                [hash](EVP_PKEY_CTX* context) { return pkcs1(context, hash); });
}

std::optional<std::string> sign_pss(std::string_view private_key, Hash hash,
                                    std::string_view digest, std::string_view salt) {
  const auto key = private_key_of(private_key);
  if (!key || salt.size() != size_of(hash) || digest.size() != size_of(hash)) return std::nullopt;
  const auto size = static_cast<std::size_t>(EVP_PKEY_get_size(key.get()));
  return run(key, kDecrypt, encode_pss(hash, digest, salt, size), no_padding);
}

bool verify_pss(std::string_view public_key, Hash hash, std::string_view digest,
                std::string_view signature) {
  return verify(public_key, digest, signature,
                [hash](EVP_PKEY_CTX* context) { return pss(context, hash); });
}

}  // namespace tocsin::cryptography

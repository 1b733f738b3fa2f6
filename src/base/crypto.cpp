// SPDX-License-Identifier: Apache-2.0
#include "base/crypto.hpp"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/rand.h>

#include "base/assert.hpp"

namespace tocsin {
namespace {

const unsigned char* raw(std::string_view bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}
unsigned char* raw(std::string& bytes) {
  return reinterpret_cast<unsigned char*>(bytes.data());
}

std::string digest(const EVP_MD* kind, std::string_view bytes) {
  std::string out(EVP_MD_size(kind), '\0');
  unsigned length = 0;
  TOCSIN_ASSERT(EVP_Digest(bytes.data(), bytes.size(), raw(out), &length, kind, nullptr) == 1);
  return out;
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, decltype(&EVP_CIPHER_CTX_free)>;
constexpr std::size_t kNonce = 12;
constexpr std::size_t kTag = 16;

}  // namespace

std::string hex(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  return out;
}

std::optional<std::string> unhex(std::string_view text) {
  if (text.size() % 2) return std::nullopt;
  std::string out;
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
  }
  return out;
}

std::string base64(std::string_view bytes) {
  std::string out(4 * ((bytes.size() + 2) / 3) + 1, '\0');
  out.resize(EVP_EncodeBlock(raw(out), raw(bytes), static_cast<int>(bytes.size())));
  return out;
}

std::optional<std::string> unbase64(std::string_view text) {
  if (text.size() % 4) return std::nullopt;
  const auto end = text.find_last_not_of('=');
  const auto padding = text.size() - (end == std::string_view::npos ? 0 : end + 1);
  if (padding > 2) return std::nullopt;
  for (const char c : text.substr(0, text.size() - padding)) {
    if (!isalnum(static_cast<unsigned char>(c)) && c != '+' && c != '/') return std::nullopt;
  }
  std::string out(text.size() / 4 * 3, '\0');
  if (EVP_DecodeBlock(raw(out), raw(text), static_cast<int>(text.size())) < 0) return std::nullopt;
  out.resize(out.size() - padding);
  return out;
}

std::string sha256(std::string_view bytes) {
  static const std::unique_ptr<EVP_MD, decltype(&EVP_MD_free)> kind(
      EVP_MD_fetch(nullptr, "SHA256", nullptr), &EVP_MD_free);
  return digest(kind.get(), bytes);
}
std::string sha1(std::string_view bytes) {
  return digest(EVP_sha1(), bytes);
}
std::string md5(std::string_view bytes) {
  return digest(EVP_md5(), bytes);
}

std::string hmac_sha256(std::string_view key, std::string_view bytes) {
  // RFC 2104, in two digests: OpenSSL's own looks the algorithm up anew in each call.
  constexpr std::size_t kBlock = 64;
  std::string inner(key.size() > kBlock ? sha256(key) : std::string(key));
  inner.resize(kBlock);
  std::string outer = inner;
  for (auto& byte : inner)
    byte ^= 0x36;
  for (auto& byte : outer)
    byte ^= 0x5c;
  inner += bytes;
  outer += sha256(inner);
  OPENSSL_cleanse(inner.data(), kBlock);
  auto out = sha256(outer);
  OPENSSL_cleanse(outer.data(), kBlock);
  return out;
}

std::string hkdf_sha256(std::string_view key, std::string_view info, std::size_t length) {
  const auto extracted = hmac_sha256(std::string(32, '\0'), key);
  std::string out, block;
  for (char counter = 1; out.size() < length; ++counter) {
    block = hmac_sha256(extracted, block + std::string(info) + counter);
    out += block;
  }
  out.resize(length);
  return out;
}

bool equal_in_constant_time(std::string_view left, std::string_view right) {
  return left.size() == right.size() && CRYPTO_memcmp(left.data(), right.data(), left.size()) == 0;
}

struct Hasher::State {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  ~State() { EVP_MD_CTX_free(context); }
};

Hasher::Hasher(Kind kind) : state_(std::make_unique<State>()) {
  const auto* type = kind == Kind::Sha256 ? EVP_sha256()
                     : kind == Kind::Sha1 ? EVP_sha1()
                                          : EVP_md5();
  TOCSIN_ASSERT(EVP_DigestInit_ex(state_->context, type, nullptr) == 1);
}
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;
Hasher::~Hasher() = default;

void Hasher::update(std::string_view bytes) {
  EVP_DigestUpdate(state_->context, bytes.data(), bytes.size());
}

std::string Hasher::finish() {
  std::string out(EVP_MAX_MD_SIZE, '\0');
  unsigned length = 0;
  EVP_DigestFinal_ex(state_->context, raw(out), &length);
  out.resize(length);
  return out;
}

std::string seal(std::string_view key, std::string_view plaintext, std::string_view associated) {
  return seal_with_nonce(key, random_bytes(kNonce), plaintext, associated);
}

std::string seal_with_nonce(std::string_view key, std::string_view nonce,
                            std::string_view plaintext, std::string_view associated) {
  TOCSIN_ASSERT(key.size() == 32 && nonce.size() == kNonce);
  CipherContext context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  std::string out = std::string(nonce) + std::string(plaintext.size() + kTag, '\0');
  int length = 0;
  EVP_EncryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, raw(key), raw(out));
  EVP_EncryptUpdate(context.get(), nullptr, &length, raw(associated),
                    static_cast<int>(associated.size()));
  EVP_EncryptUpdate(context.get(), raw(out) + kNonce, &length, raw(plaintext),
                    static_cast<int>(plaintext.size()));
  EVP_EncryptFinal_ex(context.get(), raw(out) + kNonce + length, &length);
  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, kTag,
                      raw(out) + kNonce + plaintext.size());
  return out;
}

std::optional<std::string> unseal(std::string_view key, std::string_view sealed,
                                  std::string_view associated) {
  if (key.size() != 32 || sealed.size() < kNonce + kTag) return std::nullopt;
  CipherContext context(EVP_CIPHER_CTX_new(), EVP_CIPHER_CTX_free);
  const auto body = sealed.substr(kNonce, sealed.size() - kNonce - kTag);
  std::string tag(sealed.substr(sealed.size() - kTag));
  std::string out(body.size(), '\0');
  int length = 0;
  EVP_DecryptInit_ex(context.get(), EVP_aes_256_gcm(), nullptr, raw(key), raw(sealed));
  EVP_DecryptUpdate(context.get(), nullptr, &length, raw(associated),
                    static_cast<int>(associated.size()));
  EVP_DecryptUpdate(context.get(), raw(out), &length, raw(body), static_cast<int>(body.size()));
  EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, kTag, tag.data());
  if (EVP_DecryptFinal_ex(context.get(), raw(out) + length, &length) != 1) return std::nullopt;
  return out;
}

std::string random_bytes(std::size_t count) {
  std::string out(count, '\0');
  TOCSIN_ASSERT(RAND_bytes(raw(out), static_cast<int>(count)) == 1);
  return out;
}

std::string uuid_from(std::string_view sixteen_bytes) {
  TOCSIN_ASSERT(sixteen_bytes.size() >= 16);
  std::string bytes(sixteen_bytes.substr(0, 16));
  bytes[6] = static_cast<char>((bytes[6] & 0x0f) | 0x40);
  bytes[8] = static_cast<char>((bytes[8] & 0x3f) | 0x80);
  const auto digits = hex(bytes);
  return digits.substr(0, 8) + '-' + digits.substr(8, 4) + '-' + digits.substr(12, 4) + '-' +
         digits.substr(16, 4) + '-' + digits.substr(20);
}

}  // namespace tocsin

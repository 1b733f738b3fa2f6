// SPDX-License-Identifier: Apache-2.0
// Hashes, encodings and keyed functions, over OpenSSL. Binary values are std::string of raw bytes.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

std::string hex(std::string_view bytes);
std::optional<std::string> unhex(std::string_view text);
std::string base64(std::string_view bytes);
/// Strict RFC 4648 with padding; none where the text is not base64.
std::optional<std::string> unbase64(std::string_view text);

std::string sha256(std::string_view bytes);  // 32 raw bytes
std::string sha1(std::string_view bytes);    // 20 raw bytes
std::string md5(std::string_view bytes);     // 16 raw bytes: ETags and SQS digests
std::string hmac_sha256(std::string_view key, std::string_view bytes);
/// RFC 5869 with SHA-256 and an empty salt.
std::string hkdf_sha256(std::string_view key, std::string_view info, std::size_t length);
bool equal_in_constant_time(std::string_view left, std::string_view right);

/// A hash fed piece by piece. `finish` once.
class Hasher {
 public:
  enum class Kind { Sha256, Sha1, Md5 };
  explicit Hasher(Kind kind);
  Hasher(Hasher&&) noexcept;
  Hasher& operator=(Hasher&&) noexcept;
  ~Hasher();
  void update(std::string_view bytes);
  std::string finish();  // raw bytes

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// AES-256-GCM with a random nonce; out = nonce(12) | ciphertext | tag(16). `key` is 32 bytes.
std::string seal(std::string_view key, std::string_view plaintext,
                 std::string_view associated = {});
/// The same with a nonce of 12 bytes that the caller never uses twice with one key.
std::string seal_with_nonce(std::string_view key, std::string_view nonce,
                            std::string_view plaintext, std::string_view associated = {});
/// None where the key, the text or the associated data is not what was sealed.
std::optional<std::string> unseal(std::string_view key, std::string_view sealed,
                                  std::string_view associated = {});

/// Bytes of the operating system's generator. Never from a handler of the core.
std::string random_bytes(std::size_t count);
/// A random UUID, version 4, from 16 bytes of any source.
std::string uuid_from(std::string_view sixteen_bytes);

}  // namespace tocsin

// SPDX-License-Identifier: Apache-2.0
// Encryption of content at rest: AES-256-CTR under a key that serves one content only, so that any
// part of it can be read without the rest, and its length stays. A content's key is itself kept
// wrapped, by AES-256-GCM under another key.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::content {

inline constexpr std::size_t kKeyBytes = 32;

/// Encrypts and decrypts alike, piece by piece from `offset` on.
class Cipher {
 public:
  explicit Cipher(std::string_view key, std::uint64_t offset = 0);
  Cipher(Cipher&&) noexcept;
  Cipher& operator=(Cipher&&) noexcept;
  ~Cipher();
  /// In place.
  void apply(char* bytes, std::size_t size);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// `bytes`, which stand at `offset` of the content.
std::string crypt(std::string_view key, std::string bytes, std::uint64_t offset = 0);

/// The key of a content as it is kept: base64. `nonce`: 12 bytes, never twice with one `under`.
std::string wrap(std::string_view under, std::string_view nonce, std::string_view key);
/// None where `wrapped` was made under another key.
std::optional<std::string> unwrap(std::string_view under, std::string_view wrapped);

/// The label from which S3 and the wire derive the key that wraps the keys of contents.
inline constexpr std::string_view kLabel = "keys of contents";

}  // namespace tocsin::content

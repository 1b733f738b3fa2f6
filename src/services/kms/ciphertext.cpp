// SPDX-License-Identifier: Apache-2.0
#include "services/kms/ciphertext.hpp"

#include <fmt/format.h>
#include <map>

#include "base/crypto.hpp"
#include "services/kms/material.hpp"

namespace tocsin::kms {
namespace {

// As AWS's begin: "AQICAHg" in base64, by which tools know a ciphertext of KMS.
constexpr std::string_view kMagic("\x01\x02\x02\x00\x78", 5);
constexpr std::size_t kAccount = 6, kKey = 16, kMaterial = 32;
constexpr std::size_t kHead = kMagic.size() + kAccount + kKey + kMaterial;
constexpr std::size_t kNonceAndTag = 28;

std::string account_bytes(const AccountId& account) {
  return *unhex(account.str());  // twelve digits, two a byte
}

std::string without_dashes(std::string_view uuid) {
  std::string out;
  for (const char c : uuid) {
    if (c != '-') out += c;
  }
  return out;
}

std::string with_dashes(std::string_view digits) {
  return fmt::format("{}-{}-{}-{}-{}", digits.substr(0, 8), digits.substr(8, 4),
                     digits.substr(12, 4), digits.substr(16, 4), digits.substr(20));
}

std::string head_of(const KmsKey& key) {
  return std::string(kMagic) + account_bytes(key.scope.account) + *unhex(without_dashes(key.id)) +
         *unhex(key.material);
}

void add_sized(std::string& out, std::string_view part) {
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>(part.size() >> shift & 0xff);
  out += part;
}

}  // namespace

std::optional<Ciphertext> read_ciphertext(std::string_view bytes) {
  if (!bytes.starts_with(kMagic) || bytes.size() < kHead + kNonceAndTag) return std::nullopt;
  auto part = [&, at = kMagic.size()](std::size_t size) mutable {
    at += size;
    return hex(bytes.substr(at - size, size));
  };
  Ciphertext out{.head = std::string(bytes.substr(0, kHead))};
  out.account = AccountId(part(kAccount));
  out.key = with_dashes(part(kKey));
  out.material = part(kMaterial);
  out.sealed = bytes.substr(kHead);
  return out;
}

std::optional<Ciphertext> ciphertext_of(const core::Call& call) {
  const auto bytes = unbase64(text(call.params(), "CiphertextBlob"));
  return bytes ? read_ciphertext(*bytes) : std::nullopt;
}

std::optional<KmsKey> key_of_ciphertext(const core::Call& call, const Ciphertext& ciphertext) {
  return kKeys.get(call, core::Key::of({ciphertext.account, call.region()}, ciphertext.key));
}

std::string canonical_context(const Object& encryption_context) {
  std::map<std::string, std::string> sorted;
  for (const auto& pair : encryption_context) {
    const auto* value = pair.value().if_string();
    sorted[std::string(pair.key())] = value ? std::string(*value) : to_json(pair.value());
  }
  std::string out;
  for (const auto& [name, value] : sorted) {
    add_sized(out, name);
    add_sized(out, value);
  }
  return out;
}

Result<std::string> encrypt_with(const core::Context& context, const KmsKey& key,
                                 const Object& encryption_context, std::string_view plaintext,
                                 std::string_view nonce) {
  const auto secret = TRY(secret_of(context, key, key.material));
  const auto head = head_of(key);
  return head +
         seal_with_nonce(secret, nonce, plaintext, head + canonical_context(encryption_context));
}

Result<std::string> decrypt_with(const core::Context& context, const KmsKey& key,
                                 const Object& encryption_context, const Ciphertext& ciphertext) {
  const auto secret = secret_of(context, key, ciphertext.material);
  if (!secret) return invalid_ciphertext();
  auto plaintext =
      unseal(*secret, ciphertext.sealed, ciphertext.head + canonical_context(encryption_context));
  if (!plaintext) return invalid_ciphertext();
  return *std::move(plaintext);
}

}  // namespace tocsin::kms

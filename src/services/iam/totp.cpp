// SPDX-License-Identifier: Apache-2.0
#include "services/iam/totp.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"

namespace tocsin::iam {
namespace {

/// RFC 2104.
std::string hmac_sha1(std::string key, std::string_view text) {
  constexpr std::size_t kBlock = 64;
  if (key.size() > kBlock) key = sha1(key);
  key.resize(kBlock, '\0');
  auto inner = key, outer = key;
  for (auto& c : inner)
    c = static_cast<char>(c ^ 0x36);
  for (auto& c : outer)
    c = static_cast<char>(c ^ 0x5c);
  return sha1(outer + sha1(inner + std::string(text)));
}

}  // namespace

std::string base32(std::string_view bytes) {
  constexpr std::string_view kAlphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  std::string out;
  std::uint32_t pending = 0;
  int bits = 0;
  for (const unsigned char byte : bytes) {
    pending = (pending << 8) | byte;
    for (bits += 8; bits >= 5; bits -= 5)
      out += kAlphabet[(pending >> (bits - 5)) & 31];
  }
  if (bits > 0) out += kAlphabet[(pending << (5 - bits)) & 31];
  return out;
}

std::int64_t totp_step(Time time) {
  return to_ms(time) / 30'000;
}

std::string totp_code(std::string_view seed, std::int64_t step) {
  std::string counter(8, '\0');
  for (std::size_t i = 0; i < counter.size(); ++i)
    counter[i] = static_cast<char>(static_cast<std::uint64_t>(step) >> (56 - 8 * i));
  const auto hash = hmac_sha1(std::string(seed), counter);
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint32_t>(static_cast<unsigned char>(hash[i]));
  };
  const auto at = byte(hash.size() - 1) & 15;
  const auto number =
      ((byte(at) & 127) << 24) | (byte(at + 1) << 16) | (byte(at + 2) << 8) | byte(at + 3);
  return fmt::format("{:06}", number % 1'000'000);
}

}  // namespace tocsin::iam

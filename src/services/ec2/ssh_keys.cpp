// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/ssh_keys.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "engines/cryptography/openssl.hpp"

namespace tocsin::ec2 {
namespace {

using cryptography::Pkey;
using cryptography::raw;

constexpr std::string_view kRsa = "ssh-rsa";
constexpr std::string_view kEd25519 = "ssh-ed25519";
constexpr std::size_t kEd25519Size = 32;
constexpr std::size_t kLineWidth = 64;

std::string colons(std::string_view bytes) {
  std::string out;
  for (const unsigned char each : bytes)
    out += fmt::format("{}{:02x}", out.empty() ? "" : ":", each);
  return out;
}

// --- SSH's wire format
std::string word(std::uint32_t n) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>(n >> shift & 0xff);
  return out;
}
std::string field(std::string_view bytes) {
  return word(static_cast<std::uint32_t>(bytes.size())) + std::string(bytes);
}

std::optional<std::string_view> take(std::string_view& from) {
  if (from.size() < 4) return std::nullopt;
  std::size_t size = 0;
  for (int n = 0; n < 4; ++n)
    size = size << 8 | static_cast<unsigned char>(from[static_cast<std::size_t>(n)]);
  if (from.size() - 4 < size) return std::nullopt;
  const auto out = from.substr(4, size);
  from.remove_prefix(4 + size);
  return out;
}

// --- DER
std::string der(char tag, std::string_view content) {
  std::string length;
  if (content.size() < 0x80) {
    length = static_cast<char>(content.size());
  } else {
    for (auto left = content.size(); left > 0; left >>= 8)
      length.insert(length.begin(), static_cast<char>(left & 0xff));
    length.insert(length.begin(), static_cast<char>(0x80 | length.size()));
  }
  return std::string(1, tag) + length + std::string(content);
}

/// The content of the next element; none where the bytes end or the tag is another.
std::optional<std::string_view> element(std::string_view& from, char tag) {
  if (from.size() < 2 || from[0] != tag) return std::nullopt;
  std::size_t at = 2, size = static_cast<unsigned char>(from[1]);
  if (size & 0x80) {
    auto bytes = size & 0x7f;
    if (bytes > 4 || from.size() < 2 + bytes) return std::nullopt;
    for (size = 0; bytes > 0; --bytes)
      size = size << 8 | static_cast<unsigned char>(from[at++]);
  }
  if (from.size() - at < size) return std::nullopt;
  const auto out = from.substr(at, size);
  from.remove_prefix(at + size);
  return out;
}

constexpr char kSequence = 0x30, kInteger = 0x02, kBits = 0x03, kOctets = 0x04;

/// A SubjectPublicKeyInfo of PKCS#1 content.
std::string public_info(std::string_view pkcs1) {
  using namespace std::string_view_literals;
  const auto algorithm = der(kSequence, "\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00"sv);
  return der(kSequence, algorithm + der(kBits, std::string(1, '\0') + std::string(pkcs1)));
}

std::string line_of(std::string_view type, std::string_view blob) {
  return fmt::format("{} {}", type, base64(blob));
}

/// Modulus and exponent of "ssh-rsa" as a line.
std::string rsa_line(std::string_view modulus, std::string_view exponent) {
  return line_of(kRsa, field(kRsa) + field(exponent) + field(modulus));
}

std::optional<SshKey> rsa_of_info(std::string_view info) {
  const auto key = cryptography::read_public_key(info);
  if (!key || key->type != "RSA") return std::nullopt;
  const auto pkcs1 = cryptography::pkcs1_of(info);
  std::string_view rest = pkcs1;
  auto numbers = element(rest, kSequence);
  if (!numbers) return std::nullopt;
  const auto modulus = element(*numbers, kInteger);
  const auto exponent = element(*numbers, kInteger);
  if (!modulus || !exponent) return std::nullopt;
  return SshKey{"rsa", rsa_line(*modulus, *exponent), colons(md5(info))};
}

SshKey ed25519_of(std::string_view blob) {
  return {"ed25519", line_of(kEd25519, blob), base64(sha256(blob))};
}

std::optional<SshKey> of_blob(std::string_view blob) {
  auto rest = blob;
  const auto type = take(rest);
  const auto first = take(rest);
  if (!type || !first) return std::nullopt;
  if (*type == kEd25519)
    return first->size() == kEd25519Size ? std::optional(ed25519_of(blob)) : std::nullopt;
  const auto modulus = take(rest);
  if (*type != kRsa || !modulus) return std::nullopt;
  return rsa_of_info(public_info(der(kSequence, der(kInteger, *modulus) + der(kInteger, *first))));
}

std::string pem(std::string_view label, std::string_view bytes) {
  std::string out = fmt::format("-----BEGIN {}-----\n", label);
  const auto text = base64(bytes);
  for (std::size_t at = 0; at < text.size(); at += kLineWidth)
    out += text.substr(at, kLineWidth) + "\n";
  return out + fmt::format("-----END {}-----", label);
}

/// The base64 text between the lines of an RFC 4716 file.
std::string body_of(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto end = text.find('\n');
    auto line = text.substr(0, end);
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (!line.starts_with("----") && line.find(':') == std::string_view::npos) out += line;
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

std::string openssh_private(std::string_view blob, std::string_view seed, std::string_view point,
                            std::string_view check) {
  using namespace std::string_view_literals;
  auto secret = std::string(check) + std::string(check) + field(kEd25519) + field(point) +
                field(std::string(seed) + std::string(point)) + field("");
  for (char pad = 1; secret.size() % 8 != 0; ++pad)
    secret += pad;
  return std::string("openssh-key-v1\0"sv) + field("none") + field("none") + field("") + word(1) +
         field(blob) + field(secret);
}

}  // namespace

std::optional<SshKey> read_public(std::string_view text) {
  if (text.starts_with("---- BEGIN SSH2 PUBLIC KEY")) {
    const auto blob = unbase64(body_of(text));
    return blob ? of_blob(*blob) : std::nullopt;
  }
  const auto first = text.find(' ');
  if (first != std::string_view::npos) {
    const auto rest = text.substr(first + 1);
    const auto blob = unbase64(rest.substr(0, rest.find_first_of(" \r\n")));
    return blob ? of_blob(*blob) : std::nullopt;
  }
  const auto info = unbase64(body_of(text));
  return info ? rsa_of_info(*info) : std::nullopt;
}

std::optional<MadeKey> ed25519_from(std::string_view seed, std::string_view check) {
  const Pkey key(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, raw(seed), seed.size()));
  std::string point(kEd25519Size, '\0');
  auto size = point.size();
  if (!key || EVP_PKEY_get_raw_public_key(key.get(), raw(point), &size) != 1) return std::nullopt;
  const auto blob = field(kEd25519) + field(point);
  return MadeKey{pem("OPENSSH PRIVATE KEY", openssh_private(blob, seed, point, check)),
                 ed25519_of(blob)};
}

std::optional<MadeKey> rsa_from(std::string_view pkcs8, std::string_view public_key) {
  auto key = rsa_of_info(public_key);
  auto rest = pkcs8;
  auto content = element(rest, kSequence);
  if (!key || !content || !element(*content, kInteger) || !element(*content, kSequence))
    return std::nullopt;
  const auto pkcs1 = element(*content, kOctets);
  if (!pkcs1) return std::nullopt;
  key->fingerprint = colons(sha1(pkcs8));  // of a key that EC2 made, the private half's
  return MadeKey{pem("RSA PRIVATE KEY", *pkcs1), *std::move(key)};
}

}  // namespace tocsin::ec2

// SPDX-License-Identifier: Apache-2.0
// Keys as SSH and EC2 write them (RFC 4253, RFC 4716, RFC 8709; PROTOCOL.key of OpenSSH).
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tocsin::ec2 {

struct SshKey {
  std::string type;         // "rsa", "ed25519"
  std::string line;         // "ssh-rsa AAAA…"
  std::string fingerprint;  // as EC2 shows it
};

/// A public key in OpenSSH's, RFC 4716's or (RSA) base64 DER form; none where it is none.
std::optional<SshKey> read_public(std::string_view text);

struct MadeKey {
  std::string private_text;  // PEM
  SshKey key;
};
/// From 32 secret bytes. `check`: 4 bytes, any.
std::optional<MadeKey> ed25519_from(std::string_view seed, std::string_view check);
/// From a private key in PKCS#8 and its public key.
std::optional<MadeKey> rsa_from(std::string_view pkcs8, std::string_view public_key);

}  // namespace tocsin::ec2

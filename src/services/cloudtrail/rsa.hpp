// SPDX-License-Identifier: Apache-2.0
// An RSA key pair made from a seed, so that replay makes the same.
#pragma once

#include <string>
#include <string_view>

namespace tocsin::cloudtrail {

struct RsaKey {
  std::string private_key;  // PKCS#8 DER
  std::string public_key;   // PKCS#1 DER
};

/// 2048 bits from 32 secret bytes: about a tenth of a second.
RsaKey make_rsa_key(std::string_view seed);

}  // namespace tocsin::cloudtrail

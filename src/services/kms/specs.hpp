// SPDX-License-Identifier: Apache-2.0
// What each key spec is good for.
// https://docs.aws.amazon.com/kms/latest/developerguide/symm-asymm-choose-key-spec.html
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "engines/cryptography/cryptography.hpp"
#include "services/kms/state.hpp"

namespace tocsin::kms {

enum class Family { Symmetric, Rsa, Ecc, Hmac };

struct Spec {
  std::string_view name;
  Family family;
  int bits = 0;                              // of the modulus, or of symmetric material
  cryptography::Curve curve{};               // Ecc
  std::vector<std::string_view> algorithms;  // of MACs and of ECDSA
  std::vector<std::string_view> usages;
};

/// Null where there is no such spec.
const Spec* spec_of(std::string_view name);
std::vector<std::string_view> spec_names();

/// The algorithms that a key offers, under the member of KeyMetadata that lists them.
struct Offer {
  std::string_view member;  // "SigningAlgorithms"
  std::vector<std::string_view> algorithms;
};
Offer offer_of(std::string_view spec, std::string_view usage);
bool offers(const KmsKey& key, std::string_view algorithm);
bool is_asymmetric(const KmsKey& key);
inline bool is_symmetric_encryption(const KmsKey& key) {
  return key.spec == "SYMMETRIC_DEFAULT";
}

/// The hash at the end of an algorithm's name: "RSASSA_PSS_SHA_384", "HMAC_SHA_224".
cryptography::Hash hash_of(std::string_view algorithm);

}  // namespace tocsin::kms

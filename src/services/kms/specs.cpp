// SPDX-License-Identifier: Apache-2.0
#include "services/kms/specs.hpp"

#include <algorithm>

namespace tocsin::kms {
namespace {

using cryptography::Curve;
using cryptography::Hash;

const std::vector<std::string_view> kEncrypt{"ENCRYPT_DECRYPT"};
const std::vector<std::string_view> kMac{"GENERATE_VERIFY_MAC"};
const std::vector<std::string_view> kRsa{"ENCRYPT_DECRYPT", "SIGN_VERIFY"};
const std::vector<std::string_view> kNist{"SIGN_VERIFY", "KEY_AGREEMENT"};

const std::vector<Spec>& all() {
  using enum Family;
  static const std::vector<Spec> specs{
      {"SYMMETRIC_DEFAULT", Symmetric, 256, {}, {"SYMMETRIC_DEFAULT"}, kEncrypt},
      {"RSA_2048", Rsa, 2048, {}, {}, kRsa},
      {"RSA_3072", Rsa, 3072, {}, {}, kRsa},
      {"RSA_4096", Rsa, 4096, {}, {}, kRsa},
      {"ECC_NIST_P256", Ecc, 256, Curve::P256, {"ECDSA_SHA_256"}, kNist},
      {"ECC_NIST_P384", Ecc, 384, Curve::P384, {"ECDSA_SHA_384"}, kNist},
      {"ECC_NIST_P521", Ecc, 521, Curve::P521, {"ECDSA_SHA_512"}, kNist},
      {"ECC_SECG_P256K1", Ecc, 256, Curve::Secp256k1, {"ECDSA_SHA_256"}, {"SIGN_VERIFY"}},
      {"HMAC_224", Hmac, 224, {}, {"HMAC_SHA_224"}, kMac},
      {"HMAC_256", Hmac, 256, {}, {"HMAC_SHA_256"}, kMac},
      {"HMAC_384", Hmac, 384, {}, {"HMAC_SHA_384"}, kMac},
      {"HMAC_512", Hmac, 512, {}, {"HMAC_SHA_512"}, kMac}};
  return specs;
}

}  // namespace

const Spec* spec_of(std::string_view name) {
  const auto found = std::ranges::find(all(), name, &Spec::name);
  return found == all().end() ? nullptr : &*found;
}

std::vector<std::string_view> spec_names() {
  std::vector<std::string_view> names;
  for (const auto& spec : all())
    names.push_back(spec.name);
  return names;
}

Offer offer_of(std::string_view name, std::string_view usage) {
  const auto* spec = spec_of(name);
  if (!spec) return {};
  if (usage == "GENERATE_VERIFY_MAC") return {"MacAlgorithms", spec->algorithms};
  if (usage == "KEY_AGREEMENT") return {"KeyAgreementAlgorithms", {"ECDH"}};
  const bool rsa = spec->family == Family::Rsa;
  if (usage == "ENCRYPT_DECRYPT") {
    return {"EncryptionAlgorithms",
            rsa ? std::vector<std::string_view>{"RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"}
                : spec->algorithms};
  }
  if (!rsa) return {"SigningAlgorithms", spec->algorithms};
  return {"SigningAlgorithms",
          {"RSASSA_PKCS1_V1_5_SHA_256", "RSASSA_PKCS1_V1_5_SHA_384", "RSASSA_PKCS1_V1_5_SHA_512",
           "RSASSA_PSS_SHA_256", "RSASSA_PSS_SHA_384", "RSASSA_PSS_SHA_512"}};
}

bool offers(const KmsKey& key, std::string_view algorithm) {
  const auto offered = offer_of(key.spec, key.usage).algorithms;
  return std::ranges::find(offered, algorithm) != offered.end();
}

bool is_asymmetric(const KmsKey& key) {
  const auto* spec = spec_of(key.spec);
  return spec && (spec->family == Family::Rsa || spec->family == Family::Ecc);
}

Hash hash_of(std::string_view algorithm) {
  if (algorithm.ends_with("_SHA_1")) return Hash::Sha1;
  if (algorithm.ends_with("_224")) return Hash::Sha224;
  if (algorithm.ends_with("_384")) return Hash::Sha384;
  if (algorithm.ends_with("_512")) return Hash::Sha512;
  return Hash::Sha256;
}

}  // namespace tocsin::kms

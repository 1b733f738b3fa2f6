// SPDX-License-Identifier: Apache-2.0
// Signatures, MACs, key agreement.
#include "services/kms/testing.hpp"

namespace tocsin::kms {
namespace {

using cryptography::Hash;

class Signing : public KmsTest {
 protected:
  std::string signer(std::string_view spec) {
    return make_key({{"KeySpec", spec}, {"KeyUsage", "SIGN_VERIFY"}});
  }
  static Object params(std::string_view key, std::string_view algorithm, std::string_view message) {
    return {{"KeyId", key}, {"SigningAlgorithm", algorithm}, {"Message", base64(message)}};
  }
  std::string public_key(std::string_view key) {
    return unbased(text(must("GetPublicKey", {{"KeyId", key}}), "PublicKey"));
  }
};

TEST_F(Signing, IsVerifiedByKmsForEveryAlgorithm) {
  for (const auto* spec :
       {"RSA_2048", "ECC_NIST_P256", "ECC_NIST_P384", "ECC_NIST_P521", "ECC_SECG_P256K1"}) {
    const auto key = signer(spec);
    const auto described = metadata(key);
    for (const auto& algorithm : array_of(described, "SigningAlgorithms")) {
      auto asked = params(key, algorithm.get_string(), "message");
      const auto reply = must("Sign", asked);
      EXPECT_EQ(text(reply, "KeyId"), arn_of(key));
      asked["Signature"] = text(reply, "Signature");
      EXPECT_TRUE(flag(must("Verify", asked), "SignatureValid"));
      asked["Message"] = base64("another");
      EXPECT_EQ(refusal("Verify", asked), "KMSInvalidSignatureException: ");
    }
  }
}

TEST_F(Signing, IsVerifiedWithThePublicKeyAlone) {
  const auto key = signer("ECC_NIST_P384");
  const auto digest = cryptography::digest(Hash::Sha384, "message");
  auto asked = params(key, "ECDSA_SHA_384", digest);
  asked["MessageType"] = "DIGEST";
  const auto signature = unbased(text(must("Sign", asked), "Signature"));
  EXPECT_TRUE(cryptography::verify_ecdsa(public_key(key), digest, signature));
  const auto described = must("GetPublicKey", {{"KeyId", key}});
  EXPECT_EQ(text(described, "KeySpec"), "ECC_NIST_P384");
  EXPECT_EQ(array_of(described, "SigningAlgorithms"), Array{"ECDSA_SHA_384"});
}

TEST_F(Signing, RefusesWhatDoesNotFit) {
  const auto key = signer("ECC_NIST_P256");
  EXPECT_EQ(refusal("Sign", params(key, "RSASSA_PSS_SHA_256", "m")),
            "InvalidKeyUsageException: Algorithm RSASSA_PSS_SHA_256 is incompatible with key spec "
            "ECC_NIST_P256.");
  auto asked = params(key, "ECDSA_SHA_256", "short");
  asked["MessageType"] = "DIGEST";
  EXPECT_EQ(refusal("Sign", asked),
            "ValidationException: Digest is invalid length for algorithm ECDSA_SHA_256.");
  asked["MessageType"] = "POEM";
  EXPECT_EQ(code("Sign", asked), "ValidationException");
  EXPECT_EQ(code("Sign", {{"KeyId", key}, {"Message", base64("m")}}), "ValidationException");
  EXPECT_EQ(code("Sign", params(key, "ECDSA_SHA_256", std::string(4097, 'm'))),
            "ValidationException");
  const auto symmetric = make_key();
  EXPECT_EQ(code("Sign", params(symmetric, "ECDSA_SHA_256", "m")), "InvalidKeyUsageException");
  EXPECT_EQ(code("GetPublicKey", {{"KeyId", symmetric}}), "UnsupportedOperationException");
}

TEST_F(Signing, HasMacs) {
  for (const auto* size : {"224", "256", "384", "512"}) {
    const auto key =
        make_key({{"KeySpec", std::string("HMAC_") + size}, {"KeyUsage", "GENERATE_VERIFY_MAC"}});
    Object asked{{"KeyId", key},
                 {"MacAlgorithm", std::string("HMAC_SHA_") + size},
                 {"Message", base64("message")}};
    const auto made = must("GenerateMac", asked);
    EXPECT_EQ(unbased(text(made, "Mac")).size(), std::stoul(size) / 8);
    asked["Mac"] = text(made, "Mac");
    EXPECT_TRUE(flag(must("VerifyMac", asked), "MacValid"));
    asked["Message"] = base64("another");
    EXPECT_EQ(refusal("VerifyMac", asked), "KMSInvalidMacException: ");
    asked["MacAlgorithm"] = "HMAC_SHA_1";
    EXPECT_EQ(code("GenerateMac", asked), "InvalidKeyUsageException");
  }
}

TEST_F(Signing, HasKeyAgreement) {
  const auto key = make_key({{"KeySpec", "ECC_NIST_P256"}, {"KeyUsage", "KEY_AGREEMENT"}});
  const auto peer = cryptography::make_ec(cryptography::Curve::P256, std::string(40, 'p'));
  Object asked{
      {"KeyId", key}, {"KeyAgreementAlgorithm", "ECDH"}, {"PublicKey", base64(peer.public_key)}};
  const auto reply = must("DeriveSharedSecret", asked);
  EXPECT_EQ(unbased(text(reply, "SharedSecret")),
            cryptography::shared_secret(peer.private_key, public_key(key)));
  const auto foreign = cryptography::make_ec(cryptography::Curve::P384, std::string(56, 'p'));
  asked["PublicKey"] = base64(foreign.public_key);
  EXPECT_EQ(code("DeriveSharedSecret", asked), "ValidationException");
  EXPECT_EQ(code("Sign", params(key, "ECDSA_SHA_256", "m")), "InvalidKeyUsageException");
}

}  // namespace
}  // namespace tocsin::kms

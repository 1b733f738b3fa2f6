// SPDX-License-Identifier: Apache-2.0
// Rotation and imported material: what happens to a key with time.
#include "services/kms/testing.hpp"

namespace tocsin::kms {
namespace {

using std::chrono::days;
using namespace std::chrono_literals;

class Rotations : public KmsTest {
 protected:
  std::size_t count(std::string_view key) {
    return array_of(must("ListKeyRotations", {{"KeyId", key}}), "Rotations").size();
  }
  bool rotates(std::string_view key) {
    return flag(must("GetKeyRotationStatus", {{"KeyId", key}}), "KeyRotationEnabled");
  }
};

TEST_F(Rotations, ComeWithTheirPeriodAndOldMaterialStillDecrypts) {
  const auto key = make_key();
  EXPECT_FALSE(rotates(key));
  must("EnableKeyRotation", {{"KeyId", key}, {"RotationPeriodInDays", 90}});
  const auto old = encrypt(key, "old");
  cloud.advance(days(90) + 1s);
  const auto young = encrypt(key, "young");
  EXPECT_EQ(count(key), 1u);
  cloud.advance(days(90));
  EXPECT_EQ(count(key), 2u);
  EXPECT_EQ(decrypt(old), "old");
  EXPECT_EQ(decrypt(young), "young");
  const auto material = [](std::string_view ciphertext) {
    return unbased(ciphertext).substr(27, 32);
  };
  EXPECT_NE(material(old), material(young));
  EXPECT_EQ(kms_events(), (std::vector<std::string>{"KMS CMK Rotation", "KMS CMK Rotation"}));
  must("DisableKeyRotation", {{"KeyId", key}});
  cloud.advance(days(400));
  EXPECT_EQ(count(key), 2u);
  EXPECT_FALSE(rotates(key));
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Rotations, OfADisabledKeyWait) {
  const auto key = make_key();
  must("EnableKeyRotation", {{"KeyId", key}});
  const auto status = must("GetKeyRotationStatus", {{"KeyId", key}});
  EXPECT_EQ(integer(status, "RotationPeriodInDays"), 365);
  must("DisableKey", {{"KeyId", key}});
  cloud.advance(days(366));
  EXPECT_EQ(count(key), 0u);
  must("EnableKey", {{"KeyId", key}});
  EXPECT_EQ(count(key), 1u);
}

TEST_F(Rotations, HappenOnDemand) {
  const auto key = make_key();
  must("RotateKeyOnDemand", {{"KeyId", key}});
  const auto page = must("ListKeyRotations", {{"KeyId", key}});
  EXPECT_EQ(text(array_of(page, "Rotations").at(0), "RotationType"), "ON_DEMAND");
  for (int i = 1; i < 25; ++i)
    must("RotateKeyOnDemand", {{"KeyId", key}});
  EXPECT_EQ(code("RotateKeyOnDemand", {{"KeyId", key}}), "LimitExceededException");
}

TEST_F(Rotations, AreForSymmetricKeysAlone) {
  const auto key = make_key({{"KeySpec", "HMAC_256"}, {"KeyUsage", "GENERATE_VERIFY_MAC"}});
  EXPECT_EQ(code("EnableKeyRotation", {{"KeyId", key}}), "UnsupportedOperationException");
  EXPECT_EQ(code("GetKeyRotationStatus", {{"KeyId", key}}), "UnsupportedOperationException");
  const auto symmetric = make_key();
  for (const auto period : {89, 2561})
    EXPECT_EQ(code("EnableKeyRotation", {{"KeyId", symmetric}, {"RotationPeriodInDays", period}}),
              "ValidationException");
}

class Imports : public KmsTest {
 protected:
  struct Parameters {
    std::string token, public_key;
  };
  Parameters parameters(std::string_view key, std::string_view algorithm = "RSAES_OAEP_SHA_256") {
    const auto reply =
        must("GetParametersForImport",
             {{"KeyId", key}, {"WrappingAlgorithm", algorithm}, {"WrappingKeySpec", "RSA_2048"}});
    return {string_of(reply, "ImportToken"), unbased(text(reply, "PublicKey"))};
  }
  static Object import_of(std::string_view key, const Parameters& given,
                          std::string_view material) {
    const auto wrapped = cryptography::encrypt_oaep(given.public_key, cryptography::Hash::Sha256,
                                                    material, std::string(32, 's'));
    return {{"KeyId", key},
            {"ImportToken", given.token},
            {"EncryptedKeyMaterial", base64(*wrapped)},
            {"ExpirationModel", "KEY_MATERIAL_DOES_NOT_EXPIRE"}};
  }
  const std::string material_ = std::string(32, 'm');
};

TEST_F(Imports, MakeAKeyUsable) {
  const auto key = make_key({{"Origin", "EXTERNAL"}});
  EXPECT_EQ(text(metadata(key), "KeyState"), "PendingImport");
  EXPECT_EQ(refusal("Encrypt", {{"KeyId", key}, {"Plaintext", base64("x")}}),
            "KMSInvalidStateException: " + arn_of(key) + " is pending import.");
  must("ImportKeyMaterial", import_of(key, parameters(key), material_));
  EXPECT_EQ(text(metadata(key), "ExpirationModel"), "KEY_MATERIAL_DOES_NOT_EXPIRE");
  const auto ciphertext = encrypt(key, "text");
  must("DeleteImportedKeyMaterial", {{"KeyId", key}});
  EXPECT_EQ(text(metadata(key), "KeyState"), "PendingImport");
  EXPECT_EQ(code("ImportKeyMaterial", import_of(key, parameters(key), std::string(32, 'o'))),
            "IncorrectKeyMaterialException");
  must("ImportKeyMaterial", import_of(key, parameters(key), material_));
  EXPECT_EQ(decrypt(ciphertext), "text");
  EXPECT_EQ(code("EnableKeyRotation", {{"KeyId", key}}), "UnsupportedOperationException");
}

TEST_F(Imports, Expire) {
  const auto key = make_key({{"Origin", "EXTERNAL"}});
  auto asked = import_of(key, parameters(key), material_);
  asked["ExpirationModel"] = "KEY_MATERIAL_EXPIRES";
  EXPECT_EQ(code("ImportKeyMaterial", asked), "ValidationException");
  asked["ValidTo"] = to_seconds(cloud.now() + days(1));
  must("ImportKeyMaterial", asked);
  cloud.advance(days(1) + 1s);
  EXPECT_EQ(text(metadata(key), "KeyState"), "PendingImport");
  EXPECT_EQ(kms_events(), std::vector<std::string>{"KMS Imported Key Material Expiration"});
}

TEST_F(Imports, AreRefusedWhereTheyDoNotFit) {
  const auto own = make_key();
  EXPECT_EQ(code("GetParametersForImport", {{"KeyId", own},
                                            {"WrappingAlgorithm", "RSAES_OAEP_SHA_256"},
                                            {"WrappingKeySpec", "RSA_2048"}}),
            "UnsupportedOperationException");
  const auto key = make_key({{"Origin", "EXTERNAL"}});
  const auto given = parameters(key);
  EXPECT_EQ(code("ImportKeyMaterial", import_of(key, given, "short")),
            "IncorrectKeyMaterialException");
  EXPECT_EQ(code("ImportKeyMaterial", import_of(key, {"b3RoZXI=", given.public_key}, material_)),
            "InvalidImportTokenException");
  auto garbled = import_of(key, given, material_);
  garbled["EncryptedKeyMaterial"] = base64(std::string(256, 'g'));
  EXPECT_EQ(code("ImportKeyMaterial", garbled), "InvalidCiphertextException");
  cloud.advance(25h);
  EXPECT_EQ(code("ImportKeyMaterial", import_of(key, given, material_)),
            "ExpiredImportTokenException");
  EXPECT_EQ(code("GetParametersForImport",
                 {{"KeyId", key}, {"WrappingAlgorithm", "ROT13"}, {"WrappingKeySpec", "RSA_2048"}}),
            "ValidationException");
}

TEST_F(Imports, BringAsymmetricKeysToo) {
  const auto key =
      make_key({{"Origin", "EXTERNAL"}, {"KeySpec", "ECC_NIST_P256"}, {"KeyUsage", "SIGN_VERIFY"}});
  const auto pair = cryptography::make_ec(cryptography::Curve::P256, std::string(40, 'i'));
  must("ImportKeyMaterial", import_of(key, parameters(key), pair.private_key));
  EXPECT_EQ(text(must("GetPublicKey", {{"KeyId", key}}), "PublicKey"), base64(pair.public_key));
  must("Sign", {{"KeyId", key}, {"SigningAlgorithm", "ECDSA_SHA_256"}, {"Message", base64("m")}});
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

}  // namespace
}  // namespace tocsin::kms

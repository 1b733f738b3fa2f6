// SPDX-License-Identifier: Apache-2.0
// Encryption, data keys, and that nothing secret is written anywhere.
#include "services/kms/testing.hpp"

namespace tocsin::kms {
namespace {

using Encryption = KmsTest;

TEST_F(Encryption, IsUndoneUnderTheSameContextOnly) {
  const auto key = make_key();
  const Object context{{"tenant", "a"}, {"use", "backup"}};
  const auto ciphertext = encrypt(key, "the secret", context);
  EXPECT_TRUE(ciphertext.starts_with("AQICAH"));
  EXPECT_EQ(decrypt(ciphertext, {{"use", "backup"}, {"tenant", "a"}}), "the secret");
  EXPECT_EQ(decrypt(ciphertext, {{"tenant", "b"}, {"use", "backup"}}),
            "InvalidCiphertextException: ");
  EXPECT_EQ(decrypt(ciphertext), "InvalidCiphertextException: ");
  EXPECT_NE(ciphertext, encrypt(key, "the secret", context));
}

TEST_F(Encryption, NoticesEveryChangedByte) {
  const auto key = make_key();
  const auto bytes = unbased(encrypt(key, "text"));
  for (std::size_t i = 0; i < bytes.size(); i += 7) {
    auto changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    EXPECT_NE(decrypt(base64(changed)), "text") << i;
  }
  EXPECT_EQ(decrypt(base64("short")), "InvalidCiphertextException: ");
}

TEST_F(Encryption, ChecksTheKeyThatIsNamed) {
  const auto one = make_key(), other = make_key();
  const auto ciphertext = encrypt(one, "text");
  const auto reply = must("Decrypt", {{"CiphertextBlob", ciphertext}, {"KeyId", arn_of(one)}});
  EXPECT_EQ(text(reply, "KeyId"), arn_of(one));
  EXPECT_EQ(text(reply, "EncryptionAlgorithm"), "SYMMETRIC_DEFAULT");
  EXPECT_EQ(code("Decrypt", {{"CiphertextBlob", ciphertext}, {"KeyId", other}}),
            "IncorrectKeyException");
}

TEST_F(Encryption, HasLimits) {
  const auto key = make_key();
  EXPECT_EQ(decrypt(encrypt(key, std::string(4096, 'x'))).size(), 4096u);
  EXPECT_EQ(code("Encrypt", {{"KeyId", key}, {"Plaintext", base64(std::string(4097, 'x'))}}),
            "ValidationException");
  EXPECT_EQ(code("Encrypt", {{"KeyId", key}, {"Plaintext", ""}}), "ValidationException");
  EXPECT_EQ(code("Encrypt", {{"KeyId", key}}), "ValidationException");
  EXPECT_EQ(code("Encrypt", {{"KeyId", key}, {"Plaintext", "?"}}), "SerializationException");
}

TEST_F(Encryption, KnowsWhatAKeyIsFor) {
  const auto signer = make_key({{"KeySpec", "ECC_NIST_P256"}, {"KeyUsage", "SIGN_VERIFY"}});
  EXPECT_EQ(refusal("Encrypt", {{"KeyId", signer}, {"Plaintext", base64("x")}}),
            "InvalidKeyUsageException: " + arn_of(signer) +
                " key usage is SIGN_VERIFY which is not valid for Encrypt.");
  const auto key = make_key();
  EXPECT_EQ(refusal("Encrypt", {{"KeyId", key},
                                {"Plaintext", base64("x")},
                                {"EncryptionAlgorithm", "RSAES_OAEP_SHA_1"}}),
            "InvalidKeyUsageException: Algorithm RSAES_OAEP_SHA_1 is incompatible with key spec "
            "SYMMETRIC_DEFAULT.");
  EXPECT_EQ(code("Encrypt", {{"KeyId", key}, {"Plaintext", base64("x")}, {"DryRun", true}}),
            "DryRunOperationException");
  EXPECT_EQ(
      code("Encrypt", {{"KeyId", key}, {"Plaintext", base64("x")}, {"GrantTokens", Array{"bad"}}}),
      "InvalidGrantTokenException");
}

TEST_F(Encryption, WorksWithRsa) {
  const auto key = make_key({{"KeySpec", "RSA_2048"}, {"KeyUsage", "ENCRYPT_DECRYPT"}});
  for (const auto* algorithm : {"RSAES_OAEP_SHA_1", "RSAES_OAEP_SHA_256"}) {
    const auto sealed =
        must("Encrypt",
             {{"KeyId", key}, {"Plaintext", base64("text")}, {"EncryptionAlgorithm", algorithm}});
    Object params{{"KeyId", key},
                  {"CiphertextBlob", text(sealed, "CiphertextBlob")},
                  {"EncryptionAlgorithm", algorithm}};
    EXPECT_EQ(unbased(text(must("Decrypt", params), "Plaintext")), "text");
    params.erase("KeyId");
    EXPECT_EQ(code("Decrypt", params), "ValidationException");
    params["KeyId"] = key;
    params["CiphertextBlob"] = base64(std::string(256, 'c'));
    EXPECT_EQ(code("Decrypt", params), "InvalidCiphertextException");
    params["EncryptionContext"] = Object{{"a", "b"}};
    EXPECT_EQ(code("Decrypt", params), "ValidationException");
  }
  EXPECT_EQ(
      refusal("Encrypt", {{"KeyId", key},
                          {"Plaintext", base64(std::string(191, 'x'))},
                          {"EncryptionAlgorithm", "RSAES_OAEP_SHA_256"}}),
      "ValidationException: Algorithm RSAES_OAEP_SHA_256 and key spec RSA_2048 cannot encrypt "
      "data larger than 190 bytes.");
}

TEST_F(Encryption, MovesFromKeyToKey) {
  const auto one = make_key(), two = make_key();
  const auto reply = must("ReEncrypt", {{"CiphertextBlob", encrypt(one, "text", {{"v", "1"}})},
                                        {"SourceEncryptionContext", Object{{"v", "1"}}},
                                        {"DestinationKeyId", two},
                                        {"DestinationEncryptionContext", Object{{"v", "2"}}}});
  EXPECT_EQ(text(reply, "SourceKeyId"), arn_of(one));
  EXPECT_EQ(text(reply, "KeyId"), arn_of(two));
  EXPECT_EQ(decrypt(text(reply, "CiphertextBlob"), {{"v", "2"}}), "text");
  EXPECT_EQ(code("ReEncrypt", {{"CiphertextBlob", encrypt(one, "text", {{"v", "1"}})},
                               {"DestinationKeyId", two}}),
            "InvalidCiphertextException");
}

TEST_F(Encryption, MakesDataKeys) {
  const auto key = make_key();
  const Object context{{"file", "7"}};
  const auto made = must("GenerateDataKey",
                         {{"KeyId", key}, {"KeySpec", "AES_256"}, {"EncryptionContext", context}});
  EXPECT_EQ(unbased(text(made, "Plaintext")).size(), 32u);
  EXPECT_EQ(decrypt(text(made, "CiphertextBlob"), context), unbased(text(made, "Plaintext")));
  const auto hidden =
      must("GenerateDataKeyWithoutPlaintext", {{"KeyId", key}, {"NumberOfBytes", 64}});
  EXPECT_FALSE(find(hidden, "Plaintext"));
  EXPECT_EQ(decrypt(text(hidden, "CiphertextBlob")).size(), 64u);
  for (const auto& wrong : {Object{{"KeyId", key}},
                            Object{{"KeyId", key}, {"KeySpec", "AES_256"}, {"NumberOfBytes", 9}}})
    EXPECT_EQ(refusal("GenerateDataKey", wrong),
              "ValidationException: Please specify either number of bytes or key spec.");
  EXPECT_EQ(code("GenerateDataKey", {{"KeyId", key}, {"NumberOfBytes", 1025}}),
            "ValidationException");
  EXPECT_EQ(code("GenerateDataKey", {{"KeyId", key}, {"KeySpec", "AES_512"}}),
            "ValidationException");
}

TEST_F(Encryption, MakesDataKeyPairs) {
  const auto key = make_key();
  for (const auto* spec : {"RSA_2048", "ECC_NIST_P256", "ECC_SECG_P256K1"}) {
    const auto made = must("GenerateDataKeyPair", {{"KeyId", key}, {"KeyPairSpec", spec}});
    const auto secret = unbased(text(made, "PrivateKeyPlaintext"));
    EXPECT_EQ(decrypt(text(made, "PrivateKeyCiphertextBlob")), secret);
    const auto pair = cryptography::read_private_key(secret);
    ASSERT_TRUE(pair);
    EXPECT_EQ(base64(pair->public_key), text(made, "PublicKey"));
  }
  const auto hidden = must("GenerateDataKeyPairWithoutPlaintext",
                           {{"KeyId", key}, {"KeyPairSpec", "ECC_NIST_P521"}});
  EXPECT_FALSE(find(hidden, "PrivateKeyPlaintext"));
  EXPECT_EQ(code("GenerateDataKeyPair", {{"KeyId", key}, {"KeyPairSpec", "HMAC_256"}}),
            "ValidationException");
}

TEST_F(Encryption, GivesRandomBytes) {
  const auto one = must("GenerateRandom", {{"NumberOfBytes", 1024}});
  EXPECT_EQ(unbased(text(one, "Plaintext")).size(), 1024u);
  EXPECT_NE(text(one, "Plaintext"),
            text(must("GenerateRandom", {{"NumberOfBytes", 1024}}), "Plaintext"));
  EXPECT_EQ(code("GenerateRandom", {}), "ValidationException");
}

/// Everything that is written down: the log, and the state.
std::string written(core::TestCloud& cloud) {
  std::string all;
  EXPECT_TRUE(cloud.stores().log->read(1, [&](std::uint64_t, std::string_view entry) {
    all += entry;
    return Result<void>();
  }));
  cloud.stores().state->scan("", "", store::Direction::Forward,
                             [&](std::string_view, std::string_view value) {
                               all += value;
                               return true;
                             });
  return all;
}

TEST_F(Encryption, WritesNoSecretDown) {
  const auto key = make_key();
  make_key({{"KeySpec", "RSA_2048"}, {"KeyUsage", "SIGN_VERIFY"}});
  std::vector<std::string> secrets{base64("the very secret text"),
                                   base64(rsa_pair(2048).private_key)};
  decrypt(encrypt(key, "the very secret text"));
  const auto data_key = must("GenerateDataKey", {{"KeyId", key}, {"KeySpec", "AES_256"}});
  secrets.push_back(string_of(data_key, "Plaintext"));
  decrypt(text(data_key, "CiphertextBlob"));
  const auto pair = must("GenerateDataKeyPair", {{"KeyId", key}, {"KeyPairSpec", "RSA_2048"}});
  secrets.push_back(string_of(pair, "PrivateKeyPlaintext"));
  secrets.push_back(string_of(must("GenerateRandom", {{"NumberOfBytes", 32}}), "Plaintext"));
  const auto all = written(cloud);
  for (const auto& secret : secrets) {
    EXPECT_EQ(all.find(secret.substr(0, 24)), std::string::npos);
    EXPECT_EQ(all.find(unbased(secret)), std::string::npos);
  }
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

}  // namespace
}  // namespace tocsin::kms

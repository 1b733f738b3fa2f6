// SPDX-License-Identifier: Apache-2.0
// What this room's tests share.
#pragma once

#include <gtest/gtest.h>

#include "base/crypto.hpp"
#include "core/testing.hpp"
#include "engines/cryptography/cryptography.hpp"
#include "services/kms/kms.hpp"

namespace tocsin::kms {

inline std::string unbased(std::string_view text) {
  return unbase64(text).value_or("not base64");
}

/// One pair a size: RSA keys take long to make.
inline const cryptography::KeyPair& rsa_pair(int bits) {
  static std::map<int, cryptography::KeyPair> pairs;
  auto& pair = pairs[bits];
  if (pair.private_key.empty()) pair = cryptography::generate_rsa(bits);
  return pair;
}

class KmsTest : public testing::Test {
 protected:
  explicit KmsTest(const core::TestCloud::Register& services = register_kms) : cloud(services) {
    cloud.on_job("key.generate", [](const core::Job& job) -> Result<Document> {
      const auto& pair = rsa_pair(static_cast<int>(*integer(job.payload, "Bits")));
      return Object{{"PrivateKey", base64(pair.private_key)},
                    {"PublicKey", base64(pair.public_key)}};
    });
  }

  Result<Document> call(std::string_view operation, Object params) {
    return cloud.call("kms", operation, std::move(params));
  }
  /// A call that must succeed.
  Document must(std::string_view operation, Object params) {
    auto reply = call(operation, std::move(params));
    EXPECT_TRUE(reply) << operation << ": " << words(reply);
    return reply.value_or(Document());
  }
  static std::string words(const Result<Document>& result) {
    return result ? "no error" : result.error().code + ": " + result.error().message;
  }
  std::string refusal(std::string_view operation, Object params) {
    return words(call(operation, std::move(params)));
  }
  /// The error's code alone.
  std::string code(std::string_view operation, Object params) {
    const auto result = call(operation, std::move(params));
    return result ? "no error" : result.error().code;
  }

  std::string make_key(Object params = {}) {
    const auto reply = must("CreateKey", std::move(params));
    return string_of(object_of(reply, "KeyMetadata"), "KeyId");
  }
  Object metadata(std::string_view key) {
    return object_of(must("DescribeKey", {{"KeyId", key}}), "KeyMetadata");
  }
  std::string encrypt(std::string_view key, std::string_view plaintext, Object context = {}) {
    return string_of(must("Encrypt", {{"KeyId", key},
                                      {"Plaintext", base64(plaintext)},
                                      {"EncryptionContext", std::move(context)}}),
                     "CiphertextBlob");
  }
  /// The plaintext, or the error.
  std::string decrypt(std::string_view ciphertext, Object context = {}) {
    const auto reply = call(
        "Decrypt", {{"CiphertextBlob", ciphertext}, {"EncryptionContext", std::move(context)}});
    return reply ? unbased(text(*reply, "Plaintext")) : words(reply);
  }
  static std::string arn_of(std::string_view key) {
    return "arn:aws:kms:us-east-1:123456789012:key/" + std::string(key);
  }
  std::vector<std::string> kms_events() const {
    std::vector<std::string> names;
    for (const auto& event : cloud.events()) {
      if (event.source == "aws.kms") names.push_back(event.detail_type);
    }
    return names;
  }

  core::TestCloud cloud;
};

}  // namespace tocsin::kms

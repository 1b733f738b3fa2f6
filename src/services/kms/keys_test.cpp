// SPDX-License-Identifier: Apache-2.0
// Keys, aliases, tags, policies, deletion: what does not touch a plaintext.
#include <set>

#include "services/kms/testing.hpp"

namespace tocsin::kms {
namespace {

using Keys = KmsTest;
using namespace std::chrono_literals;

constexpr std::string_view kNobody = "11111111-2222-3333-4444-555555555555";

TEST_F(Keys, AreDescribedAsTheyWereMade) {
  const auto key = make_key({{"Description", "orders"},
                             {"Tags", Array{Object{{"TagKey", "team"}, {"TagValue", "blue"}}}}});
  const auto found = metadata(key);
  EXPECT_EQ(text(found, "Arn"), arn_of(key));
  EXPECT_EQ(text(found, "KeyState"), "Enabled");
  EXPECT_EQ(text(found, "KeySpec"), "SYMMETRIC_DEFAULT");
  EXPECT_EQ(text(found, "KeyUsage"), "ENCRYPT_DECRYPT");
  EXPECT_EQ(text(found, "KeyManager"), "CUSTOMER");
  EXPECT_EQ(text(found, "Description"), "orders");
  EXPECT_TRUE(flag(found, "Enabled"));
  EXPECT_EQ(array_of(found, "EncryptionAlgorithms"), Array{"SYMMETRIC_DEFAULT"});
  const auto tags = must("ListResourceTags", {{"KeyId", key}});
  EXPECT_EQ(text(array_of(tags, "Tags").at(0), "TagValue"), "blue");
  must("UpdateKeyDescription", {{"KeyId", key}, {"Description", "invoices"}});
  EXPECT_EQ(text(metadata(arn_of(key)), "Description"), "invoices");
}

TEST_F(Keys, EverySpecOffersItsAlgorithms) {
  const auto offers = [&](Object params, std::string_view member) {
    return array_of(metadata(make_key(std::move(params))), member).size();
  };
  EXPECT_EQ(offers({{"KeySpec", "RSA_2048"}, {"KeyUsage", "SIGN_VERIFY"}}, "SigningAlgorithms"),
            6u);
  EXPECT_EQ(
      offers({{"KeySpec", "RSA_2048"}, {"KeyUsage", "ENCRYPT_DECRYPT"}}, "EncryptionAlgorithms"),
      2u);
  EXPECT_EQ(
      offers({{"KeySpec", "ECC_SECG_P256K1"}, {"KeyUsage", "SIGN_VERIFY"}}, "SigningAlgorithms"),
      1u);
  EXPECT_EQ(offers({{"KeySpec", "ECC_NIST_P384"}, {"KeyUsage", "KEY_AGREEMENT"}},
                   "KeyAgreementAlgorithms"),
            1u);
  EXPECT_EQ(offers({{"KeySpec", "HMAC_224"}, {"KeyUsage", "GENERATE_VERIFY_MAC"}}, "MacAlgorithms"),
            1u);
}

TEST_F(Keys, OfWrongParametersAreRefused) {
  EXPECT_EQ(refusal("CreateKey", {{"KeySpec", "RSA_2048"}}),
            "ValidationException: You must specify a KeyUsage value for all KMS keys except for "
            "symmetric encryption keys.");
  EXPECT_EQ(refusal("CreateKey", {{"KeySpec", "ECC_NIST_P256"}, {"KeyUsage", "ENCRYPT_DECRYPT"}}),
            "ValidationException: KeyUsage ENCRYPT_DECRYPT is not compatible with KeySpec "
            "ECC_NIST_P256");
  EXPECT_EQ(code("CreateKey", {{"KeySpec", "DES"}}), "ValidationException");
  EXPECT_EQ(code("CreateKey", {{"KeyUsage", "COOK"}}), "ValidationException");
  EXPECT_EQ(code("CreateKey", {{"KeySpec", "HMAC_256"}, {"CustomerMasterKeySpec", "HMAC_256"}}),
            "ValidationException");
  EXPECT_EQ(code("CreateKey", {{"MultiRegion", true}}), "UnsupportedOperationException");
  EXPECT_EQ(code("CreateKey", {{"Origin", "AWS_CLOUDHSM"}}), "UnsupportedOperationException");
  EXPECT_EQ(code("CreateKey", {{"CustomKeyStoreId", "cks-1"}}), "UnsupportedOperationException");
  EXPECT_EQ(code("CreateKey", {{"Origin", "MARS"}}), "ValidationException");
  EXPECT_EQ(code("CreateKey", {{"Description", std::string(8193, 'd')}}), "ValidationException");
  EXPECT_EQ(code("CreateKey", {{"Policy", "{"}}), "MalformedPolicyDocumentException");
  EXPECT_EQ(code("CreateKey", {{"Policy", std::string(32769, ' ')}}), "LimitExceededException");
}

TEST_F(Keys, ThatAreNotThereAreNamed) {
  EXPECT_EQ(refusal("DescribeKey", {{"KeyId", kNobody}}),
            "NotFoundException: Key '" + arn_of(kNobody) + "' does not exist");
  EXPECT_EQ(refusal("DescribeKey", {{"KeyId", "nonsense"}}),
            "NotFoundException: Invalid keyId 'nonsense'");
  EXPECT_EQ(refusal("DescribeKey", {{"KeyId", "alias/none"}}),
            "NotFoundException: Alias arn:aws:kms:us-east-1:123456789012:alias/none is not found.");
  EXPECT_EQ(refusal("DescribeKey", {{"KeyId", "arn:aws:kms:eu-west-1:123456789012:key/x"}}),
            "NotFoundException: Invalid arn eu-west-1");
  EXPECT_EQ(code("DescribeKey", {{"KeyId", "arn:aws:s3:::bucket"}}), "InvalidArnException");
  EXPECT_EQ(code("DisableKey", {{"KeyId", "alias/none"}}), "NotFoundException");
  EXPECT_EQ(code("DescribeKey", {}), "ValidationException");
}

TEST_F(Keys, AreListedInPages) {
  std::set<std::string> made, listed;
  for (int i = 0; i < 5; ++i)
    made.insert(make_key());
  Object params{{"Limit", 2}};
  for (bool more = true; more;) {
    const auto page = must("ListKeys", params);
    for (const auto& key : array_of(page, "Keys")) {
      EXPECT_EQ(text(key, "KeyArn"), arn_of(text(key, "KeyId")));
      listed.insert(string_of(key, "KeyId"));
    }
    more = flag(page, "Truncated");
    if (more) params["Marker"] = text(page, "NextMarker");
  }
  EXPECT_EQ(made, listed);
  EXPECT_EQ(code("ListKeys", {{"Marker", "???"}}), "InvalidMarkerException");
  EXPECT_EQ(code("ListKeys", {{"Limit", 1001}}), "ValidationException");
}

TEST_F(Keys, ThatAreDisabledDoNothing) {
  const auto key = make_key();
  const auto ciphertext = encrypt(key, "text");
  must("DisableKey", {{"KeyId", key}});
  EXPECT_EQ(text(metadata(key), "KeyState"), "Disabled");
  EXPECT_EQ(decrypt(ciphertext), "DisabledException: " + arn_of(key) + " is disabled.");
  EXPECT_EQ(code("GenerateDataKey", {{"KeyId", key}, {"KeySpec", "AES_256"}}), "DisabledException");
  must("EnableKey", {{"KeyId", key}});
  EXPECT_EQ(decrypt(ciphertext), "text");
}

TEST_F(Keys, GoAtTheEndOfTheirWindow) {
  const auto key = make_key();
  const auto ciphertext = encrypt(key, "text");
  must("CreateAlias", {{"AliasName", "alias/gone"}, {"TargetKeyId", key}});
  for (const auto days : {6, 31})
    EXPECT_EQ(code("ScheduleKeyDeletion", {{"KeyId", key}, {"PendingWindowInDays", days}}),
              "ValidationException");
  const auto reply = must("ScheduleKeyDeletion", {{"KeyId", key}, {"PendingWindowInDays", 7}});
  EXPECT_EQ(text(reply, "KeyState"), "PendingDeletion");
  EXPECT_EQ(text(reply, "KeyId"), arn_of(key));
  EXPECT_EQ(decrypt(ciphertext),
            "KMSInvalidStateException: " + arn_of(key) + " is pending deletion.");
  EXPECT_EQ(code("ScheduleKeyDeletion", {{"KeyId", key}}), "KMSInvalidStateException");
  EXPECT_EQ(code("EnableKey", {{"KeyId", key}}), "KMSInvalidStateException");
  cloud.advance(std::chrono::days(7) - 1s);
  EXPECT_EQ(text(metadata(key), "KeyState"), "PendingDeletion");
  cloud.advance(2s);
  EXPECT_EQ(code("DescribeKey", {{"KeyId", key}}), "NotFoundException");
  EXPECT_EQ(code("DescribeKey", {{"KeyId", "alias/gone"}}), "NotFoundException");
  EXPECT_TRUE(decrypt(ciphertext).starts_with("AccessDeniedException: The ciphertext refers to"));
  EXPECT_EQ(kms_events(), std::vector<std::string>{"KMS CMK Deletion"});
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Keys, AreKeptWhereTheDeletionIsCancelled) {
  const auto key = make_key();
  const auto ciphertext = encrypt(key, "text");
  EXPECT_EQ(code("CancelKeyDeletion", {{"KeyId", key}}), "KMSInvalidStateException");
  must("ScheduleKeyDeletion", {{"KeyId", key}});
  must("CancelKeyDeletion", {{"KeyId", key}});
  EXPECT_EQ(text(metadata(key), "KeyState"), "Disabled");
  cloud.advance(std::chrono::days(31));
  must("EnableKey", {{"KeyId", key}});
  EXPECT_EQ(decrypt(ciphertext), "text");
}

TEST_F(Keys, HaveAliases) {
  const auto one = make_key(), two = make_key();
  must("CreateAlias", {{"AliasName", "alias/app"}, {"TargetKeyId", one}});
  EXPECT_EQ(text(metadata("alias/app"), "KeyId"), one);
  EXPECT_EQ(text(metadata("arn:aws:kms:us-east-1:123456789012:alias/app"), "KeyId"), one);
  EXPECT_EQ(refusal("CreateAlias", {{"AliasName", "alias/app"}, {"TargetKeyId", two}}),
            "AlreadyExistsException: An alias with the name "
            "arn:aws:kms:us-east-1:123456789012:alias/app already exists");
  must("UpdateAlias", {{"AliasName", "alias/app"}, {"TargetKeyId", two}});
  EXPECT_EQ(array_of(must("ListAliases", {{"KeyId", one}}), "Aliases").size(), 0u);
  const auto listed = must("ListAliases", {{"KeyId", two}});
  EXPECT_EQ(text(array_of(listed, "Aliases").at(0), "AliasName"), "alias/app");
  EXPECT_EQ(text(array_of(must("ListAliases", {}), "Aliases").at(0), "TargetKeyId"), two);
  const auto signer = make_key({{"KeySpec", "ECC_NIST_P256"}, {"KeyUsage", "SIGN_VERIFY"}});
  EXPECT_EQ(code("UpdateAlias", {{"AliasName", "alias/app"}, {"TargetKeyId", signer}}),
            "ValidationException");
  must("DeleteAlias", {{"AliasName", "alias/app"}});
  EXPECT_EQ(code("DeleteAlias", {{"AliasName", "alias/app"}}), "NotFoundException");
}

TEST_F(Keys, HaveNoAliasesOfOtherNames) {
  const auto key = make_key();
  const auto refused = [&](std::string_view name) {
    return code("CreateAlias", {{"AliasName", name}, {"TargetKeyId", key}});
  };
  EXPECT_EQ(refused("app"), "ValidationException");
  EXPECT_EQ(refused("alias/"), "ValidationException");
  EXPECT_EQ(refused("alias/a b"), "ValidationException");
  EXPECT_EQ(refused("alias/a:b"), "ValidationException");
  EXPECT_EQ(refused("alias/aws/s3"), "NotAuthorizedException");
  EXPECT_EQ(refused(""), "ValidationException");
  EXPECT_EQ(code("CreateAlias", {{"AliasName", "alias/x"}, {"TargetKeyId", kNobody}}),
            "NotFoundException");
}

TEST_F(Keys, HaveTags) {
  const auto key = make_key();
  const auto tag = [&](std::string_view name, std::string_view value) {
    return code("TagResource",
                {{"KeyId", key}, {"Tags", Array{Object{{"TagKey", name}, {"TagValue", value}}}}});
  };
  EXPECT_EQ(tag("a", "1"), "no error");
  EXPECT_EQ(tag("b", "2"), "no error");
  EXPECT_EQ(tag("aws:c", "3"), "TagException");
  EXPECT_EQ(tag("", "3"), "TagException");
  EXPECT_EQ(tag("d", std::string(257, 'v')), "TagException");
  must("UntagResource", {{"KeyId", key}, {"TagKeys", Array{"a"}}});
  const auto page = must("ListResourceTags", {{"KeyId", key}});
  EXPECT_EQ(to_json(array_of(page, "Tags")), R"([{"TagKey":"b","TagValue":"2"}])");
  Array many;
  for (int i = 0; i < 51; ++i)
    many.push_back(Object{{"TagKey", "k" + std::to_string(i)}, {"TagValue", ""}});
  EXPECT_EQ(code("TagResource", {{"KeyId", key}, {"Tags", many}}), "LimitExceededException");
}

TEST_F(Keys, HavePolicies) {
  const auto key = make_key();
  const auto policy = must("GetKeyPolicy", {{"KeyId", key}, {"PolicyName", "default"}});
  EXPECT_NE(text(policy, "Policy").find("arn:aws:iam::123456789012:root"), std::string::npos);
  const std::string other =
      R"({"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"kms:*","Resource":"*"}]})";
  must("PutKeyPolicy", {{"KeyId", key}, {"PolicyName", "default"}, {"Policy", other}});
  EXPECT_EQ(text(must("GetKeyPolicy", {{"KeyId", key}}), "Policy"), other);
  EXPECT_EQ(array_of(must("ListKeyPolicies", {{"KeyId", key}}), "PolicyNames"), Array{"default"});
  EXPECT_EQ(code("GetKeyPolicy", {{"KeyId", key}, {"PolicyName", "other"}}), "NotFoundException");
  EXPECT_EQ(code("PutKeyPolicy", {{"KeyId", key}, {"Policy", "not a policy"}}),
            "MalformedPolicyDocumentException");
  EXPECT_EQ(code("PutKeyPolicy", {{"KeyId", key}}), "ValidationException");
}

TEST_F(Keys, ThatAwsManagesAreMadeAtFirstUse) {
  EXPECT_EQ(code("GenerateDataKey", {{"KeyId", "alias/aws/s3"}, {"KeySpec", "AES_256"}}),
            "NotFoundException");
  auto request = cloud.request("kms", "GenerateDataKey",
                               Object{{"KeyId", "alias/aws/s3"}, {"KeySpec", "AES_256"}});
  request.credential.service = "s3.amazonaws.com";
  const auto reply = cloud.call(std::move(request));
  ASSERT_TRUE(reply) << words(reply);
  const auto found = metadata("alias/aws/s3");
  EXPECT_EQ(text(found, "Arn"), text(*reply, "KeyId"));
  EXPECT_EQ(text(found, "KeyManager"), "AWS");
  EXPECT_TRUE(
      flag(must("GetKeyRotationStatus", {{"KeyId", text(found, "KeyId")}}), "KeyRotationEnabled"));
  cloud.advance(std::chrono::days(366));
  EXPECT_EQ(decrypt(text(*reply, "CiphertextBlob")), unbased(text(*reply, "Plaintext")));
  must("GenerateDataKey", {{"KeyId", "alias/aws/s3"}, {"KeySpec", "AES_256"}});
  const auto rotations = must("ListKeyRotations", {{"KeyId", text(found, "KeyId")}});
  EXPECT_EQ(array_of(rotations, "Rotations").size(), 1u);
  EXPECT_EQ(text(metadata("alias/aws/sns"), "KeyManager"), "AWS");
  EXPECT_EQ(code("DescribeKey", {{"KeyId", "alias/aws/bakery"}}), "NotFoundException");
}

}  // namespace
}  // namespace tocsin::kms

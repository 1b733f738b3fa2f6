// SPDX-License-Identifier: Apache-2.0
// Encryption at rest, with a KMS that the tests play: its data keys are sealed with one letter.
#include "services/s3/state.hpp"
#include "services/s3/testing.hpp"

namespace tocsin::s3 {
namespace {

using namespace testing;
using core::TestCloud;

/// What the KMS of a test was asked, and what it answers.
struct Kms {
  std::vector<core::Request> asked;
  std::optional<Error> refuses;
};

core::Service fake_kms(Kms& kms) {
  using enum core::Effect;
  const auto none = [](core::Call&) { return std::vector<core::Access>(); };
  const auto generate = [&kms](core::Call& call) -> core::Outcome {
    kms.asked.push_back(call.request());
    if (kms.refuses) return *kms.refuses;
    const auto key = call.new_bytes(32);
    return Object{{"CiphertextBlob", base64("sealed " + key)},
                  {"Plaintext", base64(key)},
                  {"KeyId", "arn:aws:kms:us-east-1:123456789012:key/k"}};
  };
  const auto decrypt = [&kms](core::Call& call) -> core::Outcome {
    kms.asked.push_back(call.request());
    if (kms.refuses) return *kms.refuses;
    const auto sealed = *unbase64(text(call.params(), "CiphertextBlob"));
    return Object{{"Plaintext", base64(sealed.substr(7))}};
  };
  return {
      "kms", "kms", {{"GenerateDataKey", Write, generate, none}, {"Decrypt", Read, decrypt, none}}};
}

class S3Encryption : public ::testing::Test {
 protected:
  void SetUp() override { make_bucket(cloud, "abc"); }
  Object put_kms(std::string_view key, std::string_view body, Object more = {}) {
    more["ServerSideEncryption"] = "aws:kms";
    return put(cloud, "abc", key, body, std::move(more));
  }
  /// What lies on the disk.
  bool lies_open(std::string_view plain) {
    bool found = false;
    cloud.stores().state->snapshot()->scan(
        "", std::string(8, '\xff'), store::Direction::Forward, [&](auto, std::string_view row) {
          found |= row.contains(plain) || row.contains(base64(plain));
          return true;
        });
    cloud.stores().blobs->list([&](const std::string&, Time) {});
    return found;
  }
  Kms kms;
  TestCloud cloud{[this](core::Registry& registry) {
    register_s3(registry);
    registry.add(fake_kms(kms));
  }};
};

TEST_F(S3Encryption, ContentNeverLiesOpen) {
  const std::string small = "the small secret of a test", big(20'000, 'x');
  put(cloud, "abc", "small", small);
  put(cloud, "abc", "big", big);
  EXPECT_EQ(get(cloud, "abc", "small"), small);
  EXPECT_EQ(get(cloud, "abc", "big"), big);
  EXPECT_EQ(get(cloud, "abc", "big", {{"Range", "bytes=17-20"}}), "xxxx");
  EXPECT_FALSE(lies_open(small));
  const auto names = cloud.stores().blobs->get({hex(sha256(big)), big.size()});
  EXPECT_FALSE(names) << "the plain content has a blob of its own";
}

TEST_F(S3Encryption, ADataKeyIsAskedForAsTheCaller) {
  const auto made = put_kms(
      "k", "secret",
      {{"SSEKMSKeyId", "alias/mine"}, {"SSEKMSEncryptionContext", base64(R"({"team":"blue"})")}});
  EXPECT_EQ(text(made, "ServerSideEncryption"), "aws:kms");
  EXPECT_EQ(text(made, "SSEKMSKeyId"), "arn:aws:kms:us-east-1:123456789012:key/k");
  EXPECT_NE(text(made, "ETag"), "\"" + hex(md5("secret")) + "\"");
  ASSERT_EQ(kms.asked.size(), 1u);
  const auto& call = kms.asked[0];
  EXPECT_EQ(text(call.params, "KeyId"), "alias/mine");
  EXPECT_EQ(text(object_of(call.params, "EncryptionContext"), "aws:s3:arn"), "arn:aws:s3:::abc/k");
  EXPECT_EQ(text(object_of(call.params, "EncryptionContext"), "team"), "blue");
  EXPECT_EQ(call.credential.kind, core::Credential::Kind::Session);
  EXPECT_EQ(call.credential.service, "s3.amazonaws.com");
  const auto head = ok(cloud, "HeadObject", {{"Bucket", "abc"}, {"Key", "k"}});
  EXPECT_EQ(text(head, "ServerSideEncryption"), "aws:kms");
  EXPECT_EQ(kms.asked.size(), 1u) << "HeadObject needs no key";
}

TEST_F(S3Encryption, TheBucketsDefaultCounts) {
  Object by_default{{"SSEAlgorithm", "aws:kms"}, {"KMSMasterKeyID", "alias/bucket"}};
  const Object rule{{"ApplyServerSideEncryptionByDefault", std::move(by_default)},
                    {"BucketKeyEnabled", true}};
  ok(cloud, "PutBucketEncryption",
     {{"Bucket", "abc"}, {"ServerSideEncryptionConfiguration", Object{{"Rules", Array{rule}}}}});
  const auto made = put(cloud, "abc", "k", "secret");
  EXPECT_TRUE(flag(made, "BucketKeyEnabled"));
  ASSERT_EQ(kms.asked.size(), 1u);
  EXPECT_EQ(text(kms.asked[0].params, "KeyId"), "alias/bucket");
  EXPECT_EQ(text(object_of(kms.asked[0].params, "EncryptionContext"), "aws:s3:arn"),
            "arn:aws:s3:::abc");
  EXPECT_EQ(text(put(cloud, "abc", "plain", "v", {{"ServerSideEncryption", "AES256"}}),
                 "ServerSideEncryption"),
            "AES256");
}

TEST_F(S3Encryption, WhoReadsAsksKmsAndWhoMayNotIsToldSo) {
  put_kms("k", "a secret");
  EXPECT_EQ(get(cloud, "abc", "k"), "a secret");
  ASSERT_EQ(kms.asked.size(), 2u);
  EXPECT_EQ(kms.asked[1].operation, "Decrypt");
  EXPECT_EQ(text(kms.asked[1].params, "KeyId"), "arn:aws:kms:us-east-1:123456789012:key/k");
  kms.refuses = Error{"AccessDeniedException", "not authorized to perform: kms:Decrypt"};
  EXPECT_EQ(get(cloud, "abc", "k"), "<AccessDenied>");
  kms.refuses = Error{"DisabledException", "key is disabled."};
  EXPECT_EQ(get(cloud, "abc", "k"), "<KMS.DisabledException>");
}

TEST_F(S3Encryption, CopiesOpenTheSourceAndHaveAKeyOfTheirOwn) {
  put_kms("k", "a secret");
  ok(cloud, "CopyObject", {{"Bucket", "abc"}, {"Key", "open"}, {"CopySource", "abc/k"}});
  EXPECT_EQ(get(cloud, "abc", "open"), "a secret");
  ok(cloud, "CopyObject",
     {{"Bucket", "abc"},
      {"Key", "again"},
      {"CopySource", "abc/open"},
      {"ServerSideEncryption", "aws:kms"}});
  ASSERT_EQ(kms.asked.size(), 3u);
  EXPECT_EQ(kms.asked[1].operation, "Decrypt");
  EXPECT_EQ(kms.asked[2].operation, "GenerateDataKey");
}

TEST_F(S3Encryption, AnUploadHasOneDataKey) {
  const auto begun = ok(cloud, "CreateMultipartUpload",
                        {{"Bucket", "abc"}, {"Key", "k"}, {"ServerSideEncryption", "aws:kms"}});
  const auto id = string_of(begun, "UploadId");
  const auto part = ok(cloud, "UploadPart",
                       {{"Bucket", "abc"},
                        {"Key", "k"},
                        {"UploadId", id},
                        {"PartNumber", 1},
                        {"Body", base64("the part")}});
  EXPECT_EQ(text(part, "ServerSideEncryption"), "aws:kms");
  const Object named{{"PartNumber", 1}, {"ETag", text(part, "ETag")}};
  ok(cloud, "CompleteMultipartUpload",
     {{"Bucket", "abc"},
      {"Key", "k"},
      {"UploadId", id},
      {"MultipartUpload", Object{{"Parts", Array{named}}}}});
  ASSERT_EQ(kms.asked.size(), 2u);
  EXPECT_EQ(kms.asked[1].operation, "Decrypt");
  ok(cloud, "CopyObject", {{"Bucket", "abc"}, {"Key", "open"}, {"CopySource", "abc/k"}});
  EXPECT_EQ(get(cloud, "abc", "open"), "the part");
}

TEST_F(S3Encryption, WhatKmsRefusesS3Tells) {
  const auto put_code = [&] {
    return code(cloud, "PutObject",
                {{"Bucket", "abc"},
                 {"Key", "k"},
                 {"Body", base64("v")},
                 {"ServerSideEncryption", "aws:kms"}});
  };
  kms.refuses = Error{"DisabledException", "key is disabled."};
  EXPECT_EQ(put_code(), "KMS.DisabledException");
  kms.refuses = Error{"KMSInvalidStateException", "key is pending deletion."};
  EXPECT_EQ(put_code(), "KMS.KMSInvalidStateException");
  kms.refuses = Error{"AccessDeniedException", "not authorized to perform: kms:GenerateDataKey"};
  EXPECT_EQ(put_code(), "AccessDenied");
  EXPECT_EQ(get(cloud, "abc", "k"), "<NoSuchKey>");
}

TEST_F(S3Encryption, BadHeadersAreRefused) {
  const auto put_code = [&](Object more) {
    more["Bucket"] = "abc";
    more["Key"] = "k";
    more["Body"] = base64("v");
    return code(cloud, "PutObject", std::move(more));
  };
  EXPECT_EQ(put_code({{"ServerSideEncryption", "rot13"}}), "InvalidArgument");
  EXPECT_EQ(put_code({{"ServerSideEncryption", "aws:kms:dsse"}}), "NotImplemented");
  EXPECT_EQ(put_code({{"SSEKMSKeyId", "alias/x"}}), "InvalidArgument");
  EXPECT_EQ(put_code({{"SSECustomerAlgorithm", "AES256"}}), "NotImplemented");
  EXPECT_EQ(put_code({{"ServerSideEncryption", "aws:kms"}, {"SSEKMSEncryptionContext", "?"}}),
            "InvalidArgument");
  put(cloud, "abc", "k", "v");
  EXPECT_EQ(get(cloud, "abc", "k", {{"SSECustomerAlgorithm", "AES256"}}), "<InvalidRequest>");
}

TEST(S3Anonymous, NobodyReadsWhatAKeyOfKmsHides) {
  Kms kms;
  TestCloud cloud([&](core::Registry& registry) {
    register_strict(registry);
    registry.add(fake_kms(kms));
  });
  make_bucket(cloud, "abc");
  ok(cloud, "DeletePublicAccessBlock", {{"Bucket", "abc"}});
  ok(cloud, "PutBucketPolicy",
     {{"Bucket", "abc"},
      {"Policy",
       R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::abc/*"}})"}});
  put(cloud, "abc", "hidden", "secret", {{"ServerSideEncryption", "aws:kms"}});
  put(cloud, "abc", "open", "v");
  const auto read = [&](std::string_view key) {
    return code(call_as(cloud, "anonymous", "GetObject", {{"Bucket", "abc"}, {"Key", key}}));
  };
  EXPECT_EQ(read("open"), "ok");
  EXPECT_EQ(read("hidden"), "InvalidArgument");
}

}  // namespace
}  // namespace tocsin::s3

// SPDX-License-Identifier: Apache-2.0
// Settings of a bucket, and the bucket as a resource.
#include "services/s3/resource.hpp"
#include "services/s3/testing.hpp"

namespace tocsin::s3 {
namespace {

using namespace testing;
using core::TestCloud;

TEST(S3Settings, EncryptionIsReported) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  const auto algorithm = [&] {
    const auto reply = ok(cloud, "GetBucketEncryption", {{"Bucket", "abc"}});
    return string_of(
        object_of(array_of(object_of(reply, "ServerSideEncryptionConfiguration"), "Rules")[0],
                  "ApplyServerSideEncryptionByDefault"),
        "SSEAlgorithm");
  };
  const auto put_rule = [&](std::string_view wanted) {
    const Object rule{{"ApplyServerSideEncryptionByDefault", Object{{"SSEAlgorithm", wanted}}}};
    return code(
        cloud, "PutBucketEncryption",
        {{"Bucket", "abc"}, {"ServerSideEncryptionConfiguration", Object{{"Rules", Array{rule}}}}});
  };
  EXPECT_EQ(algorithm(), "AES256");
  EXPECT_EQ(put_rule("aws:kms:dsse"), "NotImplemented");
  EXPECT_EQ(put_rule("aws:kms"), "ok");
  EXPECT_EQ(algorithm(), "aws:kms");
  EXPECT_EQ(put_rule("nonsense"), "MalformedXML");
  EXPECT_EQ(put_rule("AES256"), "ok");
  ok(cloud, "DeleteBucketEncryption", {{"Bucket", "abc"}});
  EXPECT_EQ(algorithm(), "AES256");
}

TEST(S3Settings, VersioningOwnershipAndTags) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  const auto versioning = [&](Object wanted) {
    return code(cloud, "PutBucketVersioning",
                {{"Bucket", "abc"}, {"VersioningConfiguration", std::move(wanted)}});
  };
  EXPECT_TRUE(ok(cloud, "GetBucketVersioning", {{"Bucket", "abc"}}).empty());
  EXPECT_EQ(versioning({}), "IllegalVersioningConfigurationException");
  EXPECT_EQ(versioning({{"Status", "Maybe"}}), "MalformedXML");
  EXPECT_EQ(versioning({{"Status", "Enabled"}, {"MFADelete", "Enabled"}}), "NotImplemented");
  ok(cloud, "DeleteBucketOwnershipControls", {{"Bucket", "abc"}});
  EXPECT_EQ(code(cloud, "GetBucketOwnershipControls", {{"Bucket", "abc"}}),
            "OwnershipControlsNotFoundError");
  EXPECT_EQ(code(cloud, "GetBucketTagging", {{"Bucket", "abc"}}), "NoSuchTagSet");
  const auto tags = [&](Array set) {
    return code(cloud, "PutBucketTagging",
                {{"Bucket", "abc"}, {"Tagging", Object{{"TagSet", std::move(set)}}}});
  };
  EXPECT_EQ(tags({Object{{"Key", "a"}, {"Value", "1"}}, Object{{"Key", "a"}, {"Value", "2"}}}),
            "InvalidTag");
  EXPECT_EQ(tags(Array{Object{{"Key", "aws:x"}, {"Value", "1"}}}), "InvalidTag");
  EXPECT_EQ(tags(Array{Object{{"Key", "a"}, {"Value", "1"}}}), "ok");
  EXPECT_EQ(array_of(ok(cloud, "GetBucketTagging", {{"Bucket", "abc"}}), "TagSet").size(), 1u);
}

TEST(S3Settings, WhatCannotBeSetIsToldAsNotThere) {
  TestCloud cloud(register_s3);
  make_bucket(cloud, "abc");
  const auto asked = [&](std::string_view operation) {
    return code(cloud, operation, {{"Bucket", "abc"}});
  };
  EXPECT_EQ(asked("GetBucketCors"), "NoSuchCORSConfiguration");
  EXPECT_EQ(asked("GetBucketLifecycleConfiguration"), "NoSuchLifecycleConfiguration");
  EXPECT_EQ(asked("GetBucketWebsite"), "NoSuchWebsiteConfiguration");
  EXPECT_EQ(asked("GetBucketReplication"), "ReplicationConfigurationNotFoundError");
  EXPECT_EQ(asked("PutBucketWebsite"), "NotImplemented");
  EXPECT_EQ(asked("PutBucketReplication"), "NotImplemented");
  EXPECT_EQ(asked("SelectObjectContent"), "NotImplemented");
  EXPECT_TRUE(ok(cloud, "GetBucketLogging", {{"Bucket", "abc"}}).empty());
  EXPECT_EQ(text(ok(cloud, "GetBucketRequestPayment", {{"Bucket", "abc"}}), "Payer"),
            "BucketOwner");
  EXPECT_EQ(code(cloud, "GetBucketCors", {{"Bucket", "none"}}), "NoSuchBucket");
}

/// The resource type's own life, as CloudFormation calls it.
class S3Declared : public ::testing::Test {
 protected:
  S3Declared() : cloud([this](core::Registry& registry) { add(registry); }) {}
  void add(core::Registry& registry) {
    register_s3(registry);
    const auto type = bucket_type();
    registry.add(core::Service{"test",
                               "test",
                               {{"Create", core::Effect::Write,
                                 [type](core::Call& call) {
                                   return type.create(call, object_of(call.params(), "Properties"));
                                 }},
                                {"Update", core::Effect::Write,
                                 [type](core::Call& call) {
                                   return type.update(call, string_of(call.params(), "Id"),
                                                      object_of(call.params(), "Properties"));
                                 }},
                                {"Remove", core::Effect::Write, [type](core::Call& call) {
                                   return type.remove(call, string_of(call.params(), "Id"));
                                 }}}});
    registry.on_change(
        [this](core::Context&, const core::Change& change) { changes.push_back(change); });
  }
  std::vector<core::Change> changes;
  TestCloud cloud;
};

TEST_F(S3Declared, MadeChangedAndRemovedByItsProperties) {
  const auto made = cloud.call("test", "Create", *parse_json(R"({"Properties":{
      "BucketName":"abc","VersioningConfiguration":{"Status":"Enabled"},"Tags":[{"Key":"team","Value":"blue"}],
      "PublicAccessBlockConfiguration":{"BlockPublicAcls":true,"BlockPublicPolicy":false},
      "BucketEncryption":{"ServerSideEncryptionConfiguration":[{"ServerSideEncryptionByDefault":{"SSEAlgorithm":"AES256"}}]},
      "NotificationConfiguration":{"EventBridgeConfiguration":{"EventBridgeEnabled":true}}}})"));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(text(*made, "Id"), "abc");
  ASSERT_EQ(changes.size(), 1u);
  EXPECT_EQ(changes[0].type, "AWS::S3::Bucket");
  EXPECT_EQ(changes[0].arn, "arn:aws:s3:::abc");
  EXPECT_EQ(text(object_of(changes[0].after->configuration, "VersioningConfiguration"), "Status"),
            "Enabled");
  EXPECT_FALSE(flag(object_of(changes[0].after->configuration, "PublicAccessBlockConfiguration"),
                    "BlockPublicPolicy"));
  EXPECT_TRUE(object_of(changes[0].after->configuration, "NotificationConfiguration")
                  .contains("EventBridgeConfiguration"));
  EXPECT_EQ(changes[0].after->tags.at("team"), "blue");
  ASSERT_TRUE(cloud.call("test", "Update", Object{{"Id", "abc"}, {"Properties", Object{}}}));
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(text(object_of(changes[1].after->configuration, "VersioningConfiguration"), "Status"),
            "Suspended");
  EXPECT_FALSE(object_of(changes[1].after->configuration, "NotificationConfiguration")
                   .contains("EventBridgeConfiguration"));
  EXPECT_EQ(
      code(cloud.call("test", "Create", Object{{"Properties", Object{{"BucketName", "abc"}}}})),
      "BucketAlreadyExists");
  EXPECT_EQ(code(cloud.call("test", "Create",
                            Object{{"Properties", Object{{"LifecycleConfiguration", Object{}}}}})),
            "InvalidRequest");
  ASSERT_TRUE(cloud.call("test", "Remove", Object{{"Id", "abc"}}));
  EXPECT_FALSE(changes.back().after);
}

TEST_F(S3Declared, APolicyShowsInTheDescription) {
  make_bucket(cloud, "abc");
  ok(cloud, "DeletePublicAccessBlock", {{"Bucket", "abc"}});
  ok(cloud, "PutBucketPolicy",
     {{"Bucket", "abc"},
      {"Policy",
       R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::abc/*"}})"}});
  const auto& after = changes.back().after->configuration;
  EXPECT_FALSE(find(after, "PublicAccessBlockConfiguration"));
  EXPECT_TRUE(flag(object_of(after, "PolicyStatus"), "IsPublic"));
  EXPECT_TRUE(text(object_of(after, "BucketPolicy"), "policyText").contains("s3:GetObject"));
}

}  // namespace
}  // namespace tocsin::s3

// SPDX-License-Identifier: Apache-2.0
// The record's shapes, against AWS's documentation of its contents.
#include "services/cloudtrail/record.hpp"

#include <gtest/gtest.h>

namespace tocsin::cloudtrail {
namespace {

using core::Principal;

const AccountId kAccount("123456789012");

Object made(const Principal& principal, core::Request request,
            Result<Document> outcome = Document(Object{})) {
  request.scope = {kAccount, "us-east-1"};
  return make_record({.event_id = "id",
                      .request = request,
                      .principal = principal,
                      .outcome = outcome,
                      .time = from_ms(1'790'000'000'000)});
}

core::Request request(std::string service, std::string operation, Object params = {}) {
  return {.service = std::move(service),
          .operation = std::move(operation),
          .params = std::move(params),
          .source_ip = "203.0.113.7"};
}

std::string identity(const Principal& principal) {
  return to_json(made(principal, request("iam", "ListUsers")).at("userIdentity"));
}

TEST(Record, TellsWhoCalled) {
  EXPECT_EQ(identity({.kind = Principal::Kind::Service, .service = "events.amazonaws.com"}),
            R"({"type":"AWSService","invokedBy":"events.amazonaws.com"})");
  EXPECT_EQ(identity({.kind = Principal::Kind::User,
                      .account = kAccount,
                      .arn = "arn:aws:iam::123456789012:user/ann",
                      .id = "AIDAX",
                      .name = "ann",
                      .access_key_id = "AKIAX"}),
            R"({"type":"IAMUser","principalId":"AIDAX","arn":"arn:aws:iam::123456789012:user/ann",)"
            R"("accountId":"123456789012","accessKeyId":"AKIAX","userName":"ann"})");
  EXPECT_EQ(identity({.kind = Principal::Kind::AssumedRole,
                      .account = kAccount,
                      .arn = "arn:aws:sts::123456789012:assumed-role/r/s",
                      .id = "AROAX:s",
                      .name = "s",
                      .access_key_id = "ASIAX",
                      .issuer_arn = "arn:aws:iam::123456789012:role/r",
                      .issuer_id = "AROAX",
                      .issuer_name = "r",
                      .issued = from_ms(1'790'000'000'000)}),
            R"({"type":"AssumedRole","principalId":"AROAX:s",)"
            R"("arn":"arn:aws:sts::123456789012:assumed-role/r/s","accountId":"123456789012",)"
            R"("accessKeyId":"ASIAX","sessionContext":{"sessionIssuer":{"type":"Role",)"
            R"("principalId":"AROAX","arn":"arn:aws:iam::123456789012:role/r",)"
            R"("accountId":"123456789012","userName":"r"},)"
            R"("attributes":{"creationDate":"2026-09-21T14:13:20Z","mfaAuthenticated":"false"}}})");
}

TEST(Record, TellsOfTheSessionOfAUser) {
  const auto session = identity({.kind = Principal::Kind::User,
                                 .account = kAccount,
                                 .name = "ann",
                                 .issued = from_ms(1'790'000'000'000),
                                 .mfa = true});
  EXPECT_NE(session.find(R"("sessionContext":{"attributes":{"creationDate":"2026-09-21T14:13:20Z",)"
                         R"("mfaAuthenticated":"true"}})"),
            std::string::npos)
      << session;
}

TEST(Record, NamesOperationsAsCloudTrailDoes) {
  const auto name = [](std::string service, std::string operation) {
    return std::string(
        made({}, request(std::move(service), std::move(operation))).at("eventName").as_string());
  };
  EXPECT_EQ(name("lambda", "CreateFunction"), "CreateFunction20150331");
  EXPECT_EQ(name("lambda", "Invoke"), "Invoke");
  EXPECT_EQ(name("s3", "PutPublicAccessBlock"), "PutBucketPublicAccessBlock");
  EXPECT_EQ(name("s3", "ListObjectsV2"), "ListObjects");
  EXPECT_EQ(name("iam", "CreateUser"), "CreateUser");
}

TEST(Record, ShowsS3ConfigurationsAsTheirXml) {
  const auto params = [](Object given) {
    return to_json(
        made({}, request("s3", "PutBucketPolicy", std::move(given))).at("requestParameters"));
  };
  EXPECT_EQ(params({{"Bucket", "b"}, {"VersioningConfiguration", Object{{"Status", "Suspended"}}}}),
            R"({"bucketName":"b","VersioningConfiguration":{"Status":"Suspended"}})");
  EXPECT_EQ(params({{"Bucket", "b"}, {"Policy", R"({"Version":"2012-10-17"})"}}),
            R"({"bucketName":"b","bucketPolicy":{"Version":"2012-10-17"}})");
  EXPECT_EQ(params({{"Bucket", "b"}, {"Key", "k"}, {"ACL", "private"}}),
            R"({"bucketName":"b","key":"k","x-amz-acl":"private"})");
}

TEST(Record, LeavesOutWhatKmsIsGiven) {
  const auto record = made({}, request("kms", "Decrypt",
                                       {{"CiphertextBlob", Object{{"$sealed", "x"}}},
                                        {"EncryptionContext", Object{{"App", "a"}}},
                                        {"EncryptionAlgorithm", "SYMMETRIC_DEFAULT"}}));
  EXPECT_EQ(to_json(record.at("requestParameters")),
            R"({"encryptionContext":{"App":"a"},"encryptionAlgorithm":"SYMMETRIC_DEFAULT"})");
  EXPECT_TRUE(record.at("responseElements").is_null());
  const auto alone = made({}, request("kms", "Decrypt", {{"CiphertextBlob", "x"}}));
  EXPECT_TRUE(alone.at("requestParameters").is_null());
}

TEST(Record, HidesWhatTheModelMarksAsSensitiveInReplies) {
  const auto reply = [](core::Request asked, Object said) {
    return to_json(made({.kind = Principal::Kind::Root, .account = kAccount}, std::move(asked),
                        Document(std::move(said)))
                       .at("responseElements"));
  };
  EXPECT_EQ(reply(request("ec2", "CreateKeyPair"),
                  {{"KeyName", "ops"}, {"KeyMaterial", "-----BEGIN RSA PRIVATE KEY-----"}}),
            R"({"requestId":"","keyName":"ops","keyMaterial":"<sensitiveDataRemoved>"})");
  EXPECT_EQ(reply(request("states", "StartSyncExecution"),
                  {{"status", "SUCCEEDED"}, {"output", "{\"card\":\"4111\"}"}}),
            R"({"status":"SUCCEEDED","output":"HIDDEN_DUE_TO_SECURITY_REASONS"})");
}

TEST(Record, TellsHowRequestsOfS3WereSignedAndStored) {
  auto put =
      request("s3", "PutObject",
              {{"Bucket", "b"}, {"Key", "k"}, {"Body", Object{{"$inline", "aGk="}, {"size", 2}}}});
  put.id = "r";
  put.signing = core::Signing{"REST-QUERY-STRING", "AWS4-HMAC-SHA256", 10, {}};
  const auto record = made({}, put, Document(Object{{"ServerSideEncryption", "AES256"}}));
  EXPECT_EQ(to_json(record.at("additionalEventData")),
            R"({"SignatureVersion":"SigV4","AuthenticationMethod":"QueryString",)"
            R"("bytesTransferredIn":2,"bytesTransferredOut":0,"SSEApplied":"Default_SSE_S3",)"
            R"("x-amz-id-2":"RUNJ5CLwUpcZHq0T4h09tSDlq+9SBV5JZLgvshP1k6E="})");
  put.params.as_object()["ServerSideEncryption"] = "aws:kms";
  put.signing.reset();
  const auto other = made({}, put, Document(Object{{"ServerSideEncryption", "aws:kms"}}));
  EXPECT_EQ(text(other.at("additionalEventData"), "SSEApplied"), "SSE_KMS");
  EXPECT_FALSE(find(other.at("additionalEventData"), "SignatureVersion"));
  EXPECT_FALSE(made({}, request("iam", "CreateUser")).contains("additionalEventData"));
}

TEST(Record, NamesTheResources) {
  const auto role =
      made({}, request("sts", "AssumeRole", {{"RoleArn", "arn:aws:iam::123456789012:role/r"}}));
  EXPECT_EQ(to_json(role.at("resources")),
            R"([{"accountId":"123456789012","type":"AWS::IAM::Role",)"
            R"("ARN":"arn:aws:iam::123456789012:role/r"}])");
  EXPECT_TRUE(role.at("readOnly").as_bool());
  const auto decrypted = made({}, request("kms", "Decrypt", {{"KeyId", "1234"}}));
  EXPECT_TRUE(decrypted.at("readOnly").as_bool());
  EXPECT_EQ(data_resource(decrypted).second, "arn:aws:kms:us-east-1:123456789012:key/1234");
  const auto listed = made({}, request("s3", "ListObjectsV2", {{"Bucket", "b"}}));
  EXPECT_EQ(data_resource(listed).second, "arn:aws:s3:::b/");
  EXPECT_FALSE(made({}, request("iam", "CreateUser")).contains("resources"));
}

}  // namespace
}  // namespace tocsin::cloudtrail

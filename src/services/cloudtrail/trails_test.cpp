// SPDX-License-Identifier: Apache-2.0
#include "services/cloudtrail/testing.hpp"

namespace tocsin::cloudtrail {
namespace {

using testing::StartsWith;

constexpr auto kArn = "arn:aws:cloudtrail:us-east-1:123456789012:trail/main";
constexpr auto kGroup = "arn:aws:logs:us-east-1:123456789012:log-group:audit:*";
constexpr auto kRole = "arn:aws:iam::123456789012:role/to-logs";

class Trails : public CloudTrailTest {
 protected:
  std::string refused_trail(Object more) {
    Object params{{"Name", "main"}, {"S3BucketName", "logs-bucket"}};
    for (const auto& member : more)
      params[member.key()] = member.value();
    return refused("CreateTrail", std::move(params));
  }
  Document status() { return *call("GetTrailStatus", {{"Name", "main"}}); }
};

TEST_F(Trails, AreMadeDescribedStoppedAndDeleted) {
  make_trail();
  EXPECT_THAT(refused_trail({}), StartsWith("TrailAlreadyExistsException: Trail main already"));
  EXPECT_EQ(refused("StartLogging", {{"Name", "other"}}),
            "TrailNotFoundException: Unknown trail: "
            "arn:aws:cloudtrail:us-east-1:123456789012:trail/other for the user: 123456789012");
  ASSERT_TRUE(call("StartLogging", {{"Name", kArn}}));
  EXPECT_TRUE(flag(status(), "IsLogging"));
  EXPECT_NE(text(status(), "TimeLoggingStarted"), "");
  EXPECT_EQ(text(status(), "TimeLoggingStopped"), "");
  ASSERT_TRUE(call("StopLogging", {{"Name", "main"}}));
  EXPECT_FALSE(flag(status(), "IsLogging"));
  EXPECT_TRUE(find(status(), "StopLoggingTime"));
  EXPECT_EQ(array_of(*call("ListTrails", {}), "Trails").size(), 1u);
  ASSERT_TRUE(call("DeleteTrail", {{"Name", "main"}}));
  EXPECT_THAT(refused("GetTrail", {{"Name", "main"}}), StartsWith("TrailNotFoundException"));
}

TEST_F(Trails, AreChangedAtHomeAndSeenAsShadowsElsewhere) {
  make_trail();
  const auto seen = array_of(*call_in("eu-west-1", "DescribeTrails", {}), "trailList");
  ASSERT_EQ(seen.size(), 1u);
  EXPECT_EQ(text(seen[0], "HomeRegion"), "us-east-1");
  EXPECT_TRUE(array_of(*call_in("eu-west-1", "DescribeTrails", {{"includeShadowTrails", false}}),
                       "trailList")
                  .empty());
  for (const auto* operation : {"StopLogging", "UpdateTrail", "DeleteTrail", "StartLogging"})
    EXPECT_EQ(call_in("eu-west-1", operation, {{"Name", kArn}}).error().code,
              "InvalidHomeRegionException");
  EXPECT_EQ(call_in("eu-west-1", "StopLogging", {{"Name", "main"}}).error().code,
            "TrailNotFoundException");
  EXPECT_TRUE(call_in("eu-west-1", "GetTrailStatus", {{"Name", kArn}}));
  ASSERT_TRUE(call("UpdateTrail", {{"Name", "main"}, {"IsMultiRegionTrail", false}}));
  EXPECT_TRUE(array_of(*call_in("eu-west-1", "DescribeTrails", {}), "trailList").empty());
}

TEST_F(Trails, NamesAreChecked) {
  const auto named = [&](std::string_view name) {
    return refused("CreateTrail", {{"Name", name}, {"S3BucketName", "logs-bucket"}});
  };
  EXPECT_EQ(named("ab"),
            "InvalidTrailNameException: Trail name too short. Minimum allowed length: 3 "
            "characters. Specified name length: 2 characters.");
  EXPECT_EQ(named("-abc"),
            "InvalidTrailNameException: Trail name must starts with a letter or number.");
  EXPECT_EQ(named("abc_"),
            "InvalidTrailNameException: Trail name must ends with a letter or number.");
  for (const auto* bad : {"a b", "a--b", "a._b", "192.168.5.4"})
    EXPECT_THAT(named(bad), StartsWith("InvalidTrailNameException: Trail name"));
  EXPECT_THAT(named(std::string(129, 'a')),
              StartsWith("InvalidTrailNameException: Trail name too long"));
  EXPECT_THAT(refused("GetTrail", {{"Name", "arn:aws:s3:::b"}}),
              StartsWith("CloudTrailARNInvalidException"));
}

TEST_F(Trails, SettingsAreChecked) {
  EXPECT_THAT(refused_trail({{"S3BucketName", "ab"}}),
              StartsWith("InvalidS3BucketNameException: Bucket name length"));
  EXPECT_THAT(refused_trail({{"S3BucketName", "My_Bucket"}}),
              StartsWith("InvalidS3BucketNameException"));
  EXPECT_EQ(refused_trail({{"S3KeyPrefix", std::string(201, 'p')}}),
            "InvalidS3PrefixException: S3 prefix is longer than maximum length: 200");
  EXPECT_THAT(refused_trail({{"S3KeyPrefix", "/p"}}), StartsWith("InvalidS3PrefixException"));
  EXPECT_THAT(refused_trail({{"SnsTopicName", "a topic"}}),
              StartsWith("InvalidSnsTopicNameException"));
  EXPECT_THAT(refused_trail({{"KmsKeyId", "arn:aws:sqs:us-east-1:123456789012:q"}}),
              StartsWith("InvalidKmsKeyIdException"));
  EXPECT_EQ(refused_trail({{"IsMultiRegionTrail", true}, {"IncludeGlobalServiceEvents", false}}),
            "InvalidParameterCombinationException: Multi-Region trail must include global service "
            "events.");
  EXPECT_THAT(refused_trail({{"IsOrganizationTrail", true}}),
              StartsWith("OrganizationsNotInUseException"));
  EXPECT_THAT(refused_trail({{"CloudWatchLogsLogGroupArn", kGroup}}),
              StartsWith("InvalidCloudWatchLogsRoleArnException"));
  EXPECT_THAT(refused_trail({{"CloudWatchLogsRoleArn", kRole}}),
              StartsWith("InvalidCloudWatchLogsLogGroupArnException"));
  EXPECT_THAT(
      refused_trail({{"CloudWatchLogsLogGroupArn", "audit"}, {"CloudWatchLogsRoleArn", kRole}}),
      StartsWith("InvalidCloudWatchLogsLogGroupArnException"));
}

TEST_F(Trails, DestinationsAreTried) {
  const auto denied = [&](std::string_view operation, std::string code, Object more) {
    refusal = {{std::string(operation), {std::move(code), "no", 403}}};
    auto answer = refused_trail(std::move(more));
    refusal.clear();
    return answer;
  };
  EXPECT_EQ(denied("GetBucketAcl", "NoSuchBucket", {}),
            "S3BucketDoesNotExistException: S3 bucket logs-bucket does not exist!");
  EXPECT_EQ(denied("PutObject", "AccessDenied", {}),
            "InsufficientS3BucketPolicyException: Incorrect S3 bucket policy is detected for "
            "bucket: logs-bucket");
  EXPECT_EQ(denied("Publish", "NotFound", {{"SnsTopicName", "audit"}}),
            "InsufficientSnsTopicPolicyException: SNS Topic does not exist or the topic policy is "
            "incorrect!");
  EXPECT_THAT(denied("DescribeKey", "NotFoundException", {{"KmsKeyId", "alias/audit"}}),
              StartsWith("KmsKeyNotFoundException"));
  EXPECT_THAT(denied("GenerateDataKey", "DisabledException", {{"KmsKeyId", "alias/audit"}}),
              StartsWith("KmsKeyDisabledException"));
  EXPECT_EQ(denied("GenerateDataKey", "AccessDeniedException", {{"KmsKeyId", "alias/audit"}}),
            "InsufficientEncryptionPolicyException: Insufficient permissions to access S3 bucket "
            "logs-bucket or KMS key arn:aws:kms:us-east-1:123456789012:alias/audit.");
  const Object logs{{"CloudWatchLogsLogGroupArn", kGroup}, {"CloudWatchLogsRoleArn", kRole}};
  EXPECT_EQ(denied("CreateLogStream", "ResourceNotFoundException", logs),
            "InvalidCloudWatchLogsLogGroupArnException: CloudTrail cannot validate the specified "
            "log group ARN.");
  EXPECT_EQ(denied("CreateLogStream", "AccessDeniedException", logs),
            "InvalidCloudWatchLogsRoleArnException: Access denied. Check the permissions for your "
            "role.");
  EXPECT_TRUE(array_of(*call("ListTrails", {}), "Trails").empty());
}

TEST_F(Trails, FiveFitIntoARegion) {
  for (const auto* name : {"one", "two", "three", "four", "five"})
    ASSERT_TRUE(call("CreateTrail", {{"Name", name}, {"S3BucketName", "logs-bucket"}}));
  EXPECT_EQ(refused_trail({}),
            "MaximumNumberOfTrailsExceededException: User: 123456789012 already has 5 trails in "
            "us-east-1.");
  EXPECT_TRUE(
      call_in("eu-west-1", "CreateTrail", {{"Name", "main"}, {"S3BucketName", "logs-bucket"}}));
}

TEST_F(Trails, CarryTags) {
  make_trail({{"TagsList", Array{Object{{"Key", "team"}, {"Value", "blue"}}}}});
  const auto tags = [&] {
    return array_of(
        array_of(*call("ListTags", {{"ResourceIdList", Array{kArn}}}), "ResourceTagList")[0],
        "TagsList");
  };
  ASSERT_TRUE(call("AddTags", {{"ResourceId", kArn},
                               {"TagsList", Array{Object{{"Key", "team"}, {"Value", "red"}},
                                                  Object{{"Key", "note"}}}}}));
  EXPECT_EQ(to_json(tags()), R"([{"Key":"note"},{"Key":"team","Value":"red"}])");
  ASSERT_TRUE(
      call("RemoveTags", {{"ResourceId", kArn}, {"TagsList", Array{Object{{"Key", "team"}}}}}));
  EXPECT_EQ(tags().size(), 1u);
  const auto add = [&](std::string_view id, Array list) {
    return refused("AddTags", {{"ResourceId", id}, {"TagsList", std::move(list)}});
  };
  EXPECT_THAT(add("main", {Object{{"Key", "k"}}}), StartsWith("CloudTrailARNInvalidException"));
  EXPECT_THAT(add(std::string(kArn) + "2", {Object{{"Key", "k"}}}),
              StartsWith("ResourceNotFoundException"));
  EXPECT_THAT(
      add("arn:aws:cloudtrail:us-east-1:123456789012:eventdatastore/x", {Object{{"Key", "k"}}}),
      StartsWith("ResourceTypeNotSupportedException"));
  EXPECT_THAT(add(kArn, {Object{{"Key", "k"}}, Object{{"Key", "k"}}}),
              StartsWith("InvalidTagParameterException"));
  Array many;
  for (int i = 0; i < 51; ++i)
    many.push_back(Object{{"Key", "k" + std::to_string(i)}});
  EXPECT_THAT(add(kArn, std::move(many)), StartsWith("TagsLimitExceededException"));
}

TEST_F(Trails, GlobalEventsGoOnlyWhereTheyAreWanted) {
  ASSERT_TRUE(call(
      "CreateTrail",
      {{"Name", "main"}, {"S3BucketName", "logs-bucket"}, {"IncludeGlobalServiceEvents", false}}));
  ASSERT_TRUE(call("StartLogging", {{"Name", "main"}}));
  make_user("eve");
  cloud.advance(std::chrono::minutes(2));
  EXPECT_THAT(delivered_names(), testing::Not(testing::Contains("CreateUser")));
}

}  // namespace
}  // namespace tocsin::cloudtrail

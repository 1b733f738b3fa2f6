// SPDX-License-Identifier: Apache-2.0
#include "base/crypto.hpp"
#include "services/cloudtrail/testing.hpp"

namespace tocsin::cloudtrail {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

class Deliveries : public CloudTrailTest {
 protected:
  Document status() { return *call("GetTrailStatus", {{"Name", "main"}}); }
};

TEST_F(Deliveries, GoToS3OnceAndThenRest) {
  make_trail();
  make_user("eve");
  EXPECT_TRUE(files().empty());
  cloud.advance(minutes(2));
  ASSERT_EQ(files().size(), 1u);
  const auto file = files()[0];
  EXPECT_THAT(string_of(file, "Key"),
              testing::StartsWith("AWSLogs/123456789012/CloudTrail/us-east-1/2026/"));
  EXPECT_EQ(text(file, "ACL"), "bucket-owner-full-control");
  EXPECT_EQ(text(file, "ServerSideEncryption"), "AES256");
  EXPECT_THAT(names(records(file)), testing::ElementsAre("StartLogging", "CreateUser"));
  cloud.advance(hours(2));
  EXPECT_EQ(files().size(), 1u);
  EXPECT_TRUE(find(status(), "LatestDeliveryTime"));
  EXPECT_NE(text(status(), "LatestDeliveryAttemptSucceeded"), "");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Deliveries, GoOnUntilTheBucketTakesThem) {
  make_trail();
  refusal["PutObject"] = {"AccessDenied", "Access Denied", 403};
  cloud.advance(hours(30));
  EXPECT_TRUE(files().empty());
  EXPECT_EQ(text(status(), "LatestDeliveryError"), "AccessDenied");
  EXPECT_FALSE(find(status(), "LatestDeliveryTime"));
  refusal.clear();
  cloud.advance(hours(2));
  EXPECT_THAT(delivered_names(), testing::Contains("StartLogging"));
  EXPECT_FALSE(find(status(), "LatestDeliveryError"));
}

TEST_F(Deliveries, UseTheKeyOfTheTrail) {
  make_trail({{"KmsKeyId", "1234abcd-12ab-34cd-56ef-1234567890ab"}});
  cloud.advance(minutes(2));
  EXPECT_EQ(text(files()[0], "ServerSideEncryption"), "aws:kms");
  EXPECT_EQ(text(files()[0], "SSEKMSKeyId"),
            "arn:aws:kms:us-east-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab");
  EXPECT_EQ(unbase64(text(files()[0], "SSEKMSEncryptionContext")),
            R"({"aws:cloudtrail:arn":"arn:aws:cloudtrail:us-east-1:123456789012:trail/main"})");
}

TEST_F(Deliveries, AreAnnounced) {
  make_trail({{"SnsTopicName", "audit"}});
  ASSERT_EQ(published.size(), 1u);
  EXPECT_EQ(text(published[0], "Message"), "CloudTrail validation message.");
  cloud.advance(minutes(2));
  ASSERT_EQ(published.size(), 2u);
  EXPECT_EQ(text(published[1], "TopicArn"), "arn:aws:sns:us-east-1:123456789012:audit");
  EXPECT_EQ(text(published[1], "Message"), R"({"s3Bucket":"logs-bucket","s3ObjectKey":[")" +
                                               string_of(files()[0], "Key") + R"("]})");
  EXPECT_TRUE(find(status(), "LatestNotificationTime"));
  refusal["Publish"] = {"AuthorizationError", "no", 403};
  make_user("eve");
  cloud.advance(minutes(2));
  EXPECT_EQ(text(status(), "LatestNotificationError"), "AuthorizationError");
}

TEST_F(Deliveries, GoToCloudWatchLogs) {
  make_trail(
      {{"CloudWatchLogsLogGroupArn", "arn:aws:logs:us-east-1:123456789012:log-group:audit:*"},
       {"CloudWatchLogsRoleArn", "arn:aws:iam::123456789012:role/to-logs"}});
  make_user("eve");
  cloud.advance(minutes(2));
  ASSERT_EQ(logged.size(), 1u);
  EXPECT_EQ(text(logged[0], "logGroupName"), "audit");
  EXPECT_EQ(text(logged[0], "logStreamName"), "123456789012_CloudTrail_us-east-1");
  const auto& events = array_of(logged[0], "logEvents");
  ASSERT_EQ(events.size(), 2u);
  const auto record = *parse_json(text(events[1], "message"));
  EXPECT_EQ(text(record, "eventName"), "CreateUser");
  EXPECT_EQ(*integer(events[1], "timestamp"), to_ms(*parse_iso8601(text(record, "eventTime"))));
  EXPECT_TRUE(find(status(), "LatestCloudWatchLogsDeliveryTime"));
  refusal["PutLogEvents"] = {"AccessDeniedException", "no", 403};
  make_user("mallory");
  cloud.advance(minutes(2));
  EXPECT_EQ(text(status(), "LatestCloudWatchLogsDeliveryError"), "AccessDeniedException");
  ASSERT_TRUE(
      call("UpdateTrail",
           {{"Name", "main"}, {"CloudWatchLogsLogGroupArn", ""}, {"CloudWatchLogsRoleArn", ""}}));
  EXPECT_FALSE(
      find(object_of(*call("GetTrail", {{"Name", "main"}}), "Trail"), "CloudWatchLogsLogGroupArn"));
}

TEST_F(Deliveries, TheCallThatStopsATrailIsTheLastThatItRecords) {
  make_trail();
  cloud.advance(minutes(2));
  const auto before = files().size();
  ASSERT_TRUE(call("StopLogging", {{"Name", "main"}}));
  cloud.advance(minutes(2));
  EXPECT_EQ(files().size(), before + 1);
  make_user("eve");
  ASSERT_TRUE(call("StopLogging", {{"Name", "main"}}));
  cloud.advance(minutes(2));
  EXPECT_EQ(files().size(), before + 1);
}

TEST_F(Deliveries, OfADeletedTrailAreCompleted) {
  make_trail();
  make_user("eve");
  ASSERT_TRUE(call("DeleteTrail", {{"Name", "main"}}));
  EXPECT_THAT(delivered_names(), testing::Contains("CreateUser"));
  make_user("mallory");
  cloud.advance(hours(2));
  EXPECT_THAT(delivered_names(), testing::Contains("CreateUser").Times(1));
}

}  // namespace
}  // namespace tocsin::cloudtrail

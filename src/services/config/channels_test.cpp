// SPDX-License-Identifier: Apache-2.0
#include "services/config/recording_testing.hpp"

namespace tocsin::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;

Result<Document> put(Recorded& cloud, Object channel) {
  if (!channel.contains("s3BucketName")) channel["s3BucketName"] = "audit";
  return cloud.config("PutDeliveryChannel", Object{{"DeliveryChannel", std::move(channel)}});
}

TEST(Channels, WritesAFileToSeeWhetherItMay) {
  Recorded cloud;
  cloud.set_up({{"s3KeyPrefix", "trail"}});
  EXPECT_THAT(cloud.files(),
              ElementsAre("trail/AWSLogs/123456789012/Config/ConfigWritabilityCheckFile"));
  const auto params = kTestFiles.get(*cloud.stores().state, core::Key{cloud.files()[0]});
  EXPECT_EQ(text(*params, "role"), kRole) << "as the recorder's role";
  EXPECT_EQ(text(*params, "ACL"), "bucket-owner-full-control");
  const auto reply = cloud.config("DescribeDeliveryChannels");
  const auto& channel = array_of(*reply, "DeliveryChannels").at(0);
  EXPECT_EQ(text(channel, "s3BucketName"), "audit");
  EXPECT_EQ(text(channel, "s3KeyPrefix"), "trail");
}

TEST(Channels, ABucketThatRefuses) {
  Recorded cloud;
  cloud.set_up();
  cloud.deny("PutObject", "role");
  EXPECT_TRUE(put(cloud, {})) << "the bucket's policy lets the service in";
  cloud.deny("PutObject", "all");
  auto reply = put(cloud, {{"s3KeyPrefix", "p"}});
  EXPECT_EQ(code_of(reply), "InsufficientDeliveryPolicyException");
  EXPECT_EQ(reply.error().message,
            "Insufficient delivery policy to s3 bucket: audit, unable to write to bucket, provided "
            "s3 key prefix is 'p', provided kms key is 'null'.");
  cloud.deny("GetBucketAcl", "all");
  reply = put(cloud, {});
  EXPECT_EQ(reply.error().message,
            "Insufficient delivery policy to s3 bucket: audit, unable to get s3 bucket acl.");
}

TEST(Channels, Errors) {
  Recorded cloud;
  EXPECT_EQ(code_of(put(cloud, {})), "NoAvailableConfigurationRecorderException");
  cloud.set_up();
  EXPECT_EQ(code_of(put(cloud, {{"name", "second"}})),
            "MaxNumberOfDeliveryChannelsExceededException");
  EXPECT_EQ(code_of(put(cloud, {{"name", ""}})), "InvalidDeliveryChannelNameException");
  EXPECT_EQ(code_of(put(cloud, {{"name", " "}})), "InvalidDeliveryChannelNameException");
  EXPECT_EQ(code_of(put(cloud, {{"s3BucketName", ""}})), "NoSuchBucketException");
  EXPECT_EQ(code_of(put(cloud, {{"s3BucketName", "nowhere"}})), "NoSuchBucketException");
  EXPECT_EQ(code_of(put(cloud, {{"s3KeyPrefix", ""}})), "InvalidS3KeyPrefixException");
  EXPECT_EQ(code_of(put(cloud, {{"snsTopicARN", "topic"}})), "InvalidSNSTopicARNException");
  EXPECT_EQ(code_of(put(cloud, {{"s3KmsKeyArn", "key"}})), "InvalidS3KmsKeyArnException");
  EXPECT_EQ(code_of(put(cloud, {{"configSnapshotDeliveryProperties",
                                 Object{{"deliveryFrequency", "Often"}}}})),
            "ValidationException");
  const auto named = [&](std::string_view operation, std::string_view member) {
    return code_of(cloud.config(operation, Object{{member, "other"}}));
  };
  EXPECT_EQ(named("DeleteDeliveryChannel", "DeliveryChannelName"),
            "NoSuchDeliveryChannelException");
  EXPECT_EQ(named("DeliverConfigSnapshot", "deliveryChannelName"),
            "NoSuchDeliveryChannelException");
  EXPECT_EQ(
      code_of(cloud.config("DeliverConfigSnapshot", Object{{"deliveryChannelName", "default"}})),
      "NoRunningConfigurationRecorderException");
  cloud.start();
  EXPECT_EQ(
      code_of(cloud.config("DeleteDeliveryChannel", Object{{"DeliveryChannelName", "default"}})),
      "LastDeliveryChannelDeleteFailedException");
  cloud.must(
      cloud.config("StopConfigurationRecorder", Object{{"ConfigurationRecorderName", "default"}}));
  cloud.must(cloud.config("DeleteDeliveryChannel", Object{{"DeliveryChannelName", "default"}}));
}

TEST(Snapshots, HaveAllThatIsInOneFile) {
  Recorded cloud;
  cloud.set_up({{"snsTopicARN", kTopic}});
  for (int i = 0; i < 510; ++i)
    cloud.queue(fmt::format("q{}", i), {{"number", i}});
  cloud.start();
  cloud.drop("q7");
  const auto reply =
      cloud.config("DeliverConfigSnapshot", Object{{"deliveryChannelName", "default"}});
  ASSERT_TRUE(reply);
  const auto id = string_of(*reply, "configSnapshotId");
  std::string key;
  for (const auto& each : cloud.files()) {
    if (each.find("ConfigSnapshot") != std::string::npos) key = each;
  }
  EXPECT_THAT(key, MatchesRegex("AWSLogs/123456789012/Config/us-east-1/2026/9/21/ConfigSnapshot/"
                                "123456789012_Config_us-east-1_ConfigSnapshot_20260921T......Z_" +
                                id + "\\.json\\.gz"));
  const auto file = cloud.file(key);
  EXPECT_EQ(text(file, "fileVersion"), "1.0");
  EXPECT_EQ(text(file, "configSnapshotId"), id);
  EXPECT_EQ(array_of(file, "configurationItems").size(), 509u);
  std::vector<std::string> types;
  for (const auto& message : cloud.messages()) {
    if (text(message.at("Message"), "configSnapshotId") == id)
      types.push_back(string_of(message.at("Message"), "messageType"));
  }
  EXPECT_THAT(types, ElementsAre("ConfigurationSnapshotDeliveryStarted",
                                 "ConfigurationSnapshotDeliveryCompleted"));
  EXPECT_EQ(cloud.events().back().detail_type, "Config Configuration Snapshot Delivery Status");
  EXPECT_EQ(text(cloud.events().back().detail, "s3ObjectKey"), key);
  const auto status = cloud.config("DescribeDeliveryChannelStatus");
  const auto& info =
      object_of(array_of(*status, "DeliveryChannelsStatus").at(0), "configSnapshotDeliveryInfo");
  EXPECT_EQ(text(info, "lastStatus"), "SUCCESS");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST(Snapshots, ComeOnSchedule) {
  Recorded cloud;
  cloud.set_up({{"configSnapshotDeliveryProperties", Object{{"deliveryFrequency", "One_Hour"}}}});
  cloud.start();
  cloud.queue("mail");
  const auto before = cloud.files().size();
  cloud.advance(std::chrono::hours(3));
  EXPECT_EQ(cloud.files().size(), before + 3);
}

TEST(Histories, AreAFileATypeEverySixHours) {
  Recorded cloud;
  cloud.set_up({{"snsTopicARN", kTopic}});
  cloud.start();
  cloud.queue("mail", {{"a", 1}});
  cloud.advance(std::chrono::hours(1));
  cloud.queue("mail", {{"a", 2}});
  cloud.advance(std::chrono::hours(5));
  ASSERT_EQ(cloud.files().size(), 2u);
  const auto key = cloud.files().back();
  EXPECT_THAT(
      key,
      HasSubstr("/ConfigHistory/123456789012_Config_us-east-1_ConfigHistory_AWS::SQS::Queue_"));
  EXPECT_THAT(key, MatchesRegex(".*_1\\.json\\.gz"));
  const auto file = cloud.file(key);
  const auto& items = array_of(file, "configurationItems");
  ASSERT_EQ(items.size(), 2u);
  EXPECT_EQ(items[1].at("configuration"), Document(Object{{"a", 2}}));
  EXPECT_EQ(text(items[0], "configurationItemVersion"), "1.3");
  EXPECT_EQ(text(items[0], "awsAccountId"), "123456789012");
  cloud.advance(std::chrono::hours(12));
  EXPECT_EQ(cloud.files().size(), 2u) << "nothing happened, nothing is written";
  cloud.drop("mail");
  cloud.advance(std::chrono::hours(6));
  EXPECT_EQ(cloud.files().size(), 3u);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST(Histories, AFailureIsTold) {
  Recorded cloud;
  cloud.set_up({{"snsTopicARN", kTopic}});
  cloud.start();
  cloud.queue("mail");
  cloud.deny("PutObject", "all");
  cloud.advance(std::chrono::hours(6));
  const auto status = cloud.config("DescribeDeliveryChannelStatus");
  const auto& info =
      object_of(array_of(*status, "DeliveryChannelsStatus").at(0), "configHistoryDeliveryInfo");
  EXPECT_EQ(text(info, "lastStatus"), "FAILURE");
  EXPECT_EQ(text(info, "lastErrorCode"), "AccessDenied");
  const auto messages = cloud.messages();
  EXPECT_EQ(text(messages.back().at("Message"), "messageType"),
            "ConfigurationHistoryDeliveryFailed");
}

}  // namespace
}  // namespace tocsin::config

// SPDX-License-Identifier: Apache-2.0
#include "services/config/recording_testing.hpp"

namespace tocsin::config {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

const core::Event* last_change(const core::TestCloud& cloud) {
  const core::Event* found = nullptr;
  for (const auto& event : cloud.events()) {
    if (event.detail_type == "Config Configuration Item Change") found = &event;
  }
  return found;
}

TEST(Recording, AChangeIsAnItem) {
  Recorded cloud;
  cloud.set_up();
  cloud.start();
  cloud.queue("mail", {{"DelaySeconds", "1"}}, {{"team", "blue"}});
  cloud.advance(std::chrono::seconds(1));
  cloud.queue("mail", {{"DelaySeconds", "2"}}, {{"team", "blue"}});
  const auto items = cloud.items_of("mail");
  ASSERT_EQ(items.size(), 2u);
  const auto& item = items[0];
  EXPECT_EQ(text(item, "version"), "1.3");
  EXPECT_EQ(text(item, "accountId"), "123456789012");
  EXPECT_EQ(text(item, "configurationItemStatus"), "OK");
  EXPECT_EQ(text(items[1], "configurationItemStatus"), "ResourceDiscovered");
  EXPECT_EQ(text(item, "arn"), "arn:aws:sqs:us-east-1:123456789012:mail");
  EXPECT_EQ(text(item, "awsRegion"), "us-east-1");
  EXPECT_EQ(text(item, "configuration"), R"({"DelaySeconds":"2"})");
  EXPECT_EQ(text(object_of(item, "tags"), "team"), "blue");
  EXPECT_EQ(array_of(item, "relatedEvents").size(), 1u) << "the call that made it";
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST(Recording, NothingNewIsNoItem) {
  Recorded cloud;
  cloud.set_up();
  cloud.start();
  cloud.queue("mail", {{"DelaySeconds", "1"}});
  cloud.queue("mail", {{"DelaySeconds", "1"}});
  EXPECT_EQ(cloud.items_of("mail").size(), 1u);
}

TEST(Recording, ItemsOfOneMomentKeepTheirOrder) {
  Recorded cloud;
  cloud.set_up();
  cloud.start();
  for (int i = 0; i < 12; ++i)
    cloud.queue("mail", {{"DelaySeconds", std::to_string(i)}});
  const auto items = cloud.items_of("mail", {{"limit", 100}, {"chronologicalOrder", "Forward"}});
  ASSERT_EQ(items.size(), 12u);
  std::int64_t last = 0;
  for (std::size_t i = 0; i < items.size(); ++i) {
    EXPECT_EQ(text(items[i], "configuration"), fmt::format(R"({{"DelaySeconds":"{}"}})", i));
    const auto state = std::stoll(string_of(items[i], "configurationStateId"));
    EXPECT_GT(state, last);
    last = state;
  }
}

TEST(Recording, ADeletedResourceHasAnItemWithoutConfiguration) {
  Recorded cloud;
  cloud.set_up();
  cloud.start();
  cloud.queue("mail", {{"DelaySeconds", "1"}});
  cloud.drop("mail");
  const auto items = cloud.items_of("mail");
  EXPECT_EQ(text(items.at(0), "configurationItemStatus"), "ResourceDeleted");
  EXPECT_FALSE(find(items[0], "configuration"));
  const auto* event = last_change(cloud);
  ASSERT_TRUE(event);
  const auto& told = object_of(event->detail, "configurationItemDiff");
  EXPECT_EQ(text(told, "changeType"), "DELETE");
  const auto& gone = object_of(object_of(told, "changedProperties"), "Configuration");
  EXPECT_EQ(text(gone, "changeType"), "DELETE");
  EXPECT_TRUE(gone.at("updatedValue").is_null());
  EXPECT_TRUE(object_of(event->detail, "configurationItem").at("configuration").is_null());
  cloud.queue("mail", {{"DelaySeconds", "1"}});
  EXPECT_EQ(text(cloud.items_of("mail").at(0), "configurationItemStatus"), "ResourceDiscovered");
}

TEST(Recording, WhatWasThereIsDiscoveredWhenRecordingBegins) {
  Recorded cloud;
  for (int i = 0; i < 450; ++i)
    cloud.queue(fmt::format("q{}", i));
  cloud.set_up();
  cloud.start();
  const auto counts = cloud.config("GetDiscoveredResourceCounts");
  EXPECT_EQ(integer(*counts, "totalDiscoveredResources"), 450);
  const auto& item = cloud.items_of("q449").at(0);
  EXPECT_EQ(text(item, "configurationItemStatus"), "ResourceDiscovered");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST(Recording, WhatHappenedWhileItWasStoppedIsFoundAtTheStart) {
  Recorded cloud;
  cloud.set_up();
  cloud.start();
  cloud.queue("same", {{"a", "1"}});
  cloud.queue("changed", {{"a", "1"}});
  cloud.queue("gone", {{"a", "1"}});
  cloud.must(
      cloud.config("StopConfigurationRecorder", Object{{"ConfigurationRecorderName", "default"}}));
  cloud.queue("changed", {{"a", "2"}});
  cloud.drop("gone");
  cloud.queue("new", {{"a", "1"}});
  EXPECT_EQ(cloud.items_of("changed").size(), 1u);
  cloud.start();
  EXPECT_EQ(cloud.items_of("same").size(), 1u);
  EXPECT_EQ(text(cloud.items_of("changed").at(0), "configurationItemStatus"), "OK");
  EXPECT_EQ(text(cloud.items_of("gone").at(0), "configurationItemStatus"), "ResourceDeleted");
  EXPECT_EQ(text(cloud.items_of("new").at(0), "configurationItemStatus"), "ResourceDiscovered");
}

TEST(Recording, RelationshipsInBothDirections) {
  Recorded cloud;
  cloud.set_up();
  cloud.start();
  cloud.queue("outer");
  cloud.queue("inner", {{"Parent", "outer"}});
  const auto inner = cloud.items_of("inner"), outer = cloud.items_of("outer");
  EXPECT_EQ(text(array_of(inner.at(0), "relationships").at(0), "relationshipName"),
            "Is contained in Queue");
  ASSERT_EQ(outer.size(), 2u) << "the other one has changed, too";
  const auto& back = array_of(outer[0], "relationships").at(0);
  EXPECT_EQ(text(back, "relationshipName"), "Contains Queue");
  EXPECT_EQ(text(back, "resourceId"), "inner");
  cloud.drop("inner");
  const auto after = cloud.items_of("outer");
  ASSERT_EQ(after.size(), 3u);
  EXPECT_TRUE(array_of(after[0], "relationships").empty());
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST(Recording, TheEventSaysWhatChanged) {
  Recorded cloud;
  cloud.set_up({{"snsTopicARN", kTopic}});
  cloud.start();
  cloud.queue("mail", {{"delay", "1"}, {"rules", Array{"a", "b"}}}, {{"team", "blue"}});
  cloud.queue("mail", {{"delay", "2"}, {"rules", Array{"b", "c", "d"}}}, {{"team", "red"}});
  const auto* event = last_change(cloud);
  ASSERT_TRUE(event);
  EXPECT_EQ(event->source, "aws.config");
  EXPECT_THAT(event->resources, ElementsAre("arn:aws:sqs:us-east-1:123456789012:mail"));
  EXPECT_EQ(text(event->detail, "messageType"), "ConfigurationItemChangeNotification");
  EXPECT_EQ(text(event->detail, "recordVersion"), "1.3");
  const auto& told = object_of(event->detail, "configurationItemDiff");
  EXPECT_EQ(text(told, "changeType"), "UPDATE");
  const auto& changes = object_of(told, "changedProperties");
  const auto& delay = object_of(changes, "Configuration.Delay");
  EXPECT_EQ(text(delay, "previousValue"), "1");
  EXPECT_EQ(text(delay, "updatedValue"), "2");
  EXPECT_EQ(text(delay, "changeType"), "UPDATE");
  EXPECT_EQ(text(object_of(changes, "Configuration.Rules.0"), "previousValue"), "a");
  EXPECT_EQ(text(object_of(changes, "Configuration.Rules.1"), "updatedValue"), "c");
  EXPECT_EQ(text(object_of(changes, "Configuration.Rules.2"), "changeType"), "CREATE");
  EXPECT_EQ(text(object_of(changes, "Tags.team"), "updatedValue"), "red");
  EXPECT_EQ(changes.size(), 5u);
  const auto messages = cloud.messages();
  ASSERT_EQ(messages.size(), 2u);
  EXPECT_EQ(text(messages[0], "Subject"),
            "[AWS Config:us-east-1] AWS::SQS::Queue mail Discovered in Account 123456789012");
  EXPECT_EQ(text(messages[1], "Subject"),
            "[AWS Config:us-east-1] AWS::SQS::Queue mail Updated in Account 123456789012");
  EXPECT_EQ(messages[1].at("Message"), Document(event->detail));
  const auto& item = object_of(event->detail, "configurationItem");
  EXPECT_EQ(text(item, "ARN"), "arn:aws:sqs:us-east-1:123456789012:mail");
  EXPECT_EQ(text(item, "configurationItemVersion"), "1.3");
  EXPECT_TRUE(item.at("configurationStateId").is_int64());
}

TEST(Recording, AnOversizedItemIsToldByItsSummary) {
  Recorded cloud;
  cloud.set_up({{"snsTopicARN", kTopic}});
  cloud.start();
  cloud.queue("mail", {{"text", std::string(300'000, 'x')}});
  const auto messages = cloud.messages();
  ASSERT_EQ(messages.size(), 1u);
  const auto& message = messages[0].at("Message");
  EXPECT_EQ(text(message, "messageType"), "OversizedConfigurationItemChangeNotification");
  EXPECT_EQ(text(message, "recordVersion"), "1.0");
  const auto& summary = object_of(message, "configurationItemSummary");
  EXPECT_EQ(text(summary, "changeType"), "CREATE");
  EXPECT_EQ(text(summary, "resourceId"), "mail");
  const auto where = string_of(object_of(message, "s3DeliverySummary"), "s3BucketLocation");
  ASSERT_THAT(where, HasSubstr("/OversizedChangeNotification/AWS::SQS::Queue/mail/"));
  const auto whole = cloud.file(where.substr(where.find('/') + 1));
  EXPECT_EQ(text(whole, "messageType"), "ConfigurationItemChangeNotification");
  EXPECT_EQ(text(object_of(object_of(whole, "configurationItem"), "configuration"), "text").size(),
            300'000u);
}

TEST(Recording, ATopicThatTheRoleMayNotUseIsTriedAsTheService) {
  Recorded cloud;
  cloud.deny("Publish", "role");
  cloud.set_up({{"snsTopicARN", kTopic}});
  cloud.start();
  cloud.queue("mail");
  EXPECT_EQ(cloud.messages().size(), 1u);
  cloud.deny("Publish", "all");
  cloud.queue("second");
  const auto reply = cloud.config("DescribeDeliveryChannelStatus");
  const auto& stream =
      object_of(array_of(*reply, "DeliveryChannelsStatus").at(0), "configStreamDeliveryInfo");
  EXPECT_EQ(text(stream, "lastStatus"), "FAILURE");
  EXPECT_EQ(text(stream, "lastErrorCode"), "AccessDenied");
}

TEST(Recording, AnotherRegionIsNotRecorded) {
  Recorded cloud;
  cloud.set_up();
  cloud.start();
  auto request = cloud.request("sqs", "CreateQueue", Object{{"QueueName", "far"}});
  request.scope.region = "eu-west-1";
  cloud.must(cloud.call(request));
  EXPECT_EQ(
      code_of(cloud.config("GetResourceConfigHistory",
                           Object{{"resourceType", "AWS::SQS::Queue"}, {"resourceId", "far"}})),
      "ResourceNotDiscoveredException");
}

}  // namespace
}  // namespace tocsin::config

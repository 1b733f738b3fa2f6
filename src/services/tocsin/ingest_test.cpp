// SPDX-License-Identifier: Apache-2.0
#include "core/testing.hpp"
#include "services/tocsin/tocsin.hpp"

namespace tocsin::own {
namespace {

using core::TestCloud;

std::string record(std::string_view id, std::string_view name = "StopLogging") {
  return fmt::format(
      R"({{"eventVersion":"1.10","eventID":"{}","eventName":"{}","eventSource":"cloudtrail.amazonaws.com","eventType":"AwsApiCall",)"
      R"("eventTime":"2024-07-31T13:06:24Z","awsRegion":"eu-west-3","recipientAccountId":"999988887777"}})",
      id, name);
}

Object batch(std::initializer_list<std::string> records) {
  Array texts;
  for (const auto& each : records)
    texts.push_back(boost::json::string(each));
  return {{"Records", std::move(texts)}};
}

std::int64_t count(const Document& reply, std::string_view name) {
  return integer(reply, name).value_or(-1);
}

TEST(Ingest, TheEventIsWhatTheRecordSays) {
  TestCloud cloud(register_tocsin);
  const auto reply = cloud.call("tocsin", "IngestCloudTrailRecords", batch({record("a")}));
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(count(*reply, "AcceptedCount"), 1);
  ASSERT_EQ(cloud.events().size(), 1u);
  const auto& event = cloud.events()[0];
  EXPECT_EQ(event.source, "aws.cloudtrail");
  EXPECT_EQ(event.detail_type, "AWS API Call via CloudTrail");
  EXPECT_EQ(event.scope.account.str(), "999988887777");
  EXPECT_EQ(event.scope.region, "eu-west-3");
  EXPECT_EQ(iso8601(event.time), "2024-07-31T13:06:24Z");
  EXPECT_EQ(core::home(event).account.str(), "123456789012");
  EXPECT_EQ(event.bus, "default");
  EXPECT_EQ(text(event.detail, "eventName"), "StopLogging");
  const auto timeline = cloud.call("tocsin", "GetTimeline", Object{{"EventId", "a"}});
  ASSERT_TRUE(timeline) << timeline.error().message;
}

TEST(Ingest, EachRecordOnce) {
  TestCloud cloud(register_tocsin);
  auto reply = cloud.call("tocsin", "IngestCloudTrailRecords",
                          batch({record("a"), record("b"), record("a")}));
  EXPECT_EQ(count(*reply, "AcceptedCount"), 2);
  EXPECT_EQ(count(*reply, "DuplicateCount"), 1);
  reply = cloud.call("tocsin", "IngestCloudTrailRecords", batch({record("b"), record("c")}));
  EXPECT_EQ(count(*reply, "AcceptedCount"), 1);
  EXPECT_EQ(cloud.events().size(), 3u);
  auto other = batch({record("a")});
  other["EventBusName"] = "other";
  reply = cloud.call("tocsin", "IngestCloudTrailRecords", other);
  EXPECT_EQ(count(*reply, "AcceptedCount"), 1) << "each bus has its own";
  EXPECT_EQ(cloud.events().back().bus, "other");
}

TEST(Ingest, ARecordWithoutIdIsKnownByItsText) {
  TestCloud cloud(register_tocsin);
  const auto reply = cloud.call("tocsin", "IngestCloudTrailRecords",
                                batch({record(""), record(""), record("", "DeleteTrail")}));
  EXPECT_EQ(count(*reply, "AcceptedCount"), 2);
  EXPECT_EQ(count(*reply, "DuplicateCount"), 1);
}

TEST(Ingest, ForgetsAfterNinetyDays) {
  TestCloud cloud(register_tocsin);
  (void)cloud.call("tocsin", "IngestCloudTrailRecords", batch({record("a")}));
  cloud.advance(std::chrono::days(89));
  auto reply = cloud.call("tocsin", "IngestCloudTrailRecords", batch({record("a")}));
  EXPECT_EQ(count(*reply, "DuplicateCount"), 1);
  cloud.advance(std::chrono::days(2));
  reply = cloud.call("tocsin", "IngestCloudTrailRecords", batch({record("a")}));
  EXPECT_EQ(count(*reply, "AcceptedCount"), 1);
}

TEST(Ingest, WhatIsNoRecordIsCounted) {
  TestCloud cloud(register_tocsin);
  const auto reply = cloud.call(
      "tocsin", "IngestCloudTrailRecords",
      batch(
          {"", "[]", "{", "{}",
           R"({"eventName":"x","eventSource":"y.amazonaws.com","eventTime":"yesterday","awsRegion":"z"})",
           record("a")}));
  EXPECT_EQ(count(*reply, "MalformedCount"), 5);
  EXPECT_EQ(count(*reply, "AcceptedCount"), 1);
}

TEST(Ingest, TypesOfEvents) {
  TestCloud cloud(register_tocsin);
  const auto typed = [](std::string_view type) {
    return fmt::format(
        R"({{"eventID":"{}","eventName":"n","eventSource":"signin.amazonaws.com","eventType":"{}","eventTime":"2024-07-31T13:06:24Z","awsRegion":"us-east-1"}})",
        type, type);
  };
  (void)cloud.call("tocsin", "IngestCloudTrailRecords",
                   batch({typed("AwsConsoleSignIn"), typed("AwsServiceEvent")}));
  ASSERT_EQ(cloud.events().size(), 2u);
  EXPECT_EQ(cloud.events()[0].detail_type, "AWS Console Sign In via CloudTrail");
  EXPECT_EQ(cloud.events()[0].source, "aws.signin");
  EXPECT_EQ(cloud.events()[0].scope.account.str(), "123456789012")
      << "where the record names none: the bus's";
  EXPECT_EQ(cloud.events()[1].detail_type, "AWS Service Event via CloudTrail");
}

TEST(Ingest, ManyRecordsInManyInputs) {
  TestCloud cloud(register_tocsin);
  Array records;
  for (int i = 0; i < 950; ++i)
    records.push_back(boost::json::string(record(fmt::format("r{}", i))));
  const auto reply = cloud.call("tocsin", "IngestCloudTrailRecords", Object{{"Records", records}});
  EXPECT_EQ(count(*reply, "AcceptedCount"), 950);
  ASSERT_EQ(cloud.events().size(), 950u);
  for (int i = 0; i < 950; ++i)
    ASSERT_EQ(text(cloud.events()[static_cast<std::size_t>(i)].detail, "eventID"),
              fmt::format("r{}", i));
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST(Ingest, FromABlob) {
  TestCloud cloud(register_tocsin);
  std::string lines;
  for (int i = 0; i < 250; ++i)
    lines += to_json(Document(boost::json::string(record(fmt::format("r{}", i))))) + "\n";
  const auto ref = cloud.stores().blobs->put(lines);
  const auto reply = cloud.call("tocsin", "IngestCloudTrailRecords",
                                Object{{"Records", store::to_document(*ref)}});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(count(*reply, "AcceptedCount"), 250);
  EXPECT_EQ(cloud.events().size(), 250u);
}

TEST(Ingest, LimitsOfABatch) {
  TestCloud cloud(register_tocsin);
  EXPECT_EQ(
      cloud.call("tocsin", "IngestCloudTrailRecords", Object{{"Records", Array()}}).error().code,
      "ValidationException");
  Array records(1001, boost::json::string("{}"));
  EXPECT_EQ(
      cloud.call("tocsin", "IngestCloudTrailRecords", Object{{"Records", records}}).error().code,
      "ValidationException");
}

}  // namespace
}  // namespace tocsin::own

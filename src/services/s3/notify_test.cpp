// SPDX-License-Identifier: Apache-2.0
// Events: EventBridge's, and the notifications to topics, queues and functions.
#include "services/s3/testing.hpp"

namespace tocsin::s3 {
namespace {

using namespace testing;
using core::Call;
using core::TestCloud;

constexpr std::string_view kQueue = "arn:aws:sqs:us-east-1:123456789012:q";
constexpr std::string_view kTopic = "arn:aws:sns:us-east-1:123456789012:t";
constexpr std::string_view kFunction = "arn:aws:lambda:us-east-1:123456789012:function:f";

struct Sent {
  std::string service;
  Object params;
  std::string caller, source_arn;
};

/// Destinations that keep what they get; those whose name has "closed" in it refuse.
class S3Notify : public ::testing::Test {
 protected:
  S3Notify() : cloud([this](core::Registry& registry) { add(registry); }) {
    make_bucket(cloud, "abc");
  }

  void add(core::Registry& registry) {
    register_s3(registry);
    const auto keep = [this](Call& call) -> core::Outcome {
      const auto& request = call.request();
      if (to_json(call.params()).find("closed") != std::string::npos)
        return fail("AccessDenied", "closed", 403);
      auto params = call.params().as_object();
      for (const auto* sensitive : {"Payload", "Message"}) {
        if (const auto* sealed = find(params, sensitive)) params[sensitive] = *call.open(*sealed);
      }
      sent.push_back({request.service, std::move(params), request.credential.service,
                      request.credential.source_arn});
      return Object{};
    };
    registry.add(core::Service{"sqs", "sqs", {{"SendMessage", core::Effect::Write, keep}}});
    registry.add(core::Service{"sns", "sns", {{"Publish", core::Effect::Write, keep}}});
    registry.add(core::Service{"lambda", "lambda", {{"Invoke", core::Effect::Write, keep}}});
  }
  std::string configure(Object configuration, Object more = {}) {
    more["Bucket"] = "abc";
    more["NotificationConfiguration"] = std::move(configuration);
    return code(cloud, "PutBucketNotificationConfiguration", std::move(more));
  }
  static Array queue(std::string_view event, Array rules = {}, std::string_view arn = kQueue) {
    Object entry{{"QueueArn", arn}, {"Events", Array{event}}, {"Id", "mine"}};
    if (!rules.empty())
      entry["Filter"] = Object{{"Key", Object{{"FilterRules", std::move(rules)}}}};
    return Array{std::move(entry)};
  }
  const Object& last_record() {
    record = *parse_json(text(sent.back().params, "MessageBody"));
    return array_of(record, "Records")[0].as_object();
  }
  std::vector<Sent> sent;
  Document record;
  TestCloud cloud;
};

TEST_F(S3Notify, AQueueGetsTheTestEventAndTheRecords) {
  ASSERT_EQ(configure({{"QueueConfigurations", queue("s3:ObjectCreated:*")}}), "ok");
  ASSERT_EQ(sent.size(), 1u);
  const auto test = *parse_json(text(sent[0].params, "MessageBody"));
  EXPECT_EQ(text(test, "Event"), "s3:TestEvent");
  EXPECT_EQ(text(test, "Bucket"), "abc");
  EXPECT_EQ(sent[0].caller, "s3.amazonaws.com");
  EXPECT_EQ(sent[0].source_arn, "arn:aws:s3:::abc");
  put(cloud, "abc", "a b/ü", "hello");
  ASSERT_EQ(sent.size(), 2u);
  const auto& made = last_record();
  EXPECT_EQ(text(made, "eventVersion"), "2.1");
  EXPECT_EQ(text(made, "eventName"), "ObjectCreated:Put");
  EXPECT_EQ(text(made, "awsRegion"), "us-east-1");
  const auto& s3 = object_of(made, "s3");
  EXPECT_EQ(text(s3, "configurationId"), "mine");
  EXPECT_EQ(text(object_of(s3, "bucket"), "arn"), "arn:aws:s3:::abc");
  EXPECT_EQ(text(object_of(s3, "object"), "key"), "a+b/%C3%BC");
  EXPECT_EQ(integer(object_of(s3, "object"), "size"), 5);
  EXPECT_EQ(text(object_of(s3, "object"), "eTag"), "5d41402abc4b2a76b9719d911017c592");
  ok(cloud, "DeleteObject", {{"Bucket", "abc"}, {"Key", "a b/ü"}});
  EXPECT_EQ(sent.size(), 2u);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(S3Notify, FiltersChoose) {
  const Array rules{Object{{"Name", "prefix"}, {"Value", "in/"}},
                    Object{{"Name", "suffix"}, {"Value", ".jpg"}}};
  ASSERT_EQ(configure({{"QueueConfigurations", queue("s3:ObjectCreated:Put", rules)}}), "ok");
  sent.clear();
  put(cloud, "abc", "in/a.txt", "v");
  put(cloud, "abc", "out/a.jpg", "v");
  EXPECT_TRUE(sent.empty());
  put(cloud, "abc", "in/a.jpg", "v");
  EXPECT_EQ(sent.size(), 1u);
  ok(cloud, "CopyObject", {{"Bucket", "abc"}, {"Key", "in/b.jpg"}, {"CopySource", "abc/in/a.jpg"}});
  EXPECT_EQ(sent.size(), 1u);  // Put, not Copy
  const auto kept = ok(cloud, "GetBucketNotificationConfiguration", {{"Bucket", "abc"}});
  EXPECT_EQ(text(array_of(kept, "QueueConfigurations")[0], "QueueArn"), kQueue);
}

TEST_F(S3Notify, TopicsAndFunctionsToo) {
  Object configuration{
      {"TopicConfigurations",
       Array{Object{{"TopicArn", kTopic}, {"Events", Array{"s3:ObjectRemoved:*"}}}}}};
  configuration["LambdaFunctionConfigurations"] =
      Array{Object{{"LambdaFunctionArn", kFunction}, {"Events", Array{"s3:ObjectCreated:*"}}}};
  ASSERT_EQ(configure(configuration), "ok");
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_EQ(text(sent[1].params, "InvocationType"), "DryRun");
  sent.clear();
  put(cloud, "abc", "k", "v");
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(text(sent[0].params, "InvocationType"), "Event");
  EXPECT_TRUE(unbase64(text(sent[0].params, "Payload"))->contains("ObjectCreated:Put"));
  ok(cloud, "DeleteObject", {{"Bucket", "abc"}, {"Key", "k"}});
  ASSERT_EQ(sent.size(), 2u);
  EXPECT_TRUE(text(sent[1].params, "Message").contains("ObjectRemoved:Delete"));
}

TEST_F(S3Notify, WhatCannotBeIsRefusedAndChangesNothing) {
  EXPECT_EQ(
      configure({{"QueueConfigurations",
                  queue("s3:ObjectCreated:*", {}, "arn:aws:sqs:us-east-1:123456789012:closed")}}),
      "InvalidArgument");
  EXPECT_EQ(configure({{"QueueConfigurations",
                        queue("s3:ObjectCreated:*", {}, "arn:aws:sqs:eu-west-1:123456789012:q")}}),
            "InvalidArgument");
  EXPECT_EQ(configure({{"QueueConfigurations", queue("s3:Nonsense:*")}}), "InvalidArgument");
  EXPECT_EQ(configure({{"QueueConfigurations", queue("s3:ObjectCreated:*", {}, kTopic)}}),
            "InvalidArgument");
  auto twice = queue("s3:ObjectCreated:*");
  twice.push_back(queue("s3:ObjectCreated:Put")[0]);
  EXPECT_EQ(configure({{"QueueConfigurations", twice}}), "InvalidArgument");
  const Array bad_rule{Object{{"Name", "middle"}, {"Value", "x"}}};
  EXPECT_EQ(configure({{"QueueConfigurations", queue("s3:ObjectCreated:*", bad_rule)}}),
            "InvalidArgument");
  EXPECT_TRUE(ok(cloud, "GetBucketNotificationConfiguration", {{"Bucket", "abc"}}).empty());
  EXPECT_EQ(configure({{"QueueConfigurations", queue("s3:ObjectCreated:*", {},
                                                     "arn:aws:sqs:us-east-1:123456789012:closed")}},
                      {{"SkipDestinationValidation", true}}),
            "ok");
}

TEST_F(S3Notify, EventBridgeHearsWhatTheBucketTellsIt) {
  const auto heard = [&] {
    std::vector<core::Event> out;
    for (const auto& event : cloud.events()) {
      if (event.source == "aws.s3") out.push_back(event);
    }
    return out;
  };
  put(cloud, "abc", "silent", "v");
  EXPECT_TRUE(heard().empty());
  ASSERT_EQ(configure({{"EventBridgeConfiguration", Object{}}}), "ok");
  put(cloud, "abc", "k", "hello");
  ok(cloud, "DeleteObject", {{"Bucket", "abc"}, {"Key", "k"}});
  const auto events = heard();
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(events[0].detail_type, "Object Created");
  EXPECT_EQ(events[0].resources, std::vector<std::string>{"arn:aws:s3:::abc"});
  EXPECT_EQ(text(object_of(events[0].detail, "bucket"), "name"), "abc");
  EXPECT_EQ(integer(object_of(events[0].detail, "object"), "size"), 5);
  EXPECT_EQ(text(events[0].detail, "reason"), "PutObject");
  EXPECT_EQ(text(events[0].detail, "requester"), "123456789012");
  EXPECT_EQ(events[1].detail_type, "Object Deleted");
  EXPECT_EQ(text(events[1].detail, "deletion-type"), "Permanently Deleted");
}

}  // namespace
}  // namespace tocsin::s3

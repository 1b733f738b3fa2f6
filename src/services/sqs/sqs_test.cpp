// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/sqs.hpp"

#include "core/testing.hpp"

namespace tocsin::sqs {
namespace {

using core::TestCloud;
using std::chrono::seconds;

std::string make_queue(TestCloud& cloud, std::string_view name, Object attributes = {}) {
  const auto made = cloud.call("sqs", "CreateQueue",
                               Object{{"QueueName", name}, {"Attributes", std::move(attributes)}});
  EXPECT_TRUE(made) << made.error().message;
  return made ? string_of(*made, "QueueUrl") : "";
}

void send(TestCloud& cloud, const std::string& url, std::string_view body, std::int64_t delay = 0) {
  EXPECT_TRUE(
      cloud.call("sqs", "SendMessage",
                 Object{{"QueueUrl", url}, {"MessageBody", body}, {"DelaySeconds", delay}}));
}

Array receive(TestCloud& cloud, const std::string& url, std::int64_t count = 10) {
  const auto got = cloud.call("sqs", "ReceiveMessage",
                              Object{{"QueueUrl", url},
                                     {"MaxNumberOfMessages", count},
                                     {"AttributeNames", Array{"All"}},
                                     {"MessageAttributeNames", Array{"All"}}});
  EXPECT_TRUE(got);
  return got ? array_of(*got, "Messages") : Array{};
}

std::string count(TestCloud& cloud, const std::string& url, std::string_view name) {
  const auto got = cloud.call("sqs", "GetQueueAttributes",
                              Object{{"QueueUrl", url}, {"AttributeNames", Array{"All"}}});
  return string_of(object_of(*got, "Attributes"), name);
}

TEST(Sqs, CreatingIsIdempotentWithEqualAttributesOnly) {
  TestCloud cloud(register_sqs);
  const auto url = make_queue(cloud, "q");
  EXPECT_EQ(url, "http://localhost:4566/123456789012/q");
  EXPECT_EQ(make_queue(cloud, "q", {{"VisibilityTimeout", "30"}}), url);
  const auto other =
      cloud.call("sqs", "CreateQueue",
                 Object{{"QueueName", "q"}, {"Attributes", Object{{"VisibilityTimeout", "31"}}}});
  EXPECT_EQ(other.error().code, "QueueNameExists");
  EXPECT_EQ(cloud.call("sqs", "CreateQueue", Object{{"QueueName", "q.fifo"}}).error().code,
            "UnsupportedOperation");
  ASSERT_TRUE(cloud.call("sqs", "DeleteQueue", Object{{"QueueUrl", url}}));
  EXPECT_EQ(cloud.call("sqs", "GetQueueUrl", Object{{"QueueName", "q"}}).error().code,
            "QueueDoesNotExist");
}

TEST(Sqs, DigestsAreThoseOfAws) {
  TestCloud cloud(register_sqs);
  const auto url = make_queue(cloud, "q");
  const auto sent = cloud.call(
      "sqs", "SendMessage",
      Object{{"QueueUrl", url},
             {"MessageBody", "This is a test message"},
             {"MessageAttributes", Object{{"timestamp", Object{{"StringValue", "1493147359900"},
                                                               {"DataType", "Number"}}}}}});
  ASSERT_TRUE(sent);
  EXPECT_EQ(text(*sent, "MD5OfMessageBody"), "fafb00f5732ab283681e124bf8747ed1");
  EXPECT_EQ(text(*sent, "MD5OfMessageAttributes"), "235c5c510d26fb653d073faed50ae77c");
  const auto got = receive(cloud, url);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(text(got[0], "MD5OfMessageAttributes"), "235c5c510d26fb653d073faed50ae77c");
  EXPECT_EQ(text(object_of(got[0], "Attributes"), "ApproximateReceiveCount"), "1");
}

TEST(Sqs, AReceivedMessageIsHiddenUntilItsTimeoutAndDeletedByItsHandle) {
  TestCloud cloud(register_sqs);
  const auto url = make_queue(cloud, "q");
  send(cloud, url, "a");
  ASSERT_EQ(receive(cloud, url).size(), 1u);
  EXPECT_TRUE(receive(cloud, url).empty());
  EXPECT_EQ(count(cloud, url, "ApproximateNumberOfMessagesNotVisible"), "1");
  cloud.advance(seconds(31));
  const auto again = receive(cloud, url);
  ASSERT_EQ(again.size(), 1u);
  const auto handle = string_of(again[0], "ReceiptHandle");
  ASSERT_TRUE(
      cloud.call("sqs", "ChangeMessageVisibility",
                 Object{{"QueueUrl", url}, {"ReceiptHandle", handle}, {"VisibilityTimeout", 90}}));
  cloud.advance(seconds(60));
  EXPECT_TRUE(receive(cloud, url).empty());
  ASSERT_TRUE(
      cloud.call("sqs", "DeleteMessage", Object{{"QueueUrl", url}, {"ReceiptHandle", handle}}));
  cloud.advance(seconds(60));
  EXPECT_TRUE(receive(cloud, url).empty());
  EXPECT_EQ(cloud.call("sqs", "DeleteMessage", Object{{"QueueUrl", url}, {"ReceiptHandle", "x"}})
                .error()
                .code,
            "ReceiptHandleIsInvalid");
}

TEST(Sqs, ALongPollIsAnsweredByASendAndByADelayedMessage) {
  TestCloud cloud(register_sqs);
  const auto url = make_queue(cloud, "q");
  const auto poll = [&] {
    return cloud.call("sqs", "ReceiveMessage", Object{{"QueueUrl", url}, {"WaitTimeSeconds", 20}});
  };
  EXPECT_EQ(poll().error().code, "StillPending");
  send(cloud, url, "now");
  ASSERT_EQ(cloud.late_replies.size(), 1u);
  EXPECT_EQ(array_of(*cloud.late_replies.begin()->second, "Messages").size(), 1u);
  cloud.late_replies.clear();
  send(cloud, url, "later", 5);
  EXPECT_EQ(count(cloud, url, "ApproximateNumberOfMessagesDelayed"), "1");
  EXPECT_EQ(poll().error().code, "StillPending");
  cloud.advance(seconds(4));
  EXPECT_TRUE(cloud.late_replies.empty());
  cloud.advance(seconds(2));
  ASSERT_EQ(cloud.late_replies.size(), 1u);
  cloud.late_replies.clear();
  EXPECT_EQ(poll().error().code, "StillPending");
  cloud.advance(seconds(21));
  ASSERT_EQ(cloud.late_replies.size(), 1u);
  EXPECT_TRUE(array_of(*cloud.late_replies.begin()->second, "Messages").empty());
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST(Sqs, AMessageReceivedTooOftenGoesToTheDeadLetterQueue) {
  TestCloud cloud(register_sqs);
  const auto dead = make_queue(cloud, "dead");
  const auto url = make_queue(
      cloud, "q",
      {{"RedrivePolicy",
        R"({"deadLetterTargetArn":"arn:aws:sqs:us-east-1:123456789012:dead","maxReceiveCount":"2"})"}});
  send(cloud, url, "poison");
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(receive(cloud, url).size(), 1u);
    cloud.advance(seconds(31));
  }
  EXPECT_TRUE(receive(cloud, url).empty());
  const auto got = receive(cloud, dead);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(text(object_of(got[0], "Attributes"), "DeadLetterQueueSourceArn"),
            "arn:aws:sqs:us-east-1:123456789012:q");
}

TEST(Sqs, BatchesPurgeAndRetention) {
  TestCloud cloud(register_sqs);
  const auto url = make_queue(cloud, "q", {{"MessageRetentionPeriod", "60"}});
  const auto sent =
      cloud.call("sqs", "SendMessageBatch",
                 Object{{"QueueUrl", url},
                        {"Entries", Array{Object{{"Id", "a"}, {"MessageBody", "1"}},
                                          Object{{"Id", "b"}, {"MessageBody", "\x01"}}}}});
  ASSERT_TRUE(sent);
  EXPECT_EQ(array_of(*sent, "Successful").size(), 1u);
  EXPECT_EQ(text(array_of(*sent, "Failed")[0], "Code"), "InvalidMessageContents");
  EXPECT_EQ(cloud.call("sqs", "SendMessageBatch", Object{{"QueueUrl", url}, {"Entries", Array{}}})
                .error()
                .code,
            "EmptyBatchRequest");
  cloud.advance(seconds(61));
  EXPECT_EQ(count(cloud, url, "ApproximateNumberOfMessages"), "0");
  send(cloud, url, "2");
  ASSERT_TRUE(cloud.call("sqs", "PurgeQueue", Object{{"QueueUrl", url}}));
  EXPECT_TRUE(receive(cloud, url).empty());
  EXPECT_EQ(cloud.call("sqs", "PurgeQueue", Object{{"QueueUrl", url}}).error().code,
            "PurgeQueueInProgress");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

}  // namespace
}  // namespace tocsin::sqs

// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "services/sqs/testing.hpp"

namespace tocsin::sqs {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

struct Fifo : SqsTest {
  std::string url = make_queue("q.fifo");

  Document post(std::string_view group, std::string_view body, std::string_view id = {}) {
    const auto sent = send(
        url, body, {{"MessageGroupId", group}, {"MessageDeduplicationId", id.empty() ? body : id}});
    EXPECT_TRUE(sent) << sent.error().message;
    return sent ? *sent : Document();
  }
};

TEST_F(Fifo, NamesAndKindsAgree) {
  EXPECT_THAT(refused("CreateQueue", {{"QueueName", "x.fifo"}}),
              HasSubstr("Can only include alphanumeric characters"));
  EXPECT_THAT(
      refused("CreateQueue", {{"QueueName", "x"}, {"Attributes", Object{{"FifoQueue", "true"}}}}),
      HasSubstr("must end with .fifo suffix"));
  const auto plain = make_queue("plain");
  EXPECT_EQ(refused("SetQueueAttributes",
                    {{"QueueUrl", plain}, {"Attributes", Object{{"FifoQueue", "true"}}}}),
            "InvalidAttributeName: Unknown Attribute FifoQueue.");
  EXPECT_EQ(refused("SetQueueAttributes",
                    {{"QueueUrl", url}, {"Attributes", Object{{"FifoQueue", "false"}}}}),
            "InvalidAttributeValue: Invalid value for the parameter FifoQueue. Reason: Modifying "
            "queue type is not supported.");
  EXPECT_THAT(refused("SetQueueAttributes",
                      {{"QueueUrl", url},
                       {"Attributes", Object{{"FifoThroughputLimit", "perMessageGroupId"}}}}),
              HasSubstr("DeduplicationScope is messageGroup"));
  EXPECT_TRUE(call("SetQueueAttributes",
                   {{"QueueUrl", url},
                    {"Attributes", Object{{"FifoThroughputLimit", "perMessageGroupId"},
                                          {"DeduplicationScope", "messageGroup"}}}}));
  EXPECT_EQ(attribute_of(url, "FifoQueue"), "true");
}

TEST_F(Fifo, EachGroupIsInOrderAndClosedWhileAMessageIsOut) {
  for (const auto* body : {"a1", "a2", "a3"})
    post("a", body);
  post("b", "b1");
  const auto first = receive(url, 2);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(text(first[0], "Body"), "a1");
  EXPECT_EQ(text(first[1], "Body"), "a2");
  EXPECT_EQ(bodies(url), "b1");  // a is closed, b is not
  remove(url, first[0]);
  EXPECT_EQ(bodies(url), "");
  remove(url, first[1]);
  EXPECT_EQ(bodies(url), "a3");
  cloud.advance(seconds(31));
  EXPECT_EQ(bodies(url), "a3b1");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Fifo, NumbersGrowAndDuplicatesOfFiveMinutesAreSwallowed) {
  const auto first = post("a", "one", "id");
  const auto again = post("b", "two", "id");
  EXPECT_EQ(text(again, "MessageId"), text(first, "MessageId"));
  EXPECT_EQ(text(again, "SequenceNumber"), text(first, "SequenceNumber"));
  EXPECT_EQ(text(first, "SequenceNumber").size(), 20u);
  const auto got = receive(url);
  ASSERT_EQ(got.size(), 1u);
  const auto& attributes = object_of(got[0], "Attributes");
  EXPECT_EQ(text(attributes, "MessageGroupId"), "a");
  EXPECT_EQ(text(attributes, "MessageDeduplicationId"), "id");
  EXPECT_EQ(text(attributes, "SequenceNumber"), text(first, "SequenceNumber"));
  remove(url, got[0]);
  cloud.advance(seconds(301));
  EXPECT_GT(text(post("a", "three", "id"), "SequenceNumber"), text(first, "SequenceNumber"));
}

TEST_F(Fifo, ContentAndScopeOfDeduplication) {
  EXPECT_EQ(
      refused("SendMessage", {{"QueueUrl", url}, {"MessageBody", "m"}, {"MessageGroupId", "g"}}),
      "InvalidParameterValue: The queue should either have ContentBasedDeduplication enabled "
      "or MessageDeduplicationId provided explicitly");
  EXPECT_EQ(refused("SendMessage", {{"QueueUrl", url}, {"MessageBody", "m"}}),
            "MissingParameter: The request must contain the parameter MessageGroupId.");
  EXPECT_EQ(
      refused("SendMessageBatch",
              {{"QueueUrl", url}, {"Entries", Array{Object{{"Id", "a"}, {"MessageBody", "m"}}}}}),
      "InvalidParameterValue: The request must contain the parameter MessageGroupId.");
  const auto own = make_queue(
      "own.fifo", {{"ContentBasedDeduplication", "true"}, {"DeduplicationScope", "messageGroup"}});
  for (const auto* group : {"a", "a", "b"})
    ASSERT_TRUE(send(own, "same", {{"MessageGroupId", group}}));
  EXPECT_EQ(bodies(own), "samesame");
  EXPECT_EQ(send(own, "x", {{"MessageGroupId", "a"}, {"DelaySeconds", 2}}).error().message,
            "Value 2 for parameter DelaySeconds is invalid. Reason: The request include parameter "
            "that is not valid for this queue type.");
}

TEST_F(Fifo, AnAttemptIsAnsweredAgainWithTheSameMessages) {
  post("a", "a1");
  const auto first = receive(url, 1, {{"ReceiveRequestAttemptId", "try"}});
  const auto again = receive(url, 1, {{"ReceiveRequestAttemptId", "try"}});
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(text(again[0], "ReceiptHandle"), text(first[0], "ReceiptHandle"));
  EXPECT_TRUE(receive(url, 1, {{"ReceiveRequestAttemptId", "other"}}).empty());
  remove(url, first[0]);
  EXPECT_TRUE(receive(url, 1, {{"ReceiveRequestAttemptId", "try"}}).empty());
  cloud.advance(seconds(301));
  EXPECT_EQ(rows("sqs.attempts"), 0u);
}

TEST_F(Fifo, AnExpiredHandleIsRefusedAndDeadLettersKeepTheirGroup) {
  const auto dead = make_queue("dead.fifo");
  ASSERT_TRUE(call(
      "SetQueueAttributes",
      {{"QueueUrl", url},
       {"Attributes",
        Object{{"RedrivePolicy", to_json(Object{{"deadLetterTargetArn", queue_arn("dead.fifo")},
                                                {"maxReceiveCount", 1}})}}}}));
  post("a", "poison");
  post("a", "good");
  const auto got = receive(url, 1);
  ASSERT_EQ(got.size(), 1u);
  cloud.advance(seconds(31));
  EXPECT_THAT(refused("DeleteMessage",
                      {{"QueueUrl", url}, {"ReceiptHandle", text(got[0], "ReceiptHandle")}}),
              HasSubstr("The receipt handle has expired."));
  EXPECT_EQ(bodies(url), "good");
  const auto buried = receive(dead);
  ASSERT_EQ(buried.size(), 1u);
  EXPECT_EQ(text(object_of(buried[0], "Attributes"), "MessageGroupId"), "a");
  EXPECT_EQ(text(object_of(buried[0], "Attributes"), "DeadLetterQueueSourceArn"),
            queue_arn("q.fifo"));
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Fifo, ALongPollWaitsForAGroup) {
  post("a", "a1");
  post("a", "a2");
  const auto got = receive(url, 1);
  EXPECT_EQ(call("ReceiveMessage", {{"QueueUrl", url}, {"WaitTimeSeconds", 20}}).error().code,
            "StillPending");
  remove(url, got[0]);
  ASSERT_EQ(cloud.late_replies.size(), 1u);
  EXPECT_EQ(text(array_of(*cloud.late_replies.begin()->second, "Messages")[0], "Body"), "a2");
}

TEST_F(Fifo, NothingIsLeftOfADeletedQueue) {
  post("a", "a1");
  ASSERT_TRUE(call("DeleteQueue", {{"QueueUrl", url}}));
  for (const auto* table : {"sqs.messages", "sqs.index", "sqs.groups", "sqs.ready",
                            "sqs.group_order", "sqs.accepted", "sqs.accepted_due", "sqs.numbers"})
    EXPECT_EQ(rows(table), 0u) << table;
}

}  // namespace
}  // namespace tocsin::sqs

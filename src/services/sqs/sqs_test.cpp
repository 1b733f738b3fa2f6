// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "services/sqs/testing.hpp"

namespace tocsin::sqs {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using Sqs = SqsTest;

TEST_F(Sqs, CreatingIsIdempotentWithEqualAttributesOnly) {
  const auto url = make_queue("q");
  EXPECT_EQ(url, "http://localhost:4566/123456789012/q");
  EXPECT_EQ(make_queue("q", {{"VisibilityTimeout", "30"}}), url);
  EXPECT_EQ(refused("CreateQueue",
                    {{"QueueName", "q"}, {"Attributes", Object{{"VisibilityTimeout", "31"}}}}),
            "QueueNameExists: A queue already exists with the same name and a different value for "
            "attribute VisibilityTimeout");
  ASSERT_TRUE(call("DeleteQueue", {{"QueueUrl", url}}));
  EXPECT_THAT(refused("GetQueueUrl", {{"QueueName", "q"}}), StartsWith("QueueDoesNotExist"));
  EXPECT_THAT(refused("CreateQueue", {{"QueueName", "q"}}), StartsWith("QueueDeletedRecently"));
  cloud.advance(seconds(60));
  EXPECT_EQ(make_queue("q"), url);
}

TEST_F(Sqs, DigestsAreThoseOfAws) {
  const auto url = make_queue("q");
  const auto sent = send(
      url, "This is a test message",
      {{"MessageAttributes",
        Object{{"timestamp", Object{{"StringValue", "1493147359900"}, {"DataType", "Number"}}}}},
       {"MessageSystemAttributes",
        Object{{"AWSTraceHeader", Object{{"StringValue", "Root=1"}, {"DataType", "String"}}}}}});
  ASSERT_TRUE(sent);
  EXPECT_EQ(text(*sent, "MD5OfMessageBody"), "fafb00f5732ab283681e124bf8747ed1");
  EXPECT_EQ(text(*sent, "MD5OfMessageAttributes"), "235c5c510d26fb653d073faed50ae77c");
  EXPECT_EQ(text(*sent, "MD5OfMessageSystemAttributes").size(), 32u);
  const auto got = receive(url);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(text(got[0], "MD5OfMessageAttributes"), "235c5c510d26fb653d073faed50ae77c");
  EXPECT_EQ(text(object_of(got[0], "Attributes"), "ApproximateReceiveCount"), "1");
  EXPECT_EQ(text(object_of(got[0], "Attributes"), "AWSTraceHeader"), "Root=1");
}

TEST_F(Sqs, AReceivedMessageIsHiddenUntilItsTimeoutAndDeletedByItsHandle) {
  const auto url = make_queue("q");
  ASSERT_TRUE(send(url, "a"));
  ASSERT_EQ(receive(url).size(), 1u);
  EXPECT_TRUE(receive(url).empty());
  EXPECT_EQ(attribute_of(url, "ApproximateNumberOfMessagesNotVisible"), "1");
  cloud.advance(seconds(31));
  const auto again = receive(url);
  ASSERT_EQ(again.size(), 1u);
  Object change{{"QueueUrl", url},
                {"ReceiptHandle", text(again[0], "ReceiptHandle")},
                {"VisibilityTimeout", 90}};
  ASSERT_TRUE(call("ChangeMessageVisibility", change));
  cloud.advance(seconds(60));
  EXPECT_TRUE(receive(url).empty());
  change["VisibilityTimeout"] = 43'200;
  EXPECT_THAT(refused("ChangeMessageVisibility", change),
              HasSubstr("Total VisibilityTimeout for the message is beyond the limit"));
  change["VisibilityTimeout"] = 43'201;
  EXPECT_THAT(refused("ChangeMessageVisibility", change), StartsWith("InvalidParameterValue"));
  remove(url, again[0]);
  cloud.advance(seconds(60));
  EXPECT_TRUE(receive(url).empty());
  change["VisibilityTimeout"] = 1;
  EXPECT_THAT(refused("ChangeMessageVisibility", change),
              HasSubstr("Message does not exist or is not available for visibility timeout "
                        "change."));
  EXPECT_EQ(refused("DeleteMessage", {{"QueueUrl", url}, {"ReceiptHandle", "x"}}),
            "ReceiptHandleIsInvalid: The input receipt handle \"x\" is not a valid receipt "
            "handle.");
}

TEST_F(Sqs, ALongPollIsAnsweredByASendAndByADelayedMessage) {
  const auto url = make_queue("q");
  const auto poll = [&] {
    return call("ReceiveMessage", {{"QueueUrl", url}, {"WaitTimeSeconds", 20}});
  };
  EXPECT_EQ(poll().error().code, "StillPending");
  ASSERT_TRUE(send(url, "now"));
  ASSERT_EQ(cloud.late_replies.size(), 1u);
  EXPECT_EQ(array_of(*cloud.late_replies.begin()->second, "Messages").size(), 1u);
  cloud.late_replies.clear();
  ASSERT_TRUE(send(url, "later", {{"DelaySeconds", 5}}));
  EXPECT_EQ(attribute_of(url, "ApproximateNumberOfMessagesDelayed"), "1");
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

TEST_F(Sqs, APollSurvivesAPurgeAndEndsWithItsQueue) {
  const auto url = make_queue("q");
  const Object wait{{"QueueUrl", url}, {"WaitTimeSeconds", 20}};
  EXPECT_EQ(call("ReceiveMessage", wait).error().code, "StillPending");
  ASSERT_TRUE(call("PurgeQueue", {{"QueueUrl", url}}));
  ASSERT_TRUE(send(url, "after"));
  ASSERT_EQ(cloud.late_replies.size(), 1u);
  EXPECT_TRUE(cloud.late_replies.begin()->second);
  cloud.late_replies.clear();
  EXPECT_EQ(call("ReceiveMessage", wait).error().code, "StillPending");
  ASSERT_TRUE(call("DeleteQueue", {{"QueueUrl", url}}));
  ASSERT_EQ(cloud.late_replies.size(), 1u);
  EXPECT_EQ(cloud.late_replies.begin()->second.error().code, "QueueDoesNotExist");
}

TEST_F(Sqs, BatchesFailEntryByEntryAndAsAWhole) {
  const auto url = make_queue("q");
  const auto sent =
      call("SendMessageBatch", {{"QueueUrl", url},
                                {"Entries", Array{Object{{"Id", "a"}, {"MessageBody", "1"}},
                                                  Object{{"Id", "b"}, {"MessageBody", "\x01"}}}}});
  ASSERT_TRUE(sent);
  EXPECT_EQ(array_of(*sent, "Successful").size(), 1u);
  EXPECT_EQ(text(array_of(*sent, "Failed")[0], "Code"), "InvalidMessageContents");
  const auto whole = [&](Array entries) {
    return refused("SendMessageBatch", {{"QueueUrl", url}, {"Entries", std::move(entries)}});
  };
  EXPECT_THAT(whole({}), StartsWith("EmptyBatchRequest"));
  const Document one = Object{{"Id", "a"}, {"MessageBody", "1"}};
  EXPECT_EQ(whole(Array{one, one}), "BatchEntryIdsNotDistinct: Id a repeated.");
  EXPECT_EQ(whole(Array(11, one)),
            "TooManyEntriesInBatchRequest: Maximum number of entries per request are 10. You have "
            "sent 11.");
  EXPECT_THAT(whole(Array{Object{{"Id", "a b"}, {"MessageBody", "1"}}}),
              StartsWith("InvalidBatchEntryId"));
  const std::string half(600'000, 'x');
  EXPECT_EQ(
      whole(Array{Object{{"Id", "a"}, {"MessageBody", half}},
                  Object{{"Id", "b"}, {"MessageBody", half}}}),
      "BatchRequestTooLong: Batch requests cannot be longer than 1048576 bytes. You have sent "
      "1200000 bytes.");
  const auto got = receive(url);
  const auto changed = call(
      "ChangeMessageVisibilityBatch",
      {{"QueueUrl", url},
       {"Entries", Array{Object{{"Id", "x"},
                                {"ReceiptHandle", text(got[0], "ReceiptHandle")},
                                {"VisibilityTimeout", 0}},
                         Object{{"Id", "y"}, {"ReceiptHandle", "?"}, {"VisibilityTimeout", 0}}}}});
  EXPECT_EQ(text(array_of(*changed, "Failed")[0], "Code"), "ReceiptHandleIsInvalid");
  const auto again = receive(url);
  ASSERT_EQ(again.size(), 1u);
  ASSERT_TRUE(
      call("DeleteMessageBatch",
           {{"QueueUrl", url},
            {"Entries",
             Array{Object{{"Id", "x"}, {"ReceiptHandle", text(again[0], "ReceiptHandle")}}}}}));
  EXPECT_EQ(rows("sqs.messages"), 0u);
}

TEST_F(Sqs, RetentionAndPurgeEmptyTheQueue) {
  const auto url = make_queue("q", {{"MessageRetentionPeriod", "60"}});
  ASSERT_TRUE(send(url, "1"));
  cloud.advance(seconds(61));
  EXPECT_EQ(rows("sqs.messages"), 0u);
  ASSERT_TRUE(send(url, "2"));
  ASSERT_TRUE(call("PurgeQueue", {{"QueueUrl", url}}));
  EXPECT_TRUE(receive(url).empty());
  EXPECT_EQ(refused("PurgeQueue", {{"QueueUrl", url}}),
            "PurgeQueueInProgress: Only one PurgeQueue operation on q is allowed every 60 "
            "seconds.");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Sqs, MessagesAreCheckedAsAwsChecksThem) {
  const auto url = make_queue("q", {{"MaximumMessageSize", "1024"}});
  const auto why = [&](std::string_view body, Object more = {}) {
    const auto sent = send(url, body, std::move(more));
    return sent ? "" : sent.error().code + ": " + sent.error().message;
  };
  const auto attribute = [](std::string_view name, std::string_view type, std::string_view value) {
    return Object{
        {"MessageAttributes", Object{{name, Object{{"DataType", type}, {"StringValue", value}}}}}};
  };
  EXPECT_THAT(why(""), StartsWith("MissingParameter"));
  EXPECT_THAT(why(std::string(1025, 'x')), HasSubstr("Message must be shorter than 1024 bytes."));
  EXPECT_EQ(why("m", attribute("Detail", "String", "")),
            "InvalidParameterValue: Message (user) attribute 'Detail' must contain a non-empty "
            "value of type 'String'.");
  EXPECT_EQ(why("m", attribute("n", "Number", "five")),
            "InvalidParameterValue: Can't cast the value of message (user) attribute 'n' to a "
            "number.");
  EXPECT_THAT(why("m", attribute("n", "Text", "x")), HasSubstr("Binary, Number, String."));
  EXPECT_THAT(why("m", attribute("AWS.x", "String", "x")), HasSubstr("reserved"));
  EXPECT_THAT(why("m", attribute("a b", "String", "x")), HasSubstr("hyphens and underscores"));
  EXPECT_THAT(why("m", {{"DelaySeconds", 901}}), HasSubstr("DelaySeconds must be >= 0"));
  EXPECT_THAT(why("m", {{"MessageDeduplicationId", "d"}}), HasSubstr("queue type"));
  EXPECT_EQ(why("m", {{"MessageGroupId", "tenant"}}), "");
  const auto got = receive(url);
  EXPECT_EQ(text(object_of(got[0], "Attributes"), "MessageGroupId"), "tenant");
  EXPECT_THAT(refused("ReceiveMessage", {{"QueueUrl", url}, {"MaxNumberOfMessages", 11}}),
              HasSubstr("Must be between 1 and 10, if provided."));
  EXPECT_EQ(refused("ReceiveMessage", {{"QueueUrl", url}, {"AttributeNames", Array{"Colour"}}}),
            "InvalidAttributeName: Unknown Attribute Colour.");
  EXPECT_THAT(why("m", attribute("a..b", "String", "x")), HasSubstr("hyphens and underscores"));
  EXPECT_THAT(refused("ReceiveMessage", {{"QueueUrl", url}, {"ReceiveRequestAttemptId", "a"}}),
              StartsWith("InvalidParameterValue"));
}

TEST_F(Sqs, OnlyTheVisibilityOfWhatIsHiddenIsChanged) {
  const auto url = make_queue("q");
  ASSERT_TRUE(send(url, "m"));
  const auto handle = string_of(receive(url, 1, {{"VisibilityTimeout", 0}})[0], "ReceiptHandle");
  EXPECT_THAT(refused("ChangeMessageVisibility",
                      {{"QueueUrl", url}, {"ReceiptHandle", handle}, {"VisibilityTimeout", 10}}),
              HasSubstr("Message does not exist or is not available for visibility timeout"));
}

TEST_F(Sqs, APolicyThatIsNoneIsRefused) {
  const auto url = make_queue("q");
  for (const auto* policy : {"nope", R"({"Statement":[{"Effect":"Allow"}]})"}) {
    EXPECT_EQ(refused("SetQueueAttributes",
                      {{"QueueUrl", url}, {"Attributes", Object{{"Policy", policy}}}}),
              "InvalidAttributeValue: Invalid value for the parameter Policy.");
  }
}

}  // namespace
}  // namespace tocsin::sqs

// SPDX-License-Identifier: Apache-2.0
#include "services/sns/testing.hpp"

namespace tocsin::sns {
namespace {

using std::chrono::hours;
using std::chrono::seconds;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

using Sns = SnsTest;

TEST_F(Sns, TopicsAreMadeOnceAndTheirNamesChecked) {
  EXPECT_EQ(text(must("CreateTopic", {{"Name", "alerts"}}), "TopicArn"), topic);
  EXPECT_EQ(refused("CreateTopic", {{"Name", "a.fifo"}}),
            "InvalidParameter: Invalid parameter: Topic Name");
  EXPECT_THAT(
      refused("CreateTopic", {{"Name", "a"}, {"Attributes", Object{{"FifoTopic", "true"}}}}),
      HasSubstr("Fifo Topic names must end with .fifo"));
  EXPECT_THAT(
      refused("CreateTopic", {{"Name", "alerts"}, {"Attributes", Object{{"DisplayName", "x"}}}}),
      HasSubstr("Topic already exists with different attributes"));
  EXPECT_THAT(
      refused("CreateTopic",
              {{"Name", "k"},
               {"Attributes", Object{{"ArchivePolicy", "{\"MessageRetentionPeriod\":7}"}}}}),
      HasSubstr("not supported by Tocsin"));
  EXPECT_EQ(
      refused("SetTopicAttributes", {{"TopicArn", topic},
                                     {"AttributeName", "Policy"},
                                     {"AttributeValue", R"({"Statement":[{"Effect":"Allow"}]})"}}),
      "InvalidParameter: Invalid parameter: Policy Error: null");
  must("DeleteTopic", {{"TopicArn", topic}});
  EXPECT_EQ(publish("x").error().code, "NotFound");
}

TEST_F(Sns, QueuesAndFunctionsGetTheNotification) {
  const auto queue = subscribe("sqs", queue_named("q"));
  EXPECT_EQ(subscribe("sqs", queue_named("q")), queue);
  subscribe("sqs", queue_named("raw"), {{"RawMessageDelivery", "true"}});
  subscribe("lambda", "arn:aws:lambda:us-east-1:123456789012:function:f");
  const Object attributes{{"n", Object{{"DataType", "Number"}, {"StringValue", "1"}}}};
  const auto sent =
      publish("body \"x\"", {{"Subject", "Hello"}, {"MessageAttributes", attributes}});
  ASSERT_TRUE(sent);
  EXPECT_THAT(queues(), ElementsAre("q", "raw"));
  for (const auto& message : seen("SendMessage")) {
    const auto body = text(message, "MessageBody");
    if (text(message, "QueueUrl").ends_with("/raw")) {
      EXPECT_EQ(body, "body \"x\"");
      EXPECT_EQ(object_of(message, "MessageAttributes"), attributes);
      continue;
    }
    EXPECT_THAT(std::string(body), StartsWith("{\n  \"Type\" : \"Notification\",\n"));
    const auto parsed = *parse_json(body);
    EXPECT_EQ(text(parsed, "MessageId"), text(*sent, "MessageId"));
    EXPECT_EQ(text(parsed, "Message"), "body \"x\"");
    EXPECT_EQ(text(object_of(object_of(parsed, "MessageAttributes"), "n"), "Value"), "1");
  }
  ASSERT_EQ(seen("Invoke").size(), 1u);
  const auto event = *parse_json(*unbase64(text(seen("Invoke")[0], "Payload")));
  EXPECT_EQ(text(*find(array_of(event, "Records")[0], "Sns"), "Subject"), "Hello");
  EXPECT_EQ(rows("sns.publications"), 0u);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Sns, ThousandsOfQueuesAreServedInStepsWithOneBody) {
  for (int i = 0; i < 1'100; ++i)
    subscribe("sqs", queue_named("q" + std::to_string(i)),
              i % 2 ? Object{{"FilterPolicy", R"({"kind":["a"]})"}} : Object{});
  ASSERT_TRUE(publish("all"));
  EXPECT_EQ(queues().size(), 550u);
  EXPECT_EQ(seen("SendMessageBatch").size(), 3u);
  const auto batch = seen("SendMessageBatch")[0];
  const auto body = string_of(batch, "Head") + string_of(array_of(batch, "Deliveries")[0], "Fill") +
                    string_of(batch, "Tail");
  EXPECT_EQ(text(*parse_json(body), "Message"), "all");
  ASSERT_TRUE(
      publish("kind", {{"MessageAttributes",
                        Object{{"kind", Object{{"DataType", "String"}, {"StringValue", "a"}}}}}}));
  EXPECT_EQ(queues().size(), 550u + 1'100u);
  EXPECT_EQ(rows("sns.publications"), 0u);
}

TEST_F(Sns, WhatCannotBeDeliveredGoesToTheDeadLetterQueue) {
  subscribe("sqs", queue_named("gone"),
            {{"RedrivePolicy", to_json(Object{{"deadLetterTargetArn", queue_named("dead")}})}});
  ASSERT_TRUE(publish("lost"));
  ASSERT_THAT(queues(), ElementsAre("dead"));
  const auto letter = seen("SendMessage")[0];
  EXPECT_EQ(text(*parse_json(text(letter, "MessageBody")), "Message"), "lost");
  EXPECT_EQ(text(object_of(object_of(letter, "MessageAttributes"), "ErrorCode"), "StringValue"),
            "QueueDoesNotExist");
  EXPECT_THAT(
      refused("Subscribe", subscription("sqs", queue_named("q"), {{"RedrivePolicy", "{}"}})),
      HasSubstr("deadLetterTargetArn is an invalid arn"));
  EXPECT_THAT(refused("Subscribe",
                      subscription(
                          "sqs", queue_named("q"),
                          {{"RedrivePolicy",
                            R"({"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:123456789012:d"})"}})),
              HasSubstr("same account and region"));
}

TEST_F(Sns, AttributesAreCheckedAndShown) {
  const auto set = [&](std::string_view name, std::string_view value) {
    return refused("SetTopicAttributes",
                   {{"TopicArn", topic}, {"AttributeName", name}, {"AttributeValue", value}});
  };
  EXPECT_EQ(set("Colour", "red"), "InvalidParameter: Invalid parameter: AttributeName");
  EXPECT_THAT(set("SignatureVersion", "3"), HasSubstr("SignatureVersion"));
  EXPECT_THAT(set("DisplayName", std::string(101, 'x')), HasSubstr("DisplayName"));
  EXPECT_THAT(set("Policy", "[]"), HasSubstr("Policy Error: null"));
  EXPECT_THAT(set("SQSSuccessFeedbackSampleRate", "101"), HasSubstr("from 0 to 100"));
  EXPECT_THAT(set("SQSFailureFeedbackRoleArn", "x"), HasSubstr("not a valid role"));
  EXPECT_THAT(set("ContentBasedDeduplication", "true"), HasSubstr("FIFO topics"));
  EXPECT_EQ(set("DisplayName", "Alerts"), "");
  EXPECT_EQ(attribute("GetTopicAttributes", {{"TopicArn", topic}}, "DisplayName"), "Alerts");
  EXPECT_THAT(attribute("GetTopicAttributes", {{"TopicArn", topic}}, "EffectiveDeliveryPolicy"),
              HasSubstr("\"numRetries\":3"));
}

TEST_F(Sns, PermissionsAreStatementsOfThePolicy) {
  const Object add{{"TopicArn", topic},
                   {"Label", "other"},
                   {"AWSAccountId", Array{"210987654321"}},
                   {"ActionName", Array{"Publish"}}};
  must("AddPermission", add);
  EXPECT_THAT(refused("AddPermission", add), HasSubstr("Statement already exists"));
  auto bad = add;
  bad["ActionName"] = Array{"Fly"};
  EXPECT_THAT(refused("AddPermission", bad), HasSubstr("action out of service scope!"));
  auto nobody = add;
  nobody["Label"] = "nobody";
  nobody["AWSAccountId"] = Array{"1"};
  EXPECT_EQ(refused("AddPermission", nobody),
            "InvalidParameter: Invalid parameter: Policy Error: PrincipalNotFound");
  EXPECT_EQ(refused("TagResource", {{"ResourceArn", topic},
                                    {"Tags", Array{Object{{"Key", "a"}, {"Value", "b"}},
                                                   Object{{"Key", "a"}, {"Value", "c"}}}}}),
            "InvalidParameter: Invalid parameter: Duplicated keys are not allowed.");
  const auto policy = [&] {
    return attribute("GetTopicAttributes", {{"TopicArn", topic}}, "Policy");
  };
  EXPECT_THAT(policy(), HasSubstr(R"({"AWS":"arn:aws:iam::210987654321:root"})"));
  must("RemovePermission", {{"TopicArn", topic}, {"Label", "other"}});
  EXPECT_THAT(policy(), Not(HasSubstr("210987654321")));
}

TEST_F(Sns, BadMessagesAreRefused) {
  EXPECT_EQ(publish("").error().message, "Invalid parameter: Empty message");
  EXPECT_EQ(publish(std::string(262'145, 'x')).error().message,
            "Invalid parameter: Message too long");
  EXPECT_EQ(publish("m", {{"Subject", "a\nb"}}).error().message, "Invalid parameter: Subject");
  EXPECT_EQ(publish("{}", {{"MessageStructure", "json"}}).error().message,
            "Invalid parameter: Message Structure - No default entry in JSON message body");
  EXPECT_EQ(publish("{", {{"MessageStructure", "json"}}).error().message,
            "Invalid parameter: Message Structure - JSON message body failed to parse");
  EXPECT_THAT(publish("m", {{"MessageDeduplicationId", "d"}}).error().message,
              HasSubstr("not valid for this topic type"));
  const auto with = [&](std::string_view type, std::string_view value) {
    return publish("m", {{"MessageAttributes",
                          Object{{"a", Object{{"DataType", type}, {"StringValue", value}}}}}})
        .error()
        .code;
  };
  EXPECT_EQ(with("String", ""), "ParameterValueInvalid");
  EXPECT_EQ(with("Text", "x"), "ParameterValueInvalid");
  EXPECT_EQ(with("Number", "x"), "ParameterValueInvalid");
  EXPECT_THAT(refused("Publish", {{"Message", "m"}}), StartsWith("InvalidParameter"));
}

TEST_F(Sns, BatchesFailEntryByEntryAndAsAWhole) {
  subscribe("sqs", queue_named("q"));
  const auto batch = [&](Array entries) {
    return call("PublishBatch",
                {{"TopicArn", topic}, {"PublishBatchRequestEntries", std::move(entries)}});
  };
  const auto done = batch(Array{Object{{"Id", "a"}, {"Message", "1"}},
                                Object{{"Id", "b"}, {"Message", "2"}, {"Subject", ""}}});
  ASSERT_TRUE(done);
  EXPECT_EQ(array_of(*done, "Successful").size(), 1u);
  EXPECT_EQ(text(array_of(*done, "Failed")[0], "Id"), "b");
  EXPECT_EQ(batch({}).error().code, "EmptyBatchRequest");
  const Document one = Object{{"Id", "a"}, {"Message", "1"}};
  EXPECT_EQ(batch(Array{one, one}).error().code, "BatchEntryIdsNotDistinct");
  EXPECT_EQ(batch(Array(11, one)).error().code, "TooManyEntriesInBatchRequest");
  EXPECT_EQ(batch(Array{Object{{"Id", "?"}, {"Message", "1"}}}).error().code,
            "InvalidBatchEntryId");
}

TEST_F(Sns, MessagesDifferByProtocolWhereTheyAreGivenSo) {
  subscribe("sqs", queue_named("q"), {{"RawMessageDelivery", "true"}});
  ASSERT_TRUE(publish(R"({"default":"d","sqs":"for queues"})", {{"MessageStructure", "json"}}));
  EXPECT_EQ(text(seen("SendMessage")[0], "MessageBody"), "for queues");
}

struct Fifo : SnsTest {
  const std::string fifo = topic_named("t.fifo");
  void SetUp() override {
    must("CreateTopic", {{"Name", "t.fifo"}, {"Attributes", Object{{"FifoTopic", "true"}}}});
    must("Subscribe",
         {{"TopicArn", fifo}, {"Protocol", "sqs"}, {"Endpoint", queue_named("q.fifo")}});
  }
  Document send(std::string_view message, std::string_view id) {
    return must("Publish", {{"TopicArn", fifo},
                            {"Message", message},
                            {"MessageGroupId", "g"},
                            {"MessageDeduplicationId", id}});
  }
};

TEST_F(Fifo, NumbersGroupsAndDuplicates) {
  const auto first = send("1", "a");
  const auto again = send("2", "a");
  const auto second = send("3", "b");
  EXPECT_EQ(text(again, "MessageId"), text(first, "MessageId"));
  EXPECT_EQ(text(again, "SequenceNumber"), text(first, "SequenceNumber"));
  EXPECT_EQ(text(first, "SequenceNumber").size(), 20u);
  EXPECT_GT(text(second, "SequenceNumber"), text(first, "SequenceNumber"));
  ASSERT_EQ(seen("SendMessage").size(), 2u);
  for (const auto& each : seen("SendMessage")) {
    EXPECT_EQ(text(each, "MessageGroupId"), "g");
    const auto body = *parse_json(text(each, "MessageBody"));
    EXPECT_EQ(text(body, "SequenceNumber").size(), 20u);
    EXPECT_FALSE(find(body, "Signature"));
  }
  cloud.advance(seconds(301));
  EXPECT_NE(text(send("4", "a"), "MessageId"), text(first, "MessageId"));
  cloud.advance(seconds(301));
  EXPECT_EQ(rows("sns.accepted"), 0u);
}

TEST_F(Fifo, ItsRulesAreThoseOfAws) {
  const auto why = [&](Object params) {
    params["TopicArn"] = fifo;
    params["Message"] = "m";
    return refused("Publish", std::move(params));
  };
  EXPECT_THAT(why({}), HasSubstr("The MessageGroupId parameter is required for FIFO topics"));
  EXPECT_THAT(why({{"MessageGroupId", "g"}}), HasSubstr("ContentBasedDeduplication enabled"));
  EXPECT_THAT(
      refused("Subscribe",
              {{"TopicArn", fifo}, {"Protocol", "https"}, {"Endpoint", "https://example.org"}}),
      HasSubstr("FIFO topics deliver to Amazon SQS queues only"));
  must("CreateTopic", {{"Name", "alerts"}});
  EXPECT_THAT(refused("Subscribe", subscription("sqs", queue_named("q.fifo"))),
              HasSubstr("FIFO SQS Queues can not be subscribed to standard SNS topics"));
  must("SetTopicAttributes", {{"TopicArn", fifo},
                              {"AttributeName", "ContentBasedDeduplication"},
                              {"AttributeValue", "true"}});
  EXPECT_EQ(why({{"MessageGroupId", "g"}}), "");
  EXPECT_EQ(attribute("GetTopicAttributes", {{"TopicArn", fifo}}, "FifoTopic"), "true");
}

}  // namespace
}  // namespace tocsin::sns

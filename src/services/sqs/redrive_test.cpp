// SPDX-License-Identifier: Apache-2.0
#include <gmock/gmock.h>

#include "services/sqs/testing.hpp"

namespace tocsin::sqs {
namespace {

using std::chrono::seconds;
using ::testing::HasSubstr;
using ::testing::StartsWith;

std::string redrive(std::string_view target, int receives) {
  return to_json(Object{{"deadLetterTargetArn", queue_arn(target)}, {"maxReceiveCount", receives}});
}

struct Redrive : SqsTest {
  std::string dead = make_queue("dead");
  std::string url = make_queue("q", {{"RedrivePolicy", redrive("dead", 1)}});

  void poison(int count) {
    for (int i = 0; i < count; ++i)
      ASSERT_TRUE(send(url, std::to_string(i)));
    while (!receive(url).empty())
      continue;
    cloud.advance(seconds(31));
    while (!receive(url).empty())
      continue;
    EXPECT_EQ(attribute_of(dead, "ApproximateNumberOfMessages"), std::to_string(count));
  }
  Document tasks() {
    return *call("ListMessageMoveTasks", {{"SourceArn", queue_arn("dead")}, {"MaxResults", 10}});
  }
  Document latest() { return array_of(tasks(), "Results")[0]; }
};

TEST_F(Redrive, AMessageReceivedTooOftenGoesToTheDeadLetterQueue) {
  poison(1);
  const auto got = receive(dead);
  ASSERT_EQ(got.size(), 1u);
  EXPECT_EQ(text(object_of(got[0], "Attributes"), "DeadLetterQueueSourceArn"), queue_arn("q"));
  EXPECT_EQ(text(object_of(got[0], "Attributes"), "ApproximateReceiveCount"), "1");
  const auto sources = call("ListDeadLetterSourceQueues", {{"QueueUrl", dead}});
  EXPECT_EQ(array_of(*sources, "queueUrls").size(), 1u);
}

TEST_F(Redrive, PoliciesAreChecked) {
  const auto set = [&](std::string_view value) {
    return refused("SetQueueAttributes",
                   {{"QueueUrl", url}, {"Attributes", Object{{"RedrivePolicy", value}}}});
  };
  EXPECT_THAT(set("{"), HasSubstr("Redrive policy is not a valid JSON map."));
  EXPECT_THAT(set(R"({"maxReceiveCount":1})"),
              HasSubstr("mandatory attribute: deadLetterTargetArn"));
  EXPECT_EQ(
      set(R"({"deadLetterTargetArn": "dummy", "maxReceiveCount": 42})"),
      "InvalidParameterValue: Value {\"deadLetterTargetArn\": \"dummy\", \"maxReceiveCount\": "
      "42} for parameter RedrivePolicy is invalid. Reason: Invalid value for "
      "deadLetterTargetArn.");
  EXPECT_THAT(set(redrive("dead", 1001)), HasSubstr("valid values are from 1 to 1000"));
  EXPECT_THAT(set(redrive("none", 1)), HasSubstr("Dead letter target does not exist."));
  make_queue("d.fifo");
  EXPECT_THAT(set(redrive("d.fifo", 1)), HasSubstr("same type of queue"));
  const auto allow = [&](std::string_view value) {
    return refused("SetQueueAttributes",
                   {{"QueueUrl", dead}, {"Attributes", Object{{"RedriveAllowPolicy", value}}}});
  };
  EXPECT_EQ(allow(R"({"redrivePermission":"denyAll"})"), "");
  EXPECT_THAT(set(redrive("dead", 2)), HasSubstr("does not allow this queue"));
  EXPECT_EQ(allow(to_json(Object{{"redrivePermission", "byQueue"},
                                 {"sourceQueueArns", Array{queue_arn("q")}}})),
            "");
  EXPECT_EQ(set(redrive("dead", 2)), "");
  EXPECT_THAT(allow(R"({"redrivePermission":"byQueue"})"), StartsWith("InvalidAttributeValue"));
  EXPECT_THAT(allow(R"({"redrivePermission":"some"})"), HasSubstr("unsupported format"));
}

TEST_F(Redrive, ATaskMovesEverythingBack) {
  poison(3);
  ASSERT_TRUE(call("StartMessageMoveTask", {{"SourceArn", queue_arn("dead")}}));
  EXPECT_EQ(text(latest(), "Status"), "COMPLETED");
  EXPECT_EQ(integer(latest(), "ApproximateNumberOfMessagesMoved"), 3);
  const auto back = receive(url);
  ASSERT_EQ(back.size(), 3u);
  EXPECT_EQ(text(object_of(back[0], "Attributes"), "ApproximateReceiveCount"), "1");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Redrive, ATaskWithARateCanBeCancelled) {
  poison(5);
  make_queue("other");
  const auto started = call("StartMessageMoveTask", {{"SourceArn", queue_arn("dead")},
                                                     {"DestinationArn", queue_arn("other")},
                                                     {"MaxNumberOfMessagesPerSecond", 1}});
  ASSERT_TRUE(started);
  cloud.advance(seconds(1));
  EXPECT_EQ(text(latest(), "Status"), "RUNNING");
  EXPECT_EQ(text(latest(), "TaskHandle"), text(*started, "TaskHandle"));
  EXPECT_THAT(refused("StartMessageMoveTask", {{"SourceArn", queue_arn("dead")}}),
              HasSubstr("There is already a task running."));
  const Object handle{{"TaskHandle", text(*started, "TaskHandle")}};
  EXPECT_EQ(integer(*call("CancelMessageMoveTask", handle), "ApproximateNumberOfMessagesMoved"), 2);
  cloud.advance(seconds(2));
  EXPECT_EQ(text(latest(), "Status"), "CANCELLED");
  EXPECT_EQ(attribute_of(dead, "ApproximateNumberOfMessages"), "3");
  EXPECT_THAT(refused("CancelMessageMoveTask", handle), StartsWith("InvalidParameterValue"));
}

TEST_F(Redrive, TasksAreCheckedAndFailWithTheirDestination) {
  const auto start = [&](Object params) {
    return refused("StartMessageMoveTask", std::move(params));
  };
  EXPECT_EQ(start({{"SourceArn", queue_arn("q")}}),
            "InvalidParameterValue: Source queue must be configured as a Dead Letter Queue.");
  EXPECT_EQ(
      start({{"SourceArn", queue_arn("none")}}),
      "ResourceNotFoundException: The resource that you specified for the SourceArn parameter "
      "doesn't exist.");
  EXPECT_THAT(start({{"SourceArn", queue_arn("dead")}, {"DestinationArn", queue_arn("none")}}),
              HasSubstr("DestinationArn parameter doesn't exist."));
  EXPECT_EQ(refused("CancelMessageMoveTask", {{"TaskHandle", "x"}}),
            "InvalidParameterValue: Value for parameter TaskHandle is invalid.");
  poison(2);
  const auto other = make_queue("other");
  ASSERT_TRUE(call("StartMessageMoveTask", {{"SourceArn", queue_arn("dead")},
                                            {"DestinationArn", queue_arn("other")},
                                            {"MaxNumberOfMessagesPerSecond", 1}}));
  ASSERT_TRUE(call("DeleteQueue", {{"QueueUrl", other}}));
  cloud.advance(seconds(2));
  EXPECT_EQ(text(latest(), "Status"), "FAILED");
  EXPECT_EQ(text(latest(), "FailureReason"), "AWS.SimpleQueueService.NonExistentQueue");
}

TEST_F(Redrive, PermissionsBecomeStatements) {
  const Object add{{"QueueUrl", url},
                   {"Label", "other"},
                   {"AWSAccountIds", Array{"210987654321"}},
                   {"Actions", Array{"ReceiveMessage"}}};
  ASSERT_TRUE(call("AddPermission", add));
  const auto policy = *parse_json(attribute_of(url, "Policy"));
  EXPECT_EQ(
      to_json(array_of(policy, "Statement")),
      R"([{"Sid":"other","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},)"
      R"("Action":"SQS:ReceiveMessage","Resource":"arn:aws:sqs:us-east-1:123456789012:q"}])");
  EXPECT_EQ(refused("AddPermission", add),
            "InvalidParameterValue: Value other for parameter Label is invalid. Reason: Already "
            "exists.");
  auto bad = add;
  bad["Label"] = "l";
  bad["Actions"] = Array{"DeleteQueue"};
  EXPECT_THAT(refused("AddPermission", bad), HasSubstr("Only the queue owner"));
  const Object remove{{"QueueUrl", url}, {"Label", "other"}};
  ASSERT_TRUE(call("RemovePermission", remove));
  EXPECT_EQ(attribute_of(url, "Policy"), "");
  EXPECT_THAT(refused("RemovePermission", remove), HasSubstr("can't find label."));
}

TEST_F(Redrive, AttributesAreChecked) {
  const auto set = [&](Object attributes) {
    return refused("SetQueueAttributes",
                   {{"QueueUrl", url}, {"Attributes", std::move(attributes)}});
  };
  Array many;
  for (int i = 0; i < 21; ++i)
    many.push_back(Object{{"Effect", "Allow"}, {"Principal", "*"}, {"Action", "sqs:*"}});
  EXPECT_EQ(set({{"Policy", to_json(Object{{"Statement", std::move(many)}})}}),
            "OverLimit: 21 statements were found in the submitted policy, max allowed is 20");
  EXPECT_EQ(set({{"Colour", "red"}}), "InvalidAttributeName: Unknown Attribute Colour.");
  EXPECT_EQ(set({{"VisibilityTimeout", "43201"}}),
            "InvalidAttributeValue: Invalid value for the parameter VisibilityTimeout.");
  EXPECT_EQ(set({{"ContentBasedDeduplication", "true"}}),
            "InvalidAttributeName: Unknown Attribute ContentBasedDeduplication.");
  EXPECT_EQ(refused("GetQueueAttributes", {{"QueueUrl", url}, {"AttributeNames", Array{"Colour"}}}),
            "InvalidAttributeName: Unknown Attribute Colour.");
}

TEST_F(Redrive, AFanOutSharesOneBodyUntilItsLastMessageIsGone) {
  auto request = cloud.request(
      "sqs", "SendMessageBatch",
      Object{{"Content", "c"},
             {"Head", "<"},
             {"Tail", ">"},
             {"Deliveries", Array{Object{{"Queue", queue_arn("q")}, {"Fill", "1"}},
                                  Object{{"Queue", queue_arn("gone")}, {"Fill", "2"}},
                                  Object{{"Queue", queue_arn("dead")}, {"Fill", "3"}}}}});
  EXPECT_FALSE(cloud.call(request));  // of a client it is a batch without a queue
  request.credential = {.kind = core::Credential::Kind::Service, .service = "sns.amazonaws.com"};
  const auto shared = [&] { return rows("sqs.contents"); };
  const auto done = cloud.call(request);
  ASSERT_TRUE(done);
  EXPECT_EQ(text(array_of(*done, "Failed")[0], "Id"), "1");
  EXPECT_EQ(text(array_of(*done, "Failed")[0], "Code"), "QueueDoesNotExist");
  EXPECT_EQ(shared(), 1u);
  const auto first = receive(url);
  ASSERT_EQ(first.size(), 1u);
  EXPECT_EQ(text(first[0], "Body"), "<1>");
  remove(url, first[0]);
  EXPECT_EQ(shared(), 1u);
  const auto last = receive(dead);
  EXPECT_EQ(text(last[0], "Body"), "<3>");
  remove(dead, last[0]);
  EXPECT_EQ(shared(), 0u);
  EXPECT_EQ(rows("sqs.uses"), 0u);
}

}  // namespace
}  // namespace tocsin::sqs

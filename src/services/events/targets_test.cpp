// SPDX-License-Identifier: Apache-2.0
// Which targets are taken, and how each kind is called.
#include "services/events/testing.hpp"

namespace tocsin::events {
namespace {

constexpr auto kRole = "arn:aws:iam::123456789012:role/x";

TEST_F(EventsTest, WritesToLogGroupsInStreamsOfTheirOwn) {
  put_rule({target(arn_of("logs", "log-group:/aws/events/all:*"))});
  put_event();
  put_event();
  ASSERT_EQ(received["CreateLogStream"].size(), 2u);
  ASSERT_EQ(received["PutLogEvents"].size(), 2u);
  const auto& put = received["PutLogEvents"][0];
  EXPECT_EQ(text(put, "logGroupName"), "/aws/events/all");
  EXPECT_EQ(text(put, "logStreamName"), text(received["CreateLogStream"][0], "logStreamName"));
  EXPECT_NE(text(put, "logStreamName"), text(received["PutLogEvents"][1], "logStreamName"));
  const auto& event = array_of(put, "logEvents")[0];
  EXPECT_EQ(integer(event, "timestamp"), to_ms(cloud.now()));
  EXPECT_EQ(text(*parse_json(text(event, "message")), "source"), "shop");
  EXPECT_EQ(text(put, "source_arn"), arn_of("events", "rule/r"));
}

TEST_F(EventsTest, LogTemplatesGiveTimeAndMessage) {
  put_rule({target(
      arn_of("logs", "log-group:/aws/events/all"),
      {{"InputTransformer",
        Object{{"InputPathsMap", Object{{"at", "$.detail.at"}, {"what", "$.detail.what"}}},
               {"InputTemplate", R"({"timestamp": <at>, "message": "it was <what>"})"}}}})});
  put_event(entry(R"({"at":1790000000123,"what":"a hat"})"));
  const auto& event = array_of(received["PutLogEvents"].at(0), "logEvents")[0];
  EXPECT_EQ(to_json(event), R"({"message":"it was a hat","timestamp":1790000000123})");
}

TEST_F(EventsTest, LogGroupsThatRefuseGiveDeadLetters) {
  put_rule({target(arn_of("logs", "log-group:/aws/events/all"),
                   {{"DeadLetterConfig", Object{{"Arn", arn_of("sqs", "dead")}}}})});
  failing["CreateLogStream"] = Error{"ResourceNotFoundException", "no group", 400};
  put_event();
  failing["CreateLogStream"] = Error{"ResourceAlreadyExistsException", "", 400};
  failing["PutLogEvents"] = Error{"AccessDeniedException", "no", 400};
  put_event();
  ASSERT_EQ(received["SendMessage"].size(), 2u);
  EXPECT_EQ(attribute(received["SendMessage"][0], "ERROR_CODE"), "NO_RESOURCE");
  EXPECT_EQ(attribute(received["SendMessage"][1], "ERROR_CODE"), "NO_PERMISSIONS");
}

TEST_F(EventsTest, StartsStateMachinesAndRunsCommands) {
  put_rule({target(arn_of("states", "stateMachine:m"), {{"Id", "m"}, {"RoleArn", kRole}}),
            target("arn:aws:ssm:us-east-1::document/AWS-RunShellScript",
                   {{"Id", "c"},
                    {"RoleArn", kRole},
                    {"Input", R"({"commands":["id"]})"},
                    {"RunCommandParameters",
                     Object{{"RunCommandTargets",
                             Array{Object{{"Key", "tag:role"}, {"Values", Array{"web"}}}}}}}})});
  put_event();
  EXPECT_EQ(text(*parse_json(text(received["StartExecution"].at(0), "input")), "source"), "shop");
  const auto& command = received["SendCommand"].at(0);
  EXPECT_EQ(text(command, "DocumentName"), "AWS-RunShellScript");
  EXPECT_EQ(to_json(object_of(command, "Parameters")), R"({"commands":["id"]})");
  EXPECT_EQ(to_json(array_of(command, "Targets")), R"([{"Key":"tag:role","Values":["web"]}])");
}

TEST_F(EventsTest, InputThatIsNoObjectIsADeadLetter) {
  put_rule({target("arn:aws:ssm:us-east-1::document/D",
                   {{"RoleArn", kRole},
                    {"InputPath", "$.detail.item"},
                    {"DeadLetterConfig", Object{{"Arn", arn_of("sqs", "dead")}}},
                    {"RunCommandParameters",
                     Object{{"RunCommandTargets",
                             Array{Object{{"Key", "InstanceIds"}, {"Values", Array{"i-1"}}}}}}}})});
  put_event();
  ASSERT_EQ(received["SendMessage"].size(), 1u);
  EXPECT_EQ(attribute(received["SendMessage"][0], "ERROR_CODE"), "INVALID_JSON");
  EXPECT_EQ(attribute(received["SendMessage"][0], "RETRY_ATTEMPTS"), "0");
}

TEST_F(EventsTest, RolesThatCannotBeAssumedGiveDeadLetters) {
  put_rule({target(arn_of("states", "stateMachine:m"),
                   {{"RoleArn", "arn:aws:iam::123456789012:role/locked"},
                    {"DeadLetterConfig", Object{{"Arn", arn_of("sqs", "dead")}}}})});
  put_event();
  ASSERT_EQ(received["SendMessage"].size(), 1u);
  EXPECT_EQ(attribute(received["SendMessage"][0], "ERROR_CODE"), "FAILED_TO_ASSUME_ROLE");
}

TEST_F(EventsTest, FifoQueuesGetTheGroup) {
  const auto fifo = arn_of("sqs", "q.fifo");
  put_rule({target(fifo, {{"SqsParameters", Object{{"MessageGroupId", "g"}}}})});
  put_event();
  EXPECT_EQ(text(received["SendMessage"].at(0), "MessageGroupId"), "g");
  EXPECT_EQ(refused("PutTargets", {{"Rule", "r"}, {"Targets", Array{target(fifo)}}}),
            "ValidationException: Parameter(s) SqsParameters must be specified for target: t.");
}

TEST_F(EventsTest, TellsWhichTargetsAreNotServed) {
  put_rule({});
  const auto reply =
      done("PutTargets",
           {{"Rule", "r"},
            {"Targets", Array{queue(), target(arn_of("kinesis", "stream/s"), {{"Id", "k"}}),
                              target(arn_of("ssm", "automation-definition/A:$DEFAULT"),
                                     {{"Id", "a"}, {"RoleArn", kRole}}),
                              target(arn_of("events", "api-destination/x/y"), {{"Id", "d"}})}}});
  EXPECT_EQ(integer(reply, "FailedEntryCount"), 3);
  EXPECT_EQ(to_json(array_of(reply, "FailedEntries")[0]),
            R"({"TargetId":"k","ErrorCode":"NotImplemented","ErrorMessage":"Tocsin does not serve )"
            R"(targets like arn:aws:kinesis:us-east-1:123456789012:stream/s yet."})");
  const auto list = done("ListTargetsByRule", {{"Rule", "r"}});
  ASSERT_EQ(array_of(list, "Targets").size(), 1u);
  EXPECT_EQ(array_of(list, "Targets")[0], Document(queue()));
}

TEST_F(EventsTest, RefusesBadTargets) {
  put_rule({});
  const auto tell = [&](Object target) {
    return refused("PutTargets", {{"Rule", "r"}, {"Targets", Array{std::move(target)}}});
  };
  EXPECT_EQ(tell(target("nothing")),
            "ValidationException: Parameter nothing is not valid. Reason: Provided Arn is not in "
            "correct format.");
  EXPECT_EQ(tell(queue({{"Input", "{}"}, {"InputPath", "$"}})),
            "ValidationException: Only one of Input, InputPath, or InputTransformer must be "
            "provided for target t.");
  EXPECT_EQ(tell(queue({{"Input", "{"}})),
            "ValidationException: JSON syntax error in input for target t.");
  EXPECT_EQ(tell(queue({{"InputPath", "detail"}})),
            "ValidationException: Invalid InputPath for target t.");
  EXPECT_EQ(tell(queue({{"InputTransformer", Object{{"InputTemplate", "\"<gone>\""}}}})),
            "ValidationException: InputTemplate for target t contains invalid placeholder gone.");
  EXPECT_TRUE(tell(queue({{"InputTransformer", Object{{"InputPathsMap", Object{{"AWSx", "$.a"}}},
                                                      {"InputTemplate", "\"x\""}}}}))
                  .find("reserved key AWSx") != std::string::npos);
  EXPECT_EQ(tell(target(arn_of("states", "stateMachine:m"))),
            "ValidationException: RoleArn is required for target " +
                arn_of("states", "stateMachine:m") + ".");
  EXPECT_EQ(tell(target("arn:aws:events:eu-west-1:123456789012:event-bus/default")),
            "ValidationException: RoleArn is required for target "
            "arn:aws:events:eu-west-1:123456789012:event-bus/default.");
  EXPECT_EQ(tell(target(arn_of("events", "event-bus/b"), {{"InputPath", "$.detail"}})),
            "ValidationException: Modifying the input for target t is not supported.");
  EXPECT_TRUE(tell(target(arn_of("logs", "log-group:/x"))).find("/aws/events/") !=
              std::string::npos);
  EXPECT_TRUE(tell(queue({{"RetryPolicy", Object{{"MaximumRetryAttempts", 186}}}}))
                  .ends_with("Member must have value less than or equal to 185"));
  EXPECT_TRUE(tell(queue({{"RetryPolicy", Object{{"MaximumEventAgeInSeconds", 59}}}}))
                  .ends_with("Member must have value greater than or equal to 60"));
  EXPECT_TRUE(tell(queue({{"DeadLetterConfig", Object{{"Arn", arn_of("sqs", "d.fifo")}}}}))
                  .find("standard queue") != std::string::npos);
  Array six;
  for (const auto* id : {"1", "2", "3", "4", "5", "6"})
    six.push_back(queue({{"Id", id}}));
  EXPECT_EQ(refused("PutTargets", {{"Rule", "r"}, {"Targets", six}}),
            "LimitExceededException: The requested resource exceeds the maximum number allowed.");
  EXPECT_TRUE(array_of(done("ListTargetsByRule", {{"Rule", "r"}}), "Targets").empty());
  EXPECT_TRUE(refused("PutTargets", {{"Rule", "none"}, {"Targets", Array{queue()}}})
                  .starts_with("ResourceNotFoundException: Rule none does not exist"));
}

}  // namespace
}  // namespace tocsin::events

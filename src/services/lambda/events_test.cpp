// SPDX-License-Identifier: Apache-2.0
// Asynchronous events, function URLs and event source mappings.
#include "services/lambda/testing.hpp"

namespace tocsin::lambda {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kArn;
using testing::kQueue;
using testing::Lambda;
using ::testing::StartsWith;

TEST_F(Lambda, AnEventThatFailsRunsThreeTimes) {
  ASSERT_TRUE(create());
  failing = true;
  EXPECT_EQ(integer(*invoke("Event"), "StatusCode"), 202);
  EXPECT_EQ(jobs.size(), 1u);
  cloud.advance(std::chrono::seconds(59));
  EXPECT_EQ(jobs.size(), 1u);
  cloud.advance(std::chrono::seconds(10));
  EXPECT_EQ(jobs.size(), 2u);
  cloud.advance(std::chrono::hours(1));
  EXPECT_EQ(jobs.size(), 3u);
}

TEST_F(Lambda, RetriesAndAgeAreConfigured) {
  ASSERT_TRUE(create());
  EXPECT_THAT(refusal("PutFunctionEventInvokeConfig", named()), HasSubstr("at least one"));
  EXPECT_THAT(refusal("PutFunctionEventInvokeConfig", named({{"MaximumRetryAttempts", 3}})),
              HasSubstr("less than or equal to 2"));
  EXPECT_EQ(refusal("GetFunctionEventInvokeConfig", named()),
            "ResourceNotFoundException: The function " + kArn +
                ":$LATEST doesn't have an EventInvokeConfig");
  ASSERT_TRUE(call("PutFunctionEventInvokeConfig", named({{"MaximumRetryAttempts", 0}})));
  failing = true;
  ASSERT_TRUE(invoke("Event"));
  cloud.advance(std::chrono::hours(1));
  EXPECT_EQ(jobs.size(), 1u);
  ASSERT_TRUE(call("UpdateFunctionEventInvokeConfig", named({{"MaximumEventAgeInSeconds", 60}})));
  const auto config = call("GetFunctionEventInvokeConfig", named());
  EXPECT_EQ(integer(*config, "MaximumRetryAttempts"), 0);
  EXPECT_EQ(integer(*config, "MaximumEventAgeInSeconds"), 60);
  EXPECT_EQ(array_of(*call("ListFunctionEventInvokeConfigs", named()), "FunctionEventInvokeConfigs")
                .size(),
            1u);
  ASSERT_TRUE(call("DeleteFunctionEventInvokeConfig", named()));
}

TEST_F(Lambda, DestinationsAreToldHowItEnded) {
  ASSERT_TRUE(create());
  const auto destination = [](std::string_view arn) { return Object{{"Destination", arn}}; };
  const std::string topic = "arn:aws:sns:us-east-1:123456789012:t";
  ASSERT_TRUE(call("PutFunctionEventInvokeConfig",
                   named({{"MaximumRetryAttempts", 1},
                          {"DestinationConfig", Object{{"OnSuccess", destination(kQueue)},
                                                       {"OnFailure", destination(topic)}}}})));
  ASSERT_TRUE(invoke("Event"));
  const auto sent = neighbours->named("sqs:SendMessage");
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(sent[0].role, testing::kRole);
  const auto record = *parse_json(text(sent[0].params, "MessageBody"));
  EXPECT_EQ(to_json(*find(record, "requestPayload")), R"({"a":1})");
  EXPECT_EQ(to_json(*find(record, "responsePayload")), R"({"done":true})");
  EXPECT_EQ(to_json(*find(record, "responseContext")),
            R"({"statusCode":200,"executedVersion":"$LATEST"})");
  EXPECT_EQ(text(object_of(record, "requestContext"), "condition"), "Success");
  EXPECT_EQ(text(object_of(record, "requestContext"), "functionArn"), kArn + ":$LATEST");
  failing = true;
  ASSERT_TRUE(invoke("Event"));
  cloud.advance(std::chrono::hours(1));
  const auto published = neighbours->named("sns:Publish");
  ASSERT_EQ(published.size(), 1u);
  EXPECT_THAT(string_of(published[0].params, "Message"),
              HasSubstr(R"("condition":"RetriesExhausted","approximateInvokeCount":2)"));
  EXPECT_THAT(
      refusal(
          "PutFunctionEventInvokeConfig",
          named({{"DestinationConfig", Object{{"OnSuccess", destination("arn:aws:ec2:::i")}}}})),
      HasSubstr("is invalid."));
}

TEST_F(Lambda, ABusGetsAnEvent) {
  ASSERT_TRUE(create());
  const Object bus{{"Destination", "arn:aws:events:us-east-1:123456789012:event-bus/default"}};
  ASSERT_TRUE(call("PutFunctionEventInvokeConfig",
                   named({{"DestinationConfig", Object{{"OnSuccess", bus}}}})));
  ASSERT_TRUE(invoke("Event"));
  const auto put = neighbours->named("events:PutEvents");
  ASSERT_EQ(put.size(), 1u);
  const auto& entry = array_of(put[0].params, "Entries")[0];
  EXPECT_EQ(text(entry, "DetailType"), "Lambda Function Invocation Result - Success");
  EXPECT_EQ(text(entry, "Source"), "lambda");
}

TEST_F(Lambda, ADeadLetterHasTheEventAndItsAttributes) {
  EXPECT_THAT(
      create({{"DeadLetterConfig", Object{{"TargetArn", "arn:aws:s3:::b"}}}}).error().message,
      HasSubstr("Supported services are: SNS, SQS"));
  ASSERT_TRUE(create({{"DeadLetterConfig", Object{{"TargetArn", kQueue}}}}));
  ASSERT_TRUE(call("PutFunctionEventInvokeConfig", named({{"MaximumRetryAttempts", 0}})));
  failing = true;
  payload = R"({"errorMessage":"boom","errorType":"E"})";
  ASSERT_TRUE(invoke("Event"));
  const auto sent = neighbours->named("sqs:SendMessage");
  ASSERT_EQ(sent.size(), 1u);
  EXPECT_EQ(text(sent[0].params, "MessageBody"), R"({"a":1})");
  const auto& attributes = object_of(sent[0].params, "MessageAttributes");
  EXPECT_EQ(to_json(*find(attributes, "ErrorCode")),
            R"({"DataType":"Number","StringValue":"200"})");
  EXPECT_EQ(text(object_of(attributes, "ErrorMessage"), "StringValue"), "boom");
  EXPECT_NE(find(attributes, "RequestID"), nullptr);
}

TEST_F(Lambda, AnEventWithoutAPlaceWaitsOrIsToldAtOnce) {
  ASSERT_TRUE(create({{"DeadLetterConfig", Object{{"TargetArn", kQueue}}}}));
  ASSERT_TRUE(call("PutFunctionConcurrency", named({{"ReservedConcurrentExecutions", 0}})));
  EXPECT_EQ(integer(*invoke("Event"), "StatusCode"), 202);
  EXPECT_TRUE(jobs.empty());
  EXPECT_EQ(neighbours->named("sqs:SendMessage").size(), 1u);
}

TEST_F(Lambda, AUrlTurnsRequestsIntoEvents) {
  ASSERT_TRUE(create());
  const auto made = call("CreateFunctionUrlConfig", named({{"AuthType", "NONE"}}));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_THAT(refusal("CreateFunctionUrlConfig", named({{"AuthType", "NONE"}})),
              HasSubstr("FunctionUrlConfig exists for this Lambda function"));
  const auto url = string_of(*made, "FunctionUrl");
  const auto id = url.substr(url.rfind('/', url.size() - 2) + 1, 32);
  payload = R"({"statusCode":201,"headers":{"X-Made":"yes"},"body":"made","cookies":["a=b"]})";
  const auto reply = call("InvokeFunctionUrl", {{"UrlId", id},
                                                {"Method", "POST"},
                                                {"Path", "/a/b"},
                                                {"Query", "x=1"},
                                                {"QueryParameters", Object{{"x", "1"}}},
                                                {"Headers", Object{{"content-type", "text/plain"}}},
                                                {"Body", base64("hello")}});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(integer(*reply, "StatusCode"), 201);
  EXPECT_EQ(text(object_of(*reply, "Headers"), "x-made"), "yes");
  EXPECT_EQ(unbase64(text(*reply, "Body")), "made");
  const auto event = *parse_json(text(jobs[0], "Payload"));
  EXPECT_EQ(text(event, "version"), "2.0");
  EXPECT_EQ(text(event, "rawPath"), "/a/b");
  EXPECT_EQ(text(event, "body"), "hello");
  EXPECT_EQ(text(object_of(object_of(event, "requestContext"), "http"), "method"), "POST");
  payload = R"({"plain":true})";
  const Object plain{{"UrlId", id}, {"Method", "GET"}, {"Path", "/"}};
  EXPECT_EQ(unbase64(text(*call("InvokeFunctionUrl", plain), "Body")), payload);
  failing = true;
  EXPECT_EQ(integer(*call("InvokeFunctionUrl", plain), "StatusCode"), 502);
  EXPECT_EQ(recorded->back(), "InvokeFunctionUrl " + kArn);
  EXPECT_EQ(notes->asked.back().action, "lambda:InvokeFunctionUrl");
  EXPECT_EQ(notes->asked.back().context.at("lambda:FunctionUrlAuthType")[0], "NONE");
  ASSERT_TRUE(call("DeleteFunctionUrlConfig", named()));
  EXPECT_EQ(refusal("InvokeFunctionUrl", plain), "AccessDeniedException: Forbidden");
  EXPECT_EQ(recorded->back(), "InvokeFunctionUrl ");
  EXPECT_THAT(refusal("GetFunctionUrlConfig", named()), StartsWith("ResourceNotFoundException"));
}

TEST_F(Lambda, BrowsersOfOtherOriginsAreAnsweredAsConfigured) {
  ASSERT_TRUE(create());
  const Object cors{{"AllowOrigins", Array{"https://a.example"}}, {"AllowMethods", Array{"GET"}}};
  const auto made = call("CreateFunctionUrlConfig", named({{"AuthType", "NONE"}, {"Cors", cors}}));
  ASSERT_TRUE(made);
  const auto url = string_of(*made, "FunctionUrl");
  const auto request = [&](std::string_view method, std::string_view origin) {
    return call(
        "InvokeFunctionUrl",
        {{"UrlId", url.substr(url.size() - 33, 32)},
         {"Method", method},
         {"Path", "/"},
         {"Headers", Object{{"origin", origin}, {"access-control-request-method", "GET"}}}});
  };
  const auto preflight = request("OPTIONS", "https://a.example");
  ASSERT_TRUE(preflight) << preflight.error().message;
  EXPECT_EQ(text(object_of(*preflight, "Headers"), "access-control-allow-methods"), "GET");
  EXPECT_TRUE(jobs.empty()) << "the function does not see it";
  const auto allow = [](const Result<Document>& reply) {
    return string_of(object_of(*reply, "Headers"), "access-control-allow-origin");
  };
  EXPECT_EQ(allow(request("GET", "https://a.example")), "https://a.example");
  EXPECT_EQ(allow(request("GET", "https://b.example")), "");
}

Object message(int number, std::string_view body) {
  const auto id = "m" + std::to_string(number);
  return {{"MessageId", id},
          {"ReceiptHandle", "h" + std::to_string(number)},
          {"Body", body},
          {"MD5OfBody", "md5"},
          {"Attributes", Object{{"SenderId", "s"}}}};
}

TEST_F(Lambda, AQueueIsPolledAndItsMessagesRemoved) {
  ASSERT_TRUE(create());
  neighbours->messages = {message(1, "one"), message(2, "two")};
  const auto made =
      call("CreateEventSourceMapping", named({{"EventSourceArn", kQueue}, {"BatchSize", 10}}));
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(text(*made, "State"), "Creating");
  ASSERT_EQ(jobs.size(), 1u);
  const auto event = *parse_json(text(jobs[0], "Payload"));
  ASSERT_EQ(array_of(event, "Records").size(), 2u);
  EXPECT_EQ(to_json(array_of(event, "Records")[0]),
            R"({"messageId":"m1","receiptHandle":"h1","body":"one","attributes":{"SenderId":"s"},)"
            R"("messageAttributes":{},"md5OfBody":"md5","eventSource":"aws:sqs",)"
            R"("eventSourceARN":"arn:aws:sqs:us-east-1:123456789012:q","awsRegion":"us-east-1"})");
  const auto deleted = neighbours->named("sqs:DeleteMessageBatch");
  ASSERT_EQ(deleted.size(), 1u);
  EXPECT_EQ(array_of(deleted[0].params, "Entries").size(), 2u);
  EXPECT_EQ(deleted[0].role, testing::kRole);
  EXPECT_EQ(neighbours->named("sqs:ReceiveMessage").size(), 2u) << "and polls on";
  EXPECT_THAT(refusal("CreateEventSourceMapping", named({{"EventSourceArn", kQueue}})),
              HasSubstr("already exists. Please update or delete the existing mapping with UUID"));
  const Object uuid{{"UUID", text(*made, "UUID")}};
  EXPECT_EQ(text(*call("GetEventSourceMapping", uuid), "State"), "Enabled");
  auto disabled = uuid;
  disabled["Enabled"] = false;
  EXPECT_EQ(text(*call("UpdateEventSourceMapping", disabled), "State"), "Disabling");
  EXPECT_EQ(text(*call("GetEventSourceMapping", uuid), "State"), "Disabled");
  EXPECT_EQ(array_of(*call("ListEventSourceMappings", named()), "EventSourceMappings").size(), 1u);
  EXPECT_EQ(text(*call("DeleteEventSourceMapping", uuid), "State"), "Deleting");
  EXPECT_THAT(refusal("GetEventSourceMapping", uuid), StartsWith("ResourceNotFoundException"));
}

TEST_F(Lambda, APollThatWaitsIsAnsweredWhenAMessageComes) {
  ASSERT_TRUE(create());
  const auto made = call("CreateEventSourceMapping", named({{"EventSourceArn", kQueue}}));
  const Object message{{"QueueUrl", "q"}, {"MessageBody", "late"}};
  ASSERT_TRUE(cloud.call("sqs", "SendMessage", message));
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_THAT(string_of(jobs[0], "Payload"), HasSubstr("late"));
  ASSERT_TRUE(
      call("UpdateEventSourceMapping", {{"UUID", text(*made, "UUID")}, {"Enabled", false}}));
  ASSERT_TRUE(cloud.call("sqs", "SendMessage", message));
  EXPECT_EQ(jobs.size(), 1u) << "disabled";
  EXPECT_EQ(neighbours->named("sqs:ChangeMessageVisibilityBatch").size(), 1u)
      << "and what came in is shown to others";
}

TEST_F(Lambda, FailedMessagesStayInTheQueue) {
  ASSERT_TRUE(create());
  neighbours->messages = {message(1, "one"), message(2, "two")};
  payload = R"({"batchItemFailures":[{"itemIdentifier":"m2"}]})";
  ASSERT_TRUE(call("CreateEventSourceMapping",
                   named({{"EventSourceArn", kQueue},
                          {"FunctionResponseTypes", Array{"ReportBatchItemFailures"}}})));
  auto deleted = neighbours->named("sqs:DeleteMessageBatch");
  ASSERT_EQ(deleted.size(), 1u);
  ASSERT_EQ(array_of(deleted[0].params, "Entries").size(), 1u);
  EXPECT_EQ(text(array_of(deleted[0].params, "Entries")[0], "ReceiptHandle"), "h1");
}

TEST_F(Lambda, NothingOfAFailedBatchIsRemoved) {
  ASSERT_TRUE(create());
  neighbours->messages = {message(1, "one")};
  failing = true;
  ASSERT_TRUE(call("CreateEventSourceMapping", named({{"EventSourceArn", kQueue}})));
  EXPECT_EQ(jobs.size(), 1u);
  EXPECT_TRUE(neighbours->named("sqs:DeleteMessageBatch").empty());
}

TEST_F(Lambda, FiltersChooseMessages) {
  ASSERT_TRUE(create());
  neighbours->messages = {message(1, R"({"kind":"a"})"), message(2, R"({"kind":"b"})"),
                          message(3, "plain")};
  const auto filter = [](std::string_view pattern) {
    return Object{{"Filters", Array{Object{{"Pattern", pattern}}}}};
  };
  EXPECT_EQ(refusal("CreateEventSourceMapping",
                    named({{"EventSourceArn", kQueue}, {"FilterCriteria", filter("{")}})),
            "InvalidParameterValueException: Invalid filter pattern definition.");
  ASSERT_TRUE(call("CreateEventSourceMapping",
                   named({{"EventSourceArn", kQueue},
                          {"FilterCriteria", filter(R"({"body":{"kind":["b"]}})")}})));
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_THAT(string_of(jobs[0], "Payload"), HasSubstr("m2"));
  EXPECT_THAT(string_of(jobs[0], "Payload"), ::testing::Not(HasSubstr("m1")));
  EXPECT_EQ(array_of(neighbours->named("sqs:DeleteMessageBatch")[0].params, "Entries").size(), 2u)
      << "what no filter wants is removed";
}

TEST_F(Lambda, AWindowGathersMessages) {
  ASSERT_TRUE(create());
  neighbours->messages = {message(1, "one")};
  EXPECT_THAT(
      refusal("CreateEventSourceMapping", named({{"EventSourceArn", kQueue}, {"BatchSize", 50}})),
      HasSubstr("Maximum batch window in seconds must be greater than 0"));
  ASSERT_TRUE(call("CreateEventSourceMapping", named({{"EventSourceArn", kQueue},
                                                      {"BatchSize", 50},
                                                      {"MaximumBatchingWindowInSeconds", 5}})));
  EXPECT_TRUE(jobs.empty());
  cloud.advance(std::chrono::seconds(6));
  EXPECT_EQ(jobs.size(), 1u);
}

TEST_F(Lambda, AMappingNeedsAQueueThatFits) {
  ASSERT_TRUE(create({{"Timeout", 60}}));
  const auto mapping = named({{"EventSourceArn", kQueue}});
  EXPECT_EQ(refusal("CreateEventSourceMapping", mapping),
            "InvalidParameterValueException: Queue visibility timeout: 30 seconds is less than "
            "Function timeout: 60 seconds");
  neighbours->queue_error = Error{"AccessDenied", "no", 403};
  EXPECT_EQ(refusal("CreateEventSourceMapping", mapping),
            "InvalidParameterValueException: The function execution role does not have permissions "
            "to call ReceiveMessage on SQS");
  EXPECT_THAT(
      refusal("CreateEventSourceMapping",
              named({{"EventSourceArn", "arn:aws:kinesis:us-east-1:123456789012:stream/s"}})),
      HasSubstr("is not served"));
}

}  // namespace
}  // namespace tocsin::lambda

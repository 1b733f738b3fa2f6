// SPDX-License-Identifier: Apache-2.0
#include "services/events/events.hpp"

#include "base/crypto.hpp"
#include "core/testing.hpp"

namespace tocsin::events {
namespace {

using core::Call;
using core::Outcome;
using core::TestCloud;

std::map<std::string, std::vector<Document>> received;  // by service
std::optional<Error> lambda_error;

void register_services(core::Registry& registry) {
  received.clear();
  lambda_error.reset();
  register_events(registry);
  const auto take = [](Call& call) -> Outcome {
    if (call.request().service == "lambda" && lambda_error) return *lambda_error;
    EXPECT_EQ(call.request().credential.service, "events.amazonaws.com");
    auto params = call.params();
    call.secrets().open_all(params);
    received[call.request().service].push_back(std::move(params));
    return Object{};
  };
  registry.add(core::Service{"lambda", "lambda", {{"Invoke", core::Effect::Write, take}}});
  registry.add(core::Service{"sns", "sns", {{"Publish", core::Effect::Write, take}}});
  registry.add(core::Service{"sqs", "sqs", {{"SendMessage", core::Effect::Write, take}}});
}

void put_rule(TestCloud& cloud, Array targets) {
  ASSERT_TRUE(cloud.call("events", "PutRule",
                         Object{{"Name", "r"}, {"EventPattern", R"({"source":["shop"]})"}}));
  const auto put =
      cloud.call("events", "PutTargets", Object{{"Rule", "r"}, {"Targets", std::move(targets)}});
  ASSERT_TRUE(put) << put.error().message;
}

Result<Document> put_event(TestCloud& cloud, std::string_view source = "shop") {
  return cloud.call("events", "PutEvents",
                    Object{{"Entries", Array{Object{{"Source", source},
                                                    {"DetailType", "Sold"},
                                                    {"Detail", R"({"item":"hat","n":2})"}}}}});
}

const Object kLambda{{"Id", "l"}, {"Arn", "arn:aws:lambda:us-east-1:123456789012:function:f"}};
const Object kTopic{{"Id", "t"}, {"Arn", "arn:aws:sns:us-east-1:123456789012:alerts"}};

TEST(Events, DeliversMatchesToTargets) {
  TestCloud cloud(register_services);
  auto topic = kTopic;
  topic["InputTransformer"] =
      Object{{"InputPathsMap", Object{{"item", "$.detail.item"}, {"n", "$.detail.n"}}},
             {"InputTemplate", R"({"text":"sold <item>","n":<n>,"item":<item>})"}};
  put_rule(cloud, {kLambda, topic,
                   Object{{"Id", "q"},
                          {"Arn", "arn:aws:sqs:us-east-1:123456789012:q"},
                          {"InputPath", "$.detail"}}});
  ASSERT_TRUE(put_event(cloud));
  ASSERT_TRUE(put_event(cloud, "other"));
  ASSERT_EQ(received["lambda"].size(), 1u);
  const auto event = parse_json(*unbase64(text(received["lambda"][0], "Payload")));
  EXPECT_EQ(text(*event, "detail-type"), "Sold");
  EXPECT_EQ(text(received["sns"].at(0), "Message"), R"({"text":"sold hat","n":2,"item":"hat"})");
  EXPECT_EQ(text(received["sqs"].at(0), "MessageBody"), R"({"item":"hat","n":2})");
  ASSERT_TRUE(cloud.call("events", "DisableRule", Object{{"Name", "r"}}));
  ASSERT_TRUE(put_event(cloud));
  EXPECT_EQ(received["lambda"].size(), 1u);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST(Events, RetriesAndThenSendsADeadLetter) {
  TestCloud cloud(register_services);
  auto target = kLambda;
  target["RetryPolicy"] = Object{{"MaximumRetryAttempts", 2}};
  target["DeadLetterConfig"] = Object{{"Arn", "arn:aws:sqs:us-east-1:123456789012:dead"}};
  put_rule(cloud, {target});
  lambda_error = Error{"ServiceException", "down", 500, Fault::Server};
  ASSERT_TRUE(put_event(cloud));
  EXPECT_TRUE(received["sqs"].empty());
  cloud.advance(std::chrono::minutes(5));
  ASSERT_EQ(received["sqs"].size(), 1u);
  const auto& attributes = *find(received["sqs"][0], "MessageAttributes");
  EXPECT_EQ(find_path(attributes, "RETRY_ATTEMPTS.StringValue")->as_string(), "2");
  EXPECT_EQ(find_path(attributes, "EXHAUSTED_RETRY_CONDITION.StringValue")->as_string(),
            "MaximumRetryAttempts");
  EXPECT_EQ(find_path(attributes, "RULE_ARN.StringValue")->as_string(),
            "arn:aws:events:us-east-1:123456789012:rule/r");
}

TEST(Events, RefusesWhatAwsRefuses) {
  TestCloud cloud(register_services);
  const auto reply = put_event(cloud, "aws.ec2");
  ASSERT_TRUE(reply);
  EXPECT_EQ(*integer(*reply, "FailedEntryCount"), 1);
  EXPECT_EQ(text(array_of(*reply, "Entries")[0], "ErrorCode"), "NotAuthorizedForSourceException");
  const auto code = [&](std::string_view operation, Object params) {
    const auto result = cloud.call("events", operation, std::move(params));
    return result ? std::string("ok") : result.error().code;
  };
  EXPECT_EQ(code("PutRule", {{"Name", "x"}, {"EventPattern", "{"}}),
            "InvalidEventPatternException");
  EXPECT_EQ(code("PutRule", {{"Name", "x"}, {"ScheduleExpression", "cron(0 1 * * ? *)"}}),
            "ValidationException");
  EXPECT_EQ(
      code("PutRule", {{"Name", "x"}, {"EventBusName", "none"}, {"EventPattern", "{\"a\":[1]}"}}),
      "ResourceNotFoundException");
  EXPECT_EQ(code("DescribeRule", {{"Name", "x"}}), "ResourceNotFoundException");
  put_rule(cloud, {kLambda});
  EXPECT_EQ(code("DeleteRule", {{"Name", "r"}}), "ValidationException");
  EXPECT_EQ(code("RemoveTargets", {{"Rule", "r"}, {"Ids", Array{"l"}}}), "ok");
  EXPECT_EQ(code("DeleteRule", {{"Name", "r"}}), "ok");
}

TEST(Events, SchedulesByRate) {
  TestCloud cloud(register_services);
  ASSERT_TRUE(cloud.call("events", "PutRule",
                         Object{{"Name", "tick"}, {"ScheduleExpression", "rate(5 minutes)"}}));
  ASSERT_TRUE(
      cloud.call("events", "PutTargets", Object{{"Rule", "tick"}, {"Targets", Array{kTopic}}}));
  cloud.advance(std::chrono::minutes(16));
  EXPECT_EQ(received["sns"].size(), 3u);
  ASSERT_TRUE(cloud.call("events", "DisableRule", Object{{"Name", "tick"}}));
  cloud.advance(std::chrono::minutes(16));
  EXPECT_EQ(received["sns"].size(), 3u);
}

TEST(Events, KeepsBusesApartAndTestsPatterns) {
  TestCloud cloud(register_services);
  ASSERT_TRUE(cloud.call("events", "CreateEventBus", Object{{"Name", "shop-bus"}}));
  EXPECT_EQ(cloud.call("events", "CreateEventBus", Object{{"Name", "shop-bus"}}).error().code,
            "ResourceAlreadyExistsException");
  EXPECT_EQ(array_of(*cloud.call("events", "ListEventBuses", Object{}), "EventBuses").size(), 2u);
  ASSERT_TRUE(cloud.call("events", "PutRule",
                         Object{{"Name", "r"},
                                {"EventBusName", "shop-bus"},
                                {"EventPattern", R"({"source":["shop"]})"}}));
  ASSERT_TRUE(
      cloud.call("events", "PutTargets",
                 Object{{"Rule", "r"}, {"EventBusName", "shop-bus"}, {"Targets", Array{kTopic}}}));
  ASSERT_TRUE(put_event(cloud));
  EXPECT_TRUE(received["sns"].empty());
  const auto tested = cloud.call(
      "events", "TestEventPattern",
      Object{
          {"EventPattern", R"({"source":["shop"]})"},
          {"Event",
           R"({"id":"1","account":"1","source":"shop","time":"2026-01-01T00:00:00Z","region":"r","resources":[],"detail-type":"x"})"}});
  ASSERT_TRUE(tested) << tested.error().message;
  EXPECT_TRUE(flag(*tested, "Result"));
}

}  // namespace
}  // namespace tocsin::events

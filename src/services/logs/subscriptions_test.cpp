// SPDX-License-Identifier: Apache-2.0
// Subscription filters to a Lambda that is made here, resource policies, the resource type.

#include "base/crypto.hpp"
#include "base/gzip.hpp"
#include "services/logs/testing.hpp"

namespace tocsin::logs {
namespace {

using core::Effect;

constexpr auto kFunction = "arn:aws:lambda:us-east-1:123456789012:function:f";

std::string opened(std::string_view packed) {
  return gunzip(packed, 4 << 20).value_or("<no gzip>");
}

struct Invocations {
  std::vector<Document> data;      // awslogs.data, opened
  std::vector<std::string> types;  // of all calls
  std::string caller, source;
  bool refuse = false;
  int throttle = 0;
};

void register_all(core::Registry& registry, const std::shared_ptr<Invocations>& seen) {
  registry.add(core::Service{
      "lambda",
      "lambda",
      {{"Invoke", Effect::Write, [seen](core::Call& call) -> core::Outcome {
          seen->types.push_back(string_of(call.params(), "InvocationType"));
          seen->caller = call.principal().service;
          seen->source = call.request().credential.source_arn;
          if (seen->refuse) return fail("AccessDeniedException", "no", 403);
          if (seen->types.back() == "DryRun") return Object{{"StatusCode", 204}};
          if (seen->throttle-- > 0) return fail("TooManyRequestsException", "slow down", 429);
          const auto event =
              parse_json(unbase64(*call.open(*find(call.params(), "Payload"))).value());
          seen->data.push_back(
              parse_json(opened(unbase64(text(object_of(*event, "awslogs"), "data")).value()))
                  .value());
          return Object{{"StatusCode", 202}};
        }}}});
  register_logs(registry);
}

class Subscriptions : public LogsTest {
 protected:
  Subscriptions() : Subscriptions(std::make_shared<Invocations>()) {}
  explicit Subscriptions(std::shared_ptr<Invocations> invocations)
      : LogsTest([invocations](core::Registry& registry) { register_all(registry, invocations); }),
        seen(std::move(invocations)) {
    make_group("g");
    make_stream("g", "s");
  }
  Result<Document> subscribe(std::string_view name, std::string_view pattern,
                             std::string_view destination = kFunction) {
    return call("PutSubscriptionFilter", {{"logGroupName", "g"},
                                          {"filterName", name},
                                          {"filterPattern", pattern},
                                          {"destinationArn", destination}});
  }
  std::shared_ptr<Invocations> seen;
};

TEST_F(Subscriptions, WhatMatchesReachesTheFunctionInAWSsShape) {
  ASSERT_TRUE(subscribe("errors", "ERROR"));
  EXPECT_EQ(seen->types.back(), "DryRun");
  EXPECT_EQ(seen->caller, "logs.amazonaws.com");
  EXPECT_EQ(seen->source, "arn:aws:logs:us-east-1:123456789012:log-group:g:*");
  put("g", "s", {{now_ms(), "fine"}, {now_ms() + 1, "ERROR 1"}, {now_ms() + 2, "ERROR 2"}});
  put("g", "s", {{now_ms(), "fine again"}});
  ASSERT_EQ(seen->data.size(), 1u);
  const auto& data = seen->data[0];
  EXPECT_EQ(text(data, "messageType"), "DATA_MESSAGE");
  EXPECT_EQ(text(data, "owner"), "123456789012");
  EXPECT_EQ(text(data, "logGroup"), "g");
  EXPECT_EQ(text(data, "logStream"), "s");
  EXPECT_EQ(to_json(*find(data, "subscriptionFilters")), R"(["errors"])");
  const auto& events = array_of(data, "logEvents");
  ASSERT_EQ(events.size(), 2u);
  EXPECT_EQ(text(events[1], "message"), "ERROR 2");
  EXPECT_EQ(integer(events[1], "timestamp"), now_ms() + 2);
  EXPECT_EQ(text(events[1], "id"),
            text(array_of(filter("g", {{"filterPattern", "ERROR"}}), "events")[1], "eventId"));
}

TEST_F(Subscriptions, ABlobIsDeliveredInPartsThatAnInvocationCanTake) {
  ASSERT_TRUE(subscribe("all", ""));
  std::vector<Event> events;
  for (int i = 0; i < 30; ++i)
    events.push_back({now_ms(), hex(sha256(std::to_string(i)))});
  for (auto& event : events) {
    for (int i = 0; i < 250; ++i)
      event.message += base64(sha256(event.message));
  }
  ASSERT_TRUE(
      call("PutLogEvents",
           {{"logGroupName", "g"}, {"logStreamName", "s"}, {"logEvents", as_blob(events)}}));
  EXPECT_GT(seen->data.size(), 1u);
  std::size_t delivered = 0;
  for (const auto& data : seen->data)
    delivered += array_of(data, "logEvents").size();
  EXPECT_EQ(delivered, 30u);
}

TEST_F(Subscriptions, AThrottledDeliveryIsTriedAgain) {
  ASSERT_TRUE(subscribe("all", ""));
  seen->throttle = 3;
  put("g", "s", {{now_ms(), "m"}});
  EXPECT_TRUE(seen->data.empty());
  cloud.advance(std::chrono::minutes(5));
  EXPECT_EQ(seen->data.size(), 1u);
}

TEST_F(Subscriptions, BadOnesAreRefused) {
  EXPECT_EQ(subscribe("f", "{ $.").error().message, "Invalid filter pattern");
  EXPECT_EQ(subscribe("f", "", "arn:aws:kinesis:us-east-1:123456789012:stream/s").error().code,
            "InvalidParameterException");
  EXPECT_EQ(subscribe("f", "", "arn:aws:lambda:eu-west-1:123456789012:function:f").error().code,
            "InvalidParameterException");
  EXPECT_EQ(subscribe("a:b", "").error().code, "InvalidParameterException");
  seen->refuse = true;
  EXPECT_EQ(error(subscribe("f", "")),
            "InvalidParameterException: Could not execute the lambda function. Make sure you have "
            "given CloudWatch Logs permission to execute your function.");
  seen->refuse = false;
  ASSERT_TRUE(subscribe("a", ""));
  ASSERT_TRUE(subscribe("b", ""));
  EXPECT_EQ(error(subscribe("c", "")), "LimitExceededException: Resource limit exceeded.");
  ASSERT_TRUE(subscribe("b", "changed"));
  const auto page = call("DescribeSubscriptionFilters", {{"logGroupName", "g"}, {"limit", 1}});
  EXPECT_EQ(text(array_of(*page, "subscriptionFilters")[0], "filterName"), "a");
  const auto rest = call("DescribeSubscriptionFilters",
                         {{"logGroupName", "g"}, {"nextToken", text(*page, "nextToken")}});
  EXPECT_EQ(text(array_of(*rest, "subscriptionFilters")[0], "filterPattern"), "changed");
  ASSERT_TRUE(call("DeleteSubscriptionFilter", {{"logGroupName", "g"}, {"filterName", "a"}}));
  EXPECT_EQ(error(call("DeleteSubscriptionFilter", {{"logGroupName", "g"}, {"filterName", "a"}})),
            "ResourceNotFoundException: The specified subscription filter does not exist.");
}

TEST_F(Subscriptions, ResourcePoliciesAreKeptAndChecked) {
  const std::string policy =
      R"({"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"logs:PutLogEvents","Resource":"*"}})";
  EXPECT_EQ(call("PutResourcePolicy", {{"policyName", "p"}, {"policyDocument", "{}"}}).error().code,
            "InvalidParameterException");
  for (int i = 0; i < 10; ++i)
    ASSERT_TRUE(call("PutResourcePolicy",
                     {{"policyName", "p" + std::to_string(i)}, {"policyDocument", policy}}));
  EXPECT_EQ(error(call("PutResourcePolicy", {{"policyName", "q"}, {"policyDocument", policy}})),
            "LimitExceededException: Resource limit exceeded.");
  const auto page = call("DescribeResourcePolicies", {{"limit", 9}});
  EXPECT_EQ(array_of(*call("DescribeResourcePolicies", {{"nextToken", text(*page, "nextToken")}}),
                     "resourcePolicies")
                .size(),
            1u);
  ASSERT_TRUE(call("DeleteResourcePolicy", {{"policyName", "p1"}}));
  EXPECT_EQ(error(call("DeleteResourcePolicy", {{"policyName", "p1"}})),
            "ResourceNotFoundException: Policy with name [p1] does not exist");
}

/// A service that makes, changes and removes groups as CloudFormation would.
void register_declarative(core::Registry& registry) {
  register_logs(registry);
  const auto type = registry.resource_types().back();
  registry.add(core::Service{
      "stacks",
      "stacks",
      {{"Make", Effect::Write,
        [type](core::Call& call) { return type.create(call, call.params().as_object()); }},
       {"Change", Effect::Write,
        [type](core::Call& call) {
          return type.update(call, string_of(call.params(), "LogGroupName"),
                             call.params().as_object());
        }},
       {"Remove", Effect::Write, [type](core::Call& call) {
          return type.remove(call, string_of(call.params(), "LogGroupName"));
        }}}});
}

class ResourceType : public LogsTest {
 protected:
  ResourceType() : LogsTest(register_declarative) {}
  Document group() {
    const auto groups = array_of(*call("DescribeLogGroups", {}), "logGroups");
    return groups.empty() ? Document() : groups[0];
  }
};

TEST_F(ResourceType, AGroupIsDeclaredChangedAndRemoved) {
  const Array tags{Object{{"Key", "a"}, {"Value", "1"}}};
  ASSERT_TRUE(cloud.call("stacks", "Make",
                         Object{{"LogGroupName", "g"}, {"RetentionInDays", 7}, {"Tags", tags}}));
  EXPECT_EQ(integer(group(), "retentionInDays"), 7);
  ASSERT_TRUE(cloud.call(
      "stacks", "Change",
      Object{{"LogGroupName", "g"}, {"Tags", Array{Object{{"Key", "b"}, {"Value", "2"}}}}}));
  EXPECT_EQ(find(group(), "retentionInDays"), nullptr);
  EXPECT_EQ(to_json(*call("ListTagsLogGroup", {{"logGroupName", "g"}})), R"({"tags":{"b":"2"}})");
  EXPECT_EQ(cloud
                .call("stacks", "Change",
                      Object{{"LogGroupName", "g"}, {"LogGroupClass", "INFREQUENT_ACCESS"}})
                .error()
                .code,
            "InvalidParameterException");
  EXPECT_EQ(cloud.call("stacks", "Make", Object{{"KmsKeyId", "k"}}).error().code,
            "InvalidParameterException");
  ASSERT_TRUE(cloud.call("stacks", "Remove", Object{{"LogGroupName", "g"}}));
  EXPECT_TRUE(group().is_null());
  const auto made = cloud.call("stacks", "Make", Object{});
  EXPECT_EQ(text(group(), "logGroupName"), text(*made, "Id"));
}

}  // namespace
}  // namespace tocsin::logs

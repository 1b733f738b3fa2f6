// SPDX-License-Identifier: Apache-2.0
#include "services/cloudcontrol/cloudcontrol.hpp"

#include <gmock/gmock.h>

#include "core/table.hpp"
#include "core/tags.hpp"
#include "core/testing.hpp"

namespace tocsin::cloudcontrol {
namespace {

using core::Call;
using core::Outcome;
using testing::ElementsAre;
using testing::HasSubstr;

struct Topic {
  Scope scope;
  std::string name, shown;
  core::Tags tags;
};
BOOST_DESCRIBE_STRUCT(Topic, (), (scope, name, shown, tags))
constexpr core::Table<Topic> kTopics{"test.topics"};

Outcome put(Call& call) {
  const auto& params = call.params();
  const Topic topic{call.scope(), string_of(params, "Name"), string_of(params, "Shown"),
                    core::tags_of(array_of(params, "Tags"))};
  kTopics.put(call, core::Key::of(call.scope(), topic.name), topic);
  return Object{};
}

Outcome declare(Call& call, const std::string& name, const Object& properties) {
  const auto ask = [&](Object params) {
    return call.call(call.as_caller("house", "Put", std::move(params))).result();
  };
  TRY(ask({{"Name", name},
           {"Shown", text(properties, "DisplayName")},
           {"Tags", array_of(properties, "Tags")}}));
  if (text(properties, "DisplayName") == "refused")
    return fail("TopicLimitExceeded", "no more topics");
  return Object{{"Id", name}};
}

core::ResourceType topic_type() {
  return {
      .type = "AWS::SNS::Topic",
      .table = kTopics.name(),
      .describe = [](const store::View&, const Document& row) -> core::ResourceType::Description {
        const auto topic = decoded<Topic>(row);
        const auto name = arn("sns", topic.scope, topic.name);
        return {.id = topic.name,
                .arn = name,
                .scope = topic.scope,
                .configuration = {{"TopicArn", name},
                                  {"TopicName", topic.name},
                                  {"DisplayName", topic.shown}},
                .tags = topic.tags};
      },
      .create = [](Call& call, const Object& properties) -> Outcome {
        const auto name = string_of(properties, "TopicName");
        if (kTopics.contains(call, core::Key::of(call.scope(), name)))
          return fail("TopicAlreadyExists", name + " already exists");
        return declare(call, name, properties);
      },
      .update = declare,
      .remove = [](Call& call, const std::string& id) -> Outcome {
        kTopics.erase(call, core::Key::of(call.scope(), id));
        return Object{};
      }};
}

constexpr const char* kArn = "arn:aws:sns:us-east-1:123456789012:a";

class CloudControl : public testing::Test {
 protected:
  CloudControl()
      : cloud([](core::Registry& registry) {
          registry.add(core::Service{"house", "house", {{"Put", core::Effect::Write, put}}});
          registry.add(topic_type());
          registry.add(core::ResourceType{.type = "AWS::SQS::Queue", .table = "test.queues"});
          register_cloudcontrol(registry);
        }) {}

  Result<Document> ask(std::string_view operation, Object params,
                       std::string_view type = "AWS::SNS::Topic") {
    params["TypeName"] = type;
    if (operation == "GetResourceRequestStatus" || operation == "ListResourceRequests")
      params.erase("TypeName");
    return cloud.call("cloudcontrolapi", operation, std::move(params));
  }
  std::string code(std::string_view operation, Object params,
                   std::string_view type = "AWS::SNS::Topic") {
    const auto reply = ask(operation, std::move(params), type);
    return reply ? "" : reply.error().code;
  }
  /// How a request that was accepted ended.
  Object ended(std::string_view operation, Object params) {
    const auto begun = ask(operation, std::move(params));
    EXPECT_TRUE(begun) << (begun ? "" : begun.error().message);
    if (!begun) return {};
    const auto& event = object_of(*begun, "ProgressEvent");
    EXPECT_EQ(text(event, "OperationStatus"), "IN_PROGRESS");
    return object_of(
        *ask("GetResourceRequestStatus", {{"RequestToken", text(event, "RequestToken")}}),
        "ProgressEvent");
  }
  Object create(std::string_view desired) {
    return ended("CreateResource", {{"DesiredState", desired}});
  }
  std::string properties() {
    return string_of(object_of(*ask("GetResource", {{"Identifier", kArn}}), "ResourceDescription"),
                     "Properties");
  }
  core::TestCloud cloud;
};

TEST_F(CloudControl, AResourceIsMadeReadChangedListedAndRemoved) {
  const auto made = create(R"({"TopicName":"a","Tags":[{"Key":"k","Value":"v"}]})");
  EXPECT_EQ(text(made, "OperationStatus"), "SUCCESS");
  EXPECT_EQ(text(made, "Identifier"), kArn);
  EXPECT_EQ(properties(),
            std::string(R"({"TopicArn":")") + kArn +
                R"(","TopicName":"a","DisplayName":"","Tags":[{"Key":"k","Value":"v"}]})");
  const auto changed = ended(
      "UpdateResource",
      {{"Identifier", kArn},
       {"PatchDocument",
        R"([{"op":"replace","path":"/DisplayName","value":"A"},{"op":"remove","path":"/Tags"}])"}});
  EXPECT_EQ(text(changed, "OperationStatus"), "SUCCESS");
  EXPECT_EQ(properties(),
            std::string(R"({"TopicArn":")") + kArn + R"(","TopicName":"a","DisplayName":"A"})");
  create(R"({"TopicName":"b"})");
  const auto first = *ask("ListResources", {{"MaxResults", 1}});
  EXPECT_EQ(array_of(first, "ResourceDescriptions").size(), 1u);
  const auto second = *ask("ListResources", {{"NextToken", text(first, "NextToken")}});
  EXPECT_THAT(text(array_of(second, "ResourceDescriptions")[0], "Identifier"), HasSubstr(":b"));
  EXPECT_EQ(text(ended("DeleteResource", {{"Identifier", kArn}}), "OperationStatus"), "SUCCESS");
  EXPECT_EQ(code("GetResource", {{"Identifier", kArn}}), "ResourceNotFoundException");
  EXPECT_EQ(array_of(*ask("ListResourceRequests", {{"ResourceRequestStatusFilter",
                                                    Object{{"Operations", Array{"DELETE"}}}}}),
                     "ResourceRequestStatusSummaries")
                .size(),
            1u);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(CloudControl, WhatFailsLeavesNothingAndSaysWhy) {
  const auto refused = create(R"({"TopicName":"a","DisplayName":"refused"})");
  EXPECT_EQ(text(refused, "OperationStatus"), "FAILED");
  EXPECT_EQ(text(refused, "ErrorCode"), "ServiceLimitExceeded");
  EXPECT_EQ(text(refused, "StatusMessage"), "no more topics");
  EXPECT_EQ(code("GetResource", {{"Identifier", kArn}}), "ResourceNotFoundException");
  create(R"({"TopicName":"a"})");
  EXPECT_EQ(text(create(R"({"TopicName":"a"})"), "ErrorCode"), "AlreadyExists");
}

TEST_F(CloudControl, BadInputIsRefused) {
  EXPECT_EQ(code("CreateResource", {{"DesiredState", "{}"}}, "AWS::SNS::Nothing"),
            "TypeNotFoundException");
  EXPECT_EQ(code("CreateResource", {{"DesiredState", "{}"}}, "AWS::SQS::Queue"),
            "UnsupportedActionException");
  EXPECT_EQ(code("CreateResource", {{"DesiredState", "["}}), "ValidationException");
  EXPECT_EQ(code("CreateResource", {{"DesiredState", R"({"Name":"a"})"}}), "ValidationException");
  create(R"({"TopicName":"a"})");
  const auto patch = [&](std::string_view text) {
    return code("UpdateResource", {{"Identifier", kArn}, {"PatchDocument", text}});
  };
  EXPECT_EQ(patch("no patch"), "ValidationException");
  EXPECT_EQ(patch(R"([{"op":"remove","path":"/Nothing"}])"), "ValidationException");
  EXPECT_EQ(patch(R"([{"op":"add","path":"/Nothing","value":1}])"), "ValidationException");
  EXPECT_EQ(patch(R"([{"op":"replace","path":"/TopicName","value":"b"}])"),
            "NotUpdatableException");
  EXPECT_EQ(code("GetResourceRequestStatus", {{"RequestToken", "none"}}),
            "RequestTokenNotFoundException");
}

TEST_F(CloudControl, ATokenSentAgainMakesNothingTwice) {
  const Object params{{"DesiredState", R"({"TopicName":"a"})"}, {"ClientToken", "t"}};
  const auto once = ask("CreateResource", params), again = ask("CreateResource", params);
  EXPECT_EQ(to_json(*once), to_json(*again));
}

}  // namespace
}  // namespace tocsin::cloudcontrol

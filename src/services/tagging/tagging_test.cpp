// SPDX-License-Identifier: Apache-2.0
#include "services/tagging/tagging.hpp"

#include <gmock/gmock.h>

#include "core/table.hpp"
#include "core/tags.hpp"
#include "core/testing.hpp"

namespace tocsin::tagging {
namespace {

using core::Call;
using core::Outcome;
using testing::ElementsAre;

struct Topic {
  Scope scope;
  std::string name;
  core::Tags tags;
};
BOOST_DESCRIBE_STRUCT(Topic, (), (scope, name, tags))
constexpr core::Table<Topic> kTopics{"test.topics"};

core::ResourceType topic_type() {
  return {
      .type = "AWS::SNS::Topic",
      .table = kTopics.name(),
      .describe = [](const store::View&, const Document& row) -> core::ResourceType::Description {
        const auto topic = decoded<Topic>(row);
        return {.id = topic.name,
                .arn = arn("sns", topic.scope, topic.name),
                .scope = topic.scope,
                .configuration = {{"TopicName", topic.name}},
                .tags = topic.tags};
      },
      .update = [](Call& call, const std::string& id, const Object& properties) -> Outcome {
        const auto key = core::Key::of(call.scope(), id);
        auto topic = *kTopics.get(call, key);
        topic.tags = core::tags_of(array_of(properties, "Tags"));
        if (topic.tags.contains("bad")) return fail("InvalidTag", "a bad tag");
        kTopics.put(call, key, topic);
        return Object{};
      }};
}

class Tagging : public testing::Test {
 protected:
  Tagging()
      : cloud([](core::Registry& registry) {
          registry.add(topic_type());
          registry.add(core::Service{
              "house",
              "house",
              {{"Make", core::Effect::Write, [](Call& call) -> Outcome {
                  const auto name = string_of(call.params(), "Name");
                  kTopics.put(call, core::Key::of(call.scope(), name), {call.scope(), name, {}});
                  return Object{};
                }}}});
          register_tagging(registry);
        }) {
    for (const auto* name : {"a", "b", "c"})
      cloud.call("house", "Make", Object{{"Name", name}}).value();
  }
  Document ask(std::string_view operation, Object params) {
    auto reply = cloud.call("tagging", operation, std::move(params));
    EXPECT_TRUE(reply) << (reply ? "" : reply.error().message);
    return reply ? *reply : Document();
  }
  std::vector<std::string> found(Object params) {
    std::vector<std::string> arns;
    const auto reply = ask("GetResources", std::move(params));
    for (const auto& each : array_of(reply, "ResourceTagMappingList"))
      arns.push_back(string_of(each, "ResourceARN"));
    return arns;
  }
  Document tag(Array arns, Object tags) {
    return ask("TagResources", {{"ResourceARNList", std::move(arns)}, {"Tags", std::move(tags)}});
  }
  static constexpr const char *kA = "arn:aws:sns:us-east-1:123456789012:a",
                              *kB = "arn:aws:sns:us-east-1:123456789012:b";
  core::TestCloud cloud;
};

TEST_F(Tagging, ResourcesAreTaggedAndFound) {
  EXPECT_THAT(found({}), ElementsAre());
  EXPECT_EQ(tag({kA, kB}, {{"team", "blue"}, {"stage", "test"}}).at("FailedResourcesMap"),
            Object{});
  tag({kB}, {{"team", "red"}});
  EXPECT_THAT(found({}), ElementsAre(kA, kB));
  const auto with = [](Array values) {
    return Object{{"TagFilters", Array{Object{{"Key", "team"}, {"Values", std::move(values)}}}}};
  };
  EXPECT_THAT(found(with({"red"})), ElementsAre(kB));
  EXPECT_THAT(found(with({"red", "blue"})), ElementsAre(kA, kB));
  EXPECT_THAT(found(with({})), ElementsAre(kA, kB));
  EXPECT_THAT(found({{"ResourceTypeFilters", Array{"sns:topic"}}}), ElementsAre(kA, kB));
  EXPECT_THAT(found({{"ResourceTypeFilters", Array{"sqs"}}}), ElementsAre());
  EXPECT_THAT(found({{"ResourceARNList", Array{kB}}}), ElementsAre(kB));
  EXPECT_EQ(ask("GetTagKeys", {}).at("TagKeys"), (Array{"stage", "team"}));
  EXPECT_EQ(ask("GetTagValues", {{"Key", "team"}}).at("TagValues"), (Array{"blue", "red"}));
  ask("UntagResources", {{"ResourceARNList", Array{kA}}, {"TagKeys", Array{"team", "stage"}}});
  EXPECT_THAT(found({}), ElementsAre(kB));
}

TEST_F(Tagging, PagesFollowEachOther) {
  tag({kA, kB}, {{"x", "y"}});
  const auto first = ask("GetResources", {{"ResourcesPerPage", 1}});
  EXPECT_EQ(array_of(first, "ResourceTagMappingList").size(), 1u);
  EXPECT_THAT(found({{"PaginationToken", text(first, "PaginationToken")}}), ElementsAre(kB));
  EXPECT_EQ(cloud.call("tagging", "GetResources", Object{{"PaginationToken", "%"}}).error().code,
            "PaginationTokenExpiredException");
}

TEST_F(Tagging, WhatFailsIsNamedAndTheRestIsDone) {
  const auto failed = tag({kA, "arn:aws:sns:us-east-1:123456789012:none"}, {{"k", "v"}});
  const auto& map = object_of(failed, "FailedResourcesMap");
  ASSERT_EQ(map.size(), 1u);
  EXPECT_EQ(text(map.begin()->value(), "ErrorCode"), "InvalidParameterException");
  EXPECT_THAT(found({}), ElementsAre(kA));
  EXPECT_EQ(text(object_of(tag({kB}, {{"bad", ""}}), "FailedResourcesMap").at(kB), "ErrorMessage"),
            "a bad tag");
  EXPECT_EQ(cloud
                .call("tagging", "TagResources",
                      Object{{"ResourceARNList", Array{kA}}, {"Tags", Object{{"aws:x", "y"}}}})
                .error()
                .code,
            "InvalidParameterException");
}

}  // namespace
}  // namespace tocsin::tagging

// SPDX-License-Identifier: Apache-2.0
#include "engines/schema/schema.hpp"

#include <gmock/gmock.h>

namespace tocsin::schema {
namespace {

using testing::ElementsAre;

std::string violation(std::string_view type, std::string_view desired) {
  const auto checked = check(*resource(type), parse_json(desired)->as_object());
  return checked ? "" : checked.error().message;
}

TEST(Schema, KnowsTheTypesOfItsServices) {
  ASSERT_TRUE(resource("AWS::SNS::Topic"));
  EXPECT_THAT(resource("AWS::SNS::Topic")->identifier, ElementsAre("TopicArn"));
  EXPECT_EQ(resource("AWS::EC2::SecurityGroup")->tags, "Tags");
  EXPECT_FALSE(resource("AWS::SNS::Nothing"));
  EXPECT_FALSE(resource(""));
}

TEST(Schema, SaysWhatDoesNotFit) {
  EXPECT_EQ(violation("AWS::SNS::Topic", R"({"TopicName":"a","FifoTopic":true})"), "");
  EXPECT_EQ(violation("AWS::SNS::Topic", R"({"Name":"a"})"),
            "Model validation failed (#: extraneous key [Name] is not permitted)");
  EXPECT_EQ(violation("AWS::SNS::Topic", R"({"TopicName":7})"),
            "Model validation failed (#/TopicName: expected type: String, found: Integer)");
  EXPECT_EQ(violation("AWS::EC2::SecurityGroup", "{}"),
            "Model validation failed (#: required key [GroupDescription] not found)");
  EXPECT_EQ(violation("AWS::SNS::Topic", R"({"Subscription":[{"Protocol":"sqs"}]})"),
            "Model validation failed (#/Subscription/0: required key [Endpoint] not found)");
  EXPECT_EQ(violation("AWS::SNS::Topic", R"({"Tags":[{"Key":"a"}]})"),
            "Model validation failed (#/Tags/0: required key [Value] not found)");
  EXPECT_EQ(violation("AWS::SNS::Topic", R"({"Tags":{}})"),
            "Model validation failed (#/Tags: expected type: JSONArray, found: JSONObject)");
  EXPECT_EQ(violation("AWS::S3::Bucket", R"({"ObjectLockEnabled":"yes"})"),
            "Model validation failed (#/ObjectLockEnabled: expected type: Boolean, found: String)");
}

TEST(Schema, TellsWhatCanBeDesiredAndWhatIsFixed) {
  const auto& topic = *resource("AWS::SNS::Topic");
  const Object shown{{"TopicArn", "arn:x"}, {"TopicName", "a"}, {"DisplayName", "A"}};
  EXPECT_EQ(identifier_of(topic, shown), "arn:x");
  EXPECT_EQ(identifier_of(topic, {}), "");
  EXPECT_EQ(writable(topic, shown), (Object{{"TopicName", "a"}, {"DisplayName", "A"}}));
  EXPECT_THAT(
      fixed_changes(topic, {{"TopicName", "a"}, {"DisplayName", "A"}}, {{"TopicName", "b"}}),
      ElementsAre("TopicName"));
  EXPECT_THAT(fixed_changes(topic, {{"TopicName", "a"}}, {{"TopicName", "a"}}), ElementsAre());
}

}  // namespace
}  // namespace tocsin::schema

// SPDX-License-Identifier: Apache-2.0
// Activities, and the tags of both kinds of resources.
#include "services/states/definitions_testing.hpp"

namespace tocsin::states::testing {
namespace {

const std::string kActivity = "arn:aws:states:us-east-1:123456789012:activity:";

class ActivityNames : public Definitions {};

TEST_F(ActivityNames, LiveAndDie) {
  const auto created = done("CreateActivity", {{"name", "approve"}});
  EXPECT_EQ(text(created, "activityArn"), kActivity + "approve");
  EXPECT_EQ(to_json(done("CreateActivity", {{"name", "approve"}})), to_json(created));
  EXPECT_EQ(text(done("DescribeActivity", {{"activityArn", kActivity + "approve"}}), "name"),
            "approve");
  done("CreateActivity", {{"name", "b"}});
  const auto page = done("ListActivities", {{"maxResults", 1}});
  EXPECT_EQ(array_of(page, "activities").size(), 1u);
  const auto rest = done("ListActivities", {{"nextToken", text(page, "nextToken")}});
  EXPECT_EQ(text(array_of(rest, "activities").at(0), "name"), "b");
  done("DeleteActivity", {{"activityArn", kActivity + "approve"}});
  done("DeleteActivity", {{"activityArn", kActivity + "approve"}});
  EXPECT_EQ(refusal("DescribeActivity", {{"activityArn", kActivity + "approve"}}),
            "ActivityDoesNotExist: Activity Does Not Exist: '" + kActivity + "approve'");
  EXPECT_EQ(refusal("GetActivityTask", {{"activityArn", kActivity + "approve"}}),
            "ActivityDoesNotExist: Activity Does Not Exist: '" + kActivity + "approve'");
}

TEST_F(ActivityNames, WhatIsRefused) {
  EXPECT_EQ(refusal("CreateActivity", {{"name", "TestActivity InvalidName$"}}),
            "InvalidName: Invalid Name: 'TestActivity InvalidName$'");
  EXPECT_EQ(refusal("DescribeActivity", {{"activityArn", kMachine + "m"}}),
            "InvalidArn: Invalid Arn: 'Resource type not valid in this context: statemachine'");
  EXPECT_EQ(refusal("DescribeActivity", {{"activityArn", "approve"}}),
            "InvalidArn: Invalid Arn: 'Invalid ARN prefix: approve'");
  EXPECT_EQ(refusal("CreateActivity",
                    {{"name", "a"},
                     {"encryptionConfiguration", Object{{"type", "CUSTOMER_MANAGED_KMS_KEY"}}}}),
            "InvalidEncryptionConfiguration: Invalid Encryption Configuration: a customer managed "
            "key needs its kmsKeyId");
}

Array tags(std::initializer_list<std::pair<std::string_view, std::string_view>> pairs) {
  Array out;
  for (const auto& [key, value] : pairs)
    out.push_back(Object{{"key", key}, {"value", value}});
  return out;
}

TEST_F(ActivityNames, HaveTagsAsMachinesHave) {
  Object wanted{{"name", "approve"}};
  wanted["tags"] = tags({{"team", "blue"}});
  done("CreateActivity", wanted);
  done("CreateStateMachine", machine("m"));
  for (const auto& arn : {kActivity + "approve", kMachine + "m"}) {
    Object more{{"resourceArn", arn}};
    more["tags"] = tags({{"team", "red"}, {"tier", "1"}});
    done("TagResource", more);
    EXPECT_EQ(to_json(*find(done("ListTagsForResource", {{"resourceArn", arn}}), "tags")),
              R"([{"key":"team","value":"red"},{"key":"tier","value":"1"}])");
    done("UntagResource", {{"resourceArn", arn}, {"tagKeys", Array{"team", "absent"}}});
    EXPECT_EQ(to_json(*find(done("ListTagsForResource", {{"resourceArn", arn}}), "tags")),
              R"([{"key":"tier","value":"1"}])");
  }
}

TEST_F(ActivityNames, TagsAreRefused) {
  auto wanted = machine("m");
  wanted["publish"] = true;
  done("CreateStateMachine", wanted);
  Object version{{"resourceArn", kMachine + "m:1"}};
  version["tags"] = tags({{"a", "b"}});
  EXPECT_EQ(refusal("TagResource", version),
            "ResourceNotFound: Resource not found: '" + kMachine + "m:1'");
  EXPECT_EQ(refusal("ListTagsForResource", {{"resourceArn", kMachine + "none"}}),
            "ResourceNotFound: Resource not found: '" + kMachine + "none'");
  Object many{{"resourceArn", kMachine + "m"}};
  Array list;
  for (int i = 0; i < 51; ++i)
    list.push_back(Object{{"key", "k" + std::to_string(i)}, {"value", ""}});
  many["tags"] = std::move(list);
  EXPECT_THAT(refusal("TagResource", many), ::testing::StartsWith("TooManyTags: "));
}

}  // namespace
}  // namespace tocsin::states::testing

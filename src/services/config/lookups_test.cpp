// SPDX-License-Identifier: Apache-2.0
#include "services/config/recording_testing.hpp"

namespace tocsin::config {
namespace {

constexpr std::string_view kType = "AWS::SQS::Queue";

class Lookups : public testing::Test {
 protected:
  Lookups() {
    cloud.set_up();
    cloud.start();
  }
  Object numbered(int i) { return {{"n", i}}; }
  /// Mail gets the numbers 0 to 4, an hour apart.
  void five_changes() {
    for (int i = 0; i < 5; ++i) {
      cloud.queue("mail", numbered(i));
      times.push_back(cloud.now());
      cloud.advance(std::chrono::hours(1));
    }
  }
  std::vector<std::string> numbers(Object more) {
    std::vector<std::string> out;
    for (const auto& item : cloud.items_of("mail", std::move(more)))
      out.emplace_back(text(item, "configuration").substr(5, 1));
    return out;
  }

  Recorded cloud;
  std::vector<Time> times;
};

TEST_F(Lookups, HistoryByTimeAndOrder) {
  five_changes();
  using testing::ElementsAre;
  EXPECT_THAT(numbers({}), ElementsAre("4", "3", "2", "1", "0"));
  EXPECT_THAT(numbers({{"chronologicalOrder", "Forward"}, {"limit", 2}}), ElementsAre("0", "1"));
  EXPECT_THAT(numbers({{"laterTime", to_seconds(times[3])}, {"earlierTime", to_seconds(times[1])}}),
              ElementsAre("3", "2", "1"));
  EXPECT_THAT(
      numbers({{"laterTime", to_seconds(times[2] + std::chrono::minutes(5))}, {"limit", 1}}),
      ElementsAre("2"))
      << "what was at a moment";
}

TEST_F(Lookups, HistoryInPages) {
  five_changes();
  for (const auto order : {"Forward", "Reverse"}) {
    Object params{{"resourceType", kType},
                  {"resourceId", "mail"},
                  {"limit", 2},
                  {"chronologicalOrder", order}};
    std::string seen;
    for (int page = 0; page < 4; ++page) {
      const auto reply = cloud.config("GetResourceConfigHistory", params);
      ASSERT_TRUE(reply) << reply.error().message;
      for (const auto& item : array_of(*reply, "configurationItems"))
        seen += text(item, "configuration")[5];
      if (!find(*reply, "nextToken")) break;
      params["nextToken"] = text(*reply, "nextToken");
    }
    EXPECT_EQ(seen, order == std::string_view("Forward") ? "01234" : "43210");
  }
}

TEST_F(Lookups, HistoryErrors) {
  cloud.queue("mail");
  const auto ask = [&](Object more) {
    if (!more.contains("resourceId")) more["resourceId"] = "mail";
    more["resourceType"] = kType;
    return cloud.config("GetResourceConfigHistory", std::move(more));
  };
  const auto unknown = ask({{"resourceId", "other"}});
  EXPECT_EQ(code_of(unknown), "ResourceNotDiscoveredException");
  EXPECT_EQ(unknown.error().message,
            "Resource other of resourceType:AWS::SQS::Queue is unknown or has not been discovered");
  EXPECT_EQ(code_of(ask({{"laterTime", 5}, {"earlierTime", 6}})), "InvalidTimeRangeException");
  EXPECT_EQ(code_of(ask({{"nextToken", "x"}})), "InvalidNextTokenException");
  EXPECT_EQ(code_of(ask({{"nextToken", "aGVsbG8="}})), "InvalidNextTokenException");
  Recorded empty;
  EXPECT_EQ(code_of(empty.config("GetResourceConfigHistory",
                                 Object{{"resourceType", kType}, {"resourceId", "mail"}})),
            "NoAvailableConfigurationRecorderException");
  EXPECT_EQ(code_of(empty.config("ListDiscoveredResources", Object{{"resourceType", kType}})),
            "NoAvailableConfigurationRecorderException");
}

TEST_F(Lookups, BatchGivesWhatIs) {
  cloud.queue("mail", numbered(1));
  cloud.queue("gone");
  cloud.drop("gone");
  Array keys;
  for (const auto* id : {"mail", "gone", "never"})
    keys.push_back(Object{{"resourceType", kType}, {"resourceId", id}});
  const auto reply = cloud.config("BatchGetResourceConfig", Object{{"resourceKeys", keys}});
  ASSERT_TRUE(reply) << reply.error().message;
  const auto& items = array_of(*reply, "baseConfigurationItems");
  ASSERT_EQ(items.size(), 1u);
  EXPECT_EQ(text(items[0], "configuration"), R"({"n":1})");
}

TEST_F(Lookups, DiscoveredResources) {
  for (const auto* name : {"a", "b", "c", "d"})
    cloud.queue(name);
  cloud.drop("b");
  const auto list = [&](Object more) {
    more["resourceType"] = kType;
    const auto reply = cloud.config("ListDiscoveredResources", std::move(more));
    std::string ids;
    if (!reply) return reply.error().code;
    for (const auto& each : array_of(*reply, "resourceIdentifiers"))
      ids += text(each, "resourceId");
    if (find(*reply, "nextToken")) ids += "+";
    return ids;
  };
  EXPECT_EQ(list({}), "acd");
  EXPECT_EQ(list({{"includeDeletedResources", true}}), "abcd");
  EXPECT_EQ(list({{"limit", 2}}), "ac+");
  EXPECT_EQ(list({{"resourceIds", Array{"d", "x"}}}), "d");
  EXPECT_EQ(list({{"resourceName", "c"}}), "c");
  EXPECT_EQ(list({{"resourceName", "c"}, {"resourceIds", Array{"d"}}}), "ValidationException");
  const auto counts =
      cloud.config("GetDiscoveredResourceCounts", Object{{"resourceTypes", Array{kType.data()}}});
  EXPECT_EQ(integer(*counts, "totalDiscoveredResources"), 3);
}

TEST_F(Lookups, ThirdPartyResources) {
  const auto put = [&](std::string_view type, std::string_view configuration) {
    return cloud.config("PutResourceConfig", Object{{"ResourceType", type},
                                                    {"SchemaVersionId", "00000001"},
                                                    {"ResourceId", "web1"},
                                                    {"ResourceName", "web"},
                                                    {"Configuration", configuration},
                                                    {"Tags", Object{{"team", "blue"}}}});
  };
  const Object key{{"resourceType", "MyCustom::Testing::WebServer"}, {"resourceId", "web1"}};
  cloud.must(put("MyCustom::Testing::WebServer", R"({"port":80})"));
  cloud.must(put("MyCustom::Testing::WebServer", R"({"port":80})"));
  cloud.must(put("MyCustom::Testing::WebServer", R"({"port":81})"));
  auto reply = cloud.config("GetResourceConfigHistory", key);
  ASSERT_TRUE(reply);
  EXPECT_EQ(array_of(*reply, "configurationItems").size(), 2u);
  EXPECT_EQ(text(object_of(array_of(*reply, "configurationItems")[0], "tags"), "team"), "blue");
  EXPECT_EQ(code_of(put("AWS::EC2::VPC", "{}")), "ValidationException");
  EXPECT_EQ(code_of(put("WebServer", "{}")), "ValidationException");
  EXPECT_EQ(code_of(put("MyCustom::Testing::WebServer", "port 80")), "ValidationException");
  cloud.must(cloud.config(
      "DeleteResourceConfig",
      Object{{"ResourceType", "MyCustom::Testing::WebServer"}, {"ResourceId", "web1"}}));
  reply = cloud.config("GetResourceConfigHistory", key);
  EXPECT_EQ(text(array_of(*reply, "configurationItems").at(0), "configurationItemStatus"),
            "ResourceDeleted");
  Recorded idle;
  EXPECT_EQ(code_of(idle.config("PutResourceConfig", Object{{"ResourceType", "A1::B2::C3"},
                                                            {"SchemaVersionId", "1"},
                                                            {"ResourceId", "x"},
                                                            {"Configuration", "{}"}})),
            "NoRunningConfigurationRecorderException");
}

TEST_F(Lookups, WhatIsTooOldIsForgotten) {
  cloud.queue("mail", numbered(0));
  cloud.queue("gone");
  cloud.drop("gone");
  cloud.must(cloud.config("PutRetentionConfiguration", Object{{"RetentionPeriodInDays", 30}}));
  cloud.advance(std::chrono::days(20));
  cloud.queue("mail", numbered(1));
  EXPECT_EQ(cloud.items_of("mail").size(), 2u);
  cloud.advance(std::chrono::days(12));
  EXPECT_EQ(cloud.items_of("mail").size(), 1u);
  EXPECT_EQ(code_of(cloud.config("GetResourceConfigHistory",
                                 Object{{"resourceType", kType}, {"resourceId", "gone"}})),
            "ResourceNotDiscoveredException");
  cloud.advance(std::chrono::days(60));
  EXPECT_EQ(cloud.items_of("mail").size(), 1u) << "the newest stays";
  const auto reply = cloud.config("DescribeRetentionConfigurations");
  EXPECT_EQ(integer(array_of(*reply, "RetentionConfigurations").at(0), "RetentionPeriodInDays"),
            30);
  cloud.must(cloud.config("DeleteRetentionConfiguration",
                          Object{{"RetentionConfigurationName", "default"}}));
  EXPECT_EQ(code_of(cloud.config("DeleteRetentionConfiguration",
                                 Object{{"RetentionConfigurationName", "default"}})),
            "NoSuchRetentionConfigurationException");
}

TEST_F(Lookups, StateAtAMoment) {
  five_changes();
  cloud.queue("late");
  cloud.drop("mail");
  const auto at = [&](Time time, bool whole = true) {
    const auto reply = cloud.call(
        "tocsin", "GetState", Object{{"Time", to_seconds(time)}, {"IncludeConfiguration", whole}});
    EXPECT_TRUE(reply) << reply.error().message;
    return array_of(*reply, "Resources");
  };
  const auto then = at(times[2] + std::chrono::minutes(1));
  ASSERT_EQ(then.size(), 1u);
  EXPECT_EQ(text(then[0], "Configuration"), R"({"n":2})");
  const auto& change = object_of(then[0], "LastChange");
  EXPECT_EQ(text(change, "EventName"), "sqs:CreateQueue");
  EXPECT_EQ(text(change, "Principal"), "arn:aws:iam::123456789012:root");
  EXPECT_FALSE(text(change, "EventId").empty());
  EXPECT_EQ(find(change, "Time")->to_number<double>(), to_seconds(times[2]));
  const auto now = at(cloud.now(), false);
  ASSERT_EQ(now.size(), 1u);
  EXPECT_EQ(text(now[0], "ResourceId"), "late");
  EXPECT_TRUE(at(times[0] - std::chrono::minutes(1)).empty());
}

}  // namespace
}  // namespace tocsin::config

// SPDX-License-Identifier: Apache-2.0
// Rules, their schedules, tags and permissions.
#include <fmt/format.h>

#include "services/events/testing.hpp"

namespace tocsin::events {
namespace {

constexpr auto kPattern = R"({"source":["shop"]})";

Object rule(std::string_view name, Object more = {{"EventPattern", kPattern}}) {
  more["Name"] = name;
  return more;
}

TEST_F(EventsTest, DescribesRules) {
  EXPECT_EQ(text(done("PutRule", rule("r", {{"EventPattern", R"({"source":["shop"]})"},
                                            {"Description", "words"},
                                            {"RoleArn", "arn:aws:iam::123456789012:role/x"}})),
                 "RuleArn"),
            arn_of("events", "rule/r"));
  EXPECT_EQ(to_json(done("DescribeRule", {{"Name", "r"}})),
            R"({"Name":"r","Arn":"arn:aws:events:us-east-1:123456789012:rule/r",)"
            R"("EventPattern":"{\"source\":[\"shop\"]}","State":"ENABLED","Description":"words",)"
            R"("RoleArn":"arn:aws:iam::123456789012:role/x","EventBusName":"default",)"
            R"("CreatedBy":"123456789012"})");
  EXPECT_EQ(ByResourcePolicy::asked[1].action, "iam:PassRole");
  EXPECT_EQ(refused("DescribeRule", {{"Name", "none"}}),
            "ResourceNotFoundException: Rule none does not exist on EventBus default.");
}

TEST_F(EventsTest, ListsRulesPageByPage) {
  for (const auto* name : {"a1", "a2", "a3", "b1"})
    put_rule({queue({{"Id", name}})}, rule(name));
  auto page = done("ListRules", {{"Limit", 2}, {"NamePrefix", "a"}});
  EXPECT_EQ(text(array_of(page, "Rules")[1], "Name"), "a2");
  page = done("ListRules",
              {{"Limit", 2}, {"NamePrefix", "a"}, {"NextToken", text(page, "NextToken")}});
  EXPECT_EQ(array_of(page, "Rules").size(), 1u);
  EXPECT_FALSE(find(page, "NextToken"));
  const auto names =
      done("ListRuleNamesByTarget", {{"TargetArn", arn_of("sqs", "q")}, {"Limit", 3}});
  EXPECT_EQ(to_json(array_of(names, "RuleNames")), R"(["a1","a2","a3"])");
  EXPECT_EQ(
      array_of(done("ListRuleNamesByTarget", {{"TargetArn", "arn:aws:sqs:x"}}), "RuleNames").size(),
      0u);
  EXPECT_EQ(refused("ListRules", {{"NextToken", "?"}}),
            "ValidationException: Parameter NextToken is not valid.");
}

TEST_F(EventsTest, RefusesBadRules) {
  EXPECT_TRUE(refused("PutRule", rule("x", {{"EventPattern", "{"}}))
                  .starts_with("InvalidEventPatternException: Event pattern is not valid."));
  EXPECT_EQ(refused("PutRule", rule("x", {})),
            "ValidationException: Parameter(s) EventPattern or ScheduleExpression must be "
            "specified.");
  EXPECT_EQ(refused("PutRule", rule("x", {{"EventBusName", "none"}, {"EventPattern", kPattern}})),
            "ResourceNotFoundException: Event bus none does not exist.");
  EXPECT_TRUE(refused("PutRule", rule("a b")).find("regular expression") != std::string::npos);
  EXPECT_TRUE(refused("PutRule", rule("x", {{"State", "ON"}, {"EventPattern", kPattern}}))
                  .ends_with("Member must satisfy enum value set: [ENABLED, DISABLED, "
                             "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS]"));
  put_rule({queue()});
  EXPECT_EQ(refused("DeleteRule", {{"Name", "r"}}),
            "ValidationException: Rule can't be deleted since it has targets.");
  done("RemoveTargets", {{"Rule", "r"}, {"Ids", Array{"t"}}});
  done("DeleteRule", {{"Name", "r"}});
  done("DeleteRule", {{"Name", "r"}});
}

TEST_F(EventsTest, HasAtMostThreeHundredRulesABus) {
  for (int i = 0; i < 300; ++i)
    done("PutRule", rule(fmt::format("r{}", i)));
  EXPECT_EQ(refused("PutRule", rule("more")),
            "LimitExceededException: The requested resource exceeds the maximum number allowed.");
  EXPECT_EQ(refused("PutRule", rule("r7")), "ok");
}

TEST_F(EventsTest, SchedulesByRate) {
  put_rule({queue()}, {{"ScheduleExpression", "rate(5 minutes)"}, {"EventPattern", ""}});
  cloud.advance(std::chrono::minutes(16));
  EXPECT_EQ(sent().size(), 3u);
  const auto event = *parse_json(sent()[0]);
  EXPECT_EQ(text(event, "detail-type"), "Scheduled Event");
  EXPECT_EQ(text(event, "source"), "aws.events");
  EXPECT_EQ(to_json(array_of(event, "resources")),
            R"(["arn:aws:events:us-east-1:123456789012:rule/r"])");
  done("DisableRule", {{"Name", "r"}});
  cloud.advance(std::chrono::minutes(16));
  EXPECT_EQ(sent().size(), 3u);
  done("EnableRule", {{"Name", "r"}});
  cloud.advance(std::chrono::minutes(6));
  EXPECT_EQ(sent().size(), 4u);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(EventsTest, SchedulesByCron) {
  put_rule({queue({{"InputPath", "$.time"}})},
           {{"ScheduleExpression", "cron(0/30 8-9 ? * MON-FRI *)"}, {"EventPattern", ""}});
  cloud.advance(std::chrono::days(7));
  ASSERT_EQ(sent().size(), 20u);  // four a day, five days a week
  EXPECT_TRUE(sent()[0].ends_with("T08:00:00Z\"") || sent()[0].ends_with("T08:30:00Z\"") ||
              sent()[0].ends_with("T09:00:00Z\"") || sent()[0].ends_with("T09:30:00Z\""))
      << sent()[0];
}

TEST_F(EventsTest, RefusesBadSchedules) {
  for (const auto* schedule : {"rate(10 seconds)", "rate(1 minutes)", "rate()", " rate(10 minutes)",
                               "rate( 10 minutes )", "cron(0 1 * * * *)", "cron(INVALID)",
                               "cron(71 8 1 * ? *)", "cron(0 8 1 * ? *", "at(2026-01-01T00:00:00)"})
    EXPECT_EQ(refused("PutRule", rule("x", {{"ScheduleExpression", schedule}})),
              "ValidationException: Parameter ScheduleExpression is not valid.")
        << schedule;
  done("CreateEventBus", {{"Name", "b"}});
  EXPECT_EQ(refused("PutRule",
                    rule("x", {{"ScheduleExpression", "rate(1 hour)"}, {"EventBusName", "b"}})),
            "ValidationException: ScheduleExpression is supported only on the default event bus.");
}

TEST_F(EventsTest, TagsRulesAndBuses) {
  done("PutRule", rule("r", {{"EventPattern", kPattern},
                             {"Tags", Array{Object{{"Key", "team"}, {"Value", "blue"}}}}}));
  done("CreateEventBus", {{"Name", "b"}});
  for (const auto& arn : {arn_of("events", "rule/r"), arn_of("events", "event-bus/b"),
                          arn_of("events", "event-bus/default")}) {
    done("TagResource", {{"ResourceARN", arn},
                         {"Tags", Array{Object{{"Key", "a"}, {"Value", "1"}},
                                        Object{{"Key", "team"}, {"Value", "red"}}}}});
    done("UntagResource", {{"ResourceARN", arn}, {"TagKeys", Array{"a", "z"}}});
    EXPECT_EQ(to_json(done("ListTagsForResource", {{"ResourceARN", arn}})),
              R"({"Tags":[{"Key":"team","Value":"red"}]})");
  }
  EXPECT_EQ(refused("ListTagsForResource", {{"ResourceARN", arn_of("events", "rule/none")}}),
            "ResourceNotFoundException: Rule none does not exist on EventBus default.");
  EXPECT_TRUE(refused("ListTagsForResource", {{"ResourceARN", "r"}})
                  .starts_with("ValidationException: Parameter r is not valid."));
  Array many;
  for (int i = 0; i < 50; ++i)
    many.push_back(Object{{"Key", fmt::format("k{}", i)}, {"Value", ""}});
  const auto arn = arn_of("events", "rule/r");
  EXPECT_TRUE(refused("TagResource", {{"ResourceARN", arn}, {"Tags", many}})
                  .starts_with("ValidationException"));
  EXPECT_TRUE(refused("TagResource", {{"ResourceARN", arn},
                                      {"Tags", Array{Object{{"Key", "aws:x"}, {"Value", "1"}}}}})
                  .starts_with("ValidationException"));
}

TEST_F(EventsTest, TellsTheAuthoriserWhatARuleIsAbout) {
  ByResourcePolicy::asked.clear();
  done("PutRule",
       rule("r", {{"EventPattern",
                   R"({"source":["aws.ec2"],"detail-type":["a","b"],)"
                   R"("detail":{"service":["EC2"],"userIdentity":{"principalId":["p"]}}})"},
                  {"Tags", Array{Object{{"Key", "team"}, {"Value", "blue"}}}}}));
  ASSERT_EQ(ByResourcePolicy::asked.size(), 2u);
  auto access = ByResourcePolicy::asked[0];
  EXPECT_EQ(access.resource, arn_of("events", "rule/r"));
  EXPECT_EQ(access.context["events:source"], Texts{"aws.ec2"});
  EXPECT_EQ(access.context["events:detail-type"], (Texts{"a", "b"}));
  EXPECT_EQ(access.context["events:detail.userIdentity.principalId"], Texts{"p"});
  EXPECT_EQ(access.context["events:creatorAccount"], Texts{"123456789012"});
  EXPECT_EQ(access.context["aws:RequestTag/team"], Texts{"blue"});
  EXPECT_EQ(ByResourcePolicy::asked[1].action, "events:TagResource");
  ByResourcePolicy::asked.clear();
  done("PutTargets", {{"Rule", "r"}, {"Targets", Array{queue()}}});
  access = ByResourcePolicy::asked[0];
  EXPECT_EQ(access.context["events:TargetArn"], Texts{arn_of("sqs", "q")});
  EXPECT_EQ(access.context["aws:ResourceTag/team"], Texts{"blue"});
}

}  // namespace
}  // namespace tocsin::events

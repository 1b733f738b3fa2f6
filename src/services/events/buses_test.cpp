// SPDX-License-Identifier: Apache-2.0
// Buses, their policies, and what other accounts and buses may send.
#include <fmt/format.h>

#include "services/events/testing.hpp"

namespace tocsin::events {
namespace {

const auto kBus = arn_of("events", "event-bus/b");

TEST_F(EventsTest, MakesAndDescribesBuses) {
  const Object dead{{"Arn", arn_of("sqs", "dead")}};
  const auto made =
      done("CreateEventBus", {{"Name", "b"}, {"Description", "words"}, {"DeadLetterConfig", dead}});
  EXPECT_EQ(text(made, "EventBusArn"), kBus);
  EXPECT_EQ(text(made, "Description"), "words");
  EXPECT_EQ(refused("CreateEventBus", {{"Name", "b"}}),
            "ResourceAlreadyExistsException: Event bus b already exists.");
  auto bus = done("DescribeEventBus", {{"Name", kBus}});
  EXPECT_EQ(text(bus, "Name"), "b");
  EXPECT_EQ(text(object_of(bus, "DeadLetterConfig"), "Arn"), arn_of("sqs", "dead"));
  EXPECT_EQ(find(bus, "CreationTime")->to_number<double>(), to_seconds(cloud.now()));
  done("UpdateEventBus", {{"Name", "b"}, {"Description", "others"}});
  bus = done("DescribeEventBus", {{"Name", "b"}});
  EXPECT_EQ(text(bus, "Description"), "others");
  EXPECT_TRUE(find(bus, "DeadLetterConfig"));
  EXPECT_EQ(text(done("DescribeEventBus", {}), "Arn"), arn_of("events", "event-bus/default"));
  EXPECT_EQ(refused("DescribeEventBus", {{"Name", "none"}}),
            "ResourceNotFoundException: Event bus none does not exist.");
  done("DeleteEventBus", {{"Name", "b"}});
  done("DeleteEventBus", {{"Name", "b"}});
  EXPECT_EQ(refused("DeleteEventBus", {{"Name", "default"}}),
            "ValidationException: Cannot delete event bus default.");
}

TEST_F(EventsTest, RefusesBadBuses) {
  EXPECT_EQ(refused("CreateEventBus", {{"Name", "a/b"}}),
            "ValidationException: Event bus name must not contain '/'.");
  EXPECT_TRUE(refused("CreateEventBus", {{"Name", "a b"}}).starts_with("ValidationException: 1 "));
  EXPECT_EQ(refused("CreateEventBus", {{"Name", "aws.partner/x/y"}, {"EventSourceName", "aws.p"}}),
            "ResourceNotFoundException: Event source aws.p does not exist.");
  EXPECT_TRUE(refused("CreateEventBus", {{"Name", "b"}, {"KmsKeyIdentifier", "alias/k"}})
                  .find("KmsKeyIdentifier is refused") != std::string::npos);
  EXPECT_TRUE(refused("CreateEventBus", {{"Name", "b"}, {"LogConfig", Object{{"Level", "TRACE"}}}})
                  .find("LogConfig is refused") != std::string::npos);
  EXPECT_TRUE(refused("CreateEventBus", {{"Name", "b"}, {"DeadLetterConfig", Object{{"Arn", "x"}}}})
                  .starts_with("ValidationException: Parameter x is not valid."));
  done("CreateEventBus", {{"Name", "b"}});
  put_rule({queue()}, {{"EventBusName", "b"}});
  EXPECT_TRUE(refused("DeleteEventBus", {{"Name", "b"}}).starts_with("ValidationException"));
}

TEST_F(EventsTest, ListsBusesPageByPage) {
  for (const auto* name : {"zoo", "app", "apt"})
    done("CreateEventBus", {{"Name", name}});
  const auto names = [](const Document& page) {
    std::string out;
    for (const auto& bus : array_of(page, "EventBuses"))
      out += string_of(bus, "Name") + " ";
    return out;
  };
  auto page = done("ListEventBuses", {{"Limit", 3}});
  EXPECT_EQ(names(page), "app apt default ");
  page = done("ListEventBuses", {{"Limit", 3}, {"NextToken", text(page, "NextToken")}});
  EXPECT_EQ(names(page), "zoo ");
  EXPECT_FALSE(find(page, "NextToken"));
  EXPECT_EQ(names(done("ListEventBuses", {{"NamePrefix", "ap"}})), "app apt ");
  for (int i = 0; i < 97; ++i)
    done("CreateEventBus", {{"Name", fmt::format("n{}", i)}});
  EXPECT_TRUE(refused("CreateEventBus", {{"Name", "more"}}).starts_with("LimitExceeded"));
}

TEST_F(EventsTest, PutsPoliciesTogether) {
  const auto permit = [](std::string_view sid, std::string_view principal, Object more = {}) {
    Object params{{"Action", "events:PutEvents"}, {"StatementId", sid}, {"Principal", principal}};
    for (const auto& member : more)
      params[member.key()] = member.value();
    return params;
  };
  done("PutPermission", permit("one", kOther));
  done("PutPermission",
       permit(
           "all", "*",
           {{"Condition",
             Object{{"Type", "StringEquals"}, {"Key", "aws:PrincipalOrgID"}, {"Value", "o-1"}}}}));
  EXPECT_EQ(text(done("DescribeEventBus", {}), "Policy"),
            R"({"Version":"2012-10-17","Statement":[{"Sid":"one","Effect":"Allow",)"
            R"("Principal":{"AWS":"arn:aws:iam::210987654321:root"},"Action":"events:PutEvents",)"
            R"("Resource":"arn:aws:events:us-east-1:123456789012:event-bus/default"},)"
            R"({"Sid":"all","Effect":"Allow","Principal":"*","Action":"events:PutEvents",)"
            R"("Resource":"arn:aws:events:us-east-1:123456789012:event-bus/default",)"
            R"("Condition":{"StringEquals":{"aws:PrincipalOrgID":"o-1"}}}]})");
  EXPECT_EQ(refused("RemovePermission", {{"StatementId", "none"}}),
            "ResourceNotFoundException: Statement with the provided id does not exist.");
  done("RemovePermission", {{"StatementId", "one"}});
  done("RemovePermission", {{"RemoveAllPermissions", true}});
  EXPECT_FALSE(find(done("DescribeEventBus", {}), "Policy"));

  const auto tell = [&](Object params) { return refused("PutPermission", std::move(params)); };
  EXPECT_EQ(tell({{"Action", "events:PutEvents"}, {"StatementId", "x"}}),
            "ValidationException: Parameter Principal must be specified.");
  EXPECT_TRUE(tell(permit("x", "12")).starts_with("InvalidParameterValue: Value 12 at"));
  EXPECT_EQ(tell(permit("x", kOther, {{"Action", "events:PutRule"}})),
            "ValidationException: Provided value in parameter 'action' is not supported.");
  EXPECT_TRUE(tell(permit("a b", kOther)).starts_with("InvalidParameterValue: StatementId must"));
  EXPECT_TRUE(tell(permit("x", kOther, {{"Condition", Object{}}}))
                  .starts_with("InvalidParameterValue: Value of the parameter 'principal'"));
  EXPECT_EQ(tell({{"Policy", "{"}}), "ValidationException: This policy contains invalid Json");
  EXPECT_TRUE(tell({{"Policy", "{}"}}).starts_with("ValidationException: "));
  EXPECT_TRUE(tell({{"EventBusName", "none"}, {"Policy", "{}"}}).starts_with("ResourceNotFound"));
}

std::string policy(std::string_view action, std::string_view resource) {
  return to_json(Object{{"Version", "2012-10-17"},
                        {"Statement", Array{Object{{"Effect", "Allow"},
                                                   {"Principal", Object{{"AWS", kOther}}},
                                                   {"Action", action},
                                                   {"Resource", resource}}}}});
}

TEST_F(EventsTest, OtherAccountsSendWhatThePolicyAllows) {
  done("CreateEventBus", {{"Name", "b"}});
  put_rule({queue()}, {{"EventBusName", "b"}});
  const Object params{{"Entries", Array{entry("{}", {{"EventBusName", kBus}})}}};
  EXPECT_EQ(call_as(kOther, "PutEvents", params).error().code, "AccessDeniedException");
  done("PutPermission", {{"EventBusName", "b"}, {"Policy", policy("events:PutEvents", kBus)}});
  ASSERT_TRUE(call_as(kOther, "PutEvents", params));
  ASSERT_EQ(sent().size(), 1u);
  EXPECT_EQ(text(*parse_json(sent()[0]), "account"), kOther);
}

TEST_F(EventsTest, OtherAccountsMakeRulesWhereThePolicyAllows) {
  done("CreateEventBus", {{"Name", "b"}});
  const Object rule{
      {"Name", "theirs"}, {"EventBusName", kBus}, {"EventPattern", R"({"source":["shop"]})"}};
  EXPECT_EQ(call_as(kOther, "PutRule", rule).error().code, "AccessDeniedException");
  done("PutPermission",
       {{"EventBusName", "b"}, {"Policy", policy("events:*", arn_of("events", "rule/b/*"))}});
  const auto made = call_as(kOther, "PutRule", rule);
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(text(*made, "RuleArn"), arn_of("events", "rule/b/theirs"));
  const auto described = done("DescribeRule", {{"Name", "theirs"}, {"EventBusName", "b"}});
  EXPECT_EQ(text(described, "CreatedBy"), kOther);
}

Object bus_target(std::string_view account, std::string_view region, std::string_view bus,
                  Object more = {}) {
  more["RoleArn"] = "arn:aws:iam::123456789012:role/forwarder";
  more["DeadLetterConfig"] = Object{{"Arn", arn_of("sqs", "dead")}};
  return target(fmt::format("arn:aws:events:{}:{}:event-bus/{}", region, account, bus),
                std::move(more));
}

TEST_F(EventsTest, ForwardsToOtherBusesOnce) {
  done("CreateEventBus", {{"Name", "b"}});
  done("CreateEventBus", {{"Name", "c"}});
  put_rule({bus_target("123456789012", "us-east-1", "b")});
  put_rule({queue(), bus_target("123456789012", "us-east-1", "c", {{"Id", "on"}})},
           {{"EventBusName", "b"}});
  const auto reply = put_event();
  ASSERT_EQ(sent().size(), 2u);
  const auto event = *parse_json(sent()[0]);
  EXPECT_EQ(text(event, "id"), text(array_of(reply, "Entries")[0], "EventId"));
  EXPECT_EQ(attribute(received["SendMessage"][1], "ERROR_CODE"), "");
  const auto& letter = attribute(received["SendMessage"][0], "ERROR_CODE").empty()
                           ? received["SendMessage"][1]
                           : received["SendMessage"][0];
  EXPECT_EQ(attribute(letter, "ERROR_CODE"), "THIRD_ACCOUNT_HOP_DETECTED");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(EventsTest, LoopsOfBusesEnd) {
  done("CreateEventBus", {{"Name", "b"}});
  put_rule({bus_target("123456789012", "us-east-1", "b")});
  put_rule({bus_target("123456789012", "us-east-1", "default")}, {{"EventBusName", "b"}});
  put_event();
  ASSERT_EQ(sent().size(), 1u);
  EXPECT_EQ(attribute(received["SendMessage"][0], "RULE_ARN"), arn_of("events", "rule/b/r"));
  EXPECT_TRUE(refused("PutTargets",
                      {{"Rule", "r"},
                       {"Targets", Array{bus_target("123456789012", "us-east-1", "default")}}})
                  .starts_with("ValidationException"));
}

TEST_F(EventsTest, ForwardsAcrossAccountsAndRegionsAsThePolicyAllows) {
  const auto elsewhere = [&](std::string_view operation, Object params) {
    auto request = cloud.request("events", operation, std::move(params));
    request.credential.account = request.scope.account = AccountId(kOther);
    request.scope.region = "eu-west-1";
    const auto reply = cloud.call(std::move(request));
    ASSERT_TRUE(reply) << reply.error().message;
  };
  put_rule({bus_target(kOther, "eu-west-1", "default")});
  put_event();
  ASSERT_EQ(sent().size(), 1u);
  EXPECT_EQ(attribute(received["SendMessage"][0], "ERROR_CODE"), "NO_PERMISSIONS");
  elsewhere("PutPermission",
            {{"Action", "events:PutEvents"}, {"StatementId", "x"}, {"Principal", "123456789012"}});
  elsewhere("PutRule", {{"Name", "theirs"}, {"EventPattern", R"({"account":["123456789012"]})"}});
  elsewhere("PutTargets", {{"Rule", "theirs"}, {"Targets", Array{queue()}}});
  put_event();
  ASSERT_EQ(sent().size(), 2u);
  EXPECT_EQ(text(*parse_json(sent()[1]), "region"), "us-east-1");
  EXPECT_EQ(text(received["SendMessage"][1], "source_arn"),
            "arn:aws:events:eu-west-1:210987654321:rule/theirs");
}

}  // namespace
}  // namespace tocsin::events

// SPDX-License-Identifier: Apache-2.0
// PutEvents, matching, and what reaches the targets.
#include "services/events/testing.hpp"

namespace tocsin::events {
namespace {

TEST_F(EventsTest, DeliversMatchesToTargets) {
  put_rule({target(arn_of("lambda", "function:f"), {{"Id", "l"}}),
            target(arn_of("sns", "alerts"), {{"Id", "s"}}), queue({{"InputPath", "$.detail"}})});
  const auto reply = put_event();
  put_event(entry("{}", {{"Source", "other"}}));
  ASSERT_EQ(received["Invoke"].size(), 1u);
  const auto event = parse_json(*unbase64(text(received["Invoke"][0], "Payload")));
  EXPECT_EQ(text(*event, "detail-type"), "Sold");
  EXPECT_EQ(text(*event, "id"), text(array_of(reply, "Entries")[0], "EventId"));
  EXPECT_EQ(messages("Publish", "Message"), Texts{to_json(*event)});
  EXPECT_EQ(sent(), Texts{R"({"item":"hat","n":2})"});
  EXPECT_EQ(text(received["Publish"][0], "source_arn"), arn_of("events", "rule/r"));
  done("DisableRule", {{"Name", "r"}});
  put_event();
  EXPECT_EQ(sent().size(), 1u);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(EventsTest, KeepsNumbersAsTheyWere) {
  put_rule({queue({{"InputPath", "$.detail"}})});
  put_event(
      entry(R"({"price":21.5,"tiny":0.000001,"large":12345678901234567890,"list":[1,2.25]})"));
  EXPECT_EQ(
      sent(),
      Texts{R"({"price":21.5,"tiny":0.000001,"large":12345678901234567890,"list":[1,2.25]})"});
}

TEST_F(EventsTest, ChangesOfTargetsBiteAtOnce) {
  put_rule({queue()});
  put_event();
  done("PutTargets", {{"Rule", "r"}, {"Targets", Array{queue({{"Input", R"("constant")"}})}}});
  put_event();
  ASSERT_EQ(sent().size(), 2u);
  EXPECT_EQ(sent()[1], R"("constant")");
  done("RemoveTargets", {{"Rule", "r"}, {"Ids", Array{"t"}}});
  put_event();
  EXPECT_EQ(sent().size(), 2u);
}

TEST_F(EventsTest, FailsEntriesOneByOne) {
  put_rule({queue()});
  const auto reply = done(
      "PutEvents", {{"Entries", Array{entry(), entry("{}", {{"Source", "aws.ec2"}}), entry("[1]"),
                                      entry("{\"a\":"), entry("{}", {{"DetailType", ""}}),
                                      Object{{"DetailType", "x"}, {"Detail", "{}"}},
                                      Object{{"Source", "shop"}, {"DetailType", "x"}},
                                      entry("{}", {{"DetailType", std::string(129, 'x')}}),
                                      entry("{}", {{"EventBusName", "gone"}})}}});
  EXPECT_EQ(integer(reply, "FailedEntryCount"), 7);
  Texts codes;
  for (const auto& one : array_of(reply, "Entries"))
    codes.push_back(string_of(one, "ErrorCode", text(one, "EventId").empty() ? "?" : "ok"));
  EXPECT_EQ(codes, (Texts{"ok", "NotAuthorizedForSourceException", "MalformedDetail",
                          "MalformedDetail", "InvalidArgument", "InvalidArgument",
                          "InvalidArgument", "InvalidArgument", "ok"}));
  EXPECT_EQ(text(array_of(reply, "Entries")[5], "ErrorMessage"),
            "Parameter Source is not valid. Reason: Source is a required argument.");
  EXPECT_EQ(sent().size(), 1u);
}

TEST_F(EventsTest, LimitsRequests) {
  EXPECT_EQ(refused("PutEvents", {{"Entries", Array(11, Document(entry()))}}),
            "ValidationException: 1 validation error detected: Value '[PutEventsRequestEntry]' at "
            "'entries' failed to satisfy constraint: Member must have length less than or equal to "
            "10");
  const auto large = "{\"x\":\"" + std::string(600 * 1024, 'x') + "\"}";
  EXPECT_EQ(refused("PutEvents", {{"Entries", Array{entry(large), entry(large)}}}),
            "ValidationException: Total size of the entries in the request is over the limit.");
  EXPECT_EQ(refused("PutEvents", {{"Entries", Array{entry(large)}}}), "ok");
  EXPECT_TRUE(refused("PutEvents", {{"EndpointId", "a.b"}, {"Entries", Array{entry()}}})
                  .starts_with("ValidationException: Tocsin has no global endpoints"));
}

TEST_F(EventsTest, TakesTimeResourcesAndABusByItsArn) {
  done("CreateEventBus", {{"Name", "shop-bus"}});
  put_rule({queue()}, {{"EventBusName", "shop-bus"}});
  put_event();
  EXPECT_TRUE(sent().empty());
  put_event(entry("{}", {{"EventBusName", arn_of("events", "event-bus/shop-bus")},
                         {"Time", 1'700'000'000},
                         {"TraceHeader", "Root=1-5759e988-bd862e3fe1be46a994272793"},
                         {"Resources", Array{"arn:a", "arn:b"}}}));
  ASSERT_EQ(sent().size(), 1u);
  const auto event = *parse_json(sent()[0]);
  EXPECT_EQ(text(event, "time"), "2023-11-14T22:13:20Z");
  EXPECT_EQ(to_json(array_of(event, "resources")), R"(["arn:a","arn:b"])");
}

TEST_F(EventsTest, RetriesAndThenSendsADeadLetter) {
  put_rule({target(arn_of("lambda", "function:f"),
                   {{"RetryPolicy", Object{{"MaximumRetryAttempts", 2}}},
                    {"DeadLetterConfig", Object{{"Arn", arn_of("sqs", "dead")}}}})});
  failing["Invoke"] = Error{"ServiceException", "down", 500, Fault::Server};
  put_event();
  EXPECT_TRUE(sent().empty());
  cloud.advance(std::chrono::minutes(5));
  ASSERT_EQ(sent().size(), 1u);
  const auto& letter = received["SendMessage"][0];
  EXPECT_EQ(attribute(letter, "RETRY_ATTEMPTS"), "2");
  EXPECT_EQ(attribute(letter, "EXHAUSTED_RETRY_CONDITION"), "MaximumRetryAttempts");
  EXPECT_EQ(attribute(letter, "ERROR_CODE"), "INTERNAL_ERROR");
  EXPECT_EQ(attribute(letter, "ERROR_MESSAGE"), "down");
  EXPECT_EQ(attribute(letter, "RULE_ARN"), arn_of("events", "rule/r"));
  EXPECT_EQ(attribute(letter, "TARGET_ARN"), arn_of("lambda", "function:f"));
  EXPECT_EQ(text(*parse_json(sent()[0]), "source"), "shop");
}

TEST_F(EventsTest, GivesUpAfterADay) {
  put_rule({target(arn_of("lambda", "function:f"),
                   {{"DeadLetterConfig", Object{{"Arn", arn_of("sqs", "dead")}}}})});
  failing["Invoke"] = Error{"TooManyRequestsException", "Rate exceeded", 429};
  put_event();
  cloud.advance(std::chrono::hours(22));
  EXPECT_TRUE(sent().empty());
  cloud.advance(std::chrono::hours(4));
  ASSERT_EQ(sent().size(), 1u);
  EXPECT_EQ(attribute(received["SendMessage"][0], "ERROR_CODE"), "THROTTLING");
  EXPECT_GE(std::stoi(attribute(received["SendMessage"][0], "RETRY_ATTEMPTS")), 150);
}

TEST_F(EventsTest, SendsWhatWillNeverSucceedToTheDeadLettersAtOnce) {
  const Object config{{"DeadLetterConfig", Object{{"Arn", arn_of("sqs", "dead")}}}};
  put_rule({target(arn_of("sns", "alerts"), config)});
  failing["Publish"] = Error{"NotFoundException", "Topic does not exist", 404};
  put_event();
  failing["Publish"] = Error{"AuthorizationErrorException", "", 403};
  failing["Publish"].code = "AccessDeniedException";
  put_event();
  ASSERT_EQ(sent().size(), 2u);
  EXPECT_EQ(attribute(received["SendMessage"][0], "ERROR_CODE"), "NO_RESOURCE");
  EXPECT_EQ(attribute(received["SendMessage"][1], "ERROR_CODE"), "NO_PERMISSIONS");
  EXPECT_EQ(attribute(received["SendMessage"][1], "EXHAUSTED_RETRY_CONDITION"), "");
}

TEST_F(EventsTest, HidesManagementReadsFromRulesThatDoNotAskForThem) {
  put_rule({queue()}, {{"EventPattern", R"({"source":["aws.iam"]})"}});
  put_rule({queue({{"Input", "\"all\""}})},
           {{"Name", "all"},
            {"EventPattern", R"({"source":["aws.iam"]})"},
            {"State", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"}});
  const auto rules_reached = [&](std::string_view name, bool management) {
    const auto before = sent().size();
    emit("aws.iam", "AWS API Call via CloudTrail",
         {{"eventName", name}, {"readOnly", true}, {"managementEvent", management}});
    return sent().size() - before;
  };
  for (const auto* name : {"GetUser", "ListUsers", "DescribeKey"})
    EXPECT_EQ(rules_reached(name, true), 1u) << name;
  EXPECT_EQ(sent()[0], "\"all\"");
  for (const auto* name : {"CreateUser", "AssumeRole", "GetSessionToken", "GetFederationToken"})
    EXPECT_EQ(rules_reached(name, true), 2u) << name;
  EXPECT_EQ(rules_reached("GetObject", false), 2u);
}

TEST_F(EventsTest, DeliveriesToLogGroupsDoNotDeliverThemselves) {
  put_rule({target(arn_of("logs", "log-group:/aws/events/all"))},
           {{"EventPattern", R"({"source":["aws.logs"]})"}});
  const auto made_by = [&](std::string_view service) {
    emit("aws.logs", "AWS API Call via CloudTrail",
         {{"eventName", "CreateLogStream"}, {"userIdentity", Object{{"invokedBy", service}}}});
  };
  made_by("lambda.amazonaws.com");
  EXPECT_EQ(received["PutLogEvents"].size(), 1u);
  made_by("events.amazonaws.com");
  EXPECT_EQ(received["PutLogEvents"].size(), 1u);
}

TEST_F(EventsTest, EventsBeyondTheBudgetOfAnInputGoOnInFurtherOnes) {
  put_rule({queue({{"InputPath", "$.detail"}})}, {{"EventPattern", R"({"source":["aws.ec2"]})"}});
  emit("aws.ec2", "Many", {{"n", 1}}, 10'000);
  EXPECT_EQ(sent(), Texts{R"({"n":1})"});
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(EventsTest, TestsPatterns) {
  const auto event =
      R"({"id":"1","account":"1","source":"shop","time":"2026-01-01T00:00:00Z","region":"r",)"
      R"("resources":[],"detail-type":"x"})";
  const auto test = [&](std::string_view pattern) {
    return flag(done("TestEventPattern", {{"EventPattern", pattern}, {"Event", event}}), "Result");
  };
  EXPECT_TRUE(test(R"({"source":["shop"]})"));
  EXPECT_FALSE(test(R"({"source":[{"prefix":"a"}]})"));
  EXPECT_TRUE(refused("TestEventPattern", {{"EventPattern", "{"}, {"Event", event}})
                  .starts_with("InvalidEventPatternException: Event pattern is not valid."));
  EXPECT_EQ(
      refused("TestEventPattern", {{"EventPattern", R"({"a":["b"]})"}, {"Event", "{}"}}),
      "ValidationException: Parameter Event is not valid. Reason: the member id is required.");
}

}  // namespace
}  // namespace tocsin::events

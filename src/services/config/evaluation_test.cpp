// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "services/config/rules_testing.hpp"

namespace tocsin::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

Object evaluation(std::string_view id, std::string_view compliance, double moment,
                  std::string_view annotation = "said") {
  return {{"ComplianceResourceType", "AWS::SQS::Queue"},
          {"ComplianceResourceId", id},
          {"ComplianceType", compliance},
          {"Annotation", annotation},
          {"OrderingTimestamp", moment}};
}

class EvaluationTest : public RulesTest {
 protected:
  double now() const { return to_seconds(cloud.now()); }
  std::string token() { return string_of(world.events.back(), "resultToken"); }
  Object evaluations(Array given) {
    return {{"ResultToken", token()}, {"Evaluations", std::move(given)}};
  }
  void advance(std::int64_t seconds) { cloud.advance(std::chrono::seconds(seconds)); }
};

TEST_F(EvaluationTest, AChangeIsJudgedAtOnce) {
  put(policy_rule());
  EXPECT_EQ(compliance("encrypted"), "INSUFFICIENT_DATA");
  queue("q1", encrypted(false));
  queue("q2", encrypted());
  EXPECT_EQ(found_by_rule("encrypted"), (Found{{"q1", "NON_COMPLIANT"}, {"q2", "COMPLIANT"}}));
  queue("q1", encrypted());
  EXPECT_EQ(compliance("encrypted"), "COMPLIANT");
}

TEST_F(EvaluationTest, ANewRuleJudgesWhatIsThere) {
  for (int i = 0; i < 120; ++i)
    queue("q" + std::to_string(i), encrypted(i % 2));
  put(policy_rule());
  EXPECT_EQ(text(rule("encrypted"), "ConfigRuleState"), "ACTIVE");
  EXPECT_EQ(found_by_rule("encrypted", {{"Limit", 100}}).size(), 100u);
  EXPECT_EQ(compliance("encrypted"), "NON_COMPLIANT");
  EXPECT_EQ(events("Config Rules Evaluation Status").size(), 1u);
  EXPECT_EQ(text(messages("ConfigRulesEvaluationStarted").at(0), "Subject"),
            "[AWS Config:us-east-1] Config Rules Evaluation Started for Account 123456789012");
}

TEST_F(EvaluationTest, OnlyWhatIsInScopeIsJudged) {
  put(policy_rule("tagged", {{"Scope", Object{{"TagKey", "team"}, {"TagValue", "blue"}}}}));
  put(policy_rule("one", {{"Scope", Object{{"ComplianceResourceTypes", Array{"AWS::SQS::Queue"}},
                                           {"ComplianceResourceId", "q2"}}}}));
  queue("q1", encrypted(false), {{"team", "blue"}});
  queue("q2", encrypted(false), {{"team", "red"}});
  EXPECT_EQ(found_by_rule("tagged"), (Found{{"q1", "NON_COMPLIANT"}}));
  EXPECT_EQ(found_by_rule("one"), (Found{{"q2", "NON_COMPLIANT"}}));
  queue("q1", encrypted(false), {{"team", "red"}});
  EXPECT_EQ(found_by_rule("tagged"), Found{});
}

TEST_F(EvaluationTest, ADeletedResourceHasNoResults) {
  put(policy_rule());
  queue("q", encrypted(false));
  drop("q");
  EXPECT_EQ(found_by_rule("encrypted"), Found{});
  const auto changes = events("Config Rules Compliance Change");
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(text(object_of(changes[1], "newEvaluationResult"), "complianceType"), "NOT_APPLICABLE");
}

TEST_F(EvaluationTest, ANarrowedRuleForgetsTheOthers) {
  put(policy_rule());
  queue("q1", encrypted(false));
  queue("q2", encrypted(false));
  put(policy_rule("encrypted",
                  {{"Scope", Object{{"ComplianceResourceTypes", Array{"AWS::SQS::Queue"}},
                                    {"ComplianceResourceId", "q2"}}}}));
  EXPECT_EQ(found_by_rule("encrypted"), (Found{{"q2", "NON_COMPLIANT"}}));
}

TEST_F(EvaluationTest, TheFunctionGetsAwssEvent) {
  put(function_rule("judged", {}, {{"InputParameters", R"({"port":"80"})"}}));
  queue("q", encrypted());
  ASSERT_EQ(world.events.size(), 1u);
  const auto& event = world.events[0];
  EXPECT_EQ(text(event, "version"), "1.0");
  EXPECT_EQ(text(event, "ruleParameters"), R"({"port":"80"})");
  EXPECT_EQ(text(event, "executionRoleArn"), kRole);
  EXPECT_EQ(text(event, "configRuleName"), "judged");
  EXPECT_EQ(string_of(event, "configRuleArn"), string_of(rule("judged"), "ConfigRuleArn"));
  EXPECT_EQ(string_of(event, "configRuleId"), string_of(rule("judged"), "ConfigRuleId"));
  EXPECT_EQ(text(event, "accountId"), "123456789012");
  EXPECT_FALSE(flag(event, "eventLeftScope", true));
  const auto invoking = invoking_event(0);
  EXPECT_EQ(text(invoking, "messageType"), "ConfigurationItemChangeNotification");
  EXPECT_EQ(text(invoking, "recordVersion"), "1.3");
  const auto& item = object_of(invoking, "configurationItem");
  EXPECT_EQ(text(item, "resourceType"), "AWS::SQS::Queue");
  EXPECT_EQ(text(item, "resourceId"), "q");
  EXPECT_TRUE(flag(object_of(item, "configuration"), "Encrypted"));
  EXPECT_EQ(text(object_of(invoking, "configurationItemDiff"), "changeType"), "CREATE");
}

TEST_F(EvaluationTest, TheFunctionSaysWhatItFinds) {
  put(function_rule());
  queue("q", encrypted());
  EXPECT_EQ(compliance("judged"), "INSUFFICIENT_DATA");
  const auto reply = done("PutEvaluations", evaluations({evaluation("q", "NON_COMPLIANT", now())}));
  EXPECT_EQ(array_of(reply, "FailedEvaluations").size(), 0u);
  const auto results =
      array_of(done("GetComplianceDetailsByConfigRule", Object{{"ConfigRuleName", "judged"}}),
               "EvaluationResults");
  ASSERT_EQ(results.size(), 1u);
  EXPECT_EQ(text(results[0], "Annotation"), "said");
  EXPECT_TRUE(find(status("judged"), "LastSuccessfulInvocationTime"));
  EXPECT_TRUE(find(status("judged"), "LastSuccessfulEvaluationTime"));
  EXPECT_FALSE(find(status("judged"), "LastErrorCode"));
}

TEST_F(EvaluationTest, OlderResultsComeTooLate) {
  put(function_rule());
  queue("q", encrypted());
  done("PutEvaluations", evaluations({evaluation("q", "COMPLIANT", now())}));
  done("PutEvaluations", evaluations({evaluation("q", "NON_COMPLIANT", now() - 60)}));
  EXPECT_EQ(compliance("judged"), "COMPLIANT");
  done("PutEvaluations", evaluations({evaluation("q", "NON_COMPLIANT", now() + 1)}));
  EXPECT_EQ(compliance("judged"), "NON_COMPLIANT");
}

TEST_F(EvaluationTest, ATestRunChangesNothing) {
  put(function_rule());
  queue("q", encrypted());
  done("PutEvaluations", Object{{"ResultToken", "TESTMODE"},
                                {"TestMode", true},
                                {"Evaluations", Array{evaluation("q", "COMPLIANT", now())}}});
  EXPECT_EQ(compliance("judged"), "INSUFFICIENT_DATA");
}

TEST_F(EvaluationTest, WrongTokensAndTypesAreRefused) {
  put(function_rule());
  queue("q", encrypted());
  EXPECT_EQ(refused("PutEvaluations", Object{{"ResultToken", "none"}, {"Evaluations", Array{}}}),
            "InvalidResultTokenException: The resultToken provided is invalid");
  auto forged = token();
  forged[10] = forged[10] == 'A' ? 'B' : 'A';
  EXPECT_THAT(refused("PutEvaluations", Object{{"ResultToken", forged}}),
              StartsWith("InvalidResultTokenException"));
  EXPECT_THAT(refused("PutEvaluations", evaluations({evaluation("q", "INSUFFICIENT_DATA", now())})),
              StartsWith("InvalidParameterValueException"));
  EXPECT_THAT(refused("PutEvaluations", evaluations({evaluation("q", "GOOD", now())})),
              HasSubstr("Member must satisfy enum value set"));
  const auto old = token();
  done("DeleteConfigRule", Object{{"ConfigRuleName", "judged"}});
  EXPECT_THAT(refused("PutEvaluations", Object{{"ResultToken", old}}),
              StartsWith("NoSuchConfigRuleException"));
}

TEST_F(EvaluationTest, ACrashLeavesTheComplianceAndShowsTheError) {
  put(function_rule());
  queue("q", encrypted());
  done("PutEvaluations", evaluations({evaluation("q", "COMPLIANT", now())}));
  world.function_error = "no such port";
  advance(5);
  queue("q", encrypted(false));
  EXPECT_EQ(compliance("judged"), "COMPLIANT");
  const auto shown = status("judged");
  EXPECT_EQ(text(shown, "LastErrorCode"), "Unhandled");
  EXPECT_THAT(string_of(shown, "LastErrorMessage"), HasSubstr("ValueError: no such port"));
  EXPECT_TRUE(find(shown, "LastFailedEvaluationTime"));
  EXPECT_EQ(world.events.size(), 2u);
  advance(600);
  EXPECT_EQ(world.events.size(), 4u) << "tried again after one minute, and after two more";
}

TEST_F(EvaluationTest, AnInvocationThatIsRefusedShows) {
  put(function_rule());
  world.function_refused = true;
  queue("q", encrypted());
  const auto shown = status("judged");
  EXPECT_TRUE(find(shown, "LastFailedInvocationTime"));
  EXPECT_EQ(text(shown, "LastErrorCode"), "AccessDeniedException");
  EXPECT_THAT(string_of(shown, "LastErrorMessage"), HasSubstr("cannot be invoked"));
}

TEST_F(EvaluationTest, TheFunctionHearsOfWhatLeavesItsScope) {
  put(function_rule("judged", {}, {{"Scope", Object{{"TagKey", "team"}}}}));
  queue("q", encrypted(), {{"team", "blue"}});
  done("PutEvaluations", evaluations({evaluation("q", "COMPLIANT", now())}));
  queue("q", encrypted());
  ASSERT_EQ(world.events.size(), 2u);
  EXPECT_TRUE(flag(world.events[1], "eventLeftScope"));
  EXPECT_EQ(found_by_rule("judged"), Found{});
}

TEST_F(EvaluationTest, ALargeItemComesAsASummary) {
  put(function_rule("both", {"ConfigurationItemChangeNotification",
                             "OversizedConfigurationItemChangeNotification"}));
  queue("q", {{"Text", std::string(300'000, 'x')}});
  ASSERT_EQ(world.events.size(), 1u);
  const auto invoking = invoking_event(0);
  EXPECT_EQ(text(invoking, "messageType"), "OversizedConfigurationItemChangeNotification");
  const auto& summary = object_of(invoking, "configurationItemSummary");
  EXPECT_EQ(text(summary, "changeType"), "CREATE");
  EXPECT_EQ(text(summary, "resourceId"), "q");
  EXPECT_FALSE(find(summary, "configuration"));
}

TEST_F(EvaluationTest, APeriodicFunctionRunsOnItsSchedule) {
  auto rule = function_rule("timed", {"ScheduledNotification"});
  rule["Source"]
      .as_object()["SourceDetails"]
      .as_array()[0]
      .as_object()["MaximumExecutionFrequency"] = "Three_Hours";
  put(std::move(rule));
  ASSERT_EQ(world.events.size(), 1u) << "a new rule runs at once";
  EXPECT_EQ(text(invoking_event(0), "messageType"), "ScheduledNotification");
  EXPECT_EQ(text(invoking_event(0), "awsAccountId"), "123456789012");
  queue("q", encrypted());
  EXPECT_EQ(world.events.size(), 1u);
  advance(3 * 3600 - 1);
  EXPECT_EQ(world.events.size(), 1u);
  advance(1);
  EXPECT_EQ(world.events.size(), 2u);
  done("DeleteConfigRule", Object{{"ConfigRuleName", "timed"}});
  advance(24 * 3600);
  EXPECT_EQ(world.events.size(), 2u);
}

TEST_F(EvaluationTest, AFunctionMayWaitForSnapshots) {
  queue("q", encrypted());
  put(function_rule("snapshots", {"ConfigurationSnapshotDeliveryCompleted"}));
  done("DeliverConfigSnapshot", Object{{"deliveryChannelName", "default"}});
  ASSERT_EQ(world.events.size(), 1u)
      << to_json(encode(events("Config Configuration Snapshot Delivery Status")));
  EXPECT_EQ(text(invoking_event(0), "messageType"), "ConfigurationSnapshotDeliveryCompleted");
  EXPECT_EQ(text(invoking_event(0), "s3Bucket"), "audit");
}

TEST_F(EvaluationTest, OnRequestTheFunctionGetsEachResource) {
  queue("q1", encrypted());
  queue("q2", encrypted());
  put(function_rule());
  EXPECT_EQ(world.events.size(), 2u);
  done("StartConfigRulesEvaluation", Object{{"ConfigRuleNames", Array{"judged"}}});
  ASSERT_EQ(world.events.size(), 4u);
  EXPECT_TRUE(find(invoking_event(2), "configurationItemDiff")->is_null());
  EXPECT_THAT(refused("StartConfigRulesEvaluation", Object{{"ConfigRuleNames", Array{"other"}}}),
              StartsWith("NoSuchConfigRuleException"));
}

TEST_F(EvaluationTest, AThirdPartyMaySayWhatItFinds) {
  put(function_rule());
  done("PutExternalEvaluation",
       Object{{"ConfigRuleName", "judged"},
              {"ExternalEvaluation", evaluation("q", "COMPLIANT", now())}});
  EXPECT_EQ(found_by_rule("judged"), (Found{{"q", "COMPLIANT"}}));
}

TEST_F(EvaluationTest, ManyRulesOnOneChangeAreAllApplied) {
  for (int i = 0; i < 520; ++i)
    put(policy_rule("r" + std::to_string(i)));
  queue("q", encrypted(false));
  const auto summary = done("GetComplianceSummaryByConfigRule");
  EXPECT_EQ(
      to_json(object_of(object_of(summary, "ComplianceSummary"), "NonCompliantResourceCount")),
      R"({"CappedCount":25,"CapExceeded":true})");
  EXPECT_EQ(compliance("r0"), "NON_COMPLIANT");
  EXPECT_EQ(compliance("r519"), "NON_COMPLIANT");
}

TEST_F(EvaluationTest, ReplayAgrees) {
  put(policy_rule());
  put(function_rule());
  queue("q", encrypted(false));
  done("PutEvaluations", evaluations({evaluation("q", "COMPLIANT", now())}));
  advance(100);
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

}  // namespace
}  // namespace tocsin::config

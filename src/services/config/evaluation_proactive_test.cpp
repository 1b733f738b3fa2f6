// SPDX-License-Identifier: Apache-2.0
#include "services/config/rules_testing.hpp"

namespace tocsin::config {
namespace {

using testing::StartsWith;

class ProactiveTest : public RulesTest {
 protected:
  static Array modes() { return {Object{{"Mode", "PROACTIVE"}}}; }
  static Object evaluation_of(std::string_view configuration, Object more = {}) {
    Object params{{"EvaluationMode", "PROACTIVE"}};
    params["ResourceDetails"] = Object{{"ResourceId", "planned"},
                                       {"ResourceType", "AWS::SQS::Queue"},
                                       {"ResourceConfiguration", configuration},
                                       {"ResourceConfigurationSchemaType", "CFN_RESOURCE_SCHEMA"}};
    for (auto& member : more)
      params[member.key()] = member.value();
    return params;
  }
  std::string start(std::string_view configuration) {
    return string_of(done("StartResourceEvaluation", evaluation_of(configuration)),
                     "ResourceEvaluationId");
  }
  Document summary(const std::string& id) {
    return done("GetResourceEvaluationSummary", Object{{"ResourceEvaluationId", id}});
  }
};

TEST_F(ProactiveTest, APlannedResourceIsJudged) {
  put(policy_rule("planned", {{"EvaluationModes", modes()}}));
  put(policy_rule("later"));
  const auto bad = start(R"({"Encrypted": false})");
  EXPECT_EQ(text(summary(bad), "Compliance"), "NON_COMPLIANT");
  EXPECT_EQ(text(object_of(summary(bad), "EvaluationStatus"), "Status"), "SUCCEEDED");
  EXPECT_EQ(text(summary(start(R"({"Encrypted": true})")), "Compliance"), "COMPLIANT");
  const auto details =
      array_of(done("GetComplianceDetailsByResource", Object{{"ResourceEvaluationId", bad}}),
               "EvaluationResults");
  ASSERT_EQ(details.size(), 1u);
  const auto& id = object_of(details[0], "EvaluationResultIdentifier");
  EXPECT_EQ(text(id, "ResourceEvaluationId"), bad);
  EXPECT_EQ(text(object_of(id, "EvaluationResultQualifier"), "ConfigRuleName"), "planned");
  EXPECT_EQ(text(object_of(id, "EvaluationResultQualifier"), "EvaluationMode"), "PROACTIVE");
  EXPECT_EQ(compliance("planned"), "INSUFFICIENT_DATA") << "nothing is there yet";
}

TEST_F(ProactiveTest, AFunctionJudgesToo) {
  put(function_rule("planned", {}, {{"EvaluationModes", modes()}}));
  const auto id = start(R"({"Encrypted": false})");
  ASSERT_EQ(world.events.size(), 1u);
  EXPECT_EQ(text(world.events[0], "evaluationMode"), "PROACTIVE");
  EXPECT_EQ(text(object_of(summary(id), "EvaluationStatus"), "Status"), "IN_PROGRESS");
  done("PutEvaluations",
       Object{{"ResultToken", text(world.events[0], "resultToken")},
              {"Evaluations", Array{Object{{"ComplianceResourceType", "AWS::SQS::Queue"},
                                           {"ComplianceResourceId", "planned"},
                                           {"ComplianceType", "COMPLIANT"},
                                           {"OrderingTimestamp", to_seconds(cloud.now())}}}}});
  EXPECT_EQ(text(summary(id), "Compliance"), "COMPLIANT");
  EXPECT_EQ(text(object_of(summary(id), "EvaluationStatus"), "Status"), "SUCCEEDED");
}

TEST_F(ProactiveTest, WhoDoesNotAnswerTimesOut) {
  put(function_rule("planned", {}, {{"EvaluationModes", modes()}}));
  auto params = evaluation_of("{}", {{"EvaluationTimeout", 60}});
  const auto id = string_of(done("StartResourceEvaluation", params), "ResourceEvaluationId");
  cloud.advance(std::chrono::seconds(61));
  EXPECT_EQ(text(object_of(summary(id), "EvaluationStatus"), "Status"), "FAILED");
}

TEST_F(ProactiveTest, EvaluationsAreListed) {
  const auto first = start("{}");
  cloud.advance(std::chrono::seconds(10));
  const auto second = start("{}");
  const auto page = done("ListResourceEvaluations", Object{{"Limit", 1}});
  ASSERT_EQ(array_of(page, "ResourceEvaluations").size(), 1u);
  EXPECT_EQ(text(array_of(page, "ResourceEvaluations")[0], "ResourceEvaluationId"), second);
  const auto next = done("ListResourceEvaluations", Object{{"NextToken", text(page, "NextToken")}});
  EXPECT_EQ(text(array_of(next, "ResourceEvaluations")[0], "ResourceEvaluationId"), first);
}

TEST_F(ProactiveTest, WrongRequestsAreRefused) {
  EXPECT_THAT(refused("StartResourceEvaluation", evaluation_of("[]")),
              StartsWith("InvalidParameterValueException"));
  EXPECT_THAT(refused("GetResourceEvaluationSummary", Object{{"ResourceEvaluationId", "no"}}),
              StartsWith("ResourceNotFoundException"));
  EXPECT_THAT(refused("ListResourceEvaluations",
                      Object{{"Filters",
                              Object{{"TimeWindow", Object{{"StartTime", 2}, {"EndTime", 1}}}}}}),
              StartsWith("InvalidTimeRangeException"));
  const std::string token(64, 't');
  done("StartResourceEvaluation", evaluation_of("{}", {{"ClientToken", token}}));
  EXPECT_THAT(
      refused("StartResourceEvaluation", evaluation_of("{\"a\":1}", {{"ClientToken", token}})),
      StartsWith("IdempotentParameterMismatch"));
}

}  // namespace
}  // namespace tocsin::config

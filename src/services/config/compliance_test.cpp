// SPDX-License-Identifier: Apache-2.0
#include "services/config/rules_testing.hpp"

namespace tocsin::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

class ComplianceTest : public RulesTest {};

TEST_F(ComplianceTest, DetailsAreFilteredAndPaged) {
  put(policy_rule());
  for (int i = 0; i < 12; ++i)
    queue("q" + std::to_string(i), encrypted(i % 3 == 0));
  const Object named{{"ConfigRuleName", "encrypted"}};
  std::set<std::string> seen;
  std::string token;
  int pages = 0;
  do {
    auto params = named;
    params["Limit"] = 5;
    if (!token.empty()) params["NextToken"] = token;
    const auto page = done("GetComplianceDetailsByConfigRule", params);
    for (const auto& result : array_of(page, "EvaluationResults")) {
      const auto& id = object_of(result, "EvaluationResultIdentifier");
      seen.insert(string_of(object_of(id, "EvaluationResultQualifier"), "ResourceId"));
    }
    token = string_of(page, "NextToken");
    ++pages;
  } while (!token.empty());
  EXPECT_EQ(seen.size(), 12u);
  EXPECT_EQ(pages, 3);
  EXPECT_EQ(
      found_by_rule("encrypted", {{"ComplianceTypes", Array{"COMPLIANT"}}}),
      (Found{{"q0", "COMPLIANT"}, {"q3", "COMPLIANT"}, {"q6", "COMPLIANT"}, {"q9", "COMPLIANT"}}));
  EXPECT_THAT(refused("GetComplianceDetailsByConfigRule",
                      Object{{"ConfigRuleName", "encrypted"},
                             {"ComplianceTypes", Array{"INSUFFICIENT_DATA"}}}),
              StartsWith("InvalidParameterValueException"));
  EXPECT_THAT(refused("GetComplianceDetailsByConfigRule", Object{{"ConfigRuleName", "no"}}),
              StartsWith("NoSuchConfigRuleException"));
}

TEST_F(ComplianceTest, AResourceShowsWhatEachRuleFinds) {
  put(policy_rule("a"));
  put(policy_rule("b"));
  queue("q", encrypted(false));
  const auto reply = done("GetComplianceDetailsByResource",
                          Object{{"ResourceType", "AWS::SQS::Queue"}, {"ResourceId", "q"}});
  ASSERT_EQ(array_of(reply, "EvaluationResults").size(), 2u);
  EXPECT_EQ(text(array_of(reply, "EvaluationResults")[0], "Annotation"),
            "The queue is not encrypted");
  const auto by_resource = done("DescribeComplianceByResource");
  EXPECT_EQ(
      to_json(array_of(by_resource, "ComplianceByResources")),
      R"([{"ResourceType":"AWS::SQS::Queue","ResourceId":"q","Compliance":{"ComplianceType":)"
      R"("NON_COMPLIANT","ComplianceContributorCount":{"CappedCount":2,"CapExceeded":false}}}])");
  EXPECT_THAT(refused("DescribeComplianceByResource", Object{{"ResourceId", "q"}}),
              StartsWith("InvalidParameterValueException"));
}

TEST_F(ComplianceTest, RulesAreFilteredByCompliance) {
  put(policy_rule("bad"));
  put(policy_rule("empty", {{"Scope", Object{{"ComplianceResourceTypes", Array{"AWS::X::Y"}}}}}));
  queue("q", encrypted(false));
  const auto names = [&](std::string_view type) {
    const auto reply =
        done("DescribeComplianceByConfigRule", Object{{"ComplianceTypes", Array{type}}});
    std::vector<std::string> out;
    for (const auto& row : array_of(reply, "ComplianceByConfigRules"))
      out.push_back(string_of(row, "ConfigRuleName"));
    return out;
  };
  EXPECT_EQ(names("NON_COMPLIANT"), std::vector<std::string>{"bad"});
  EXPECT_EQ(names("INSUFFICIENT_DATA"), std::vector<std::string>{"empty"});
  EXPECT_EQ(names("COMPLIANT"), std::vector<std::string>{});
}

TEST_F(ComplianceTest, SummariesCount) {
  put(policy_rule());
  queue("q1", encrypted(false));
  queue("q2", encrypted());
  queue("q3", encrypted());
  const auto by_type = done("GetComplianceSummaryByResourceType",
                            Object{{"ResourceTypes", Array{"AWS::SQS::Queue"}}});
  const auto& row = array_of(by_type, "ComplianceSummariesByResourceType")[0];
  EXPECT_EQ(text(row, "ResourceType"), "AWS::SQS::Queue");
  const auto& summary = object_of(row, "ComplianceSummary");
  EXPECT_EQ(integer(object_of(summary, "CompliantResourceCount"), "CappedCount"), 2);
  EXPECT_EQ(integer(object_of(summary, "NonCompliantResourceCount"), "CappedCount"), 1);
  EXPECT_EQ(
      array_of(done("GetComplianceSummaryByResourceType"), "ComplianceSummariesByResourceType")
          .size(),
      1u);
}

TEST_F(ComplianceTest, AChangeIsToldToEventBridgeAndTheTopic) {
  put(policy_rule());
  queue("q", encrypted(false));
  queue("q", encrypted(false));  // nothing changes
  queue("q", encrypted());
  const auto changes = events("Config Rules Compliance Change");
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(text(changes[0], "configRuleName"), "encrypted");
  EXPECT_EQ(text(changes[0], "messageType"), "ComplianceChangeNotification");
  EXPECT_EQ(text(changes[0], "resourceType"), "AWS::SQS::Queue");
  EXPECT_EQ(text(changes[0], "recordVersion"), "1.0");
  EXPECT_FALSE(find(changes[0], "oldEvaluationResult"));
  const auto& now = object_of(changes[0], "newEvaluationResult");
  EXPECT_EQ(text(now, "complianceType"), "NON_COMPLIANT");
  EXPECT_EQ(text(now, "annotation"), "The queue is not encrypted");
  EXPECT_EQ(text(object_of(changes[1], "oldEvaluationResult"), "complianceType"), "NON_COMPLIANT");
  EXPECT_EQ(text(object_of(changes[1], "newEvaluationResult"), "complianceType"), "COMPLIANT");
  const auto told = messages("ComplianceChangeNotification");
  ASSERT_EQ(told.size(), 2u);
  EXPECT_EQ(text(told[0], "Subject"),
            "[AWS Config:us-east-1] AWS::SQS::Queue q is NON_COMPLIANT with encrypted in Account "
            "123456789012");
  EXPECT_TRUE(find(told[0], "oldEvaluationResult")->is_null());
  EXPECT_EQ(text(object_of(told[1], "oldEvaluationResult"), "complianceType"), "NON_COMPLIANT");
}

}  // namespace
}  // namespace tocsin::config

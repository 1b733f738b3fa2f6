// SPDX-License-Identifier: Apache-2.0
#include "services/config/conformance_template.hpp"
#include "services/config/rules_testing.hpp"

namespace tocsin::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr std::string_view kPack = R"(
Parameters:
  Key:
    Type: String
    Default: team
  Optional:
    Type: String
    Default: ''
Conditions:
  HasOptional:
    Fn::Not:
      - Fn::Equals:
          - ''
          - Ref: Optional
Resources:
  Encrypted:
    Type: AWS::Config::ConfigRule
    Properties:
      ConfigRuleName: encrypted
      Scope:
        ComplianceResourceTypes:
          - AWS::SQS::Queue
      InputParameters:
        key:
          Ref: Key
        more:
          Fn::If:
            - HasOptional
            - Ref: Optional
            - Ref: AWS::NoValue
      Source:
        Owner: CUSTOM_POLICY
        SourceDetails:
          - EventSource: aws.config
            MessageType: ConfigurationItemChangeNotification
        CustomPolicyDetails:
          PolicyRuntime: guard-2.x.x
          PolicyText: 'rule r { configuration.Encrypted == true }'
  Fix:
    Type: AWS::Config::RemediationConfiguration
    Properties:
      ConfigRuleName: encrypted
      TargetType: SSM_DOCUMENT
      TargetId: Encrypt-Queue
      Automatic: 'false'
      Parameters:
        QueueName:
          ResourceValue:
            Value: RESOURCE_ID
)";

class ConformanceTest : public RulesTest {
 protected:
  Object pack(std::string_view body = kPack, Array parameters = {}) {
    Object out{{"ConformancePackName", "base"}, {"TemplateBody", body}};
    if (!parameters.empty()) out["ConformancePackInputParameters"] = std::move(parameters);
    return out;
  }
  Document status() {
    return array_of(done("DescribeConformancePackStatus"), "ConformancePackStatusDetails")[0];
  }
  Document only_rule() {
    const auto rules = array_of(done("DescribeConfigRules"), "ConfigRules");
    EXPECT_EQ(rules.size(), 1u);
    return rules.empty() ? Document(Object{}) : rules[0];
  }
};

TEST_F(ConformanceTest, APackMakesItsRulesAndRemediations) {
  const auto arn = string_of(done("PutConformancePack", pack()), "ConformancePackArn");
  EXPECT_THAT(arn, StartsWith("arn:aws:config:us-east-1:123456789012:conformance-pack/base/"
                              "conformance-pack-"));
  EXPECT_EQ(text(status(), "ConformancePackState"), "CREATE_COMPLETE");
  const auto rule = only_rule();
  const auto name = string_of(rule, "ConfigRuleName");
  EXPECT_THAT(name, StartsWith("encrypted-conformance-pack-"));
  EXPECT_EQ(text(rule, "CreatedBy"), "config-conforms.amazonaws.com");
  EXPECT_EQ(text(rule, "InputParameters"), R"({"key":"team"})");
  EXPECT_EQ(
      array_of(done("DescribeRemediationConfigurations", Object{{"ConfigRuleNames", Array{name}}}),
               "RemediationConfigurations")
          .size(),
      1u);
  const auto shown = array_of(done("DescribeConformancePacks"), "ConformancePackDetails");
  EXPECT_EQ(string_of(shown[0], "ConformancePackArn"), arn);
  EXPECT_THAT(refused("DeleteConfigRule", Object{{"ConfigRuleName", name}}),
              StartsWith("AccessDeniedException: An AWS service owns ServiceLinkedConfigRule."));
}

TEST_F(ConformanceTest, ParametersAreFilledIn) {
  done("PutConformancePack",
       pack(kPack, {Object{{"ParameterName", "Key"}, {"ParameterValue", "owner"}},
                    Object{{"ParameterName", "Optional"}, {"ParameterValue", "7"}}}));
  EXPECT_EQ(text(only_rule(), "InputParameters"), R"({"key":"owner","more":"7"})");
  EXPECT_THAT(refused("PutConformancePack",
                      pack(kPack, {Object{{"ParameterName", "X"}, {"ParameterValue", "1"}}})),
              HasSubstr("Parameters: [X] do not exist in the template"));
}

TEST_F(ConformanceTest, ComplianceAndScore) {
  done("PutConformancePack", pack());
  const auto summary = [&] {
    const auto reply = done("GetConformancePackComplianceSummary",
                            Object{{"ConformancePackNames", Array{"base"}}});
    return string_of(array_of(reply, "ConformancePackComplianceSummaryList")[0],
                     "ConformancePackComplianceStatus");
  };
  EXPECT_EQ(summary(), "INSUFFICIENT_DATA");
  queue("q1", encrypted());
  queue("q2", encrypted());
  queue("q3", encrypted(false));
  EXPECT_EQ(summary(), "NON_COMPLIANT");
  const auto scores = done("ListConformancePackComplianceScores");
  EXPECT_EQ(text(array_of(scores, "ConformancePackComplianceScores")[0], "Score"), "66.67");
  const auto rules =
      done("DescribeConformancePackCompliance", Object{{"ConformancePackName", "base"}});
  EXPECT_EQ(text(array_of(rules, "ConformancePackRuleComplianceList")[0], "ComplianceType"),
            "NON_COMPLIANT");
  const auto details = done("GetConformancePackComplianceDetails",
                            Object{{"ConformancePackName", "base"},
                                   {"Filters", Object{{"ComplianceType", "NON_COMPLIANT"}}}});
  ASSERT_EQ(array_of(details, "ConformancePackRuleEvaluationResults").size(), 1u);
  EXPECT_THAT(refused("DescribeConformancePackCompliance",
                      Object{{"ConformancePackName", "base"},
                             {"Filters", Object{{"ConfigRuleNames", Array{"no"}}}}}),
              StartsWith("NoSuchConfigRuleInConformancePackException"));
}

TEST_F(ConformanceTest, ItsRulesGoWithIt) {
  done("PutConformancePack", pack());
  queue("q", encrypted(false));
  done("DeleteConformancePack", Object{{"ConformancePackName", "base"}});
  EXPECT_EQ(array_of(done("DescribeConfigRules"), "ConfigRules").size(), 0u);
  EXPECT_EQ(array_of(done("DescribeConformancePackStatus"), "ConformancePackStatusDetails").size(),
            0u);
  EXPECT_THAT(refused("DeleteConformancePack", Object{{"ConformancePackName", "base"}}),
              StartsWith("NoSuchConformancePackException"));
}

TEST_F(ConformanceTest, AnUpdateDropsWhatTheTemplateNoLongerHas) {
  done("PutConformancePack", pack());
  const auto old = string_of(only_rule(), "ConfigRuleName");
  std::string renamed(kPack);
  renamed.replace(renamed.find("ConfigRuleName: encrypted"), 25, "ConfigRuleName: encrypts2");
  renamed.replace(renamed.rfind("ConfigRuleName: encrypted"), 25, "ConfigRuleName: encrypts2");
  done("PutConformancePack", pack(renamed));
  EXPECT_THAT(string_of(only_rule(), "ConfigRuleName"), StartsWith("encrypts2-"));
  EXPECT_EQ(text(status(), "ConformancePackState"), "CREATE_COMPLETE");
}

TEST_F(ConformanceTest, ARuleThatCannotBeMadeFailsThePack) {
  std::string body(kPack);
  body.replace(body.find("Owner: CUSTOM_POLICY"), 20, "Owner: CUSTOM_LAMBDA");
  done("PutConformancePack", pack(body));
  EXPECT_EQ(text(status(), "ConformancePackState"), "CREATE_FAILED");
  EXPECT_THAT(string_of(status(), "ConformancePackStatusReason"),
              HasSubstr("CustomPolicyDetails should be null/empty"));
  EXPECT_EQ(array_of(done("DescribeConfigRules"), "ConfigRules").size(), 0u);
}

TEST_F(ConformanceTest, WrongTemplatesAreRefused) {
  const auto refuse = [&](std::string_view body) {
    return refused("PutConformancePack", pack(body));
  };
  EXPECT_THAT(refuse("Resources: [}"),
              StartsWith("ConformancePackTemplateValidationException: Invalid conformance pack "
                         "template provided. Errors found: ["));
  EXPECT_THAT(refuse("{}"), HasSubstr("At least one Resources member must be defined"));
  EXPECT_THAT(refuse(R"({"Resources": {"B": {"Type": "AWS::S3::Bucket"}}})"),
              HasSubstr("AWS::S3::Bucket of B is not supported"));
  EXPECT_THAT(refuse(R"({"Parameters": {"P": {"Type": "String"}}, "Resources": {"R": {"Type":
      "AWS::Config::ConfigRule"}}})"),
              HasSubstr("Parameters: [P] must have values"));
  EXPECT_THAT(refuse(R"({"Resources": {"R": {"Type": "AWS::Config::ConfigRule", "Properties":
      {"Description": {"Ref": "Nothing"}}}}})"),
              HasSubstr("Unresolved resource dependencies [Nothing]"));
  EXPECT_THAT(refused("PutConformancePack", Object{{"ConformancePackName", "base"}}),
              StartsWith("InvalidParameterValueException"));
  EXPECT_THAT(
      refused("PutConformancePack", Object{{"ConformancePackName", "1"}, {"TemplateBody", kPack}}),
      StartsWith("ValidationException"));
}

TEST_F(ConformanceTest, ATemplateThatCannotBeReadIsRefused) {
  EXPECT_THAT(refused("PutConformancePack", Object{{"ConformancePackName", "base"},
                                                   {"TemplateS3Uri", "s3://bucket/pack.yaml"}}),
              StartsWith("InsufficientPermissionsException: Unable to read the template"));
  EXPECT_THAT(refused("PutConformancePack",
                      Object{{"ConformancePackName", "base"}, {"TemplateS3Uri", "s3://bucket"}}),
              StartsWith("InvalidParameterValueException"));
}

TEST_F(ConformanceTest, ThereAreFiftyPacks) {
  for (int i = 0; i < 50; ++i) {
    auto params = pack();
    params["ConformancePackName"] = "pack" + std::to_string(i);
    done("PutConformancePack", std::move(params));
  }
  EXPECT_THAT(refused("PutConformancePack", pack()),
              StartsWith("MaxNumberOfConformancePacksExceededException"));
  const auto page = done("DescribeConformancePacks");
  EXPECT_EQ(array_of(page, "ConformancePackDetails").size(), 20u);
  EXPECT_EQ(refused("DescribeConformancePacks", Object{{"Limit", 21}}).substr(0, 21),
            "InvalidLimitException");
}

TEST(PackTemplateTest, FunctionsAreCarriedOut) {
  const auto read = read_pack_template(
      R"({"Mappings": {"M": {"a": {"b": "mapped"}}},
          "Conditions": {"C": {"Fn::And": [{"Fn::Equals": ["x", "x"]}, {"Fn::Not": [
            {"Fn::Equals": ["1", "2"]}]}]}},
          "Parameters": {"P": {"Type": "CommaDelimitedList", "Default": "u,v"}},
          "Resources": {"R": {"Type": "AWS::Config::ConfigRule", "Condition": "C", "Properties": {
            "Description": {"Fn::Sub": "${AWS::Region} ${P} ${!kept} ${X}"},
            "InputParameters": {"a": {"Fn::Join": ["-", ["1", 2, {"Ref": "P"}]]},
              "b": {"Fn::FindInMap": ["M", "a", "b"]},
              "c": {"Fn::Select": [1, {"Fn::Split": [",", {"Ref": "P"}]}]}}}}}})",
      {}, {AccountId("123456789012"), "eu-west-1"});
  EXPECT_FALSE(read) << "X is not known";
  const auto known = read_pack_template(
      R"({"Mappings": {"M": {"a": {"b": "mapped"}}},
          "Parameters": {"P": {"Type": "CommaDelimitedList", "Default": "u,v"}},
          "Resources": {"R": {"Type": "AWS::Config::ConfigRule", "Properties": {
            "Description": {"Fn::Sub": ["${AWS::Region} ${P} ${!kept} ${X}", {"X": "x"}]},
            "InputParameters": {"a": {"Fn::Join": ["-", ["1", 2, {"Ref": "P"}]]},
              "b": {"Fn::FindInMap": ["M", "a", "b"]},
              "c": {"Fn::Select": [1, {"Fn::Split": [",", {"Ref": "P"}]}]}}}}}})",
      {}, {AccountId("123456789012"), "eu-west-1"});
  ASSERT_TRUE(known) << known.error().message;
  ASSERT_EQ(known->rules.size(), 1u);
  EXPECT_EQ(text(known->rules[0], "Description"), "eu-west-1 u,v ${kept} x");
  EXPECT_EQ(text(known->rules[0], "InputParameters"), R"({"a":"1-2-u,v","b":"mapped","c":"v"})");
  EXPECT_EQ(text(known->rules[0], "ConfigRuleName"), "R");
}

TEST(PackTemplateTest, AConditionThatNeedsItselfIsRefused) {
  const auto read = read_pack_template(
      R"({"Conditions": {"A": {"Condition": "B"}, "B": {"Condition": "A"}},
          "Resources": {"R": {"Type": "AWS::Config::ConfigRule", "Condition": "A"}}})",
      {}, {AccountId("123456789012"), "eu-west-1"});
  ASSERT_FALSE(read);
  EXPECT_THAT(read.error().message, HasSubstr("Circular dependency"));
}

}  // namespace
}  // namespace tocsin::config

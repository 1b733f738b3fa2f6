// SPDX-License-Identifier: Apache-2.0
#include "services/config/rules_testing.hpp"

namespace tocsin::config {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

const Object kKeys{{"resourceType", "AWS::SQS::Queue"}, {"resourceId", "q"}};

class RemediationTest : public RulesTest {
 protected:
  static Object configuration(bool automatic, Object more = {}) {
    Object parameters;
    parameters["QueueName"] = Object{{"ResourceValue", Object{{"Value", "RESOURCE_ID"}}}};
    parameters["Role"] =
        Object{{"StaticValue", Object{{"Values", Array{"arn:aws:iam::1:role/r"}}}}};
    Object out{{"ConfigRuleName", "encrypted"},
               {"TargetType", "SSM_DOCUMENT"},
               {"TargetId", "Encrypt-Queue"},
               {"Automatic", automatic}};
    out["Parameters"] = std::move(parameters);
    for (auto& member : more)
      out[member.key()] = member.value();
    return out;
  }
  Object configurations(bool automatic, Object more = {}) {
    return {{"RemediationConfigurations", Array{configuration(automatic, std::move(more))}}};
  }
  void remedy(bool automatic, Object more = {}) {
    done("PutRemediationConfigurations", configurations(automatic, std::move(more)));
  }
  void start() {
    done("StartRemediationExecution",
         Object{{"ConfigRuleName", "encrypted"}, {"ResourceKeys", Array{kKeys}}});
  }
  Array statuses() {
    return array_of(done("DescribeRemediationExecutionStatus",
                         Object{{"ConfigRuleName", "encrypted"}, {"ResourceKeys", Array{kKeys}}}),
                    "RemediationExecutionStatuses");
  }
  Array exceptions() {
    return array_of(done("DescribeRemediationExceptions", Object{{"ConfigRuleName", "encrypted"}}),
                    "RemediationExceptions");
  }
  /// The automation does what it is for.
  static void encrypt(core::Call& call, const Document& params) {
    const auto& names = array_of(object_of(params, "Parameters"), "QueueName");
    ASSERT_TRUE(call.call(call.as_caller("sqs", "CreateQueue",
                                         Object{{"QueueName", names[0]},
                                                {"Attributes", Object{{"Encrypted", true}}}}))
                    .reply());
  }
};

TEST_F(RemediationTest, AConfigurationIsDescribedAndDeleted) {
  put(policy_rule());
  remedy(true);
  const auto shown = array_of(
      done("DescribeRemediationConfigurations", Object{{"ConfigRuleNames", Array{"encrypted"}}}),
      "RemediationConfigurations");
  ASSERT_EQ(shown.size(), 1u);
  EXPECT_EQ(text(shown[0], "TargetId"), "Encrypt-Queue");
  EXPECT_EQ(integer(shown[0], "MaximumAutomaticAttempts"), 5);
  EXPECT_EQ(integer(shown[0], "RetryAttemptSeconds"), 60);
  EXPECT_THAT(
      string_of(shown[0], "Arn"),
      StartsWith("arn:aws:config:us-east-1:123456789012:remediation-configuration/encrypted/"));
  EXPECT_THAT(refused("DeleteConfigRule", Object{{"ConfigRuleName", "encrypted"}}),
              HasSubstr("has a remediation action associated with it"));
  done("DeleteRemediationConfiguration", Object{{"ConfigRuleName", "encrypted"}});
  EXPECT_THAT(refused("DeleteRemediationConfiguration", Object{{"ConfigRuleName", "encrypted"}}),
              StartsWith("NoSuchRemediationConfigurationException"));
  done("DeleteConfigRule", Object{{"ConfigRuleName", "encrypted"}});
}

TEST_F(RemediationTest, WrongConfigurationsAreRefused) {
  EXPECT_THAT(refused("PutRemediationConfigurations", configurations(true)),
              StartsWith("InvalidParameterValueException"));
  put(policy_rule());
  EXPECT_THAT(refused("PutRemediationConfigurations",
                      configurations(true, {{"Parameters", Object{{"A", Object{}}}}})),
              HasSubstr("either a ResourceValue or a StaticValue"));
  EXPECT_THAT(refused("PutRemediationConfigurations", configurations(true, {{"TargetType", "X"}})),
              HasSubstr("Member must satisfy enum value set"));
  EXPECT_THAT(refused("StartRemediationExecution",
                      Object{{"ConfigRuleName", "encrypted"}, {"ResourceKeys", Array{kKeys}}}),
              StartsWith("NoSuchRemediationConfigurationException"));
}

TEST_F(RemediationTest, OnRequestTheDocumentRuns) {
  put(policy_rule());
  remedy(false);
  queue("q", encrypted(false));
  EXPECT_EQ(world.started.size(), 0u);
  world.automation = encrypt;
  start();
  ASSERT_EQ(world.started.size(), 1u);
  EXPECT_EQ(text(world.started[0], "DocumentName"), "Encrypt-Queue");
  EXPECT_EQ(to_json(object_of(world.started[0], "Parameters")),
            R"({"QueueName":["q"],"Role":["arn:aws:iam::1:role/r"]})");
  ASSERT_EQ(statuses().size(), 1u);
  EXPECT_EQ(text(statuses()[0], "State"), "SUCCEEDED");
  EXPECT_EQ(text(array_of(statuses()[0], "StepDetails")[0], "Name"), "fix");
  EXPECT_EQ(compliance("encrypted"), "COMPLIANT");
}

TEST_F(RemediationTest, AnAutomaticRemediationPutsBackADrift) {
  put(policy_rule());
  remedy(true);
  world.automation = encrypt;
  queue("q", encrypted(false));
  EXPECT_EQ(world.started.size(), 1u);
  EXPECT_EQ(compliance("encrypted"), "COMPLIANT");
  EXPECT_EQ(text(statuses()[0], "State"), "SUCCEEDED");
}

TEST_F(RemediationTest, AnExecutionThatRunsIsFollowed) {
  put(policy_rule());
  remedy(false);
  queue("q", encrypted(false));
  world.automation_status = "InProgress";
  start();
  EXPECT_EQ(text(statuses()[0], "State"), "IN_PROGRESS");
  EXPECT_THAT(refused("DeleteRemediationConfiguration", Object{{"ConfigRuleName", "encrypted"}}),
              StartsWith("RemediationInProgressException"));
  const auto again = done("StartRemediationExecution",
                          Object{{"ConfigRuleName", "encrypted"}, {"ResourceKeys", Array{kKeys}}});
  EXPECT_EQ(array_of(again, "FailedItems").size(), 1u);
  world.automation_status = "Failed";
  cloud.advance(std::chrono::minutes(2));
  EXPECT_EQ(text(statuses()[0], "State"), "FAILED");
  EXPECT_EQ(text(array_of(statuses()[0], "StepDetails")[0], "ErrorMessage"), "Step fails");
}

TEST_F(RemediationTest, ADocumentThatCannotStartFails) {
  put(policy_rule());
  remedy(false);
  queue("q", encrypted(false));
  world.start_error = Error{"InvalidAutomationExecutionParametersException", "no such parameter"};
  start();
  EXPECT_EQ(text(statuses()[0], "State"), "FAILED");
  EXPECT_EQ(text(array_of(statuses()[0], "StepDetails")[0], "ErrorMessage"),
            "InvalidAutomationExecutionParametersException: no such parameter");
}

TEST_F(RemediationTest, FailuresAreTriedAgainUntilThereAreTooMany) {
  put(policy_rule());
  remedy(true, {{"MaximumAutomaticAttempts", 3}, {"RetryAttemptSeconds", 30}});
  world.automation_status = "Failed";
  queue("q", encrypted(false));
  cloud.advance(std::chrono::minutes(10));
  EXPECT_EQ(world.started.size(), 3u);
  EXPECT_EQ(text(statuses()[0], "State"), "FAILED");
  ASSERT_EQ(exceptions().size(), 1u);
  EXPECT_THAT(string_of(exceptions()[0], "Message"), HasSubstr("attempted 3 times"));
}

/// Something opens again what the remediation closes.
TEST_F(RemediationTest, ARuleAndARemediationThatUndoEachOtherAreStopped) {
  put(policy_rule());
  remedy(true, {{"MaximumAutomaticAttempts", 4}});
  world.automation = encrypt;
  for (int i = 0; i < 10; ++i) {
    queue("q", encrypted(false));
    cloud.advance(std::chrono::seconds(2));
  }
  EXPECT_EQ(world.started.size(), 4u);
  EXPECT_EQ(compliance("encrypted"), "NON_COMPLIANT");
  EXPECT_EQ(text(statuses()[0], "State"), "FAILED");
  ASSERT_EQ(exceptions().size(), 1u);
  done("DeleteRemediationExceptions",
       Object{{"ConfigRuleName", "encrypted"},
              {"ResourceKeys",
               Array{Object{{"ResourceType", "AWS::SQS::Queue"}, {"ResourceId", "q"}}}}});
  queue("q", {{"Encrypted", false}, {"More", 1}});
  EXPECT_EQ(world.started.size(), 5u) << "cleared, it begins anew";
}

TEST_F(RemediationTest, SlowDriftsAreNoLoop) {
  put(policy_rule());
  remedy(true, {{"MaximumAutomaticAttempts", 2}});
  world.automation = encrypt;
  for (int i = 0; i < 5; ++i) {
    queue("q", encrypted(false));
    cloud.advance(std::chrono::minutes(2));
  }
  EXPECT_EQ(world.started.size(), 5u);
  EXPECT_EQ(exceptions().size(), 0u);
}

TEST_F(RemediationTest, AnExceptionKeepsAutomationAway) {
  put(policy_rule());
  remedy(true);
  const Object key{{"ResourceType", "AWS::SQS::Queue"}, {"ResourceId", "q"}};
  done("PutRemediationExceptions", Object{{"ConfigRuleName", "encrypted"},
                                          {"ResourceKeys", Array{key}},
                                          {"Message", "by hand"},
                                          {"ExpirationTime", to_seconds(cloud.now()) + 60}});
  queue("q", encrypted(false));
  EXPECT_EQ(world.started.size(), 0u);
  EXPECT_EQ(text(exceptions()[0], "Message"), "by hand");
  cloud.advance(std::chrono::seconds(61));
  EXPECT_EQ(exceptions().size(), 0u);
  queue("q", {{"Encrypted", false}, {"More", 1}});
  EXPECT_EQ(world.started.size(), 1u);
  EXPECT_THAT(refused("DeleteRemediationExceptions",
                      Object{{"ConfigRuleName", "encrypted"}, {"ResourceKeys", Array{key}}}),
              StartsWith("NoSuchRemediationExceptionException"));
}

TEST_F(RemediationTest, OnlySoManyRunAtOnce) {
  for (int i = 0; i < 20; ++i)
    queue("q" + std::to_string(i), encrypted(false));
  put(policy_rule());
  remedy(false, {{"ExecutionControls",
                  Object{{"SsmControls", Object{{"ConcurrentExecutionRatePercentage", 10},
                                                {"ErrorPercentage", 50}}}}}});
  world.automation_status = "InProgress";
  Array keys;
  for (int i = 0; i < 20; ++i)
    keys.push_back(
        Object{{"resourceType", "AWS::SQS::Queue"}, {"resourceId", "q" + std::to_string(i)}});
  done("StartRemediationExecution",
       Object{{"ConfigRuleName", "encrypted"}, {"ResourceKeys", keys}});
  EXPECT_EQ(world.started.size(), 2u);
  world.automation_status = "Success";
  cloud.advance(std::chrono::minutes(5));
  EXPECT_EQ(world.started.size(), 20u);
}

}  // namespace
}  // namespace tocsin::config

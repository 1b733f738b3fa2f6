// SPDX-License-Identifier: Apache-2.0
#include "services/states/testing.hpp"

namespace tocsin::states {
namespace {

using testing::execution_arn;
using ::testing::HasSubstr;
using testing::kRole;
using testing::machine_arn;
using ::testing::StartsWith;
using testing::States;

const Object kPass{{"P", Object{{"Type", "Pass"}, {"End", true}}}};

std::string definition(Object states = kPass) {
  Object out{{"StartAt", states.begin()->key()}};
  out["States"] = std::move(states);
  return to_json(out);
}

TEST_F(States, AMachineIsMadeShownChangedAndDeleted) {
  const auto arn =
      create("m", kPass, {{"tags", Array{Object{{"key", "team"}, {"value", "blue"}}}}});
  EXPECT_EQ(arn, machine_arn("m"));
  const auto shown = done("DescribeStateMachine", {{"stateMachineArn", arn}});
  EXPECT_EQ(text(shown, "definition"), definition());
  EXPECT_EQ(text(shown, "status"), "ACTIVE");
  EXPECT_EQ(text(shown, "type"), "STANDARD");
  EXPECT_EQ(to_json(*find(shown, "loggingConfiguration")),
            R"({"level":"OFF","includeExecutionData":false})");
  EXPECT_FALSE(find(shown, "revisionId"));
  const Object other{{"Q", Object{{"Type", "Succeed"}}}};
  const auto updated =
      done("UpdateStateMachine", {{"stateMachineArn", arn}, {"definition", definition(other)}});
  const auto again = done("DescribeStateMachine", {{"stateMachineArn", arn}});
  EXPECT_EQ(text(again, "definition"), definition(other));
  EXPECT_EQ(text(again, "revisionId"), text(updated, "revisionId"));
  EXPECT_EQ(array_of(done("ListStateMachines", {}), "stateMachines").size(), 1u);
  done("DeleteStateMachine", {{"stateMachineArn", arn}});
  EXPECT_EQ(refusal("DescribeStateMachine", {{"stateMachineArn", arn}}),
            "StateMachineDoesNotExist: State Machine Does Not Exist: '" + arn + "'");
  done("DeleteStateMachine", {{"stateMachineArn", arn}});
  replays();
}

TEST_F(States, TheSameMachineAgainIsTheSameCall) {
  create("m", kPass);
  create("m", kPass);
  EXPECT_EQ(refusal("CreateStateMachine",
                    {{"name", "m"},
                     {"roleArn", kRole},
                     {"definition", definition(Object{{"Q", Object{{"Type", "Succeed"}}}})}}),
            "StateMachineAlreadyExists: State Machine Already Exists: '" + machine_arn("m") + "'");
}

TEST_F(States, WhatAMachineMayNotBeIsRefused) {
  const auto create_with = [&](Object params) {
    if (!params.contains("name")) params["name"] = "m";
    if (!params.contains("roleArn")) params["roleArn"] = kRole;
    if (!params.contains("definition")) params["definition"] = definition();
    return refusal("CreateStateMachine", std::move(params));
  };
  EXPECT_EQ(create_with({{"name", "a b"}}), "InvalidName: Invalid Name: 'a b'");
  EXPECT_EQ(create_with({{"roleArn", "r"}}), "InvalidArn: Invalid Role Arn: 'r'");
  EXPECT_THAT(create_with({{"definition", "{}"}}),
              StartsWith("InvalidDefinition: Invalid State Machine Definition: '"));
  EXPECT_THAT(create_with({{"type", "FAST"}}), HasSubstr("[STANDARD, EXPRESS]"));
  EXPECT_THAT(create_with({{"roleArn", kRole + "absent"}}),
              StartsWith("AccessDeniedException: Neither the global service principal"));
  EXPECT_EQ(create_with({{"loggingConfiguration", Object{{"level", "ALL"}}}}),
            "InvalidLoggingConfiguration: Invalid Logging Configuration: Must specify exactly one "
            "Log Destination.");
  notes->denied = "iam:PassRole";
  EXPECT_THAT(create_with({}), StartsWith("AccessDenied"));
}

TEST_F(States, ArnsAreReadAsAwsReadsThem) {
  EXPECT_EQ(refusal("DescribeStateMachine", {{"stateMachineArn", "m"}}),
            "InvalidArn: Invalid Arn: 'Invalid ARN prefix: m'");
  EXPECT_EQ(refusal("DescribeStateMachine", {{"stateMachineArn", execution_arn("m", "e")}}),
            "InvalidArn: Invalid Arn: 'Resource type not valid in this context: execution'");
  EXPECT_EQ(refusal("UpdateStateMachine", {{"stateMachineArn", create("m", kPass)}}),
            "MissingRequiredParameter: Either the definition, the role ARN, the "
            "LoggingConfiguration, the EncryptionConfiguration or the TracingConfiguration must be "
            "specified");
}

TEST_F(States, ListsHavePages) {
  for (const auto* name : {"a", "b", "c"})
    create(name, kPass);
  const auto page = done("ListStateMachines", {{"maxResults", 2}});
  EXPECT_EQ(array_of(page, "stateMachines").size(), 2u);
  const auto rest = done("ListStateMachines", {{"nextToken", text(page, "nextToken")}});
  EXPECT_EQ(text(array_of(rest, "stateMachines")[0], "name"), "c");
  EXPECT_EQ(refusal("ListStateMachines", {{"nextToken", "x"}}),
            "InvalidToken: Invalid Token: 'Invalid token'");
}

TEST_F(States, ADeletedMachineTakesItsExecutionsWithIt) {
  create("m", {{"W", Object{{"Type", "Wait"}, {"Seconds", 60}, {"End", true}}}});
  const auto execution = start("m", "e");
  done("DeleteStateMachine", {{"stateMachineArn", machine_arn("m")}});
  EXPECT_EQ(status(execution), "ABORTED");
  EXPECT_THAT(refusal("StartExecution", {{"stateMachineArn", machine_arn("m")}}),
              StartsWith("StateMachineDoesNotExist"));
}

}  // namespace
}  // namespace tocsin::states

// SPDX-License-Identifier: Apache-2.0
#include "services/states/definitions_testing.hpp"

namespace tocsin::states::testing {
namespace {

class Versions : public Definitions {};

TEST_F(Versions, ArePublishedOnceARevision) {
  done("CreateStateMachine", machine("m"));
  const auto arn = kMachine + "m";
  const auto first = done("PublishStateMachineVersion", {{"stateMachineArn", arn}});
  EXPECT_EQ(text(first, "stateMachineVersionArn"), arn + ":1");
  EXPECT_EQ(to_json(done("PublishStateMachineVersion", {{"stateMachineArn", arn}})),
            to_json(first));
  const auto revision = string_of(
      done("UpdateStateMachine", {{"stateMachineArn", arn}, {"definition", commented("2")}}),
      "revisionId");
  EXPECT_EQ(
      refusal("PublishStateMachineVersion", {{"stateMachineArn", arn}, {"revisionId", "INITIAL"}}),
      "ConflictException: Failed to publish the State Machine version for revision INITIAL. "
      "The current State Machine revision is " +
          revision + ".");
  const auto second =
      done("PublishStateMachineVersion",
           {{"stateMachineArn", arn}, {"revisionId", revision}, {"description", "the second"}});
  EXPECT_EQ(text(second, "stateMachineVersionArn"), arn + ":2");
  const auto described = done("DescribeStateMachine", {{"stateMachineArn", arn + ":2"}});
  EXPECT_EQ(text(described, "description"), "the second");
  EXPECT_EQ(text(described, "definition"), commented("2"));
  EXPECT_EQ(text(done("DescribeStateMachine", {{"stateMachineArn", arn + ":1"}}), "definition"),
            kDefinition);
}

/// As AWS answered on 2023-08-11.
TEST_F(Versions, AnUpdateThatOnlyPublishesMakesNoRevision) {
  done("CreateStateMachine", machine("m"));
  const auto arn = kMachine + "m";
  for (int i = 0; i < 2; ++i) {
    const auto reply = done("UpdateStateMachine", {{"stateMachineArn", arn}, {"publish", true}});
    EXPECT_EQ(text(reply, "stateMachineVersionArn"), arn + ":1");
    EXPECT_FALSE(find(reply, "revisionId"));
  }
  EXPECT_THAT(refusal("UpdateStateMachine", {{"stateMachineArn", arn}}),
              ::testing::StartsWith("MissingRequiredParameter: "));
}

TEST_F(Versions, AreListedFromTheNewest) {
  done("CreateStateMachine", machine("m"));
  const auto arn = kMachine + "m";
  for (int i = 1; i <= 3; ++i)
    done("UpdateStateMachine", {{"stateMachineArn", arn},
                                {"definition", commented(std::to_string(i))},
                                {"publish", true}});
  const auto page = done("ListStateMachineVersions", {{"stateMachineArn", arn}, {"maxResults", 2}});
  ASSERT_EQ(array_of(page, "stateMachineVersions").size(), 2u);
  EXPECT_EQ(text(array_of(page, "stateMachineVersions")[0], "stateMachineVersionArn"), arn + ":3");
  const auto rest = done("ListStateMachineVersions",
                         {{"stateMachineArn", arn}, {"nextToken", text(page, "nextToken")}});
  ASSERT_EQ(array_of(rest, "stateMachineVersions").size(), 1u);
  EXPECT_FALSE(find(rest, "nextToken"));
  EXPECT_EQ(refusal("ListStateMachineVersions", {{"stateMachineArn", kMachine + "none"}}),
            "StateMachineDoesNotExist: State Machine Does Not Exist: '" + kMachine + "none'");
}

TEST_F(Versions, ADeletedNumberIsNotGivenAgain) {
  auto wanted = machine("m");
  wanted["publish"] = true;
  const auto arn = kMachine + "m";
  EXPECT_EQ(text(done("CreateStateMachine", wanted), "stateMachineVersionArn"), arn + ":1");
  done("DeleteStateMachineVersion", {{"stateMachineVersionArn", arn + ":1"}});
  done("DeleteStateMachineVersion", {{"stateMachineVersionArn", arn + ":1"}});
  EXPECT_EQ(to_json(done("ListStateMachineVersions", {{"stateMachineArn", arn}})),
            R"({"stateMachineVersions":[]})");
  EXPECT_EQ(text(done("PublishStateMachineVersion", {{"stateMachineArn", arn}}),
                 "stateMachineVersionArn"),
            arn + ":2");
  EXPECT_EQ(refusal("StartExecution", {{"stateMachineArn", arn + ":1"}}),
            "StateMachineDoesNotExist: State Machine Does Not Exist: '" + arn + ":1'");
  EXPECT_EQ(refusal("DeleteStateMachineVersion", {{"stateMachineVersionArn", arn}}),
            "InvalidArn: Invalid arn: '" + arn + "'");
}

TEST_F(Versions, AnExecutionRunsTheVersionThatItWasStartedBy) {
  auto wanted = machine("m");
  wanted["publish"] = true;
  done("CreateStateMachine", wanted);
  const auto arn = kMachine + "m";
  done("UpdateStateMachine",
       {{"stateMachineArn", arn},
        {"definition", R"({"StartAt":"P","States":{"P":{"Type":"Pass","Result":2,"End":true}}})"}});
  const auto started =
      done("StartExecution", {{"stateMachineArn", arn + ":1"}, {"input", R"({"a":1})"}});
  const auto described =
      done("DescribeExecution", {{"executionArn", text(started, "executionArn")}});
  EXPECT_EQ(text(described, "output"), R"({"a":1})");
  EXPECT_EQ(text(described, "stateMachineVersionArn"), arn + ":1");
  EXPECT_EQ(text(described, "stateMachineArn"), arn);
}

TEST_F(Versions, TheLogGivesTheSameState) {
  done("CreateStateMachine", machine("m"));
  done("PublishStateMachineVersion", {{"stateMachineArn", kMachine + "m"}});
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

}  // namespace
}  // namespace tocsin::states::testing

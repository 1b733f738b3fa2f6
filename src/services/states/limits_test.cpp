// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
#include "core/table.hpp"
#include "services/states/state.hpp"
#include "services/states/testing.hpp"

namespace tocsin::states {
namespace {

using ::testing::HasSubstr;
using testing::kRole;
using testing::machine_arn;
using ::testing::StartsWith;
using testing::States;

const Object kPass{{"P", Object{{"Type", "Pass"}, {"End", true}}}};
const Object kWait{{"W", Object{{"Type", "Wait"}, {"Seconds", 1000}, {"End", true}}}};

TEST_F(States, InputsAndDefinitionsHaveTheirSizes) {
  create("m", kPass);
  const auto big = '"' + std::string(256 * 1024, 'x') + '"';
  EXPECT_THAT(refusal("StartExecution", {{"stateMachineArn", machine_arn("m")}, {"input", big}}),
              StartsWith("ValidationException"));
  EXPECT_THAT(refusal("CreateStateMachine", {{"name", "n"},
                                             {"roleArn", kRole},
                                             {"definition", std::string(1 << 20, ' ') + "{}"}}),
              StartsWith("InvalidDefinition"));
}

TEST_F(States, OnlySoManyExecutionsAreOpen) {
  create("m", kWait);
  const auto key = core::row_key(kOpen.name(), core::Key{"123456789012", "us-east-1"});
  ASSERT_TRUE(cloud.stores().state->commit({{key, R"({"value":999999})"}}));
  start("m", "a");
  EXPECT_THAT(refusal("StartExecution", {{"stateMachineArn", machine_arn("m")}}),
              StartsWith("ExecutionLimitExceeded"));
  done("StopExecution", {{"executionArn", testing::execution_arn("m", "a")}});
  start("m", "b");
}

TEST_F(States, AnExpressExecutionEndsAfterFiveMinutes) {
  create("x", kWait, {{"type", "EXPRESS"}});
  EXPECT_EQ(call("StartSyncExecution", {{"stateMachineArn", machine_arn("x")}}).error().code,
            "StillPending");
  cloud.advance(std::chrono::minutes(6));
  ASSERT_EQ(cloud.late_replies.size(), 1u);
  const auto& reply = *cloud.late_replies.begin()->second;
  EXPECT_EQ(text(reply, "status"), "TIMED_OUT");
  EXPECT_EQ(text(reply, "error"), "States.Timeout");
  EXPECT_EQ(cloud.machine().timers(), 0u);
}

TEST_F(States, AHistoryHasItsEnd) {
  create("m",
         {{"A", Object{{"Type", "Choice"},
                       {"Choices",
                        Array{Object{{"Variable", "$.never"}, {"IsPresent", true}, {"Next", "B"}}}},
                       {"Default", "A"}}},
          {"B", Object{{"Type", "Succeed"}}}});
  const auto execution = start("m", "e");
  EXPECT_THAT(output(execution), HasSubstr("maximum number of history events (25000)"));
  const auto last = history(execution, {{"reverseOrder", true}, {"maxResults", 1}});
  EXPECT_EQ(integer(last[0], "id"), 25'000);
}

TEST_F(States, OldExecutionsAreForgotten) {
  create("m", kPass);
  const auto execution = start("m", "e");
  cloud.advance(std::chrono::days(89));
  EXPECT_EQ(status(execution), "SUCCEEDED");
  cloud.advance(std::chrono::days(3));
  EXPECT_THAT(refusal("DescribeExecution", {{"executionArn", execution}}),
              StartsWith("ExecutionDoesNotExist"));
  EXPECT_EQ(start("m", "e"), execution);
}

}  // namespace
}  // namespace tocsin::states

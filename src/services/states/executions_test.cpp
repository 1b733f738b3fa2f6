// SPDX-License-Identifier: Apache-2.0
#include "services/states/testing.hpp"

namespace tocsin::states {
namespace {

using ::testing::ElementsAre;
using testing::execution_arn;
using testing::kRole;
using testing::machine_arn;
using ::testing::StartsWith;
using testing::States;

const Object kPass{{"P", Object{{"Type", "Pass"}, {"Result", Object{{"a", 1}}}, {"End", true}}}};
const Object kWait{{"W", Object{{"Type", "Wait"}, {"Seconds", 60}, {"Next", "P"}}},
                   {"P", Object{{"Type", "Pass"}, {"End", true}}}};

TEST_F(States, AnExecutionRunsAndIsShown) {
  create("m", kPass);
  const auto execution = start("m", "e", R"({"x":"y"})");
  EXPECT_EQ(execution, execution_arn("m", "e"));
  const auto shown = describe(execution);
  EXPECT_EQ(text(shown, "status"), "SUCCEEDED");
  EXPECT_EQ(text(shown, "input"), R"({"x":"y"})");
  EXPECT_EQ(text(shown, "output"), R"({"a":1})");
  EXPECT_EQ(text(shown, "redriveStatus"), "NOT_REDRIVABLE");
  EXPECT_EQ(text(shown, "redriveStatusReason"), "Execution is SUCCEEDED and cannot be redriven");
  EXPECT_THAT(types(execution), ElementsAre("ExecutionStarted", "PassStateEntered",
                                            "PassStateExited", "ExecutionSucceeded"));
  const auto events = history(execution);
  EXPECT_EQ(text(object_of(events[0], "executionStartedEventDetails"), "roleArn"), kRole);
  EXPECT_EQ(text(object_of(events[2], "stateExitedEventDetails"), "output"), R"({"a":1})");
  EXPECT_EQ(integer(events[3], "previousEventId"), 3);
  const auto machine = done("DescribeStateMachineForExecution", {{"executionArn", execution}});
  EXPECT_EQ(text(machine, "name"), "m");
  replays();
}

TEST_F(States, TheSameStartAgainIsTheSameCallWhileItRuns) {
  create("m", kWait);
  const auto first = start("m", "e");
  EXPECT_EQ(start("m", "e"), first);
  const auto taken = "ExecutionAlreadyExists: Execution Already Exists: '" + first + "'";
  EXPECT_EQ(refusal("StartExecution",
                    {{"stateMachineArn", machine_arn("m")}, {"name", "e"}, {"input", "[]"}}),
            taken);
  cloud.advance(std::chrono::minutes(2));
  EXPECT_EQ(status(first), "SUCCEEDED");
  EXPECT_EQ(refusal("StartExecution", {{"stateMachineArn", machine_arn("m")}, {"name", "e"}}),
            taken);
  replays();
}

TEST_F(States, WhatCannotBeStartedIsRefused) {
  create("m", kPass);
  const auto machine = machine_arn("m");
  EXPECT_THAT(refusal("StartExecution", {{"stateMachineArn", machine}, {"input", "{"}}),
              StartsWith("InvalidExecutionInput: Invalid State Machine Execution Input: '"));
  EXPECT_EQ(refusal("StartExecution", {{"stateMachineArn", machine}, {"name", "a:b"}}),
            "InvalidName: Invalid Name: 'a:b'");
  EXPECT_EQ(refusal("StartExecution", {{"stateMachineArn", machine + "x"}}),
            "StateMachineDoesNotExist: State Machine Does Not Exist: '" + machine + "x'");
  EXPECT_EQ(
      refusal("DescribeExecution", {{"executionArn", execution_arn("m", "none")}}),
      "ExecutionDoesNotExist: Execution Does Not Exist: '" + execution_arn("m", "none") + "'");
  EXPECT_EQ(refusal("StartSyncExecution", {{"stateMachineArn", machine}}),
            "StateMachineTypeNotSupported: This operation is not supported by this type of state "
            "machine");
}

TEST_F(States, AnExecutionIsStopped) {
  create("m", kWait);
  const auto execution = start("m", "e");
  done("StopExecution", {{"executionArn", execution}, {"error", "Enough"}, {"cause", "c"}});
  const auto shown = describe(execution);
  EXPECT_EQ(text(shown, "status"), "ABORTED");
  EXPECT_EQ(text(shown, "error"), "Enough");
  EXPECT_EQ(text(shown, "redriveStatus"), "REDRIVABLE");
  EXPECT_EQ(types(execution).back(), "ExecutionAborted");
  const auto stop = find(shown, "stopDate")->to_number<double>();
  cloud.advance(std::chrono::minutes(2));
  done("StopExecution", {{"executionArn", execution}});
  EXPECT_EQ(find(describe(execution), "stopDate")->to_number<double>(), stop);
  replays();
}

TEST_F(States, ExecutionsAreListedByStatusNewestFirst) {
  create("m", kWait);
  for (const auto* name : {"a", "b", "c"}) {
    start("m", name);
    cloud.advance(std::chrono::seconds(1));
  }
  done("StopExecution", {{"executionArn", execution_arn("m", "b")}});
  const auto names = [&](Object more) {
    more["stateMachineArn"] = machine_arn("m");
    std::vector<std::string> out;
    for (;;) {
      const auto page = done("ListExecutions", more);
      for (const auto& each : array_of(page, "executions"))
        out.push_back(string_of(each, "name"));
      if (!find(page, "nextToken")) return out;
      more["nextToken"] = *find(page, "nextToken");
    }
  };
  EXPECT_THAT(names({}), ElementsAre("c", "b", "a"));
  EXPECT_THAT(names({{"maxResults", 1}}), ElementsAre("c", "b", "a"));
  EXPECT_THAT(names({{"statusFilter", "RUNNING"}}), ElementsAre("c", "a"));
  EXPECT_THAT(names({{"statusFilter", "ABORTED"}}), ElementsAre("b"));
  EXPECT_THAT(refusal("ListExecutions", {}), StartsWith("ValidationException"));
}

TEST_F(States, HistoryHasPagesInBothDirections) {
  create("m", kWait);
  const auto execution = start("m", "e");
  cloud.advance(std::chrono::minutes(2));
  const auto ids = [&](Object more) {
    more["executionArn"] = execution;
    std::vector<std::int64_t> out;
    for (;;) {
      const auto page = done("GetExecutionHistory", more);
      for (const auto& each : array_of(page, "events"))
        out.push_back(*integer(each, "id"));
      if (!find(page, "nextToken")) return out;
      more["nextToken"] = *find(page, "nextToken");
    }
  };
  EXPECT_THAT(ids({}), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(ids({{"maxResults", 1}}), ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(ids({{"maxResults", 4}, {"reverseOrder", true}}), ElementsAre(6, 5, 4, 3, 2, 1));
  const auto events = history(execution, {{"includeExecutionData", false}});
  EXPECT_FALSE(find(object_of(events[0], "executionStartedEventDetails"), "input"));
}

TEST_F(States, AFailedExecutionIsRedriven) {
  int calls = 0;
  neighbours->answers["lambda:Invoke"] = [&](core::Call&) -> core::Outcome {
    if (++calls == 1) return fail("ServiceException", "no", 500);
    return Object{{"StatusCode", 200}, {"Payload", base64("7")}};
  };
  create("m", task(testing::kFunction));
  const auto execution = start("m", "e");
  EXPECT_EQ(status(execution), "FAILED");
  done("RedriveExecution", {{"executionArn", execution}});
  const auto shown = describe(execution);
  EXPECT_EQ(text(shown, "status"), "SUCCEEDED");
  EXPECT_EQ(text(shown, "output"), "7");
  EXPECT_EQ(integer(shown, "redriveCount"), 1);
  EXPECT_THAT(refusal("RedriveExecution", {{"executionArn", execution}}),
              StartsWith("ExecutionNotRedrivable"));
  EXPECT_EQ(array_of(done("ListExecutions",
                          {{"stateMachineArn", machine_arn("m")}, {"redriveFilter", "REDRIVEN"}}),
                     "executions")
                .size(),
            1u);
}

TEST_F(States, TheEventBusIsTold) {
  create("m", kPass);
  start("m", "e", R"({"x":1})");
  std::vector<Document> changes;
  for (const auto& event : cloud.events())
    if (event.source == "aws.states") changes.push_back(event.detail);
  ASSERT_EQ(changes.size(), 2u);
  EXPECT_EQ(text(changes[0], "status"), "RUNNING");
  EXPECT_TRUE(find(changes[0], "output")->is_null());
  EXPECT_EQ(text(changes[1], "status"), "SUCCEEDED");
  EXPECT_EQ(text(changes[1], "input"), R"({"x":1})");
  EXPECT_EQ(text(changes[1], "output"), R"({"a":1})");
  EXPECT_EQ(to_json(*find(changes[1], "inputDetails")), R"({"included":true})");
}

TEST_F(States, ALoopGoesOnInInputsOfItsOwn) {
  create("m", {{"Count", Object{{"Type", "Pass"},
                                {"Parameters", Object{{"n.$", "States.MathAdd($.n, 1)"}}},
                                {"Next", "Enough"}}},
               {"Enough", Object{{"Type", "Choice"},
                                 {"Choices", Array{Object{{"Variable", "$.n"},
                                                          {"NumericGreaterThan", 3000},
                                                          {"Next", "Done"}}}},
                                 {"Default", "Count"}}},
               {"Done", Object{{"Type", "Succeed"}}}});
  const auto before = cloud.machine().applied();
  const auto execution = start("m", "e", R"({"n":0})");
  EXPECT_EQ(output(execution), R"({"n":3001})");
  EXPECT_GT(cloud.machine().applied() - before, 5u);
}

TEST_F(States, ExpressExecutionsAnswerAndLeaveNothing) {
  create("x", kPass, {{"type", "EXPRESS"}});
  const auto reply =
      done("StartSyncExecution", {{"stateMachineArn", machine_arn("x")}, {"name", "n"}});
  EXPECT_EQ(text(reply, "status"), "SUCCEEDED");
  EXPECT_EQ(text(reply, "output"), R"({"a":1})");
  EXPECT_THAT(string_of(reply, "executionArn"),
              StartsWith("arn:aws:states:us-east-1:123456789012:express:x:n:"));
  EXPECT_EQ(integer(object_of(reply, "billingDetails"), "billedDurationInMilliseconds"), 100);
  const auto started = done("StartExecution", {{"stateMachineArn", machine_arn("x")}});
  EXPECT_THAT(refusal("DescribeExecution", {{"executionArn", text(started, "executionArn")}}),
              StartsWith("InvalidArn"));
  EXPECT_THAT(refusal("ListExecutions", {{"stateMachineArn", machine_arn("x")}}),
              StartsWith("StateMachineTypeNotSupported"));
  replays();
}

TEST_F(States, AnExpressExecutionThatWaitsIsWaitedFor) {
  create("x", kWait, {{"type", "EXPRESS"}});
  const auto pending = call("StartSyncExecution", {{"stateMachineArn", machine_arn("x")}});
  EXPECT_EQ(pending.error().code, "StillPending");
  cloud.advance(std::chrono::minutes(2));
  ASSERT_EQ(cloud.late_replies.size(), 1u);
  EXPECT_EQ(text(*cloud.late_replies.begin()->second, "status"), "SUCCEEDED");
  replays();
}

}  // namespace
}  // namespace tocsin::states

// SPDX-License-Identifier: Apache-2.0
// Loops, variables, people, cancellation.
#include "services/ssm/testing.hpp"

namespace tocsin::ssm {
namespace {

using ::testing::ElementsAre;
using testing::failure;
using ::testing::HasSubstr;
using testing::reply;
using testing::Ssm;
using ::testing::StartsWith;

constexpr const char* kRoot = "arn:aws:iam::123456789012:root";

TEST_F(Ssm, ALoopGoesOverItsItems) {
  create_steps("Each", R"(
- name: each
  action: aws:loop
  inputs:
    Iterators: "{{ Names }}"
    IteratorDataType: String
    Steps:
    - name: tell
      action: aws:executeAwsApi
      inputs:
        Service: sns
        Api: Publish
        TopicArn: t
        Message: "{{ each.CurrentIteration }} {{ each.CurrentIteratorValue }}"
    - name: rest
      action: aws:sleep
      inputs: {Duration: PT10S}
- name: after
  action: aws:sleep
  inputs: {Duration: PT0S}
)",
               "parameters:\n  Names: {type: StringList}\n");
  const auto id = start("Each", {{"Names", Array{"a", "b"}}});
  EXPECT_EQ(status(id), "InProgress");
  cloud.advance(std::chrono::seconds(25));
  EXPECT_EQ(status(id), "Success") << failure_of(id);
  ASSERT_EQ(neighbours->calls.size(), 2u);
  EXPECT_EQ(text(neighbours->calls[1].params, "Message"), "2 b");
  EXPECT_THAT(steps(id), ElementsAre("each: Success", "tell: Success", "rest: Success",
                                     "tell: Success", "rest: Success", "after: Success"));
  const auto shown = execution(id);
  const auto& parent = object_of(array_of(shown, "StepExecutions")[3], "ParentStepDetails");
  EXPECT_EQ(text(parent, "StepName"), "each");
  EXPECT_EQ(integer(parent, "Iteration"), 2);
  EXPECT_EQ(text(parent, "IteratorValue"), "b");
  const auto none = start("Each", {{"Names", Array{"[]"}}});
  EXPECT_EQ(status(none), "Success");
  replays();
}

TEST_F(Ssm, ALoopGoesOnWhileItsConditionHolds) {
  int times = 0;
  neighbours->answers["ec2:DescribeSnapshots"] = [&](core::Call&) -> core::Outcome {
    return Object{{"Snapshots", Array{Object{{"State", ++times < 3 ? "pending" : "completed"}}}}};
  };
  create_steps("While", R"(
- name: repeat
  action: aws:loop
  inputs:
    LoopCondition: {Variable: "{{ ask.State }}", StringEquals: pending}
    MaxIterations: 10
    Steps:
    - name: ask
      action: aws:executeAwsApi
      inputs: {Service: ec2, Api: DescribeSnapshots}
      outputs: [{Name: State, Selector: "$.Snapshots[0].State"}]
    - name: count
      action: aws:updateVariable
      inputs: {Name: "variable:seen", Value: "{{ repeat.CurrentIteration }}"}
)",
               "variables:\n  seen: {type: Integer, default: 0}\n");
  const auto id = start("While");
  EXPECT_EQ(status(id), "Success") << failure_of(id);
  EXPECT_EQ(times, 3);
  EXPECT_EQ(to_json(Document(object_of(execution(id), "Variables"))), R"({"seen":["3"]})");
  neighbours->answers["ec2:DescribeSnapshots"] = failure("InternalError", "broken");
  const auto bad = start("While");
  EXPECT_THAT(steps(bad), ElementsAre("repeat: Failed", "ask: Failed"));
  EXPECT_EQ(status(bad), "Failed");
}

constexpr std::string_view kApprove = R"(
- name: approve
  action: aws:approve
  timeoutSeconds: 600
  inputs:
    NotificationArn: arn:aws:sns:us-east-1:123456789012:people
    Message: May I?
    MinRequiredApprovals: 1
    Approvers: ["arn:aws:iam::123456789012:root"]
- name: act
  action: aws:executeAwsApi
  inputs: {Service: sns, Api: Publish, TopicArn: t, Message: "{{ approve.ApprovalStatus }}"}
)";

TEST_F(Ssm, PeopleApproveOrReject) {
  create_steps("Approve", kApprove);
  const auto id = start("Approve");
  EXPECT_EQ(status(id), "Waiting");
  EXPECT_EQ(text(step(id, "approve"), "StepStatus"), "Waiting");
  EXPECT_THAT(string_of(neighbours->params_of("sns:Publish"), "Message"), HasSubstr("May I?"));
  signal(id, "Approve", {{"Comment", Array{"go"}}});
  EXPECT_EQ(status(id), "Success");
  EXPECT_EQ(text(neighbours->calls.back().params, "Message"), "Approved");
  EXPECT_EQ(
      refusal("SendAutomationSignal", {{"AutomationExecutionId", id}, {"SignalType", "Approve"}}),
      "InvalidAutomationSignalException: The automation has ended and takes no signal.");
  const auto no = start("Approve");
  signal(no, "Reject");
  EXPECT_EQ(status(no), "Rejected");
  EXPECT_THAT(failure_of(no), HasSubstr(std::string("rejected by ") + kRoot));
  const auto late = start("Approve");
  cloud.advance(std::chrono::seconds(601));
  EXPECT_EQ(status(late), "TimedOut");
  replays();
}

TEST_F(Ssm, OnlyApproversDecide) {
  create_steps("Others", R"(
- name: approve
  action: aws:approve
  inputs: {Approvers: [ann]}
)");
  const auto id = start("Others");
  EXPECT_THAT(
      refusal("SendAutomationSignal", {{"AutomationExecutionId", id}, {"SignalType", "Approve"}}),
      HasSubstr("is not an approver of the step."));
  EXPECT_THAT(
      refusal("SendAutomationSignal", {{"AutomationExecutionId", id}, {"SignalType", "Dance"}}),
      StartsWith("ValidationException: "));
  EXPECT_THAT(refusal("SendAutomationSignal",
                      {{"AutomationExecutionId", "00000000-0000-0000-0000-000000000000"},
                       {"SignalType", "Approve"}}),
              StartsWith("AutomationExecutionNotFoundException: "));
}

TEST_F(Ssm, APauseWaitsForResume) {
  create_steps("Pause", "- {name: stop, action: aws:pause, inputs: {}}\n");
  const auto id = start("Pause");
  EXPECT_EQ(status(id), "Waiting");
  EXPECT_THAT(refusal("SendAutomationSignal", {{"AutomationExecutionId", id},
                                               {"SignalType", "Resume"},
                                               {"Payload", Object{{"StepName", Array{"x"}}}}}),
              StartsWith("AutomationStepNotFoundException: "));
  signal(id, "Resume", {{"StepName", Array{"stop"}}});
  EXPECT_EQ(status(id), "Success");
}

constexpr std::string_view kLong = R"(
- name: long
  action: aws:sleep
  onCancel: step:tidy
  inputs: {Duration: P1D}
- name: never
  action: aws:sleep
  inputs: {Duration: PT0S}
  isEnd: true
- name: tidy
  action: aws:executeAwsApi
  inputs: {Service: sns, Api: Publish, TopicArn: t, Message: tidied}
)";

TEST_F(Ssm, ACancellationTidiesUp) {
  create_steps("Long", kLong);
  const auto id = start("Long");
  done("StopAutomationExecution", {{"AutomationExecutionId", id}});
  EXPECT_EQ(status(id), "Cancelled");
  EXPECT_THAT(steps(id), ElementsAre("long: Cancelled", "never: Pending", "tidy: Success"));
  EXPECT_THAT(refusal("StopAutomationExecution", {{"AutomationExecutionId", id}}),
              StartsWith("InvalidAutomationStatusUpdateException: "));
  const auto complete = start("Long");
  done("StopAutomationExecution", {{"AutomationExecutionId", complete}, {"Type", "Complete"}});
  EXPECT_EQ(status(complete), "InProgress");
  cloud.advance(std::chrono::hours(25));
  EXPECT_EQ(status(complete), "Success");
  EXPECT_THAT(steps(complete), ElementsAre("long: Success", "never: Pending", "tidy: Pending"));
  replays();
}

TEST_F(Ssm, ALoopIsLeftByACancellationAndByItsTimeout) {
  create_steps("Slow", R"(
- name: each
  action: aws:loop
  timeoutSeconds: 600
  onFailure: step:tidy
  inputs:
    Iterators: [a, b]
    Steps:
    - name: rest
      action: aws:sleep
      onCancel: step:tidy
      inputs: {Duration: PT1H}
- name: tidy
  action: aws:sleep
  inputs: {Duration: PT0S}
)");
  const auto id = start("Slow");
  done("StopAutomationExecution", {{"AutomationExecutionId", id}});
  EXPECT_EQ(status(id), "Cancelled");
  EXPECT_THAT(steps(id), ElementsAre("each: Cancelled", "rest: Cancelled", "tidy: Success"));
  const auto late = start("Slow");
  cloud.advance(std::chrono::seconds(601));
  EXPECT_THAT(steps(late), ElementsAre("each: TimedOut", "rest: Cancelled", "tidy: Success"));
  EXPECT_EQ(status(late), "Failed");
  replays();
}

TEST_F(Ssm, AnInteractiveAutomationIsLedByHand) {
  create_steps("Hand", R"(
- {name: a, action: aws:sleep, inputs: {Duration: PT0S}}
- {name: b, action: aws:sleep, inputs: {Duration: PT1H}}
)");
  const auto id = start("Hand", {}, {{"Mode", "Interactive"}});
  EXPECT_EQ(status(id), "Waiting");
  signal(id, "StartStep", {{"StepName", Array{"a"}}});
  EXPECT_EQ(status(id), "Waiting");
  EXPECT_THAT(steps(id), ElementsAre("a: Success", "b: Pending"));
  signal(id, "StartStep", {{"StepName", Array{"b"}}});
  EXPECT_EQ(status(id), "InProgress");
  signal(id, "StopStep", {{"StepExecutionId", Array{text(step(id, "b"), "StepExecutionId")}}});
  EXPECT_THAT(steps(id), ElementsAre("a: Success", "b: Cancelled"));
  EXPECT_EQ(status(id), "Cancelled");
}

}  // namespace
}  // namespace tocsin::ssm

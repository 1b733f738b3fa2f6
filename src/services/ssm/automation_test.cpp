// SPDX-License-Identifier: Apache-2.0
// How an automation runs from step to step.
#include "services/ssm/testing.hpp"

namespace tocsin::ssm {
namespace {

using ::testing::ElementsAre;
using testing::failure;
using ::testing::HasSubstr;
using testing::kRole;
using testing::reply;
using testing::Ssm;
using ::testing::StartsWith;

constexpr std::string_view kAsk = R"(
- name: ask
  action: aws:executeAwsApi
  inputs:
    Service: ec2
    Api: DescribeInstances
    InstanceIds: ["{{ InstanceId }}"]
  outputs:
  - {Name: State, Selector: "$.Reservations[0].Instances[0].State.Name", Type: String}
- name: choose
  action: aws:branch
  inputs:
    Choices:
    - {NextStep: stop, Variable: "{{ ask.State }}", StringEquals: running}
    Default: tell
- name: stop
  action: aws:executeAwsApi
  inputs: {Service: ec2, Api: stop_instances, InstanceIds: ["{{ InstanceId }}"]}
- name: tell
  action: aws:executeAwsApi
  inputs:
    Service: sns
    Api: Publish
    TopicArn: arn:aws:sns:us-east-1:123456789012:t
    Message: "{{ InstanceId }} was {{ ask.State }} in {{ global:REGION }}"
)";
constexpr std::string_view kAskParameters = R"(
assumeRole: "{{ AutomationAssumeRole }}"
parameters:
  AutomationAssumeRole: {type: "AWS::IAM::Role::Arn", default: ""}
  InstanceId: {type: "AWS::EC2::Instance::Id"}
outputs: [ask.State, stop.OutputPayload]
)";

Object instance(std::string_view state) {
  return {{"Reservations",
           Array{Object{
               {"Instances", Array{Object{{"State", Object{{"Name", state}, {"Code", 16}}}}}}}}}};
}

TEST_F(Ssm, StepsAreMadeInOrderAsTheRole) {
  create_steps("Ask", kAsk, kAskParameters);
  neighbours->answers["ec2:DescribeInstances"] = reply(instance("running"));
  const auto id =
      start("Ask", {{"InstanceId", Array{"i-1"}}, {"AutomationAssumeRole", Array{kRole}}});
  EXPECT_EQ(status(id), "Success") << failure_of(id);
  EXPECT_THAT(steps(id),
              ElementsAre("ask: Success", "choose: Success", "stop: Success", "tell: Success"));
  ASSERT_THAT(neighbours->names(),
              ElementsAre("ec2:DescribeInstances", "ec2:StopInstances", "sns:Publish"));
  EXPECT_EQ(neighbours->calls[0].role, kRole);
  EXPECT_EQ(neighbours->calls[0].session, "Automation-" + id);
  EXPECT_EQ(text(neighbours->calls[2].params, "Message"), "i-1 was running in us-east-1");
  EXPECT_EQ(output(id, "ask.State"), R"(["running"])");
  const auto shown = execution(id);
  EXPECT_EQ(to_json(Document(object_of(shown, "ProgressCounters"))),
            R"({"TotalSteps":4,"SuccessSteps":4,"FailedSteps":0,"CancelledSteps":0,)"
            R"("TimedOutSteps":0})");
  EXPECT_EQ(to_json(Document(object_of(step(id, "ask"), "Inputs"))),
            R"({"Service":"\"ec2\"","Api":"\"DescribeInstances\"","InstanceIds":"[\"i-1\"]"})");
  replays();
}

TEST_F(Ssm, ABranchGoesWhereItsDefaultSays) {
  create_steps("Ask", kAsk, kAskParameters);
  neighbours->answers["ec2:DescribeInstances"] = reply(instance("stopped"));
  const auto id = start("Ask", {{"InstanceId", Array{"i-1"}}});
  EXPECT_THAT(steps(id),
              ElementsAre("ask: Success", "choose: Success", "stop: Pending", "tell: Success"));
  EXPECT_EQ(output(id, "stop.OutputPayload"),
            R"(["No output available yet because the step is not successfully executed"])");
  EXPECT_EQ(neighbours->calls[0].role, "");
  EXPECT_EQ(to_json(Document(array_of(step(id, "choose"), "ValidNextSteps"))),
            R"(["stop","tell"])");
}

TEST_F(Ssm, AFailureSaysWhichStepAndWhy) {
  create_steps("Ask", kAsk, kAskParameters);
  neighbours->answers["ec2:DescribeInstances"] =
      failure("UnauthorizedOperation", "You are not authorized to perform this operation.", 403);
  const auto id = start("Ask", {{"InstanceId", Array{"i-1"}}});
  EXPECT_EQ(status(id), "Failed");
  const std::string message =
      "Step fails when it is Execute/Cancelling action. An error occurred (UnauthorizedOperation) "
      "when calling the DescribeInstances operation: You are not authorized to perform this "
      "operation. Please refer to Automation Service Troubleshooting Guide for more diagnosis "
      "details.";
  EXPECT_EQ(failure_of(id), message);
  EXPECT_EQ(text(execution(id), "CurrentStepName"), "ask");
  EXPECT_EQ(text(step(id, "ask"), "FailureMessage"), message);
  EXPECT_EQ(text(object_of(step(id, "ask"), "FailureDetails"), "FailureType"), "Permission");
}

TEST_F(Ssm, EventsTellOfStepsAndOfTheAutomation) {
  create_steps("Ask", kAsk, kAskParameters);
  neighbours->answers["ec2:DescribeInstances"] = reply(instance("running"));
  const auto id = start("Ask", {{"InstanceId", Array{"i-1"}}});
  std::vector<std::string> seen;
  Object last;
  for (const auto& event : cloud.events()) {
    if (event.source != "aws.ssm") continue;
    seen.push_back(event.detail_type.substr(15, 4) + " " + string_of(event.detail, "StepName") +
                   " " + string_of(event.detail, "Status"));
    last = event.detail;
    EXPECT_EQ(event.resources[0], "arn:aws:ssm:us-east-1:123456789012:automation-execution/" + id);
  }
  EXPECT_THAT(seen, ElementsAre("Exec  InProgress", "Step ask InProgress", "Step ask Success",
                                "Step choose InProgress", "Step choose Success",
                                "Step stop InProgress", "Step stop Success", "Step tell InProgress",
                                "Step tell Success", "Exec  Success"));
  EXPECT_EQ(text(last, "ExecutedBy"), "arn:aws:iam::123456789012:root");
  EXPECT_EQ(text(last, "Definition"), "Ask");
  EXPECT_THAT(string_of(last, "StartTime"),
              ::testing::MatchesRegex("[A-Z][a-z][a-z] [0-9]+, 2026 [0-9:]+ [AP]M"));
}

TEST_F(Ssm, ParametersMustBeAsTheDocumentSays) {
  create_steps("Typed", "- {name: s, action: aws:sleep, inputs: {Duration: PT0S}}\n", R"(
parameters:
  Action: {type: String, allowedValues: [Install, Uninstall]}
  Count: {type: Integer, default: 1}
  Names: {type: StringList, default: [], maxItems: 2}
  Code: {type: String, default: "", allowedPattern: "^[a-z]{3}$"}
  On: {type: Boolean, default: false}
  Map: {type: StringMap, default: {}}
)");
  const auto refused = [&](Object parameters) {
    return refusal("StartAutomationExecution",
                   {{"DocumentName", "Typed"}, {"Parameters", std::move(parameters)}});
  };
  const std::string code = "InvalidAutomationExecutionParametersException: ";
  EXPECT_EQ(refused({{"Count", Array{"2"}}}),
            code + "Missing required parameter: Action in user inputs.");
  EXPECT_EQ(refused({{"Action", Array{"install"}}}),
            code + "Parameter \"Action\" has value \"install\" not found in [Install, Uninstall].");
  EXPECT_EQ(refused({{"Action", Array{"Install"}}, {"Count", Array{"x"}}}),
            code + "Parameter type error. The value supplied for Count is not a valid integer.");
  EXPECT_THAT(refused({{"Action", Array{"Install"}}, {"Code", Array{"abcd"}}}),
              StartsWith(code + "Parameter \"Code\" has value \"abcd\" not matching"));
  EXPECT_THAT(refused({{"Action", Array{"Install"}}, {"Names", Array{"a", "b", "c"}}}),
              HasSubstr("at most 2 items"));
  EXPECT_THAT(refused({{"Action", Array{"Install"}}, {"Other", Array{"a"}}}),
              HasSubstr("\"Other\" is not defined"));
  EXPECT_EQ(refused({{"Action", Array{"Install"}},
                     {"Count", Array{"3"}},
                     {"Names", Array{R"(["a","b"])"}},
                     {"Code", Array{""}},
                     {"On", Array{"true"}},
                     {"Map", Array{R"({"k":"v"})"}}}),
            "ok");
  EXPECT_THAT(refusal("StartAutomationExecution", {{"DocumentName", "Nothing"}}),
              StartsWith("AutomationDefinitionNotFoundException: "));
  EXPECT_THAT(
      refusal("StartAutomationExecution", {{"DocumentName", "Typed"}, {"DocumentVersion", "7"}}),
      StartsWith("AutomationDefinitionVersionNotFoundException: "));
}

TEST_F(Ssm, TheRoleMustBePassedAndAssumable) {
  create_steps("Ask", kAsk, kAskParameters);
  const auto with = [&](std::string role) {
    return refusal("StartAutomationExecution",
                   {{"DocumentName", "Ask"},
                    {"Parameters",
                     Object{{"InstanceId", Array{"i-1"}}, {"AutomationAssumeRole", Array{role}}}}});
  };
  EXPECT_EQ(with("arn:aws:iam::123456789012:role/absent"),
            "InvalidAutomationExecutionParametersException: The defined assume role is unable to "
            "be assumed.");
  EXPECT_THAT(with("auto"), HasSubstr("is not the ARN of a role"));
  notes->denied = "iam:PassRole";
  EXPECT_THAT(with(kRole), StartsWith("AccessDenied"));
}

TEST_F(Ssm, FailuresAreGoneOnFromAsTheStepSays) {
  neighbours->answers["sns:Publish"] = failure("NotFound", "Topic does not exist", 404);
  const auto publish = [](std::string name, std::string more) {
    return "- name: " + name +
           "\n  action: aws:executeAwsApi\n  inputs: {Service: sns, Api: Publish, Message: m, "
           "TopicArn: t}\n" +
           more;
  };
  const std::string sleep = "- {name: end, action: aws:sleep, inputs: {Duration: PT0S}}\n";
  create_steps("Go1", publish("a", "  onFailure: Continue\n") + sleep);
  const auto first = start("Go1");
  EXPECT_THAT(steps(first), ElementsAre("a: Failed", "end: Success"));
  EXPECT_EQ(status(first), "Success");
  create_steps("Go2", publish("a", "  onFailure: Continue\n  isCritical: true\n") + sleep);
  EXPECT_EQ(status(start("Go2")), "Failed");
  create_steps("Go3", publish("a", "  onFailure: step:end\n") + publish("b", "") + sleep);
  const auto third = start("Go3");
  EXPECT_THAT(steps(third), ElementsAre("a: Failed", "b: Pending", "end: Success"));
  EXPECT_EQ(status(third), "Failed");
  create_steps("Go4", publish("a", "  onFailure: step:end\n  isCritical: false\n") + sleep);
  EXPECT_EQ(status(start("Go4")), "Success");
}

TEST_F(Ssm, AttemptsAreMadeAgain) {
  int times = 0;
  neighbours->answers["sns:Publish"] = [&](core::Call&) -> core::Outcome {
    if (++times < 3) return fail("InternalError", "not now", 400);
    return Object{{"MessageId", "m"}};
  };
  create_steps("Again", R"(
- name: a
  action: aws:executeAwsApi
  maxAttempts: 3
  inputs: {Service: sns, Api: Publish, Message: m, TopicArn: t}
)");
  const auto id = start("Again");
  EXPECT_EQ(status(id), "Success");
  EXPECT_EQ(times, 3);
}

TEST_F(Ssm, PropertiesAreAssertedAndWaitedFor) {
  create_steps("Wait", R"(
- name: wait
  action: aws:waitForAwsResourceProperty
  timeoutSeconds: 60
  inputs:
    Service: ec2
    Api: DescribeInstances
    PropertySelector: "$.Reservations[0].Instances[0].State.Name"
    DesiredValues: [stopped, terminated]
- name: assert
  action: aws:assertAwsResourceProperty
  inputs:
    Service: ec2
    Api: DescribeInstances
    PropertySelector: "$.Reservations[0].Instances[0].State.Name"
    DesiredValues: [terminated]
)");
  neighbours->answers["ec2:DescribeInstances"] = reply(instance("stopping"));
  const auto id = start("Wait");
  EXPECT_EQ(status(id), "InProgress");
  neighbours->answers["ec2:DescribeInstances"] = reply(instance("stopped"));
  cloud.advance(std::chrono::seconds(10));
  EXPECT_THAT(steps(id), ElementsAre("wait: Success", "assert: Failed"));
  EXPECT_THAT(failure_of(id), HasSubstr("Desired values: [[\"terminated\"]]"));
  EXPECT_EQ(text(object_of(step(id, "assert"), "FailureDetails"), "FailureStage"),
            "PostVerification");
  neighbours->answers["ec2:DescribeInstances"] = reply(instance("stopping"));
  const auto late = start("Wait");
  cloud.advance(std::chrono::seconds(61));
  EXPECT_EQ(status(late), "TimedOut");
  EXPECT_THAT(failure_of(late), StartsWith("Step timed out while step is "));
}

TEST_F(Ssm, ATokenStartsOneAutomation) {
  create_steps("Rest", "- {name: rest, action: aws:sleep, inputs: {Duration: PT1H}}\n");
  const Object token{{"ClientToken", "11111111-2222-3333-4444-555555555555"}};
  const auto id = start("Rest", {}, token);
  EXPECT_EQ(start("Rest", {}, token), id);
  EXPECT_NE(start("Rest"), id);
}

TEST_F(Ssm, AutomationsAreListedNewestFirstAndForgottenLater) {
  create_steps("Rest", "- {name: rest, action: aws:sleep, inputs: {Duration: PT0S}}\n");
  const auto first = start("Rest");
  cloud.advance(std::chrono::seconds(1));
  const auto second = start("Rest");
  const auto page = done("DescribeAutomationExecutions", {{"MaxResults", 1}});
  const auto& newest = array_of(page, "AutomationExecutionMetadataList");
  ASSERT_EQ(newest.size(), 1u);
  EXPECT_EQ(text(newest[0], "AutomationExecutionId"), second);
  const auto rest = done("DescribeAutomationExecutions", {{"NextToken", text(page, "NextToken")}});
  EXPECT_EQ(text(array_of(rest, "AutomationExecutionMetadataList")[0], "AutomationExecutionId"),
            first);
  EXPECT_THAT(refusal("DescribeAutomationExecutions",
                      {{"Filters", Array{Object{{"Key", "Colour"}, {"Values", Array{"red"}}}}}}),
              StartsWith("InvalidFilterKey: "));
  const auto listed = done("DescribeAutomationStepExecutions", {{"AutomationExecutionId", first}});
  EXPECT_EQ(array_of(listed, "StepExecutions").size(), 1u);
  cloud.advance(std::chrono::days(31));
  EXPECT_THAT(refusal("GetAutomationExecution", {{"AutomationExecutionId", first}}),
              StartsWith("AutomationExecutionNotFoundException: "));
  replays();
}

TEST_F(Ssm, WhatIsUnknownToAnApiFailsAsInBoto3) {
  create_steps("Bad", R"(
- name: a
  action: aws:executeAwsApi
  onFailure: Continue
  inputs: {Service: sns, Api: Publish, Colour: red}
- name: b
  action: aws:executeAwsApi
  onFailure: Continue
  inputs: {Service: quantum, Api: Leap}
- name: c
  action: aws:executeAwsApi
  onFailure: Continue
  inputs: {Service: sns, Api: Leap}
- name: d
  action: aws:executeAwsApi
  onFailure: Continue
  inputs: {Service: sns, Api: Publish, Message: "{{ a.Nothing }}"}
)");
  const auto id = start("Bad");
  EXPECT_THAT(string_of(step(id, "a"), "FailureMessage"),
              HasSubstr("Parameter validation failed:\nUnknown parameter in input: \"Colour\", "
                        "must be one of: TopicArn, TargetArn"));
  EXPECT_THAT(string_of(step(id, "b"), "FailureMessage"), HasSubstr("Unknown service: 'quantum'"));
  EXPECT_THAT(string_of(step(id, "c"), "FailureMessage"),
              HasSubstr("'SNS' object has no attribute 'Leap'"));
  EXPECT_THAT(string_of(step(id, "d"), "FailureMessage"),
              HasSubstr("Step fails when it is validating and resolving the step inputs. Failed to "
                        "resolve input: a.Nothing to type String"));
}

}  // namespace
}  // namespace tocsin::ssm

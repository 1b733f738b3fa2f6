// SPDX-License-Identifier: Apache-2.0
// Functions, state machines, scripts, other automations, many targets, instances and images.
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

TEST_F(Ssm, AFunctionIsInvoked) {
  neighbours->answers["lambda:Invoke"] =
      reply({{"StatusCode", 200}, {"Payload", base64(R"({"Retry":true})")}});
  create_steps("Call", R"(
- name: call
  action: aws:invokeLambdaFunction
  inputs: {FunctionName: f, InputPayload: {a: 1}}
  outputs: [{Name: Retry, Selector: $.Retry, Type: Boolean}]
)",
               "outputs: [call.Retry, call.StatusCode, call.Payload]\n");
  const auto id = start("Call");
  EXPECT_EQ(status(id), "Success") << failure_of(id);
  EXPECT_EQ(unbase64(text(neighbours->params_of("lambda:Invoke"), "Payload")), R"({"a":1})");
  EXPECT_EQ(output(id, "call.Retry"), R"(["true"])");
  EXPECT_EQ(output(id, "call.StatusCode"), R"(["200"])");
  neighbours->answers["lambda:Invoke"] = reply({{"StatusCode", 200},
                                                {"FunctionError", "Unhandled"},
                                                {"Payload", base64(R"({"errorType":"Odd"})")}});
  EXPECT_THAT(failure_of(start("Call")), HasSubstr("Unhandled: {\"errorType\":\"Odd\"}"));
}

TEST_F(Ssm, AStateMachineIsWaitedFor) {
  neighbours->answers["states:StartExecution"] =
      reply({{"executionArn", "arn:e"}, {"startDate", 1.0}});
  neighbours->answers["states:DescribeExecution"] =
      reply({{"executionArn", "arn:e"}, {"status", "RUNNING"}});
  create_steps("Flow", R"(
- name: flow
  action: aws:executeStateMachine
  inputs: {stateMachineArn: "arn:m", input: '{"a":1}'}
)",
               "outputs: [flow.output]\n");
  const auto id = start("Flow");
  EXPECT_EQ(status(id), "InProgress");
  neighbours->answers["states:DescribeExecution"] =
      reply({{"executionArn", "arn:e"}, {"status", "SUCCEEDED"}, {"output", "7"}});
  cloud.advance(std::chrono::seconds(6));
  EXPECT_EQ(output(id, "flow.output"), R"(["7"])");
  neighbours->answers["states:DescribeExecution"] =
      reply({{"executionArn", "arn:e"}, {"status", "FAILED"}, {"error", "Odd"}, {"cause", "why"}});
  EXPECT_THAT(failure_of(start("Flow")), HasSubstr("ended with status FAILED. Odd why"));
}

constexpr std::string_view kScript = R"(
- name: script
  action: aws:executeScript
  inputs:
    Runtime: python3.11
    Handler: work
    InputPayload: {name: "{{ Name }}"}
    Script: |
      def work(events, context):
          return {"hello": f"{events['name']}", "format": "{{ not a reference }}"}
  outputs: [{Name: Hello, Selector: $.Payload.hello}]
)";
constexpr std::string_view kScriptParameters = R"(
assumeRole: "{{ AutomationAssumeRole }}"
parameters:
  AutomationAssumeRole: {type: String, default: ""}
  Name: {type: String, default: ann}
outputs: [script.Hello]
)";

TEST_F(Ssm, AScriptRunsInASandboxAsTheRole) {
  create_steps("Script", kScript, kScriptParameters);
  neighbours->answers["sts:AssumeRole"] =
      reply({{"Credentials", Object{{"AccessKeyId", "ASIAX"},
                                    {"SecretAccessKey", "very-secret"},
                                    {"SessionToken", "token"},
                                    {"Expiration", 2e9}}}});
  Document job;
  std::string zip;
  cloud.on_job("function.inspect_code", [&](const core::Job& given) -> Result<Document> {
    zip = *unbase64(text(given.payload, "ZipBase64"));
    return Document(
        Object{{"Code", store::to_document(*cloud.stores().blobs->put(zip))}, {"CodeSha256", "x"}});
  });
  cloud.on_job("function.invoke", [&](const core::Job& given) -> Result<Document> {
    job = given.payload;
    return Document(Object{{"Payload", R"({"hello":"ann"})"}});
  });
  const auto id = start("Script", {{"AutomationAssumeRole", Array{kRole}}});
  EXPECT_EQ(status(id), "Success") << failure_of(id);
  EXPECT_EQ(output(id, "script.Hello"), R"(["ann"])");
  EXPECT_THAT(zip, HasSubstr("{{ not a reference }}"));
  EXPECT_EQ(text(job, "Payload"), R"({"name":"ann"})");
  EXPECT_EQ(text(job, "Handler"), "customer_script.work");
  EXPECT_EQ(text(object_of(job, "Credentials"), "SecretAccessKey"), "very-secret");
  cloud.on_job("function.invoke", [&](const core::Job& given) -> Result<Document> {
    job = given.payload;
    return Document(
        Object{{"FunctionError", "Unhandled"},
               {"Payload", R"({"errorType":"KeyError","errorMessage":"'x'","stackTrace":)"
                           R"(["  File \"/var/task/customer_script.py\", line 2, in work\n"]})"}});
  });
  const auto bad = start("Script");
  EXPECT_FALSE(find(job, "Credentials"));
  EXPECT_EQ(failure_of(bad),
            "Step fails when it is Poll action status for completion. Traceback (most recent call "
            "last):\n  File \"/var/task/customer_script.py\", line 2, in work\n\nKeyError - 'x'. "
            "Please refer to Automation Service Troubleshooting Guide for more diagnosis details.");
  replays();
}

TEST_F(Ssm, WhatCannotBeRunIsSaidClearly) {
  create_steps("Shell", R"(
- name: shell
  action: aws:executeScript
  inputs: {Runtime: PowerShell Core 7.0, Handler: x, Script: Get-Date}
)");
  EXPECT_THAT(failure_of(start("Shell")), HasSubstr("The runtime PowerShell Core 7.0 is not"));
  create_steps("Command", R"(
- name: command
  action: aws:runCommand
  inputs: {DocumentName: AWS-RunShellScript}
)");
  EXPECT_THAT(failure_of(start("Command")), HasSubstr("does not serve the action aws:runCommand"));
}

TEST_F(Ssm, AnAutomationWaitsForAnother) {
  create_steps("Inner", R"(
- name: rest
  action: aws:sleep
  inputs: {Duration: "{{ For }}"}
)",
               "parameters:\n  For: {type: String}\n");
  create_steps("Outer", R"(
- name: inner
  action: aws:executeAutomation
  inputs:
    DocumentName: Inner
    RuntimeParameters: {For: [PT1M]}
)",
               "outputs: [inner.Status]\n");
  const auto id = start("Outer");
  EXPECT_EQ(status(id), "InProgress");
  cloud.advance(std::chrono::seconds(61));
  EXPECT_EQ(status(id), "Success") << failure_of(id);
  EXPECT_EQ(output(id, "inner.Status"), R"(["Success"])");
  const auto children =
      done("DescribeAutomationExecutions",
           {{"Filters", Array{Object{{"Key", "ParentExecutionId"}, {"Values", Array{id}}}}}});
  ASSERT_EQ(array_of(children, "AutomationExecutionMetadataList").size(), 1u);
  const auto cancelled = start("Outer");
  done("StopAutomationExecution", {{"AutomationExecutionId", cancelled}});
  EXPECT_EQ(status(cancelled), "Cancelled");
  const auto told = std::ranges::count_if(cloud.events(), [&](const core::Event& event) {
    return event.detail_type == "EC2 Automation Execution Status-change Notification" &&
           text(event.detail, "ExecutionId") == cancelled;
  });
  EXPECT_EQ(told, 2);  // InProgress, Cancelled
  const auto open = done(
      "DescribeAutomationExecutions",
      {{"Filters", Array{Object{{"Key", "ExecutionStatus"}, {"Values", Array{"InProgress"}}}}}});
  EXPECT_TRUE(array_of(open, "AutomationExecutionMetadataList").empty());
  replays();
}

TEST_F(Ssm, ManyTargetsRunSoManyAtATime) {
  create_steps("One", R"(
- name: rest
  action: aws:sleep
  inputs: {Duration: PT1M}
- name: tell
  action: aws:executeAwsApi
  inputs: {Service: sns, Api: Publish, TopicArn: t, Message: "{{ Name }}"}
)",
               "parameters:\n  Name: {type: String}\n");
  const Object targets{
      {"TargetParameterName", "Name"},
      {"Targets", Array{Object{{"Key", "ParameterValues"}, {"Values", Array{"a", "b", "c"}}}}},
      {"MaxConcurrency", "2"}};
  const auto id = start("One", {}, targets);
  EXPECT_THAT(steps(id), ElementsAre("a: InProgress", "b: InProgress", "c: Pending"));
  cloud.advance(std::chrono::seconds(61));
  EXPECT_THAT(steps(id), ElementsAre("a: Success", "b: Success", "c: InProgress"));
  cloud.advance(std::chrono::seconds(61));
  EXPECT_EQ(status(id), "Success");
  EXPECT_EQ(to_json(*find_path(execution(id), "ResolvedTargets.ParameterValues")),
            R"(["a","b","c"])");
  neighbours->answers["sns:Publish"] = failure("NotFound", "Topic does not exist", 404);
  const auto bad = start("One", {}, targets);
  cloud.advance(std::chrono::seconds(130));
  EXPECT_THAT(steps(bad), ElementsAre("a: Failed", "b: Failed", "c: Pending"));
  EXPECT_EQ(status(bad), "Failed");
  const auto stopped = start("One", {}, targets);
  done("StopAutomationExecution", {{"AutomationExecutionId", stopped}});
  EXPECT_EQ(status(stopped), "Cancelled");
  EXPECT_THAT(steps(stopped), ElementsAre("a: Cancelled", "b: Cancelled", "c: Pending"));
}

TEST_F(Ssm, TargetsComeFromTagsAndMaps) {
  create_steps("One", "- {name: rest, action: aws:sleep, inputs: {Duration: PT0S}}\n",
               "parameters:\n  Name: {type: String}\n");
  neighbours->answers["tagging:GetResources"] =
      reply({{"ResourceTagMappingList",
              Array{Object{{"ResourceARN", "arn:aws:ec2:us-east-1:123456789012:instance/i-1"}}}}});
  const auto id = start("One", {},
                        {{"TargetParameterName", "Name"},
                         {"Targets", Array{Object{{"Key", "tag:team"}, {"Values", Array{"b"}}}}}});
  EXPECT_THAT(steps(id), ElementsAre("i-1: Success"));
  const auto maps =
      start("One", {},
            {{"TargetMaps", Array{Object{{"Name", Array{"x"}}}, Object{{"Name", Array{"y"}}}}}});
  EXPECT_EQ(status(maps), "Success");
  const auto refused = [&](Object more) {
    more["DocumentName"] = "One";
    return refusal("StartAutomationExecution", std::move(more));
  };
  EXPECT_THAT(refused({{"TargetParameterName", "Name"},
                       {"Targets", Array{Object{{"Key", "tag:a"}}, Object{{"Key", "tag:b"}}}}}),
              HasSubstr("Only one resource group or tag can be specified at a time"));
  EXPECT_THAT(refused({{"TargetParameterName", "Name"},
                       {"Targets", Array{Object{{"Key", "InstanceIds"}}}}}),
              HasSubstr("Target key can have only following values"));
  EXPECT_THAT(refused({{"TargetParameterName", "Name"}, {"Parameters", Object{}}}),
              StartsWith("InvalidAutomationExecutionParametersException"));
}

Object instances(std::string_view state) {
  return {{"Reservations",
           Array{Object{{"Instances", Array{Object{{"InstanceId", "i-1"},
                                                   {"State", Object{{"Name", state}}}}}}}}}};
}

TEST_F(Ssm, InstancesAndImages) {
  neighbours->answers["ec2:RunInstances"] =
      reply({{"Instances", Array{Object{{"InstanceId", "i-1"}}}}});
  neighbours->answers["ec2:DescribeInstances"] = reply(instances("running"));
  neighbours->answers["ec2:CreateImage"] = reply({{"ImageId", "ami-1"}});
  neighbours->answers["ec2:DescribeImages"] = reply(
      {{"Images", Array{Object{{"State", "available"},
                               {"BlockDeviceMappings",
                                Array{Object{{"Ebs", Object{{"SnapshotId", "snap-1"}}}}}}}}}});
  create_steps("Images", R"(
- {name: run, action: aws:runInstances, inputs: {ImageId: ami-0, InstanceType: t3.micro}}
- name: tag
  action: aws:createTags
  inputs: {ResourceIds: "{{ run.InstanceIds }}", Tags: [{Key: a, Value: b}]}
- {name: image, action: aws:createImage, inputs: {InstanceId: i-1, ImageName: n}}
- {name: delete, action: aws:deleteImage, inputs: {ImageId: "{{ image.ImageId }}"}}
)");
  const auto id = start("Images");
  EXPECT_EQ(status(id), "Success") << failure_of(id);
  EXPECT_THAT(neighbours->names(),
              ElementsAre("ec2:RunInstances", "ec2:DescribeInstances", "ec2:CreateTags",
                          "ec2:CreateImage", "ec2:DescribeImages", "ec2:DescribeImages",
                          "ec2:DeregisterImage", "ec2:DeleteSnapshot"));
  EXPECT_EQ(to_json(neighbours->params_of("ec2:CreateTags")),
            R"({"Tags":[{"Key":"a","Value":"b"}],"Resources":["i-1"]})");
}

}  // namespace
}  // namespace tocsin::ssm

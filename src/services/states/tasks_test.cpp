// SPDX-License-Identifier: Apache-2.0
// What Task states call, and what they see of it.
#include <tuple>

#include "services/states/integrations.hpp"
#include "services/states/testing.hpp"

namespace tocsin::states {
namespace {

using ::testing::ElementsAre;
using testing::execution_arn;
using ::testing::HasSubstr;
using testing::kFunction;
using testing::kRole;
using testing::machine_arn;
using testing::Neighbours;
using ::testing::StartsWith;
using testing::States;

Neighbours::Answer reply(Object object) {
  return [object](core::Call&) -> core::Outcome { return object; };
}
Neighbours::Answer failure(std::string code, std::string message, int status) {
  return [=](core::Call&) -> core::Outcome { return fail(code, message, status); };
}
Object payload(std::string_view json) {
  return {{"StatusCode", 200}, {"ExecutedVersion", "$LATEST"}, {"Payload", base64(json)}};
}

TEST_F(States, AFunctionIsCalledByItsArn) {
  neighbours->answers["lambda:Invoke"] = reply(payload(R"({"r":2})"));
  create("m", task(kFunction));
  const auto execution = start("m", "e", R"({"a":1})");
  EXPECT_EQ(output(execution), R"({"r":2})");
  EXPECT_THAT(types(execution),
              ElementsAre("ExecutionStarted", "TaskStateEntered", "LambdaFunctionScheduled",
                          "LambdaFunctionStarted", "LambdaFunctionSucceeded", "TaskStateExited",
                          "ExecutionSucceeded"));
  ASSERT_EQ(neighbours->calls.size(), 1u);
  EXPECT_EQ(neighbours->calls[0].role, kRole);
  EXPECT_EQ(unbase64(text(neighbours->calls[0].params, "Payload")), R"({"a":1})");
  replays();
}

TEST_F(States, AFunctionThatFailsNamesItsError) {
  auto failed = payload(R"({"errorMessage":"no","errorType":"Odd"})");
  failed["FunctionError"] = "Unhandled";
  neighbours->answers["lambda:Invoke"] = reply(failed);
  create("m", task(kFunction));
  EXPECT_EQ(output(start("m", "e")), R"(FAILED Odd: {"errorMessage":"no","errorType":"Odd"})");
  neighbours->answers["lambda:Invoke"] =
      failure("ResourceNotFoundException", "Function not found: f", 404);
  EXPECT_THAT(output(start("m", "g")),
              StartsWith("FAILED Lambda.ResourceNotFoundException: Function not found: f (Service: "
                         "AWSLambda; Status Code: 404; Error Code: ResourceNotFoundException; "));
}

TEST_F(States, LambdaInvokeShowsTheReply) {
  neighbours->answers["lambda:Invoke"] = reply(payload(R"("hi")"));
  create("m", task("arn:aws:states:::lambda:invoke",
                   {{"Parameters", Object{{"FunctionName", kFunction}, {"Payload.$", "$"}}}}));
  const auto execution = start("m", "e", R"({"a":1})");
  const auto shown = *parse_json(output(execution));
  EXPECT_EQ(text(shown, "Payload"), "hi");
  EXPECT_EQ(integer(shown, "StatusCode"), 200);
  EXPECT_EQ(integer(object_of(shown, "SdkHttpMetadata"), "HttpStatusCode"), 200);
  EXPECT_EQ(unbase64(text(neighbours->calls[0].params, "Payload")), R"({"a":1})");
}

TEST_F(States, AQueueGetsAMessageAndATokenComesBack) {
  neighbours->answers["sqs:SendMessage"] = reply({{"MessageId", "m1"}, {"MD5OfMessageBody", "d"}});
  create("m", task("arn:aws:states:::sqs:sendMessage.waitForTaskToken",
                   {{"Parameters", Object{{"QueueUrl", "https://sqs/q"},
                                          {"MessageBody", Object{{"token.$", "$$.Task.Token"}}}}},
                    {"TimeoutSeconds", 600}}));
  const auto execution = start("m", "e");
  EXPECT_EQ(status(execution), "RUNNING");
  EXPECT_EQ(types(execution).back(), "TaskSubmitted");
  const auto body = *parse_json(text(neighbours->calls[0].params, "MessageBody"));
  const auto token = string_of(body, "token");
  EXPECT_EQ(refusal("SendTaskSuccess", {{"taskToken", "x"}, {"output", "1"}}),
            "InvalidToken: Invalid Token: 'Invalid token'");
  EXPECT_THAT(refusal("SendTaskSuccess", {{"taskToken", token}, {"output", "{"}}),
              StartsWith("InvalidOutput"));
  done("SendTaskHeartbeat", {{"taskToken", token}});
  done("SendTaskSuccess", {{"taskToken", token}, {"output", R"({"ok":true})"}});
  EXPECT_EQ(output(execution), R"({"ok":true})");
  EXPECT_EQ(refusal("SendTaskSuccess", {{"taskToken", token}, {"output", "1"}}),
            "TaskTimedOut: Task Timed Out: 'Provided task does not exist anymore'");
  replays();
}

TEST_F(States, ATokenMayTellOfAFailure) {
  create("m", task("arn:aws:states:::sns:publish.waitForTaskToken",
                   {{"Parameters", Object{{"TopicArn", "t"}, {"Message.$", "$$.Task.Token"}}}}));
  const auto execution = start("m", "e");
  done("SendTaskFailure", {{"taskToken", text(neighbours->calls[0].params, "Message")},
                           {"error", "Denied"},
                           {"cause", "by Ann"}});
  EXPECT_EQ(output(execution), "FAILED Denied: by Ann");
}

TEST_F(States, NobodyAnswersInTime) {
  create("m", task("arn:aws:states:::sns:publish.waitForTaskToken",
                   {{"Parameters", Object{{"TopicArn", "t"}, {"Message", "m"}}},
                    {"HeartbeatSeconds", 60}}));
  const auto execution = start("m", "e");
  cloud.advance(std::chrono::seconds(61));
  EXPECT_EQ(output(execution), "FAILED States.Timeout: ");
  EXPECT_THAT(types(execution), ::testing::Contains("TaskTimedOut"));
  replays();
}

TEST(StatesIntegrations, EveryServiceHasItsNameInTheSdk) {
  const std::tuple<std::string_view, std::string_view, std::string_view, std::string_view> known[]{
      {"autoscaling:describeAutoScalingGroups", "autoscaling", "DescribeAutoScalingGroups",
       "AutoScaling"},
      {"cloudcontrol:listResources", "cloudcontrolapi", "ListResources", "CloudControl"},
      {"cloudformation:listStacks", "cloudformation", "ListStacks", "CloudFormation"},
      {"cloudtrail:stopLogging", "cloudtrail", "StopLogging", "CloudTrail"},
      {"cloudwatch:putMetricData", "monitoring", "PutMetricData", "CloudWatch"},
      {"cloudwatchlogs:putLogEvents", "logs", "PutLogEvents", "CloudWatchLogs"},
      {"config:describeConfigRules", "config", "DescribeConfigRules", "Config"},
      {"dynamodb:getItem", "dynamodb", "GetItem", "DynamoDb"},
      {"ec2:describeVpcs", "ec2", "DescribeVpcs", "Ec2"},
      {"elasticloadbalancingv2:describeRules", "elasticloadbalancing", "DescribeRules",
       "ElasticLoadBalancingV2"},
      {"eventbridge:putEvents", "events", "PutEvents", "EventBridge"},
      {"guardduty:listDetectors", "guardduty", "ListDetectors", "GuardDuty"},
      {"iam:updateAccessKey", "iam", "UpdateAccessKey", "Iam"},
      {"kms:listKeys", "kms", "ListKeys", "Kms"},
      {"lambda:invoke", "lambda", "Invoke", "Lambda"},
      {"resourcegroupstaggingapi:getResources", "tagging", "GetResources",
       "ResourceGroupsTaggingApi"},
      {"s3:getObject", "s3", "GetObject", "S3"},
      {"s3control:getPublicAccessBlock", "s3control", "GetPublicAccessBlock", "S3Control"},
      {"secretsmanager:getSecretValue", "secretsmanager", "GetSecretValue", "SecretsManager"},
      {"securityhub:getFindings", "securityhub", "GetFindings", "SecurityHub"},
      {"sfn:startExecution", "states", "StartExecution", "Sfn"},
      {"sns:publish", "sns", "Publish", "Sns"},
      {"sqs:sendMessage", "sqs", "SendMessage", "Sqs"},
      {"ssm:getParameter", "ssm", "GetParameter", "Ssm"},
      {"ssmcontacts:listContacts", "ssm-contacts", "ListContacts", "SsmContacts"},
      {"ssmincidents:startIncident", "ssm-incidents", "StartIncident", "SsmIncidents"},
      {"sts:getCallerIdentity", "sts", "GetCallerIdentity", "Sts"}};
  for (const auto& [resource, service, operation, client] : known) {
    const auto parsed = asl::parse_resource("arn:aws:states:::aws-sdk:" + std::string(resource));
    ASSERT_TRUE(parsed) << resource;
    const auto found = integration_of(*parsed);
    ASSERT_TRUE(found) << resource;
    EXPECT_EQ(found->service->id, service);
    EXPECT_EQ(found->operation->name, operation);
    EXPECT_EQ(sdk_client_name(*found->service), client);
  }
}

TEST_F(States, EveryServiceIsCalledThroughTheSdk) {
  neighbours->answers["s3:ListObjectsV2"] =
      reply({{"KeyCount", 1},
             {"Contents", Array{Object{{"Key", "k"}, {"ETag", "e"}, {"LastModified", 1.5}}}}});
  create("m", task("arn:aws:states:::aws-sdk:s3:listObjectsV2",
                   {{"Parameters", Object{{"Bucket.$", "$.b"}, {"MaxKeys", 5}}}}));
  EXPECT_EQ(output(start("m", "e", R"({"b":"bucket"})")),
            R"({"KeyCount":1,"Contents":[{"Key":"k","ETag":"e",)"
            R"("LastModified":"1970-01-01T00:00:01.500Z"}]})");
  EXPECT_EQ(to_json(neighbours->calls[0].params), R"({"Bucket":"bucket","MaxKeys":5})");
}

TEST_F(States, ErrorsOfTheSdkAreNamedAsAwsNamesThem) {
  neighbours->answers["s3:GetObject"] =
      failure("NoSuchKey", "The specified key does not exist.", 404);
  create("m", task("arn:aws:states:::aws-sdk:s3:getObject",
                   {{"Parameters", Object{{"Bucket", "b"}, {"Key", "k"}}}}));
  EXPECT_THAT(
      output(start("m", "e")),
      StartsWith("FAILED S3.NoSuchKeyException: The specified key does not exist. (Service: "
                 "S3, Status Code: 404, Request ID: "));
  neighbours->answers["s3:GetObject"] = failure("AccessDenied", "Access Denied", 403);
  EXPECT_THAT(output(start("m", "f")), StartsWith("FAILED S3.S3Exception: Access Denied"));
  create("n", task("arn:aws:states:::aws-sdk:sfn:describeExecution",
                   {{"Parameters", Object{{"ExecutionArn", execution_arn("m", "no")}}}}));
  EXPECT_THAT(output(start("n", "e")), StartsWith("FAILED Sfn.ExecutionDoesNotExistException: "));
}

TEST_F(States, WhatCannotBeCalledFailsTheTask) {
  create("m", task("arn:aws:states:::aws-sdk:s3:getObject",
                   {{"Parameters", Object{{"Bucket", "b"}, {"Key", "k"}, {"Colour", "x"}}}}));
  EXPECT_THAT(output(start("m", "e")), HasSubstr("The field \"Colour\" is not supported"));
  create("n", task("arn:aws:states:::aws-sdk:quantum:leap"));
  EXPECT_THAT(output(start("n", "e")), StartsWith("FAILED States.TaskFailed: Tocsin does not"));
  create("o", task("arn:aws:states:::aws-sdk:ec2:runInstances"));
  EXPECT_THAT(output(start("o", "e")), StartsWith("FAILED "));
}

TEST_F(States, ARoleThatMayNotBeAssumedFailsTheTask) {
  create("m", task(kFunction));
  neighbours->answers["lambda:Invoke"] = failure("AccessDeniedException", "not you", 403);
  EXPECT_THAT(output(start("m", "e")), StartsWith("FAILED Lambda.AWSLambdaException: not you ("));
  notes->barred = true;
  EXPECT_THAT(output(start("m", "f")),
              StartsWith("FAILED States.TaskFailed: Neither the global service principal"));
}

TEST_F(States, AnotherRoleIsAssumedByTheFirst) {
  neighbours->answers["sts:AssumeRole"] =
      reply({{"Credentials", Object{{"AccessKeyId", "ASIAX"}}}});
  neighbours->answers["lambda:Invoke"] = reply(payload("1"));
  create("m", task(kFunction, {{"Credentials", Object{{"RoleArn", kRole + "2"}}}}));
  EXPECT_EQ(output(start("m", "e")), "1");
  ASSERT_EQ(neighbours->calls.size(), 2u);
  EXPECT_EQ(neighbours->calls[0].role, kRole);
  EXPECT_EQ(text(neighbours->calls[0].params, "RoleArn"), kRole + "2");
  EXPECT_EQ(neighbours->calls[1].role, "");
}

TEST_F(States, ExecutionsStartExecutionsAndWaitForThem) {
  create("child", {{"W", Object{{"Type", "Wait"}, {"Seconds", 5}, {"End", true}}}});
  const auto parameters =
      Object{{"StateMachineArn", machine_arn("child")}, {"Name", "c"}, {"Input", Object{{"n", 1}}}};
  create("m", task("arn:aws:states:::states:startExecution.sync:2", {{"Parameters", parameters}}));
  const auto execution = start("m", "e");
  EXPECT_EQ(types(execution).back(), "TaskSubmitted");
  cloud.advance(std::chrono::seconds(6));
  const auto shown = *parse_json(output(execution));
  EXPECT_EQ(to_json(*find(shown, "Output")), R"({"n":1})");
  EXPECT_EQ(text(shown, "Status"), "SUCCEEDED");
  EXPECT_EQ(text(shown, "ExecutionArn"), execution_arn("child", "c"));
  replays();
}

TEST_F(States, AChildThatEndsAtOnceIsWaitedForToo) {
  create("child", {{"F", Object{{"Type", "Fail"}, {"Error", "E"}, {"Cause", "C"}}}});
  create("m", task("arn:aws:states:::states:startExecution.sync",
                   {{"Parameters", Object{{"StateMachineArn", machine_arn("child")}}}}));
  const auto execution = start("m", "e");
  EXPECT_THAT(output(execution),
              StartsWith(R"(FAILED States.TaskFailed: {"Cause":"C","Error":"E")"));
}

TEST_F(States, AStoppedParentStopsItsChild) {
  create("child", {{"W", Object{{"Type", "Wait"}, {"Seconds", 500}, {"End", true}}}});
  create("m",
         task("arn:aws:states:::states:startExecution.sync",
              {{"Parameters", Object{{"StateMachineArn", machine_arn("child")}, {"Name", "c"}}}}));
  const auto execution = start("m", "e");
  done("StopExecution", {{"executionArn", execution}});
  EXPECT_EQ(status(execution_arn("child", "c")), "ABORTED");
}

TEST_F(States, AWorkerGetsTheWorkOfAnActivity) {
  const auto activity = string_of(done("CreateActivity", {{"name", "approve"}}), "activityArn");
  create("m", task(activity));
  const auto queued = start("m", "queued", R"({"n":1})");
  EXPECT_EQ(types(queued).back(), "ActivityScheduled");
  const Object poll{{"activityArn", activity}, {"workerName", "ann"}};
  const auto got = done("GetActivityTask", poll);
  EXPECT_EQ(text(got, "input"), R"({"n":1})");
  EXPECT_EQ(types(queued).back(), "ActivityStarted");
  done("SendTaskSuccess", {{"taskToken", text(got, "taskToken")}, {"output", "2"}});
  EXPECT_EQ(output(queued), "2");
  EXPECT_EQ(call("GetActivityTask", poll).error().code, "StillPending");
  const auto handed = start("m", "handed", "3");
  ASSERT_EQ(cloud.late_replies.size(), 1u);
  EXPECT_EQ(text(*cloud.late_replies.begin()->second, "input"), "3");
  EXPECT_EQ(types(handed).back(), "ActivityStarted");
  EXPECT_EQ(call("GetActivityTask", poll).error().code, "StillPending");
  cloud.advance(std::chrono::seconds(61));
  ASSERT_EQ(cloud.late_replies.size(), 2u);
  const auto withdrawn = start("m", "withdrawn");
  done("StopExecution", {{"executionArn", withdrawn}});
  EXPECT_EQ(call("GetActivityTask", poll).error().code, "StillPending");
  EXPECT_THAT(refusal("GetActivityTask", {{"activityArn", activity + "x"}}),
              StartsWith("ActivityDoesNotExist: Activity Does Not Exist: '"));
  done("DeleteActivity", {{"activityArn", activity}});
  EXPECT_THAT(output(start("m", "gone")), HasSubstr("does not exist"));
  replays();
}

TEST_F(States, ALoopOfTasksLeavesNothingBehind) {
  neighbours->answers["lambda:Invoke"] = [](core::Call&) -> core::Outcome {
    return fail("ServiceException", "again", 500);
  };
  create("m", task(kFunction, {{"Retry", Array{Object{{"ErrorEquals", Array{"States.ALL"}},
                                                      {"IntervalSeconds", 1},
                                                      {"MaxAttempts", 5},
                                                      {"BackoffRate", 1}}}}}));
  start("m", "e");
  cloud.advance(std::chrono::minutes(1));
  EXPECT_EQ(neighbours->of("lambda:Invoke").size(), 6u);
}

TEST_F(States, RetryAndCatch) {
  int calls = 0;
  neighbours->answers["lambda:Invoke"] = [&](core::Call&) -> core::Outcome {
    ++calls;
    return fail("TooManyRequestsException", "Rate Exceeded.", 429);
  };
  auto states =
      task(kFunction,
           {{"Retry", Array{Object{{"ErrorEquals", Array{"Lambda.TooManyRequestsException"}},
                                   {"IntervalSeconds", 10},
                                   {"MaxAttempts", 2}}}},
            {"Catch", Array{Object{{"ErrorEquals", Array{"States.ALL"}}, {"Next", "Caught"}}}}});
  states["Caught"] = Object{{"Type", "Pass"}, {"Result", "caught"}, {"End", true}};
  create("m", states);
  const auto execution = start("m", "e");
  EXPECT_EQ(calls, 1);
  cloud.advance(std::chrono::seconds(11));
  EXPECT_EQ(calls, 2);
  cloud.advance(std::chrono::seconds(21));
  EXPECT_EQ(output(execution), R"("caught")");
  EXPECT_EQ(calls, 3);
  replays();
}

TEST_F(States, ParallelAndMapAreJoined) {
  neighbours->answers["lambda:Invoke"] = [](core::Call& call) -> core::Outcome {
    return payload(*unbase64(call.open(*find(call.params(), "Payload")).value_or("")));
  };
  const auto flow = [](std::string_view name) {
    Object states;
    states[name] = task(kFunction)["T"];
    Object out{{"StartAt", name}};
    out["States"] = std::move(states);
    return out;
  };
  create(
      "m",
      {{"All",
        Object{{"Type", "Parallel"}, {"Branches", Array{flow("A"), flow("B")}}, {"Next", "Each"}}},
       {"Each", Object{{"Type", "Map"}, {"ItemProcessor", flow("C")}, {"End", true}}}});
  EXPECT_EQ(output(start("m", "e", "[1,2]")), "[[1,2],[1,2]]");
  EXPECT_EQ(neighbours->calls.size(), 4u);
  replays();
}

}  // namespace
}  // namespace tocsin::states

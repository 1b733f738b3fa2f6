// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/testing.hpp"

namespace tocsin::lambda {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::kArn;
using testing::kRole;
using testing::Lambda;
using ::testing::StartsWith;

TEST_F(Lambda, AFunctionIsMadeInvokedAndAnswers) {
  const auto made = create();
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(text(*made, "FunctionArn"), kArn);
  EXPECT_EQ(text(*made, "State"), "Pending");
  const auto reply = invoke("RequestResponse", {{"LogType", "Tail"}});
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(unbase64(text(*reply, "Payload")), R"({"done":true})");
  EXPECT_EQ(text(*reply, "LogResult"), "dGFpbA==");
  EXPECT_EQ(text(*reply, "ExecutedVersion"), "$LATEST");
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(text(jobs[0], "Payload"), R"({"a":1})");
  EXPECT_EQ(text(object_of(jobs[0], "Environment"), "TOPIC"), "hidden-value");
  EXPECT_EQ(text(object_of(jobs[0], "Credentials"), "SecretAccessKey"), "very-secret");
  EXPECT_EQ(cloud.digest(), cloud.replayed_digest());
}

TEST_F(Lambda, AFunctionIsShownAsAwsShowsIt) {
  ASSERT_TRUE(create({{"Tags", Object{{"team", "blue"}}}}));
  const auto shown = call("GetFunction", named());
  ASSERT_TRUE(shown) << shown.error().message;
  const auto& configuration = object_of(*shown, "Configuration");
  EXPECT_EQ(text(configuration, "State"), "Active");
  EXPECT_EQ(text(configuration, "LastUpdateStatus"), "Successful");
  EXPECT_EQ(to_json(*find(configuration, "EphemeralStorage")), R"({"Size":512})");
  EXPECT_EQ(to_json(*find(*find(configuration, "Environment"), "Variables")),
            R"({"TOPIC":"hidden-value"})");
  EXPECT_EQ(text(object_of(*shown, "Tags"), "team"), "blue");
  const auto updated = call("UpdateFunctionConfiguration", named({{"MemorySize", 256}}));
  EXPECT_EQ(text(*updated, "LastUpdateStatus"), "InProgress");
  const auto listed = call("ListFunctions", {});
  EXPECT_EQ(integer(array_of(*listed, "Functions")[0], "MemorySize"), 256);
}

TEST_F(Lambda, TheCodeCanBeFetchedForAWhile) {
  ASSERT_TRUE(create());
  const auto location = string_of(object_of(*call("GetFunction", named()), "Code"), "Location");
  const auto name = location.substr(location.rfind('/') + 1);
  const auto code = call("GetCode", {{"Name", name}});
  ASSERT_TRUE(code) << code.error().message;
  EXPECT_EQ(store::blob_ref(*find(*code, "Body"))->size, 3u);
  auto forged = name;
  forged.back() = forged.back() == '0' ? '1' : '0';
  EXPECT_EQ(refusal("GetCode", {{"Name", forged}}),
            "AccessDeniedException: Request has expired or is not valid.");
  EXPECT_THAT(refusal("GetCode", {{"Name", ""}}), StartsWith("AccessDenied"));
  cloud.advance(std::chrono::minutes(11));
  EXPECT_THAT(refusal("GetCode", {{"Name", name}}), StartsWith("AccessDenied"));
}

TEST_F(Lambda, CodeComesFromS3) {
  const auto ref = cloud.stores().blobs->put("object");
  neighbours->objects.emplace("code.zip", Document(Object{{"Body", store::to_document(*ref)}}));
  Object code{{"S3Bucket", "b"}, {"S3Key", "code.zip"}, {"S3ObjectVersion", "v1"}};
  ASSERT_TRUE(create({{"Code", code}}));
  EXPECT_EQ(text(neighbours->named("s3:GetObject")[0].params, "VersionId"), "v1");
  EXPECT_EQ(refusal("UpdateFunctionCode", named({{"S3Bucket", "b"}, {"S3Key", "none"}})),
            "InvalidParameterValueException: Error occurred while GetObject. S3 Error Code: "
            "NoSuchKey. S3 Error Message: The specified key does not exist.");
  EXPECT_THAT(refusal("UpdateFunctionCode", named()), HasSubstr("provide a source"));
}

TEST_F(Lambda, LogsAreWrittenAsTheRoleAndTheGroupIsMadeWhereItIsMissing) {
  ASSERT_TRUE(create());
  const auto calls_of = [&](std::string_view type) {
    neighbours->calls.clear();
    EXPECT_TRUE(invoke(type));
    std::vector<std::string> out;
    for (const auto& called : neighbours->calls) {
      if (called.name.starts_with("logs:"))
        out.push_back(called.name + (called.role == kRole ? " as role" : ""));
    }
    return out;
  };
  EXPECT_THAT(calls_of("RequestResponse"), ElementsAre());
  printing = true;
  EXPECT_THAT(calls_of("RequestResponse"),
              ElementsAre("logs:PutLogEvents as role", "logs:CreateLogGroup as role",
                          "logs:CreateLogStream as role", "logs:PutLogEvents as role"));
  neighbours->stream = false;
  EXPECT_THAT(calls_of("RequestResponse"),
              ElementsAre("logs:PutLogEvents as role", "logs:CreateLogStream as role",
                          "logs:PutLogEvents as role"));
}

TEST_F(Lambda, SecretsDoNotLieInTheState) {
  ASSERT_TRUE(create());
  ASSERT_TRUE(invoke("RequestResponse"));
  cloud.stores().state->scan("", "", store::Direction::Forward,
                             [](std::string_view, std::string_view value) {
                               EXPECT_EQ(value.find("very-secret"), std::string_view::npos);
                               EXPECT_EQ(value.find("hidden-value"), std::string_view::npos);
                               return true;
                             });
}

TEST_F(Lambda, BadInputIsRefusedAndNothingIsKept) {
  EXPECT_EQ(create({{"Role", "arn:aws:iam::123456789012:role/absent"}}).error().message,
            "The role defined for the function cannot be assumed by Lambda.");
  EXPECT_EQ(create({{"Code", Object{{"ZipFile", "bad"}}}}).error().code,
            "InvalidParameterValueException");
  EXPECT_EQ(invoke("RequestResponse").error().message, "Function not found: " + kArn);
  ASSERT_TRUE(create());
  EXPECT_EQ(create().error().message, "Function already exist: f");
  EXPECT_EQ(invoke("RequestResponse", {{"Payload", base64("{")}}).error().code,
            "InvalidRequestContentException");
  EXPECT_THAT(refusal("Invoke", named({{"InvocationType", "Sometimes"}})),
              HasSubstr("[Event, RequestResponse, DryRun]"));
}

TEST_F(Lambda, SettingsAreHeldToAwssLimits) {
  const auto refused = [&](Object more) {
    const auto made = create(std::move(more));
    return made ? "ok" : made.error().code + ": " + made.error().message;
  };
  EXPECT_EQ(refused({{"MemorySize", 64}}),
            "ValidationException: 1 validation error detected: Value '64' at 'memorySize' failed "
            "to satisfy constraint: Member must have value greater than or equal to 128");
  EXPECT_THAT(refused({{"Timeout", 901}}), HasSubstr("less than or equal to 900"));
  EXPECT_THAT(refused({{"EphemeralStorage", Object{{"Size", 100}}}}), HasSubstr("'size'"));
  EXPECT_THAT(refused({{"Runtime", "cobol"}}), StartsWith("InvalidParameterValueException: Value "
                                                          "cobol at 'runtime' failed"));
  EXPECT_THAT(refused({{"Runtime", "java21"}}), HasSubstr("java21 is not served"));
  EXPECT_THAT(refused({{"Handler", ""}}), HasSubstr("Runtime and Handler are mandatory"));
  EXPECT_THAT(refused({{"FunctionName", "a b"}}), StartsWith("ValidationException"));
  EXPECT_THAT(refused({{"PackageType", "Image"}}), HasSubstr("container images"));
  const auto environment = [](Object variables) {
    return Object{{"Environment", Object{{"Variables", std::move(variables)}}}};
  };
  EXPECT_EQ(refused(environment({{"AWS_REGION", "x"}, {"_HANDLER", "y"}})),
            "InvalidParameterValueException: Lambda was unable to configure your environment "
            "variables because the environment variables you have provided contains reserved keys "
            "that are currently not supported for modification. Reserved keys used in this "
            "request: AWS_REGION, _HANDLER");
  EXPECT_THAT(refused(environment({{"1A", "x"}})), StartsWith("ValidationException"));
  EXPECT_THAT(refused(environment({{"BIG", std::string(4096, 'x')}})),
              HasSubstr("exceeded the 4KB limit. String measured: {\"BIG\":\"xxx"));
}

TEST_F(Lambda, PayloadsAreHeldToAwssLimits) {
  ASSERT_TRUE(create());
  const auto with = [&](std::string_view type, std::size_t size) {
    const auto reply = invoke(type, {{"Payload", base64('"' + std::string(size - 2, 'x') + '"')}});
    return reply ? "ok" : reply.error().code + ": " + reply.error().message;
  };
  EXPECT_EQ(with("RequestResponse", 6'291'456), "ok");
  EXPECT_EQ(with("RequestResponse", 6'291'457),
            "RequestTooLargeException: Request must be smaller than 6291456 bytes for the "
            "InvokeFunction operation");
  EXPECT_EQ(with("Event", 1'048'576), "ok");
  EXPECT_THAT(with("Event", 1'048'577), HasSubstr("smaller than 1048576 bytes"));
}

TEST_F(Lambda, DryRunsRunNothing) {
  ASSERT_TRUE(create());
  EXPECT_EQ(integer(*invoke("DryRun"), "StatusCode"), 204);
  EXPECT_TRUE(jobs.empty());
}

TEST_F(Lambda, TheClientContextReachesTheFunction) {
  ASSERT_TRUE(create());
  ASSERT_TRUE(invoke("RequestResponse", {{"ClientContext", base64(R"({"custom":{"k":"v"}})")}}));
  EXPECT_EQ(text(jobs[0], "ClientContext"), R"({"custom":{"k":"v"}})");
  EXPECT_EQ(invoke("RequestResponse", {{"ClientContext", "!"}}).error().message,
            "Client context must be a valid Base64-encoded JSON object.");
}

TEST_F(Lambda, RevisionsGuardChanges) {
  const auto made = create();
  const auto revision = string_of(*made, "RevisionId");
  ASSERT_TRUE(call("UpdateFunctionConfiguration",
                   named({{"Description", "new"}, {"RevisionId", revision}})));
  EXPECT_THAT(refusal("UpdateFunctionConfiguration", named({{"RevisionId", revision}})),
              StartsWith("PreconditionFailedException: The Revision Id provided does not match"));
  EXPECT_THAT(refusal("PublishVersion", named({{"RevisionId", revision}})),
              StartsWith("PreconditionFailedException"));
}

TEST_F(Lambda, PermissionsAreTheFunctionsPolicy) {
  ASSERT_TRUE(create());
  EXPECT_EQ(refusal("GetPolicy", named()),
            "ResourceNotFoundException: The resource you requested does not exist.");
  EXPECT_EQ(refusal("RemovePermission", named({{"StatementId", "events"}})),
            "ResourceNotFoundException: No policy is associated with the given resource.");
  const auto permission = named({{"StatementId", "events"},
                                 {"Action", "lambda:InvokeFunction"},
                                 {"Principal", "events.amazonaws.com"},
                                 {"SourceArn", "arn:aws:events:us-east-1:123456789012:rule/stop"},
                                 {"SourceAccount", "123456789012"}});
  ASSERT_TRUE(call("AddPermission", permission));
  EXPECT_THAT(refusal("AddPermission", permission), StartsWith("ResourceConflictException"));
  const auto policy = parse_json(text(*call("GetPolicy", named()), "Policy"));
  EXPECT_EQ(
      to_json(array_of(*policy, "Statement")[0]),
      R"({"Sid":"events","Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},)"
      R"("Action":"lambda:InvokeFunction","Resource":")" +
          kArn +
          R"(","Condition":{"StringEquals":{"AWS:SourceAccount":"123456789012"},)"
          R"("ArnLike":{"AWS:SourceArn":"arn:aws:events:us-east-1:123456789012:rule/stop"}}})");
  notes->asked.clear();
  ASSERT_TRUE(invoke("RequestResponse"));
  EXPECT_THAT(notes->asked[0].resource_policy, HasSubstr("events.amazonaws.com"));
  EXPECT_EQ(refusal("RemovePermission", named({{"StatementId", "other"}})),
            "ResourceNotFoundException: Statement other is not found in resource policy.");
  EXPECT_EQ(refusal("RemovePermission", named({{"StatementId", "events"}})), "ok");
  EXPECT_THAT(refusal("AddPermission", named({{"StatementId", "x"},
                                              {"Action", "lambda:InvokeFunction"},
                                              {"Principal", "nobody"}})),
              HasSubstr("The provided principal was invalid."));
}

TEST_F(Lambda, ReservesLimitWhatRunsAtOnce) {
  ASSERT_TRUE(create());
  EXPECT_EQ(refusal("PutFunctionConcurrency", named({{"ReservedConcurrentExecutions", 901}})),
            "InvalidParameterValueException: Specified ReservedConcurrentExecutions for function "
            "decreases account's UnreservedConcurrentExecution below its minimum value of [100].");
  ASSERT_TRUE(call("PutFunctionConcurrency", named({{"ReservedConcurrentExecutions", 0}})));
  const auto refused = invoke("RequestResponse");
  EXPECT_EQ(refused.error().code, "TooManyRequestsException");
  EXPECT_EQ(refused.error().status, 429);
  EXPECT_EQ(text(refused.error().members, "Reason"),
            "ReservedFunctionConcurrentInvocationLimitExceeded");
  ASSERT_TRUE(call("PutFunctionConcurrency", named({{"ReservedConcurrentExecutions", 1}})));
  EXPECT_TRUE(invoke("RequestResponse"));
  EXPECT_TRUE(invoke("RequestResponse")) << "the place was given back";
  const auto settings = call("GetAccountSettings", {});
  EXPECT_EQ(integer(object_of(*settings, "AccountLimit"), "UnreservedConcurrentExecutions"), 999);
  ASSERT_TRUE(call("DeleteFunctionConcurrency", named()));
  EXPECT_EQ(to_json(*call("GetFunctionConcurrency", named())), "{}");
}

TEST_F(Lambda, FunctionsHaveTags) {
  ASSERT_TRUE(create({{"Tags", Object{{"a", "1"}}}}));
  ASSERT_TRUE(call("TagResource", {{"Resource", kArn}, {"Tags", Object{{"b", "2"}}}}));
  ASSERT_TRUE(call("UntagResource", {{"Resource", kArn}, {"TagKeys", Array{"a"}}}));
  EXPECT_EQ(to_json(*call("ListTags", {{"Resource", kArn}})), R"({"Tags":{"b":"2"}})");
  EXPECT_THAT(refusal("ListTags", {{"Resource", kArn + ":1"}}),
              HasSubstr("Tags on function aliases and versions are not supported"));
  EXPECT_THAT(refusal("ListTags", {{"Resource", "f"}}), StartsWith("ValidationException"));
}

TEST_F(Lambda, ListsComeInPages) {
  for (const auto* name : {"a", "b", "c"})
    ASSERT_TRUE(create({{"FunctionName", name}}));
  const auto first = call("ListFunctions", {{"MaxItems", 2}});
  EXPECT_EQ(array_of(*first, "Functions").size(), 2u);
  const auto second =
      call("ListFunctions", {{"MaxItems", 2}, {"Marker", text(*first, "NextMarker")}});
  ASSERT_EQ(array_of(*second, "Functions").size(), 1u);
  EXPECT_EQ(text(array_of(*second, "Functions")[0], "FunctionName"), "c");
  EXPECT_EQ(find(*second, "NextMarker"), nullptr);
}

TEST_F(Lambda, NamesComeInManyForms) {
  ASSERT_TRUE(create());
  for (const auto* name : {"f", "123456789012:function:f", "function:f",
                           "arn:aws:lambda:us-east-1:123456789012:function:f", "f:$LATEST"}) {
    EXPECT_TRUE(call("GetFunctionConfiguration", {{"FunctionName", name}})) << name;
  }
  EXPECT_EQ(refusal("GetFunction",
                    {{"FunctionName", "arn:aws:lambda:eu-west-1:123456789012:function:f"}}),
            "ResourceNotFoundException: Functions from 'eu-west-1' are not reachable in this "
            "region ('us-east-1')");
  EXPECT_THAT(refusal("GetFunction", {{"FunctionName", "f:1"}, {"Qualifier", "2"}}),
              HasSubstr("The derived qualifier from the function name does not match"));
}

}  // namespace
}  // namespace tocsin::lambda

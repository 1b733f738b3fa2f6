// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/lambda.hpp"

#include "base/crypto.hpp"
#include "core/testing.hpp"

namespace tocsin::lambda {
namespace {

using core::Effect;
using core::Job;
using core::TestCloud;

/// STS as Lambda needs it: a role named "absent" cannot be assumed.
void register_all(core::Registry& registry) {
  registry.add(core::Service{"sts", "sts", {{"AssumeRole", Effect::Write, [](core::Call& call) -> core::Outcome {
    if (text(call.params(), "RoleArn").ends_with("absent")) return fail("AccessDenied", "no", 403);
    return Object{{"Credentials", Object{{"AccessKeyId", "ASIAX"}, {"SecretAccessKey", "very-secret"}, {"SessionToken", "token"},
                                         {"Expiration", to_seconds(call.now() + std::chrono::hours(1))}}}};
  }}}});
  register_lambda(registry);
}

class Lambda : public testing::Test {
 protected:
  Lambda() : cloud(register_all) {
    cloud.on_job("function.inspect_code", [this](const Job& job) -> Result<Document> {
      if (text(job.payload, "ZipBase64") == "bad") return fail("InvalidParameterValueException", "Could not unzip uploaded file. Please check your file, then try to upload again.");
      const auto code = cloud.stores().blobs->put("zip");
      return Document(Object{{"Code", store::to_document(*code)}, {"CodeSha256", "sha="}, {"CodeSize", 3}});
    });
    cloud.on_job("function.invoke", [this](const Job& job) -> Result<Document> {
      jobs.push_back(job.payload);
      Object result{{"Payload", R"({"done":true})"}, {"LogTail", "dGFpbA=="}};
      if (failing) result["FunctionError"] = "Unhandled";
      return Document(std::move(result));
    });
  }
  Result<Document> create(std::string_view role = "arn:aws:iam::123456789012:role/r", std::string_view zip = "UEs=") {
    return cloud.call("lambda", "CreateFunction", Object{{"FunctionName", "f"}, {"Runtime", "python3.11"}, {"Handler", "index.handler"}, {"Role", role},
        {"Code", Object{{"ZipFile", zip}}}, {"Environment", Object{{"Variables", Object{{"TOPIC", "hidden-value"}}}}}});
  }
  Result<Document> invoke(std::string_view type) {
    return cloud.call("lambda", "Invoke", Object{{"FunctionName", "f"}, {"InvocationType", type}, {"Payload", base64(R"({"a":1})")}});
  }
  TestCloud cloud;
  std::vector<Document> jobs;
  bool failing = false;
};

TEST_F(Lambda, AFunctionIsMadeInvokedAndAnswers) {
  const auto made = create();
  ASSERT_TRUE(made) << made.error().message;
  EXPECT_EQ(text(*made, "FunctionArn"), "arn:aws:lambda:us-east-1:123456789012:function:f");
  const auto reply = invoke("RequestResponse");
  ASSERT_TRUE(reply) << reply.error().message;
  EXPECT_EQ(unbase64(text(*reply, "Payload")), R"({"done":true})");
  ASSERT_EQ(jobs.size(), 1u);
  EXPECT_EQ(text(jobs[0], "Payload"), R"({"a":1})");
  EXPECT_EQ(text(object_of(jobs[0], "Environment"), "TOPIC"), "hidden-value");
  EXPECT_EQ(text(object_of(jobs[0], "Credentials"), "SecretAccessKey"), "very-secret");
}

TEST_F(Lambda, AnAsynchronousInvocationThatFailsRunsThreeTimes) {
  ASSERT_TRUE(create());
  failing = true;
  EXPECT_EQ(integer(*invoke("Event"), "StatusCode"), 202);
  cloud.advance(std::chrono::hours(1));
  EXPECT_EQ(jobs.size(), 3u);
}

TEST_F(Lambda, SecretsDoNotLieInTheState) {
  ASSERT_TRUE(create());
  ASSERT_TRUE(invoke("RequestResponse"));
  cloud.stores().state->scan("", "", store::Direction::Forward, [](std::string_view, std::string_view value) {
    EXPECT_EQ(value.find("very-secret"), std::string_view::npos);
    return true;
  });
}

TEST_F(Lambda, BadInputIsRefusedAndNothingIsKept) {
  EXPECT_EQ(create("arn:aws:iam::123456789012:role/absent").error().code, "InvalidParameterValueException");
  EXPECT_EQ(create("arn:aws:iam::123456789012:role/r", "bad").error().code, "InvalidParameterValueException");
  EXPECT_EQ(invoke("RequestResponse").error().code, "ResourceNotFoundException");
  ASSERT_TRUE(create());
  EXPECT_EQ(create().error().code, "ResourceConflictException");
  EXPECT_EQ(cloud.call("lambda", "Invoke", Object{{"FunctionName", "f"}, {"Payload", base64("{")}}).error().code, "InvalidRequestContentException");
}

TEST_F(Lambda, PermissionsAreTheFunctionsPolicy) {
  ASSERT_TRUE(create());
  EXPECT_EQ(cloud.call("lambda", "GetPolicy", Object{{"FunctionName", "f"}}).error().code, "ResourceNotFoundException");
  const Object permission{{"FunctionName", "f"}, {"StatementId", "events"}, {"Action", "lambda:InvokeFunction"}, {"Principal", "events.amazonaws.com"},
                          {"SourceArn", "arn:aws:events:us-east-1:123456789012:rule/stop"}};
  ASSERT_TRUE(cloud.call("lambda", "AddPermission", permission));
  EXPECT_EQ(cloud.call("lambda", "AddPermission", permission).error().code, "ResourceConflictException");
  const auto policy = parse_json(text(*cloud.call("lambda", "GetPolicy", Object{{"FunctionName", "f"}}), "Policy"));
  ASSERT_TRUE(policy);
  EXPECT_EQ(array_of(*policy, "Statement").size(), 1u);
}

}  // namespace
}  // namespace tocsin::lambda

// SPDX-License-Identifier: Apache-2.0
#include "services/lambda/lambda.hpp"

#include "base/crypto.hpp"
#include "core/testing.hpp"

namespace tocsin::lambda {
namespace {

using core::Effect;
using core::Job;
using core::TestCloud;

/// A role named "absent" cannot be assumed.
class Roles : public core::Authorizer {
 public:
  std::optional<Secret> secret_of(const store::View&, const core::Secrets&,
                                  std::string_view) const override {
    return std::nullopt;
  }
  Result<core::Principal> identify(const store::View& view, const core::Credential& credential,
                                   Time now) const override {
    if (credential.role_arn.ends_with("absent")) return fail("AccessDenied", "no", 403);
    return others_->identify(view, credential, now);
  }
  Result<void> authorize(const store::View&, const core::Principal&, const core::Request&,
                         const core::Access&, Time) const override {
    return {};
  }

 private:
  std::unique_ptr<core::Authorizer> others_ = core::allow_all();
};

/// What Lambda asked CloudWatch Logs for; streams are those that it made.
struct Logs {
  std::vector<std::string> calls;
  bool group = false, stream = false;
};

core::Outcome logs_call(core::Call& call, Logs& logs) {
  const auto& operation = call.request().operation;
  logs.calls.push_back(operation + (call.request().credential.role_arn.empty() ? "" : " as role"));
  if (operation == "CreateLogGroup")
    logs.group = true;
  else if (!logs.group)
    return fail("ResourceNotFoundException", "The specified log group does not exist.");
  else if (operation == "CreateLogStream")
    logs.stream = true;
  else if (!logs.stream)
    return fail("ResourceNotFoundException", "The specified log stream does not exist.");
  return Object{};
}

void register_all(core::Registry& registry, const std::shared_ptr<Logs>& logs) {
  registry.set_authorizer(std::make_unique<Roles>());
  const auto handler = [logs](core::Call& call) { return logs_call(call, *logs); };
  registry.add(core::Service{"logs",
                             "logs",
                             {{"CreateLogGroup", Effect::Write, handler},
                              {"CreateLogStream", Effect::Write, handler},
                              {"PutLogEvents", Effect::Write, handler}}});
  registry.add(core::Service{
      "sts", "sts", {{"AssumeRole", Effect::Write, [](core::Call& call) -> core::Outcome {
                        return Object{{"Credentials",
                                       Object{{"AccessKeyId", "ASIAX"},
                                              {"SecretAccessKey", "very-secret"},
                                              {"SessionToken", "token"},
                                              {"Expiration",
                                               to_seconds(call.now() + std::chrono::hours(1))}}}};
                      }}}});
  register_lambda(registry);
}

class Lambda : public testing::Test {
 protected:
  Lambda() : cloud([this](core::Registry& registry) { register_all(registry, logs); }) {
    cloud.on_job("function.inspect_code", [this](const Job& job) -> Result<Document> {
      if (text(job.payload, "ZipBase64") == "bad")
        return fail(
            "InvalidParameterValueException",
            "Could not unzip uploaded file. Please check your file, then try to upload again.");
      const auto code = cloud.stores().blobs->put("zip");
      return Document(
          Object{{"Code", store::to_document(*code)}, {"CodeSha256", "sha="}, {"CodeSize", 3}});
    });
    cloud.on_job("function.invoke", [this](const Job& job) -> Result<Document> {
      jobs.push_back(job.payload);
      Object result{{"Payload", R"({"done":true})"}, {"LogTail", "dGFpbA=="}};
      if (failing) result["FunctionError"] = "Unhandled";
      if (printing) {
        result["Log"] =
            store::to_document(*cloud.stores().blobs->put("{\"timestamp\":1,\"message\":\"m\"}\n"));
        result["LogStream"] = "s";
      }
      return Document(std::move(result));
    });
  }
  Result<Document> create(std::string_view role = "arn:aws:iam::123456789012:role/r",
                          std::string_view zip = "UEs=") {
    return cloud.call(
        "lambda", "CreateFunction",
        Object{{"FunctionName", "f"},
               {"Runtime", "python3.11"},
               {"Handler", "index.handler"},
               {"Role", role},
               {"Code", Object{{"ZipFile", zip}}},
               {"Environment", Object{{"Variables", Object{{"TOPIC", "hidden-value"}}}}}});
  }
  Result<Document> invoke(std::string_view type) {
    return cloud.call(
        "lambda", "Invoke",
        Object{{"FunctionName", "f"}, {"InvocationType", type}, {"Payload", base64(R"({"a":1})")}});
  }
  std::shared_ptr<Logs> logs = std::make_shared<Logs>();
  TestCloud cloud;
  std::vector<Document> jobs;
  bool failing = false, printing = false;
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

TEST_F(Lambda, LogsAreWrittenAsTheRoleAndTheGroupIsMadeWhereItIsMissing) {
  ASSERT_TRUE(create());
  ASSERT_TRUE(invoke("RequestResponse"));
  EXPECT_TRUE(logs->calls.empty()) << "nothing was printed";
  printing = true;
  ASSERT_TRUE(invoke("RequestResponse"));
  EXPECT_THAT(logs->calls, testing::ElementsAre("PutLogEvents as role", "CreateLogGroup as role",
                                                "CreateLogStream as role", "PutLogEvents as role"));
  logs->calls.clear();
  logs->stream = false;
  ASSERT_TRUE(invoke("RequestResponse"));
  EXPECT_THAT(logs->calls, testing::ElementsAre("PutLogEvents as role", "CreateLogStream as role",
                                                "PutLogEvents as role"));
}

TEST_F(Lambda, SecretsDoNotLieInTheState) {
  ASSERT_TRUE(create());
  ASSERT_TRUE(invoke("RequestResponse"));
  cloud.stores().state->scan("", "", store::Direction::Forward,
                             [](std::string_view, std::string_view value) {
                               EXPECT_EQ(value.find("very-secret"), std::string_view::npos);
                               return true;
                             });
}

TEST_F(Lambda, BadInputIsRefusedAndNothingIsKept) {
  EXPECT_EQ(create("arn:aws:iam::123456789012:role/absent").error().code,
            "InvalidParameterValueException");
  EXPECT_EQ(create("arn:aws:iam::123456789012:role/r", "bad").error().code,
            "InvalidParameterValueException");
  EXPECT_EQ(invoke("RequestResponse").error().code, "ResourceNotFoundException");
  ASSERT_TRUE(create());
  EXPECT_EQ(create().error().code, "ResourceConflictException");
  EXPECT_EQ(cloud.call("lambda", "Invoke", Object{{"FunctionName", "f"}, {"Payload", base64("{")}})
                .error()
                .code,
            "InvalidRequestContentException");
}

TEST_F(Lambda, PermissionsAreTheFunctionsPolicy) {
  ASSERT_TRUE(create());
  EXPECT_EQ(cloud.call("lambda", "GetPolicy", Object{{"FunctionName", "f"}}).error().code,
            "ResourceNotFoundException");
  const Object permission{{"FunctionName", "f"},
                          {"StatementId", "events"},
                          {"Action", "lambda:InvokeFunction"},
                          {"Principal", "events.amazonaws.com"},
                          {"SourceArn", "arn:aws:events:us-east-1:123456789012:rule/stop"}};
  ASSERT_TRUE(cloud.call("lambda", "AddPermission", permission));
  EXPECT_EQ(cloud.call("lambda", "AddPermission", permission).error().code,
            "ResourceConflictException");
  const auto policy =
      parse_json(text(*cloud.call("lambda", "GetPolicy", Object{{"FunctionName", "f"}}), "Policy"));
  ASSERT_TRUE(policy);
  EXPECT_EQ(array_of(*policy, "Statement").size(), 1u);
}

}  // namespace
}  // namespace tocsin::lambda

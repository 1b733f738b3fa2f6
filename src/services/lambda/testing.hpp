// SPDX-License-Identifier: Apache-2.0
// What the tests of this room share: Lambda with neighbours and workers that are only played.
#pragma once

#include <gmock/gmock.h>

#include "base/crypto.hpp"
#include "core/testing.hpp"
#include "services/lambda/lambda.hpp"

namespace tocsin::lambda::testing {

using core::Effect;
using core::Job;
using core::TestCloud;

inline const std::string kRole = "arn:aws:iam::123456789012:role/r";
inline const std::string kArn = "arn:aws:lambda:us-east-1:123456789012:function:f";
inline const std::string kQueue = "arn:aws:sqs:us-east-1:123456789012:q";

/// A role named "absent" cannot be assumed. Accesses are noted; what `denied` names is refused.
class Roles : public core::Authorizer {
 public:
  struct Notes {
    std::vector<core::Access> asked;
    std::string denied;
  };
  explicit Roles(std::shared_ptr<Notes> notes) : notes_(std::move(notes)) {}
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
                         const core::Access& access, Time) const override {
    notes_->asked.push_back(access);
    if (access.action == notes_->denied) return fail("AccessDenied", "denied", 403);
    return {};
  }

 private:
  std::shared_ptr<Notes> notes_;
  std::unique_ptr<core::Authorizer> others_ = core::allow_all();
};

/// The other services, as Lambda calls them.
struct Neighbours {
  struct Called {
    std::string name;  // "sqs:SendMessage"
    Document params;
    std::string role;
  };
  std::vector<Called> calls;
  bool group = false, stream = false;  // of the logs
  Array messages;                      // of the queue
  std::string visibility = "30";
  core::Token waiting;  // of the last long poll
  std::optional<Error> queue_error;
  std::map<std::string, Result<Document>> objects;  // of S3, by key

  std::vector<Called> named(std::string_view name) const {
    std::vector<Called> out;
    std::ranges::copy_if(calls, std::back_inserter(out),
                         [&](const Called& call) { return call.name == name; });
    return out;
  }

  core::Outcome logs(const std::string& operation) {
    if (operation == "CreateLogGroup")
      group = true;
    else if (!group)
      return fail("ResourceNotFoundException", "The specified log group does not exist.");
    else if (operation == "CreateLogStream")
      stream = true;
    else if (!stream)
      return fail("ResourceNotFoundException", "The specified log stream does not exist.");
    return Object{};
  }

  static Array one_message(const core::Call& call) {
    return Array{Object{{"MessageId", "m1"},
                        {"ReceiptHandle", "h1"},
                        {"Body", text(call.params(), "MessageBody")}}};
  }

  core::Outcome sqs(core::Call& call, const std::string& operation) {
    if (queue_error) return *queue_error;
    if (operation == "GetQueueAttributes")
      return Object{{"Attributes", Object{{"VisibilityTimeout", visibility}}}};
    if (operation == "SendMessage" && !waiting.id.empty())
      call.resolve(std::exchange(waiting, {}), Document(Object{{"Messages", one_message(call)}}));
    if (operation != "ReceiveMessage") return Object{};
    if (messages.empty()) {
      waiting = call.park();
      return waiting;
    }
    Array out;
    const auto most = static_cast<std::size_t>(*integer(call.params(), "MaxNumberOfMessages"));
    while (!messages.empty() && out.size() < most) {
      out.push_back(messages.front());
      messages.erase(messages.begin());
    }
    return Object{{"Messages", std::move(out)}};
  }

  core::Outcome answer(core::Call& call) {
    const auto& request = call.request();
    calls.push_back(
        {request.service + ":" + request.operation, request.params, request.credential.role_arn});
    if (request.service == "logs") return logs(request.operation);
    if (request.service == "sqs") return sqs(call, request.operation);
    if (request.service == "s3") {
      const auto found = objects.find(string_of(request.params, "Key"));
      if (found == objects.end())
        return fail("NoSuchKey", "The specified key does not exist.", 404);
      return found->second;
    }
    if (request.service != "sts") return Object{};
    return Object{
        {"Credentials", Object{{"AccessKeyId", "ASIAX"},
                               {"SecretAccessKey", "very-secret"},
                               {"SessionToken", "token"},
                               {"Expiration", to_seconds(call.now() + std::chrono::hours(1))}}}};
  }
};

class Lambda : public ::testing::Test {
 protected:
  Lambda() : cloud([this](core::Registry& registry) { register_all(registry); }) {
    cloud.on_job("function.inspect_code", [this](const Job& job) { return inspect(job); });
    cloud.on_job("function.invoke", [this](const Job& job) { return run(job); });
  }

  Result<Document> create(Object more = {}) {
    Object params{{"FunctionName", "f"},
                  {"Runtime", "python3.11"},
                  {"Handler", "index.handler"},
                  {"Role", kRole},
                  {"Code", Object{{"ZipFile", "UEs="}}},
                  {"Environment", Object{{"Variables", Object{{"TOPIC", "hidden-value"}}}}}};
    for (auto& member : more)
      params[member.key()] = member.value();
    return call("CreateFunction", std::move(params));
  }
  Result<Document> invoke(std::string_view type, Object more = {}) {
    Object params{
        {"FunctionName", "f"}, {"InvocationType", type}, {"Payload", base64(R"({"a":1})")}};
    for (auto& member : more)
      params[member.key()] = member.value();
    return call("Invoke", std::move(params));
  }
  Result<Document> call(std::string_view operation, Object params) {
    return cloud.call("lambda", operation, std::move(params));
  }
  /// "code: message" of a call that fails; "ok" of one that does not.
  std::string refusal(std::string_view operation, Object params) {
    const auto reply = call(operation, std::move(params));
    return reply ? "ok" : reply.error().code + ": " + reply.error().message;
  }
  Object named(Object more = {}) {
    more["FunctionName"] = "f";
    return more;
  }
  void publish(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(call("UpdateFunctionConfiguration", named({{"Timeout", 10 + i}})));
      ASSERT_TRUE(call("PublishVersion", named()));
    }
  }

  std::shared_ptr<Neighbours> neighbours = std::make_shared<Neighbours>();
  std::shared_ptr<Roles::Notes> notes = std::make_shared<Roles::Notes>();
  /// Of calls of addresses: operation and function, as the audit has them.
  std::shared_ptr<std::vector<std::string>> recorded = std::make_shared<std::vector<std::string>>();
  TestCloud cloud;
  std::vector<Document> jobs;
  std::string payload = R"({"done":true})";
  std::string content = "zip";
  bool failing = false, printing = false;

 private:
  void register_all(core::Registry& registry) {
    registry.set_authorizer(std::make_unique<Roles>(notes));
    const auto handler = [neighbours = neighbours](core::Call& call) {
      return neighbours->answer(call);
    };
    const auto add = [&](std::string_view service, std::vector<std::string_view> operations) {
      std::vector<core::Operation> rows;
      for (const auto operation : operations)
        rows.push_back({operation, Effect::Write, handler});
      registry.add(core::Service{service, service, std::move(rows)});
    };
    add("logs", {"CreateLogGroup", "CreateLogStream", "PutLogEvents"});
    add("sqs", {"SendMessage", "ReceiveMessage", "DeleteMessageBatch", "GetQueueAttributes",
                "ChangeMessageVisibilityBatch"});
    add("sns", {"Publish"});
    add("events", {"PutEvents"});
    add("s3", {"GetObject"});
    add("sts", {"AssumeRole"});
    register_lambda(registry);
    registry.on_call([recorded = recorded](core::Context&, const core::CallRecord& call) {
      if (call.request.operation == "InvokeFunctionUrl")
        recorded->push_back("InvokeFunctionUrl " + string_of(call.request.params, "FunctionName"));
    });
  }
  Result<Document> inspect(const Job& job) {
    if (text(job.payload, "ZipBase64") == "bad")
      return fail(
          "InvalidParameterValueException",
          "Could not unzip uploaded file. Please check your file, then try to upload again.");
    const auto code = cloud.stores().blobs->put(content);
    return Document(Object{{"Code", store::to_document(*code)},
                           {"CodeSha256", base64(sha256(content))},
                           {"CodeSize", content.size()}});
  }
  Result<Document> run(const Job& job) {
    jobs.push_back(job.payload);
    Object result{{"Payload", payload}, {"LogTail", "dGFpbA=="}};
    if (failing) result["FunctionError"] = "Unhandled";
    if (printing) {
      result["Log"] =
          store::to_document(*cloud.stores().blobs->put("{\"timestamp\":1,\"message\":\"m\"}\n"));
      result["LogStream"] = "s";
    }
    return Document(std::move(result));
  }
};

}  // namespace tocsin::lambda::testing

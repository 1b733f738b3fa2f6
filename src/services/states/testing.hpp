// SPDX-License-Identifier: Apache-2.0
// What the tests of this room share: Step Functions with neighbours that are only played.
#pragma once

#include <gmock/gmock.h>

#include "base/crypto.hpp"
#include "core/testing.hpp"
#include "services/states/states.hpp"

namespace tocsin::states::testing {

using core::TestCloud;

inline const std::string kRole = "arn:aws:iam::123456789012:role/r";
inline const std::string kFunction = "arn:aws:lambda:us-east-1:123456789012:function:f";

inline std::string machine_arn(std::string_view name) {
  return "arn:aws:states:us-east-1:123456789012:stateMachine:" + std::string(name);
}
inline std::string execution_arn(std::string_view machine, std::string_view name) {
  return "arn:aws:states:us-east-1:123456789012:execution:" + std::string(machine) + ":" +
         std::string(name);
}

/// A role named "absent" cannot be assumed, nor can any while `barred`. Accesses are noted; what
/// `denied` names is refused.
class Roles : public core::Authorizer {
 public:
  struct Notes {
    std::vector<core::Access> asked;
    std::string denied;
    bool barred = false;
  };
  explicit Roles(std::shared_ptr<Notes> notes) : notes_(std::move(notes)) {}
  std::optional<Secret> secret_of(const store::View&, const core::Secrets&,
                                  std::string_view) const override {
    return std::nullopt;
  }
  Result<core::Principal> identify(const store::View& view, const core::Credential& credential,
                                   Time now) const override {
    if (credential.role_arn.ends_with("absent") ||
        (notes_->barred && !credential.role_arn.empty())) {
      return fail(
          "AccessDenied",
          credential.service +
              " is not authorized to perform: sts:AssumeRole on resource: " + credential.role_arn,
          403);
    }
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

/// The other services, as tasks call them: a call is noted, and answered by what `answers` has for
/// "service:Operation".
struct Neighbours {
  using Answer = std::function<core::Outcome(core::Call&)>;
  struct Called {
    std::string name;
    Document params;
    std::string role;
  };
  std::vector<Called> calls;
  std::map<std::string, Answer> answers;

  std::vector<Document> of(std::string_view name) const {
    std::vector<Document> out;
    for (const auto& call : calls)
      if (call.name == name) out.push_back(call.params);
    return out;
  }
  core::Outcome answer(core::Call& call) {
    const auto& request = call.request();
    const auto name = request.service + ":" + request.operation;
    auto params = request.params;
    call.secrets().open_all(params);
    calls.push_back({name, std::move(params), request.credential.role_arn});
    const auto found = answers.find(name);
    return found == answers.end() ? core::Outcome(Object{}) : found->second(call);
  }
};

class States : public ::testing::Test {
 protected:
  States() : cloud([this](core::Registry& registry) { register_all(registry); }) {}

  Result<Document> call(std::string_view operation, Object params) {
    return cloud.call("states", operation, std::move(params));
  }
  Document done(std::string_view operation, Object params) {
    auto reply = call(operation, std::move(params));
    EXPECT_TRUE(reply) << operation << ": "
                       << (reply ? "" : reply.error().code + ": " + reply.error().message);
    return reply ? *std::move(reply) : Document(Object{});
  }
  /// "Code: message" of a call that fails; "ok" of one that does not.
  std::string refusal(std::string_view operation, Object params) {
    const auto reply = call(operation, std::move(params));
    return reply ? "ok" : reply.error().code + ": " + reply.error().message;
  }

  /// A machine of these states, the first of which is the start.
  std::string create(std::string_view name, Object states, Object more = {}) {
    Object definition{{"StartAt", states.begin()->key()}};
    definition["States"] = std::move(states);
    more["definition"] = to_json(definition);
    more["name"] = name;
    if (!more.contains("roleArn")) more["roleArn"] = kRole;
    return string_of(done("CreateStateMachine", std::move(more)), "stateMachineArn");
  }
  static Object task(std::string_view resource, Object more = {}) {
    more["Type"] = "Task";
    more["Resource"] = resource;
    if (!more.contains("Next") && !more.contains("End")) more["End"] = true;
    return Object{{"T", std::move(more)}};
  }
  std::string start(std::string_view machine, std::string_view name,
                    std::string_view input = "{}") {
    return string_of(
        done("StartExecution",
             {{"stateMachineArn", machine_arn(machine)}, {"name", name}, {"input", input}}),
        "executionArn");
  }
  Document describe(std::string_view execution) {
    return done("DescribeExecution", {{"executionArn", execution}});
  }
  std::string status(std::string_view execution) {
    return string_of(describe(execution), "status");
  }
  std::string output(std::string_view execution) {
    const auto shown = describe(execution);
    if (text(shown, "status") == "SUCCEEDED") return string_of(shown, "output");
    return string_of(shown, "status") + " " + string_of(shown, "error") + ": " +
           string_of(shown, "cause");
  }
  Array history(std::string_view execution, Object more = {}) {
    more["executionArn"] = execution;
    return array_of(done("GetExecutionHistory", std::move(more)), "events");
  }
  std::vector<std::string> types(std::string_view execution, Object more = {}) {
    std::vector<std::string> out;
    for (const auto& event : history(execution, std::move(more)))
      out.push_back(string_of(event, "type"));
    return out;
  }
  void replays() { EXPECT_EQ(cloud.digest(), cloud.replayed_digest()); }

  std::shared_ptr<Neighbours> neighbours = std::make_shared<Neighbours>();
  std::shared_ptr<Roles::Notes> notes = std::make_shared<Roles::Notes>();
  TestCloud cloud;

 private:
  void register_all(core::Registry& registry) {
    registry.set_authorizer(std::make_unique<Roles>(notes));
    const auto handler = [neighbours = neighbours](core::Call& call) {
      return neighbours->answer(call);
    };
    const auto add = [&](std::string_view service, std::vector<std::string_view> operations) {
      std::vector<core::Operation> rows;
      for (const auto operation : operations)
        rows.push_back({operation, core::Effect::Write, handler});
      registry.add(core::Service{service, service, std::move(rows)});
    };
    add("lambda", {"Invoke"});
    add("sqs", {"SendMessage", "GetQueueUrl"});
    add("sns", {"Publish"});
    add("events", {"PutEvents"});
    add("s3", {"GetObject", "PutObject", "ListObjectsV2"});
    add("sts", {"AssumeRole"});
    add("monitoring", {"PutMetricData"});
    add("logs",
        {"CreateLogStream", "PutLogEvents", "PutResourcePolicy", "DescribeResourcePolicies"});
    register_states(registry);
  }
};

}  // namespace tocsin::states::testing

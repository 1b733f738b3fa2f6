// SPDX-License-Identifier: Apache-2.0
// What the tests of this room share: Systems Manager with neighbours that are only played.
#pragma once

#include <gmock/gmock.h>

#include "base/crypto.hpp"
#include "core/testing.hpp"
#include "services/ssm/ssm.hpp"

namespace tocsin::ssm::testing {

using core::TestCloud;

inline const std::string kRole = "arn:aws:iam::123456789012:role/auto";

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
    if (access.action == notes_->denied) return fail("AccessDeniedException", "denied", 403);
    return {};
  }

 private:
  std::shared_ptr<Notes> notes_;
  std::unique_ptr<core::Authorizer> others_ = core::allow_all();
};

/// The other services, as steps call them: a call is noted, and answered by what `answers` has for
/// "service:Operation".
struct Neighbours {
  using Answer = std::function<core::Outcome(core::Call&)>;
  struct Called {
    std::string name;
    Document params;
    std::string role, session;
  };
  std::vector<Called> calls;
  std::map<std::string, Answer> answers;

  std::vector<std::string> names() const {
    std::vector<std::string> out;
    for (const auto& call : calls)
      out.push_back(call.name);
    return out;
  }
  Document params_of(std::string_view name) const {
    for (const auto& call : calls)
      if (call.name == name) return call.params;
    return nullptr;
  }
  core::Outcome answer(core::Call& call) {
    const auto& request = call.request();
    const auto name = request.service + ":" + request.operation;
    auto params = request.params;
    call.secrets().open_all(params);
    calls.push_back(
        {name, std::move(params), request.credential.role_arn, request.credential.session_name});
    const auto found = answers.find(name);
    return found == answers.end() ? core::Outcome(Object{}) : found->second(call);
  }
};

inline Neighbours::Answer reply(Object object) {
  return [object](core::Call&) -> core::Outcome { return object; };
}
inline Neighbours::Answer failure(std::string code, std::string message, int status = 400) {
  return [=](core::Call&) -> core::Outcome { return fail(code, message, status); };
}

class Ssm : public ::testing::Test {
 protected:
  Ssm() : cloud([this](core::Registry& registry) { register_all(registry); }) {}

  Result<Document> call(std::string_view operation, Object params) {
    return cloud.call("ssm", operation, std::move(params));
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
  std::string refused_content(std::string_view yaml, std::string_view type = "Automation") {
    return refusal("CreateDocument", {{"Name", "Refused"},
                                      {"Content", yaml},
                                      {"DocumentType", type},
                                      {"DocumentFormat", "YAML"}});
  }
  void create(std::string_view name, std::string_view yaml) {
    done("CreateDocument", {{"Name", name},
                            {"Content", yaml},
                            {"DocumentType", "Automation"},
                            {"DocumentFormat", "YAML"}});
  }
  /// A runbook of these steps (YAML).
  void create_steps(std::string_view name, std::string_view steps, std::string_view more = "") {
    create(name,
           "schemaVersion: '0.3'\n" + std::string(more) + "mainSteps:\n" + std::string(steps));
  }
  std::string start(std::string_view document, Object parameters = {}, Object more = {}) {
    more["DocumentName"] = document;
    if (!parameters.empty()) more["Parameters"] = std::move(parameters);
    return string_of(done("StartAutomationExecution", std::move(more)), "AutomationExecutionId");
  }
  Document execution(std::string_view id) {
    const auto reply = done("GetAutomationExecution", {{"AutomationExecutionId", id}});
    return Document(object_of(reply, "AutomationExecution"));
  }
  std::string status(std::string_view id) {
    return string_of(execution(id), "AutomationExecutionStatus");
  }
  std::string failure_of(std::string_view id) { return string_of(execution(id), "FailureMessage"); }
  /// "name: status" of each step.
  std::vector<std::string> steps(std::string_view id) {
    std::vector<std::string> out;
    const auto shown = execution(id);
    for (const auto& step : array_of(shown, "StepExecutions"))
      out.push_back(string_of(step, "StepName") + ": " + string_of(step, "StepStatus"));
    return out;
  }
  Document step(std::string_view id, std::string_view name) {
    const auto shown = execution(id);
    for (const auto& each : array_of(shown, "StepExecutions"))
      if (text(each, "StepName") == name) return each;
    return nullptr;
  }
  std::string output(std::string_view id, std::string_view name) {
    const auto shown = execution(id);
    return to_json(Document(array_of(object_of(shown, "Outputs"), name)));
  }
  void signal(std::string_view id, std::string_view type, Object payload = {}) {
    done("SendAutomationSignal",
         {{"AutomationExecutionId", id}, {"SignalType", type}, {"Payload", payload}});
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
    add("s3", {"PutBucketAcl", "PutPublicAccessBlock", "GetPublicAccessBlock",
               "PutBucketEncryption", "PutBucketLogging", "PutBucketVersioning", "GetObject"});
    add("ec2", {"DescribeInstances",
                "StopInstances",
                "StartInstances",
                "TerminateInstances",
                "CreateSnapshot",
                "DescribeSnapshots",
                "RevokeSecurityGroupIngress",
                "RevokeSecurityGroupEgress",
                "DescribeSecurityGroups",
                "DescribeSecurityGroupRules",
                "EnableEbsEncryptionByDefault",
                "GetEbsEncryptionByDefault",
                "CreateTags",
                "CreateImage",
                "DescribeImages",
                "DeregisterImage",
                "DeleteSnapshot",
                "RunInstances",
                "CopyImage",
                "ModifyInstanceMetadataOptions",
                "ReleaseAddress"});
    add("sns", {"Publish", "SetTopicAttributes", "GetTopicAttributes"});
    add("iam", {"UpdateAccountPasswordPolicy", "GetAccountPasswordPolicy"});
    add("cloudtrail", {"CreateTrail", "StartLogging", "UpdateTrail", "GetTrail"});
    add("kms", {"EnableKeyRotation", "GetKeyRotationStatus", "CancelKeyDeletion", "EnableKey",
                "DescribeKey"});
    add("lambda", {"Invoke"});
    add("states", {"StartExecution", "DescribeExecution"});
    add("sts", {"AssumeRole"});
    add("tagging", {"GetResources"});
    register_ssm(registry);
  }
};

}  // namespace tocsin::ssm::testing

// SPDX-License-Identifier: Apache-2.0
// What the tests of the rules half share: a function, Systems Manager and IAM, a few lines each,
// beside the recorded queues of recording_testing.hpp.
#pragma once

#include "base/crypto.hpp"
#include "services/config/recording_testing.hpp"
#include "services/config/rules_state.hpp"

namespace tocsin::config {

inline constexpr std::string_view kFunction =
    "arn:aws:lambda:us-east-1:123456789012:function:judge";

/// What the stand-ins got, and what they say.
struct World {
  std::vector<Document> events;  // of the function
  bool function_refused = false;
  std::string function_error;     // thrown by it; empty: it works
  std::vector<Document> started;  // StartAutomationExecution
  std::string automation_status = "Success";
  std::optional<Error> start_error;
  std::optional<Document> password_policy;
  /// What the automation does to the resource.
  std::function<void(core::Call&, const Document&)> automation = [](auto&, auto&) {};
};

class RulesTest : public testing::Test {
 protected:
  static inline World world;

  static core::Outcome invoke_function(core::Call& call) {
    const auto& params = call.params();
    if (world.function_refused) return fail("AccessDeniedException", "no", 403);
    if (text(params, "InvocationType") == "DryRun") return Object{{"StatusCode", 204}};
    world.events.push_back(*parse_json(*unbase64(*call.open(*find(params, "Payload")))));
    Object reply{{"StatusCode", 200}};
    if (!world.function_error.empty()) {
      reply["FunctionError"] = "Unhandled";
      reply["Payload"] = base64(
          to_json(Object{{"errorType", "ValueError"}, {"errorMessage", world.function_error}}));
    }
    return reply;
  }

  static core::Outcome start_automation(core::Call& call) {
    if (world.start_error) return *world.start_error;
    world.started.push_back(call.params());
    world.automation(call, call.params());
    return Object{{"AutomationExecutionId", call.new_uuid()}};
  }

  static core::Outcome get_automation(core::Call&) {
    Object step{{"StepName", "fix"},
                {"StepStatus", world.automation_status},
                {"FailureMessage", world.automation_status == "Failed" ? "Step fails" : ""}};
    Object execution{{"AutomationExecutionStatus", world.automation_status}};
    execution["StepExecutions"] = Array{std::move(step)};
    Object reply;
    reply["AutomationExecution"] = std::move(execution);
    return reply;
  }

  static core::Outcome get_password_policy(core::Call&) {
    if (!world.password_policy)
      return fail("NoSuchEntity",
                  "The Password Policy with domain name 123456789012 cannot be found.", 404);
    return Object{{"PasswordPolicy", *world.password_policy}};
  }

  static void register_all(core::Registry& registry) {
    using enum core::Effect;
    world = World{};
    registry.add(core::Service{"lambda", "lambda", {{"Invoke", Write, invoke_function}}});
    registry.add(core::Service{"ssm",
                               "ssm",
                               {{"StartAutomationExecution", Write, start_automation},
                                {"GetAutomationExecution", Read, get_automation}}});
    registry.add(
        core::Service{"iam", "iam", {{"GetAccountPasswordPolicy", Read, get_password_policy}}});
    register_world(registry);
  }

  void SetUp() override {
    done("PutConfigurationRecorder",
         Object{{"ConfigurationRecorder",
                 Object{{"name", "default"},
                        {"roleARN", kRole},
                        {"recordingGroup",
                         Object{{"allSupported", true}, {"includeGlobalResourceTypes", true}}}}}});
    done("PutDeliveryChannel",
         Object{{"DeliveryChannel",
                 Object{{"name", "default"}, {"s3BucketName", "audit"}, {"snsTopicARN", kTopic}}}});
    done("StartConfigurationRecorder", Object{{"ConfigurationRecorderName", "default"}});
  }

  core::TestCloud cloud{register_all};

  Result<Document> call(std::string_view operation, Object params = {}) {
    return cloud.call("config", operation, std::move(params));
  }
  Document done(std::string_view operation, Object params = {}) {
    auto reply = call(operation, std::move(params));
    EXPECT_TRUE(reply) << operation << ": "
                       << (reply ? "" : reply.error().code + ": " + reply.error().message);
    return reply ? *std::move(reply) : Document(Object{});
  }
  /// "Code: message" of a call that must fail.
  std::string refused(std::string_view operation, Object params = {}) {
    const auto reply = call(operation, std::move(params));
    return reply ? "ok" : reply.error().code + ": " + reply.error().message;
  }

  void queue(std::string_view name, Object attributes = {}, Object tags = {}) {
    ASSERT_TRUE(cloud.call("sqs", "CreateQueue",
                           Object{{"QueueName", name},
                                  {"Attributes", std::move(attributes)},
                                  {"tags", std::move(tags)}}));
  }
  void drop(std::string_view name) {
    ASSERT_TRUE(cloud.call("sqs", "DeleteQueue", Object{{"QueueUrl", name}}));
  }
  static Object encrypted(bool is = true) { return {{"Encrypted", is}}; }

  static Object policy_rule(std::string_view name = "encrypted", Object more = {}) {
    Object source{{"Owner", "CUSTOM_POLICY"}};
    source["SourceDetails"] = Array{Object{{"EventSource", "aws.config"},
                                           {"MessageType", "ConfigurationItemChangeNotification"}}};
    source["CustomPolicyDetails"] =
        Object{{"PolicyRuntime", "guard-2.x.x"},
               {"PolicyText",
                "rule encrypted when resourceType == \"AWS::SQS::Queue\" {\n"
                "  configuration.Encrypted == true <<The queue is not encrypted>>\n}"}};
    Object rule{{"ConfigRuleName", name}};
    rule["Scope"] = Object{{"ComplianceResourceTypes", Array{"AWS::SQS::Queue"}}};
    rule["Source"] = std::move(source);
    for (auto& member : more)
      rule[member.key()] = member.value();
    return rule;
  }

  static Object function_rule(std::string_view name = "judged", Array messages = {},
                              Object more = {}) {
    if (messages.empty()) messages = {"ConfigurationItemChangeNotification"};
    Array details;
    for (const auto& message : messages)
      details.push_back(Object{{"EventSource", "aws.config"}, {"MessageType", message}});
    Object source{{"Owner", "CUSTOM_LAMBDA"}, {"SourceIdentifier", kFunction}};
    source["SourceDetails"] = std::move(details);
    Object rule{{"ConfigRuleName", name}};
    rule["Scope"] = Object{{"ComplianceResourceTypes", Array{"AWS::SQS::Queue"}}};
    rule["Source"] = std::move(source);
    for (auto& member : more)
      rule[member.key()] = member.value();
    return rule;
  }

  static Object managed_rule_of(std::string_view identifier, Object more = {}) {
    Object rule{{"ConfigRuleName", "managed"}};
    rule["Source"] = Object{{"Owner", "AWS"}, {"SourceIdentifier", identifier}};
    for (auto& member : more)
      rule[member.key()] = member.value();
    return rule;
  }

  void put(Object rule) { done("PutConfigRule", Object{{"ConfigRule", std::move(rule)}}); }
  std::string put_refused(Object rule) {
    return refused("PutConfigRule", Object{{"ConfigRule", std::move(rule)}});
  }
  Document rule(std::string_view name) {
    return array_of(done("DescribeConfigRules", Object{{"ConfigRuleNames", Array{name}}}),
                    "ConfigRules")[0];
  }
  Document status(std::string_view name) {
    return array_of(
        done("DescribeConfigRuleEvaluationStatus", Object{{"ConfigRuleNames", Array{name}}}),
        "ConfigRulesEvaluationStatus")[0];
  }
  /// {"q1": "COMPLIANT", …} as the rule finds.
  std::map<std::string, std::string> found_by_rule(std::string_view name, Object more = {}) {
    std::map<std::string, std::string> out;
    more["ConfigRuleName"] = name;
    const auto reply = done("GetComplianceDetailsByConfigRule", std::move(more));
    for (const auto& result : array_of(reply, "EvaluationResults")) {
      const auto& id = object_of(result, "EvaluationResultIdentifier");
      out[string_of(object_of(id, "EvaluationResultQualifier"), "ResourceId")] =
          string_of(result, "ComplianceType");
    }
    return out;
  }
  std::string compliance(std::string_view name) {
    const auto reply =
        done("DescribeComplianceByConfigRule", Object{{"ConfigRuleNames", Array{name}}});
    return string_of(object_of(array_of(reply, "ComplianceByConfigRules")[0], "Compliance"),
                     "ComplianceType");
  }

  std::vector<Document> events(std::string_view detail_type) {
    std::vector<Document> out;
    for (const auto& event : cloud.events()) {
      if (event.detail_type == detail_type) out.push_back(event.detail);
    }
    return out;
  }
  /// Messages of the topic of one kind, with their subjects.
  std::vector<Document> messages(std::string_view type) {
    std::vector<Document> out;
    for (const auto& sent : kTestMessages.all(*cloud.stores().state, {})) {
      auto message = *parse_json(text(sent, "Message"));
      if (text(message, "messageType") != type) continue;
      message.as_object()["Subject"] = text(sent, "Subject");
      out.push_back(std::move(message));
    }
    return out;
  }
  Document invoking_event(std::size_t number) {
    return *parse_json(text(world.events.at(number), "invokingEvent"));
  }
};

using Found = std::map<std::string, std::string>;

}  // namespace tocsin::config

// SPDX-License-Identifier: Apache-2.0
// What a rule must be, and what follows from what it is.
// https://docs.aws.amazon.com/config/latest/APIReference/API_PutConfigRule.html
#include <algorithm>
#include <fmt/format.h>

#include "engines/guard/guard.hpp"
#include "services/config/managed.hpp"
#include "services/config/rules_parts.hpp"

namespace tocsin::config {
namespace {

const std::vector<std::string_view> kOwners{"CUSTOM_LAMBDA", "AWS", "CUSTOM_POLICY"};
const std::vector<std::string_view> kFrequencies{"One_Hour", "Three_Hours", "Six_Hours",
                                                 "Twelve_Hours", "TwentyFour_Hours"};
const std::vector<std::string_view> kMessages{
    "ConfigurationItemChangeNotification", "ConfigurationSnapshotDeliveryCompleted",
    "ScheduledNotification", "OversizedConfigurationItemChangeNotification"};
constexpr std::string_view kChange = "ConfigurationItemChangeNotification";
constexpr std::string_view kOversized = "OversizedConfigurationItemChangeNotification";
constexpr std::string_view kScheduled = "ScheduledNotification";

Result<void> read_scope(const Document& scope, Rule& rule) {
  rule.types = strings_of(scope, "ComplianceResourceTypes");
  rule.tag_key = string_of(scope, "TagKey");
  rule.tag_value = string_of(scope, "TagValue");
  rule.resource_id = string_of(scope, "ComplianceResourceId");
  if (!rule.tag_value.empty() && rule.tag_key.empty())
    return invalid_value("Tag key should not be empty when tag value is provided in scope");
  if (!rule.tag_key.empty() && (!rule.types.empty() || !rule.resource_id.empty()))
    return invalid_value("Scope cannot be applied to both resource and tag");
  if (!rule.resource_id.empty() && rule.types.size() != 1) {
    return invalid_value(
        "A single resourceType should be provided when resourceId is provided in scope");
  }
  return {};
}

Result<Object> check_detail(const Document& given) {
  Object detail{{"EventSource", text(given, "EventSource", "aws.config")}};
  const auto message = text(given, "MessageType");
  const auto frequency = text(given, "MaximumExecutionFrequency");
  TRY(check_enum(text(detail, "EventSource"), "configRule.source.sourceDetails.eventSource",
                 {"aws.config"}));
  if (message.empty())
    return invalid_value("MessageType is required in SourceDetails. Please provide a MessageType.");
  TRY(check_enum(message, "configRule.source.sourceDetails.messageType", kMessages));
  TRY(check_enum(frequency, "configRule.source.sourceDetails.maximumExecutionFrequency",
                 kFrequencies));
  const bool change = message == kChange || message == kOversized;
  if (change && !frequency.empty()) {
    return invalid_value(
        "A maximum execution frequency is not allowed if MessageType is "
        "ConfigurationItemChangeNotification or OversizedConfigurationItemChangeNotification");
  }
  detail["MessageType"] = message;
  if (message == kScheduled)
    detail["MaximumExecutionFrequency"] = frequency.empty() ? "TwentyFour_Hours" : frequency;
  return detail;
}

Result<Object> parameters_of(const Rule& rule) {
  if (rule.parameters.empty()) return Object{};
  const auto parsed = parse_json(rule.parameters);
  if (!parsed || !parsed->is_object()) {
    return invalid_value(
        fmt::format("Invalid json {} passed in the InputParameters field", rule.parameters));
  }
  return parsed->get_object();
}

Result<void> check_managed(const Rule& rule) {
  const auto* managed = managed_rule(rule.identifier);
  if (!managed) {
    return invalid_value(fmt::format(
        "The sourceIdentifier {} is invalid. Please refer to the documentation for a list of valid "
        "sourceIdentifiers that can be used when AWS is the Owner.",
        rule.identifier));
  }
  TRY(typed_parameters(*managed, TRY(parameters_of(rule))));
  if (is_proactive(rule) && !managed->proactive) {
    return invalid_value(fmt::format("The rule {} does not support the PROACTIVE evaluation mode.",
                                     rule.identifier));
  }
  return {};
}

Result<void> check_policy(const Document& source, Rule& rule) {
  const auto& details = object_of(source, "CustomPolicyDetails");
  if (details.empty())
    return invalid_value("CustomPolicyDetails should be provided if the owner is CUSTOM_POLICY");
  if (!rule.identifier.empty())
    return invalid_value("SourceIdentifier should be null/empty if the owner is CUSTOM_POLICY");
  const auto runtime = text(details, "PolicyRuntime");
  if (runtime != "guard-2.x.x") {
    return fail("ValidationException",
                fmt::format("1 validation error detected: Value '{}' at "
                            "'configRule.source.customPolicyDetails.policyRuntime' failed to "
                            "satisfy constraint: Member must satisfy regular expression pattern: "
                            "guard\\-2\\.x\\.x",
                            runtime));
  }
  rule.policy = string_of(details, "PolicyText");
  rule.debug = flag(details, "EnableDebugLogDelivery");
  if (auto rules = guard::Rules::compile(rule.policy); !rules)
    return invalid_value("The policy text is invalid: " + rules.error().message);
  TRY(parameters_of(rule));
  return {};
}

Result<void> read_source(const Document& source, Rule& rule) {
  rule.owner = string_of(source, "Owner");
  rule.identifier = string_of(source, "SourceIdentifier");
  TRY(check_enum(rule.owner, "configRule.source.owner", kOwners));
  const auto& details = array_of(source, "SourceDetails");
  if (details.empty() == (rule.owner != "AWS")) {
    return invalid_value(
        "SourceDetails should be null/empty if the owner is AWS. SourceDetails should be provided "
        "if the owner is CUSTOM_LAMBDA or CUSTOM_POLICY");
  }
  for (const auto& detail : details)
    rule.details.push_back(TRY(check_detail(detail)));
  if (rule.owner == "CUSTOM_POLICY") return check_policy(source, rule);
  if (find(source, "CustomPolicyDetails")) {
    return invalid_value(
        "CustomPolicyDetails should be null/empty if the owner is not CUSTOM_POLICY");
  }
  if (rule.owner == "AWS") return check_managed(rule);
  const auto function = Arn::parse(rule.identifier);
  if (!function || function->service != "lambda")
    return invalid_value(
        fmt::format("The sourceIdentifier {} is not the ARN of an AWS Lambda "
                    "function.",
                    rule.identifier));
  TRY(parameters_of(rule));
  return {};
}

Result<void> read_modes(const Document& given, Rule& rule) {
  for (const auto& mode : array_of(given, "EvaluationModes")) {
    const auto name = string_of(mode, "Mode");
    TRY(check_enum(name, "configRule.evaluationModes.mode", {"DETECTIVE", "PROACTIVE"}));
    rule.modes.push_back(name);
  }
  if (rule.modes.empty()) rule.modes.push_back("DETECTIVE");
  return {};
}

bool has(const std::vector<std::string>& values, std::string_view value) {
  return std::ranges::find(values, value) != values.end();
}

Duration frequency_of(std::string_view name) {
  using std::chrono::hours;
  return name == "One_Hour"       ? hours(1)
         : name == "Three_Hours"  ? hours(3)
         : name == "Six_Hours"    ? hours(6)
         : name == "Twelve_Hours" ? hours(12)
                                  : hours(24);
}

}  // namespace

Result<Rule> rule_from(const Document& given) {
  Rule rule{.name = string_of(given, "ConfigRuleName"),
            .description = string_of(given, "Description"),
            .parameters = string_of(given, "InputParameters"),
            .frequency = string_of(given, "MaximumExecutionFrequency")};
  if (const auto state = text(given, "ConfigRuleState"); !state.empty() && state != "ACTIVE") {
    return invalid_value(fmt::format(
        "The ConfigRuleState {} is invalid. Only the following values are permitted: ACTIVE",
        state));
  }
  if (find(given, "CreatedBy")) {
    return invalid_value(
        "AWS Config populates the CreatedBy field for ServiceLinkedConfigRule. Try again without "
        "populating the CreatedBy field");
  }
  TRY(check_enum(rule.frequency, "configRule.maximumExecutionFrequency", kFrequencies));
  TRY(read_modes(given, rule));
  TRY(read_scope(object_of(given, "Scope"), rule));
  TRY(read_source(object_of(given, "Source"), rule));
  return rule;
}

bool is_detective(const Rule& rule) {
  return has(rule.modes, "DETECTIVE");
}

bool is_proactive(const Rule& rule) {
  return has(rule.modes, "PROACTIVE");
}

bool takes(const Rule& rule, std::string_view message_type) {
  return std::ranges::any_of(rule.details, [&](const Document& detail) {
    return text(detail, "MessageType") == message_type;
  });
}

std::optional<Duration> period_of(const Rule& rule) {
  if (!is_detective(rule)) return std::nullopt;
  if (rule.owner == "AWS") {
    const auto* managed = managed_rule(rule.identifier);
    if (!managed || managed->trigger == Trigger::ConfigurationItemChange) return std::nullopt;
    return frequency_of(rule.frequency);
  }
  for (const auto& detail : rule.details) {
    if (text(detail, "MessageType") == kScheduled)
      return frequency_of(text(detail, "MaximumExecutionFrequency"));
  }
  return std::nullopt;
}

std::vector<std::string> judged_types(const Rule& rule) {
  const auto* managed = rule.owner == "AWS" ? managed_rule(rule.identifier) : nullptr;
  if (!managed) return rule.types.empty() ? std::vector<std::string>{"*"} : rule.types;
  if (managed->subject == Subject::Account) return {};
  if (managed->resource_types.empty())
    return rule.types.empty() ? std::vector<std::string>{"*"} : rule.types;
  if (rule.types.empty()) return managed->resource_types;
  std::vector<std::string> both;
  std::ranges::copy_if(managed->resource_types, std::back_inserter(both),
                       [&](const auto& type) { return has(rule.types, type); });
  return both;
}

std::vector<std::string> triggers_of(const Rule& rule) {
  if (!is_detective(rule)) return {};
  if (rule.owner == "AWS") {
    const auto* managed = managed_rule(rule.identifier);
    if (!managed || managed->trigger == Trigger::Periodic) return {};
    return managed->subject == Subject::Account ? managed->resource_types : judged_types(rule);
  }
  if (!takes(rule, kChange) && !takes(rule, kOversized)) return {};
  return judged_types(rule);
}

}  // namespace tocsin::config

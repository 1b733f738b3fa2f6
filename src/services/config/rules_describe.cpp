// SPDX-License-Identifier: Apache-2.0
#include <algorithm>

#include "services/config/rules_parts.hpp"

namespace tocsin::config {
namespace {

constexpr std::size_t kPageOfRules = 25;

void put_text(Object& out, std::string_view member, const std::string& value) {
  if (!value.empty()) out[member] = value;
}

Object scope_of(const Rule& rule) {
  Object scope;
  if (!rule.types.empty()) scope["ComplianceResourceTypes"] = encode(rule.types);
  put_text(scope, "TagKey", rule.tag_key);
  put_text(scope, "TagValue", rule.tag_value);
  put_text(scope, "ComplianceResourceId", rule.resource_id);
  return scope;
}

/// The text of a policy is told by GetCustomRulePolicy alone.
Object source_of(const Rule& rule) {
  Object source{{"Owner", rule.owner}};
  put_text(source, "SourceIdentifier", rule.identifier);
  if (!rule.details.empty()) source["SourceDetails"] = rule.details;
  if (rule.owner == "CUSTOM_POLICY") {
    source["CustomPolicyDetails"] = Object{{"PolicyRuntime", "guard-2.x.x"},
                                           {"PolicyText", ""},
                                           {"EnableDebugLogDelivery", rule.debug}};
  }
  return source;
}

void put_time(Object& out, std::string_view member, Time time) {
  if (time != Time{}) out[member] = to_seconds(time);
}

Document status_of(const store::View& view, const Rule& rule) {
  const auto standing = standing_of(view, rule);
  Object out{
      {"ConfigRuleName", rule.name}, {"ConfigRuleArn", rule.arn()}, {"ConfigRuleId", rule.id}};
  put_time(out, "LastSuccessfulInvocationTime", standing.invoked);
  put_time(out, "LastFailedInvocationTime", standing.invocation_failed);
  put_time(out, "LastSuccessfulEvaluationTime", standing.evaluated);
  put_time(out, "LastFailedEvaluationTime", standing.evaluation_failed);
  put_time(out, "FirstActivatedTime", standing.activated);
  put_text(out, "LastErrorCode", standing.error_code);
  put_text(out, "LastErrorMessage", standing.error_message);
  out["FirstEvaluationStarted"] = standing.started;
  return out;
}

std::string name_of(const Rule& rule) {
  return rule.name;
}

}  // namespace

Object described(const store::View& view, const Rule& rule) {
  Object out{
      {"ConfigRuleName", rule.name}, {"ConfigRuleArn", rule.arn()}, {"ConfigRuleId", rule.id}};
  put_text(out, "Description", rule.description);
  if (auto scope = scope_of(rule); !scope.empty()) out["Scope"] = std::move(scope);
  out["Source"] = source_of(rule);
  put_text(out, "InputParameters", rule.parameters);
  put_text(out, "MaximumExecutionFrequency", rule.frequency);
  out["ConfigRuleState"] = standing_of(view, rule).state;
  put_text(out, "CreatedBy", rule.created_by);
  Array modes;
  for (const auto& mode : rule.modes)
    modes.push_back(Object{{"Mode", mode}});
  out["EvaluationModes"] = std::move(modes);
  return out;
}

Outcome describe_config_rules(Call& call) {
  auto rules = TRY(rules_of(call));
  const auto mode = text(object_of(call.params(), "Filters"), "EvaluationMode");
  TRY(check_enum(mode, "filters.evaluationMode", {"DETECTIVE", "PROACTIVE"}));
  if (!mode.empty()) {
    std::erase_if(rules, [&](const Rule& rule) {
      return std::ranges::find(rule.modes, mode) == rule.modes.end();
    });
  }
  std::ranges::sort(rules, {}, &Rule::name);
  return page_of_rows<Rule>(rules, TRY(page_of(call, kPageOfRules, kPageOfRules)), "ConfigRules",
                            name_of,
                            [&](const Rule& rule) -> Document { return described(call, rule); });
}

Outcome describe_config_rule_evaluation_status(Call& call) {
  auto rules = TRY(rules_of(call));
  std::ranges::sort(rules, {}, &Rule::name);
  return page_of_rows<Rule>(rules, TRY(page_of(call, kPageOfRules, 50)),
                            "ConfigRulesEvaluationStatus", name_of,
                            [&](const Rule& rule) { return status_of(call, rule); });
}

Outcome get_custom_rule_policy(Call& call) {
  return Object{{"PolicyText", TRY(rule_of(call)).policy}};
}

}  // namespace tocsin::config

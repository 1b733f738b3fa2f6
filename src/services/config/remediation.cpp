// SPDX-License-Identifier: Apache-2.0
#include "services/config/remediation.hpp"

#include <fmt/format.h>

namespace tocsin::config {
namespace {

Failure no_such_remediation(std::string_view rule) {
  return fail("NoSuchRemediationConfigurationException",
              fmt::format("No RemediationConfiguration for rule {} exists.", rule));
}

Result<void> check_parameter(std::string_view name, const Document& value) {
  const auto& resource = object_of(value, "ResourceValue");
  const auto& fixed = object_of(value, "StaticValue");
  if (resource.empty() == fixed.empty()) {
    return invalid_value(
        fmt::format("Parameter {} must have either a ResourceValue or a StaticValue.", name));
  }
  if (!fixed.empty()) return {};
  return check_enum(text(resource, "Value"),
                    "remediationConfigurations.parameters.resourceValue.value", {"RESOURCE_ID"});
}

Result<void> read_controls(const Document& given, Remediation& remediation) {
  const auto& controls = object_of(object_of(given, "ExecutionControls"), "SsmControls");
  remediation.controls = !controls.empty();
  remediation.concurrency_percent =
      integer(controls, "ConcurrentExecutionRatePercentage").value_or(10);
  remediation.error_percent = integer(controls, "ErrorPercentage").value_or(50);
  for (const auto percent : {remediation.concurrency_percent, remediation.error_percent}) {
    if (percent < 1 || percent > 100)
      return invalid_value("A percentage in SsmControls must be between 1 and 100.");
  }
  return {};
}

Result<void> read_attempts(const Document& given, Remediation& remediation) {
  remediation.most_attempts = integer(given, "MaximumAutomaticAttempts").value_or(5);
  remediation.retry_seconds = integer(given, "RetryAttemptSeconds").value_or(60);
  if (remediation.most_attempts < 1 || remediation.most_attempts > 25)
    return invalid_value("MaximumAutomaticAttempts must be between 1 and 25.");
  if (remediation.retry_seconds < 1 || remediation.retry_seconds > 2'678'000)
    return invalid_value("RetryAttemptSeconds must be between 1 and 2678000.");
  return {};
}

Object described_remediation(const Remediation& remediation) {
  Object out{{"ConfigRuleName", remediation.rule},
             {"TargetType", "SSM_DOCUMENT"},
             {"TargetId", remediation.target}};
  if (!remediation.version.empty()) out["TargetVersion"] = remediation.version;
  if (!remediation.parameters.empty()) out["Parameters"] = remediation.parameters;
  if (!remediation.resource_type.empty()) out["ResourceType"] = remediation.resource_type;
  out["Automatic"] = remediation.automatic;
  if (remediation.controls) {
    out["ExecutionControls"] =
        Object{{"SsmControls",
                Object{{"ConcurrentExecutionRatePercentage", remediation.concurrency_percent},
                       {"ErrorPercentage", remediation.error_percent}}}};
  }
  if (remediation.automatic) {
    out["MaximumAutomaticAttempts"] = remediation.most_attempts;
    out["RetryAttemptSeconds"] = remediation.retry_seconds;
  }
  out["Arn"] = remediation.arn;
  if (!remediation.created_by.empty()) out["CreatedByService"] = remediation.created_by;
  return out;
}

/// The role as which Config starts automations. A caller who may not make it needs it made before.
void ensure_linked_role(Call& call) {
  static_cast<void>(
      call.call(call.as_caller("iam", "CreateServiceLinkedRole",
                               Object{{"AWSServiceName", "remediation.config.amazonaws.com"}})));
}

bool is_linked_role_there(Call& call) {
  return call
      .call(call.as_caller("iam", "GetRole",
                           Object{{"RoleName", "AWSServiceRoleForConfigRemediation"}}))
      .result()
      .has_value();
}

bool has_running(const store::View& view, const Remediation& remediation) {
  bool running = false;
  kExecutions.scan(view, remediation.key(), [&](const auto&, const Execution& execution) {
    return !(running = execution.running());
  });
  return running;
}

}  // namespace

std::string arn_of_remediation(const Call& call, std::string_view rule) {
  const auto found = kRemediations.get(call, core::Key::of(call.scope(), rule));
  if (found) return found->arn;
  return arn("config", call.scope(), fmt::format("remediation-configuration/{}/*", rule));
}

Result<Remediation> find_remediation(const Call& call) {
  const auto rule = text(call.params(), "ConfigRuleName");
  auto found = kRemediations.get(call, core::Key::of(call.scope(), rule));
  if (!found) return no_such_remediation(rule);
  return *std::move(found);
}

bool has_remediation(const store::View& view, const Rule& rule) {
  return kRemediations.contains(view, rule.key());
}

Result<Remediation> remediation_from(Context& context, const Rule& rule, const Document& given) {
  Remediation remediation{.rule = rule.name,
                          .scope = rule.scope,
                          .target = string_of(given, "TargetId"),
                          .version = string_of(given, "TargetVersion"),
                          .parameters = object_of(given, "Parameters"),
                          .resource_type = string_of(given, "ResourceType"),
                          .automatic = flag(given, "Automatic"),
                          .created_by = rule.created_by};
  TRY(check_enum(text(given, "TargetType"), "remediationConfigurations.targetType",
                 {"SSM_DOCUMENT"}));
  if (remediation.target.empty()) return invalid_value("TargetId must be provided.");
  for (const auto& parameter : remediation.parameters)
    TRY(check_parameter(parameter.key(), parameter.value()));
  TRY(read_controls(given, remediation));
  TRY(read_attempts(given, remediation));
  const auto old = kRemediations.get(context, rule.key());
  remediation.arn =
      old ? old->arn
          : arn("config", rule.scope,
                fmt::format("remediation-configuration/{}/{}", rule.name, context.new_uuid()));
  return remediation;
}

void keep_remediation(Context& context, const Remediation& remediation) {
  kRemediations.put(context, remediation.key(), remediation);
}

void forget_remediation(Context& context, const Rule& rule) {
  kExecutions.scan(context, rule.key(), [&](const auto&, const Execution& execution) {
    if (!execution.timer.empty()) context.cancel(execution.timer);
    return true;
  });
  kRemediations.erase(context, rule.key());
  erase_all(context, kExecutions, rule.key());
  erase_all(context, kExemptions, rule.key());
  erase_all(context, kQueued, rule.key());
  kLoads.erase(context, rule.key());
}

Outcome put_remediation_configurations(Call& call) {
  std::vector<Remediation> remediations;
  for (const auto& given : array_of(call.params(), "RemediationConfigurations")) {
    const auto name = text(given, "ConfigRuleName");
    const auto rule = find_rule(call, call.scope(), name);
    if (!rule) return invalid_value(rule.error().message);
    TRY(check_owner(*rule));
    remediations.push_back(TRY(remediation_from(call, *rule, given)));
  }
  if (!is_linked_role_there(call)) ensure_linked_role(call);
  for (const auto& remediation : remediations)
    keep_remediation(call, remediation);
  return Object{{"FailedBatches", Array{}}};
}

Outcome describe_remediation_configurations(Call& call) {
  Array shown;
  for (const auto& name : strings_of(call.params(), "ConfigRuleNames")) {
    if (const auto found = kRemediations.get(call, core::Key::of(call.scope(), name)))
      shown.push_back(described_remediation(*found));
  }
  Object reply;
  reply["RemediationConfigurations"] = std::move(shown);
  return reply;
}

Outcome delete_remediation_configuration(Call& call) {
  const auto remediation = TRY(find_remediation(call));
  const auto rule = TRY(rule_of(call));
  TRY(check_owner(rule));
  if (has_running(call, remediation)) {
    return fail("RemediationInProgressException",
                fmt::format("Remediation action is in progress for the rule {}. You can either "
                            "cancel execution in AWS Systems Manager Automation or wait and try "
                            "again later.",
                            remediation.rule));
  }
  forget_remediation(call, rule);
  return Object{};
}

std::vector<ResourceKey> resource_keys(const Document& params, std::string_view type,
                                       std::string_view id) {
  std::vector<ResourceKey> keys;
  for (const auto& key : array_of(params, "ResourceKeys"))
    keys.push_back({string_of(key, type), string_of(key, id)});
  return keys;
}

}  // namespace tocsin::config

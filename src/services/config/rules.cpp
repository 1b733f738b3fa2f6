// SPDX-License-Identifier: Apache-2.0
#include "services/config/rules.hpp"

#include "services/config/rules_parts.hpp"

namespace tocsin::config {
namespace {

using Operations = std::vector<core::Operation>;
using enum core::Effect;

Operations of_rules() {
  return {
      {"PutConfigRule", Write, put_config_rule, needs_put_rule},
      {"DescribeConfigRules", Read, describe_config_rules, on_rules("DescribeConfigRules")},
      {"DeleteConfigRule", Write, delete_config_rule, on_rules("DeleteConfigRule")},
      {"DescribeConfigRuleEvaluationStatus", Read, describe_config_rule_evaluation_status,
       on_rules("DescribeConfigRuleEvaluationStatus")},
      {"GetCustomRulePolicy", Read, get_custom_rule_policy, on_rules("GetCustomRulePolicy")},
      {"StartConfigRulesEvaluation", Write, start_config_rules_evaluation,
       on_rules("StartConfigRulesEvaluation")},
      {"DeleteEvaluationResults", Write, delete_evaluation_results,
       on_rules("DeleteEvaluationResults")},
      {"PutEvaluations", Write, put_evaluations},
      {"PutExternalEvaluation", Write, put_external_evaluation, on_rules("PutExternalEvaluation")},
      {.name = "StartResourceEvaluation",
       .effect = Write,
       .handler = start_resource_evaluation,
       .token = "ClientToken"},
      {"GetResourceEvaluationSummary", Read, get_resource_evaluation_summary},
      {"ListResourceEvaluations", Read, list_resource_evaluations}};
}

Operations of_compliance() {
  return {{"GetComplianceDetailsByConfigRule", Read, get_compliance_details_by_config_rule,
           on_rules("GetComplianceDetailsByConfigRule")},
          {"GetComplianceDetailsByResource", Read, get_compliance_details_by_resource},
          {"DescribeComplianceByConfigRule", Read, describe_compliance_by_config_rule,
           on_rules("DescribeComplianceByConfigRule")},
          {"DescribeComplianceByResource", Read, describe_compliance_by_resource},
          {"GetComplianceSummaryByConfigRule", Read, get_compliance_summary_by_config_rule},
          {"GetComplianceSummaryByResourceType", Read, get_compliance_summary_by_resource_type}};
}

Operations of_remediation() {
  const auto row = [](std::string_view name, core::Effect effect, core::Handler handler) {
    return core::Operation{name, effect, std::move(handler), on_remediation(name)};
  };
  return {row("PutRemediationConfigurations", Write, put_remediation_configurations),
          row("DescribeRemediationConfigurations", Read, describe_remediation_configurations),
          row("DeleteRemediationConfiguration", Write, delete_remediation_configuration),
          row("PutRemediationExceptions", Write, put_remediation_exceptions),
          row("DescribeRemediationExceptions", Read, describe_remediation_exceptions),
          row("DeleteRemediationExceptions", Write, delete_remediation_exceptions),
          row("StartRemediationExecution", Write, start_remediation_execution),
          row("DescribeRemediationExecutionStatus", Read, describe_remediation_execution_status)};
}

Operations of_packs() {
  const auto row = [](std::string_view name, core::Effect effect, core::Handler handler) {
    return core::Operation{name, effect, std::move(handler), on_packs(name)};
  };
  return {row("PutConformancePack", Write, put_conformance_pack),
          row("DescribeConformancePacks", Read, describe_conformance_packs),
          row("DescribeConformancePackStatus", Read, describe_conformance_pack_status),
          row("DeleteConformancePack", Write, delete_conformance_pack),
          row("DescribeConformancePackCompliance", Read, describe_conformance_pack_compliance),
          row("GetConformancePackComplianceDetails", Read, get_conformance_pack_compliance_details),
          row("GetConformancePackComplianceSummary", Read, get_conformance_pack_compliance_summary),
          {"ListConformancePackComplianceScores", Read, list_conformance_pack_compliance_scores}};
}

}  // namespace

std::vector<core::Operation> rule_operations() {
  Operations all;
  for (auto& part : {of_rules(), of_compliance(), of_remediation(), of_packs()})
    all.insert(all.end(), part.begin(), part.end());
  return all;
}

void register_rules(core::Registry& registry) {
  on_sweeps(registry);
  on_periods(registry);
  on_changes(registry);
  on_invocations(registry);
  on_proactive(registry);
  on_deletions(registry);
  on_remediations(registry);
  on_packs_made(registry);
}

}  // namespace tocsin::config

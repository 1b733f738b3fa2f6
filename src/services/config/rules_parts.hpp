// SPDX-License-Identifier: Apache-2.0
// The handlers of the rules half, file by file, and what they share.
#pragma once

#include "services/config/rules_names.hpp"

namespace tocsin::config {

using core::Call;
using core::Context;
using core::Outcome;

// rules_access.cpp
/// "config:<action>" on the rules that the parameters name.
core::Needs on_rules(std::string_view action);
/// PutConfigRule: the rule, with the tags that it gets.
std::vector<core::Access> needs_put_rule(Call& call);
/// On the remediation configuration of the rule that "ConfigRuleName" names.
core::Needs on_remediation(std::string_view action);
/// On the conformance packs that the parameters name.
core::Needs on_packs(std::string_view action);

// rules_check.cpp
/// The rule that a ConfigRule parameter describes, checked, without id. Errors as PutConfigRule.
Result<Rule> rule_from(const Document& given);
/// How often a periodic rule runs; none where it is not periodic.
std::optional<Duration> period_of(const Rule& rule);
/// The types whose changes set the rule off ("*": all); none where changes do not.
std::vector<std::string> triggers_of(const Rule& rule);
/// The types that the rule judges ("*": all), whatever sets it off; none of a rule on the account.
std::vector<std::string> judged_types(const Rule& rule);
bool is_detective(const Rule& rule);
bool is_proactive(const Rule& rule);
/// Whether a function's rule asks for messages of the kind ("ScheduledNotification").
bool takes(const Rule& rule, std::string_view message_type);

// rules_put.cpp
Outcome put_config_rule(Call& call);
/// Writes a rule that is new, or in the place of `old`, and starts its evaluation. For the packs,
/// too.
void keep_rule(Context& context, const Rule& rule, const std::optional<Rule>& old);
/// Has changes of the types that set the rule off find it, or no longer.
void index_triggers(Context& context, const Rule& rule, bool there);
/// Error InsufficientPermissionsException where Config may not invoke the rule's function.
Result<void> check_function(Context& context, const Rule& rule);
/// Error AccessDeniedException where a service owns the rule.
Result<void> check_owner(const Rule& rule);
inline constexpr std::size_t kMostRules = 1000;
Result<void> check_room(const Context& context, const std::string& name);

// rules_describe.cpp
Outcome describe_config_rules(Call& call);
Outcome describe_config_rule_evaluation_status(Call& call);
Outcome get_custom_rule_policy(Call& call);
Object described(const store::View& view, const Rule& rule);

// rules_delete.cpp
Outcome delete_config_rule(Call& call);
Outcome delete_evaluation_results(Call& call);
/// Forgets the rule, its timer, its remediation and, bit by bit, its results.
void remove_rule(Context& context, const Rule& rule);

// evaluation_sweep.cpp
Outcome start_config_rules_evaluation(Call& call);
/// Judges all that the rule judges, bit by bit; `whole`: what it no longer judges is forgotten,
/// too.
enum class Sweep { Judge, JudgeAndForget };
void start_sweep(Context& context, const Rule& rule, Sweep sweep = Sweep::Judge);

// evaluation_periodic.cpp
/// Sets or clears the rule's timer.
void arm(Context& context, const Rule& rule);
void disarm(Context& context, const Rule& rule);

// evaluation_put.cpp
Outcome put_evaluations(Call& call);
Outcome put_external_evaluation(Call& call);

// evaluation_proactive.cpp
Outcome start_resource_evaluation(Call& call);
Outcome get_resource_evaluation_summary(Call& call);
Outcome list_resource_evaluations(Call& call);
/// The results of one, as GetComplianceDetailsByResource shows them.
Outcome details_of_resource_evaluation(Call& call, std::string_view id);

// compliance_details.cpp
Outcome get_compliance_details_by_config_rule(Call& call);
Outcome get_compliance_details_by_resource(Call& call);

// compliance_summary.cpp
Outcome describe_compliance_by_config_rule(Call& call);
Outcome describe_compliance_by_resource(Call& call);
Outcome get_compliance_summary_by_config_rule(Call& call);
Outcome get_compliance_summary_by_resource_type(Call& call);

// remediation.cpp
Outcome put_remediation_configurations(Call& call);
Outcome describe_remediation_configurations(Call& call);
Outcome delete_remediation_configuration(Call& call);

// remediation_exceptions.cpp
Outcome put_remediation_exceptions(Call& call);
Outcome describe_remediation_exceptions(Call& call);
Outcome delete_remediation_exceptions(Call& call);

// remediation_execution.cpp
Outcome start_remediation_execution(Call& call);
Outcome describe_remediation_execution_status(Call& call);

// conformance.cpp, conformance_compliance.cpp
Outcome put_conformance_pack(Call& call);
Outcome describe_conformance_packs(Call& call);
Outcome describe_conformance_pack_status(Call& call);
Outcome delete_conformance_pack(Call& call);
Outcome describe_conformance_pack_compliance(Call& call);
Outcome get_conformance_pack_compliance_details(Call& call);
Outcome get_conformance_pack_compliance_summary(Call& call);
Outcome list_conformance_pack_compliance_scores(Call& call);

// What goes on in inputs of its own.
void on_sweeps(core::Registry& registry);
void on_periods(core::Registry& registry);
void on_changes(core::Registry& registry);
void on_invocations(core::Registry& registry);
void on_proactive(core::Registry& registry);
void on_deletions(core::Registry& registry);
void on_remediations(core::Registry& registry);
void on_exemptions(core::Registry& registry);
void on_packs_made(core::Registry& registry);

}  // namespace tocsin::config

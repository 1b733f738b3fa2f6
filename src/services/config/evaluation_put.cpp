// SPDX-License-Identifier: Apache-2.0
// What functions and third parties say that they have found.
// https://docs.aws.amazon.com/config/latest/APIReference/API_PutEvaluations.html
#include "services/config/compliance.hpp"
#include "services/config/evaluation_proactive.hpp"
#include "services/config/evaluation_standing.hpp"
#include "services/config/evaluation_token.hpp"

namespace tocsin::config {
namespace {

Result<void> check_evaluation(const Document& given) {
  const auto compliance = text(given, "ComplianceType");
  TRY(check_enum(compliance, "evaluations.complianceType",
                 {kCompliant, kNonCompliant, kNotApplicable, kInsufficientData}));
  if (compliance == kInsufficientData) {
    return invalid_value(
        "The ComplianceType INSUFFICIENT_DATA is not valid. AWS Config accepts COMPLIANT, "
        "NON_COMPLIANT and NOT_APPLICABLE.");
  }
  if (text(given, "Annotation").size() > 256) {
    return fail("ValidationException",
                "1 validation error detected: Value at 'evaluations.annotation' failed to satisfy "
                "constraint: Member must have length less than or equal to 256");
  }
  return {};
}

Time ordering_of(const Document& given) {
  const auto* moment = find(given, "OrderingTimestamp");
  return moment && moment->is_number() ? from_seconds(moment->to_number<double>()) : Time{};
}

void take(Context& context, const Rule& rule, const Document& given, Time invoked) {
  Findings findings(
      context, rule.scope,
      {string_of(given, "ComplianceResourceType"), string_of(given, "ComplianceResourceId")});
  findings.note(rule, {.compliance = string_of(given, "ComplianceType"),
                       .annotation = string_of(given, "Annotation"),
                       .ordering = ordering_of(given),
                       .invoked = invoked});
  findings.save();
}

/// Who may be told: the rule as it was when its function was invoked.
Result<Rule> invoked_rule(const Call& call, const Invocation& invocation) {
  auto rule = kRules.get(call, core::Key::of(invocation.scope, invocation.rule));
  if (!rule || rule->id != invocation.id || standing_of(call, *rule).state == "DELETING")
    return no_such_rule(invocation.rule);
  return *std::move(rule);
}

}  // namespace

Outcome put_evaluations(Call& call) {
  const auto& params = call.params();
  const auto& evaluations = array_of(params, "Evaluations");
  for (const auto& given : evaluations)
    TRY(check_evaluation(given));
  Object reply;
  reply["FailedEvaluations"] = Array{};
  if (flag(params, "TestMode")) return reply;
  const auto invocation = TRY(invocation_of(call, text(params, "ResultToken")));
  if (invocation.scope.account != call.account())
    return fail("InvalidResultTokenException", "The resultToken provided is invalid");
  const auto rule = TRY(invoked_rule(call, invocation));
  if (!invocation.evaluation.empty()) {
    take_proactive(call, rule, invocation.evaluation, evaluations);
    return reply;
  }
  for (const auto& given : evaluations)
    take(call, rule, given, invocation.invoked);
  note_evaluated(call, rule);
  return reply;
}

Outcome put_external_evaluation(Call& call) {
  const auto rule = TRY(rule_of(call));
  const auto& given = *find(call.params(), "ExternalEvaluation");
  TRY(check_evaluation(given));
  take(call, rule, given, call.now());
  note_evaluated(call, rule);
  return Object{};
}

}  // namespace tocsin::config

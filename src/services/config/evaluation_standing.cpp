// SPDX-License-Identifier: Apache-2.0
#include "services/config/evaluation_standing.hpp"

namespace tocsin::config {
namespace {

void note_success(Context& context, const Rule& rule, Time RuleStanding::*moment) {
  auto standing = standing_of(context, rule);
  if (standing.started && context.now() - standing.*moment < std::chrono::seconds(1)) return;
  standing.*moment = context.now();
  standing.started = true;
  kStandings.put(context, rule.key(), standing);
}

void note_failure(Context& context, const Rule& rule, Time RuleStanding::*moment,
                  const Error& error) {
  auto standing = standing_of(context, rule);
  standing.*moment = context.now();
  standing.started = true;
  standing.error_code = error.code;
  standing.error_message = error.message;
  kStandings.put(context, rule.key(), standing);
}

}  // namespace

void note_invoked(Context& context, const Rule& rule) {
  note_success(context, rule, &RuleStanding::invoked);
}

void note_evaluated(Context& context, const Rule& rule) {
  note_success(context, rule, &RuleStanding::evaluated);
}

void note_invocation_failed(Context& context, const Rule& rule, const Error& error) {
  note_failure(context, rule, &RuleStanding::invocation_failed, error);
}

void note_evaluation_failed(Context& context, const Rule& rule, const Error& error) {
  note_failure(context, rule, &RuleStanding::evaluation_failed, error);
}

}  // namespace tocsin::config

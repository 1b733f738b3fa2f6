// SPDX-License-Identifier: Apache-2.0
// What DescribeConfigRuleEvaluationStatus tells of a rule. Successes are written at most once a
// second: each evaluation would otherwise write a row of its own.
#pragma once

#include "services/config/rules_parts.hpp"

namespace tocsin::config {

void note_invoked(Context& context, const Rule& rule);
void note_evaluated(Context& context, const Rule& rule);
void note_invocation_failed(Context& context, const Rule& rule, const Error& error);
void note_evaluation_failed(Context& context, const Rule& rule, const Error& error);

}  // namespace tocsin::config

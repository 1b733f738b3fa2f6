// SPDX-License-Identifier: Apache-2.0
// Resources that are judged before they are made.
// https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_turn-on-rules_proactive.html
#pragma once

#include "services/config/rules_parts.hpp"

namespace tocsin::config {

struct ResourceEvaluation {
  std::string id;
  Scope scope;
  ResourceKey resource;
  std::string configuration;  // JSON text
  std::string schema, mode, context;
  std::string status = "IN_PROGRESS", reason;
  Time started{};
  std::set<std::string> waiting;            // rules that have not said anything yet
  std::map<std::string, Evaluation> found;  // by rule
  std::string timer;                        // of the timeout
};
BOOST_DESCRIBE_STRUCT(ResourceEvaluation, (),
                      (id, scope, resource, configuration, schema, mode, context, status, reason,
                       started, waiting, found, timer))

inline constexpr core::Table<ResourceEvaluation> kResourceEvaluations{
    "config.resource_evaluations"};  // account, region, id

/// What the function of a rule says of one.
void take_proactive(Context& context, const Rule& rule, const std::string& evaluation,
                    const Array& given);
/// The function has failed: the evaluation fails. No effect where `evaluation` is empty.
void fail_evaluation(Context& context, const Rule& rule, std::string_view evaluation);

}  // namespace tocsin::config

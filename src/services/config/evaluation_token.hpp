// SPDX-License-Identifier: Apache-2.0
// Result tokens: what PutEvaluations answers, in a form that nobody else can make.
#pragma once

#include "services/config/rules_parts.hpp"

namespace tocsin::config {

struct Invocation {
  Scope scope;
  std::string rule, id;  // of the rule
  Time invoked{};
  std::string evaluation;  // id of a proactive evaluation; empty: detective
};
BOOST_DESCRIBE_STRUCT(Invocation, (), (scope, rule, id, invoked, evaluation))

std::string token_of(const Context& context, const Invocation& invocation);
/// Error InvalidResultTokenException.
Result<Invocation> invocation_of(const Context& context, std::string_view token);

}  // namespace tocsin::config

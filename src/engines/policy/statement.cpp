// SPDX-License-Identifier: Apache-2.0
#include "engines/policy/statement.hpp"

#include <algorithm>

#include "base/glob.hpp"

namespace tocsin::policy {

Question::Question(const Request& asked, bool has_boundary)
    : request(asked), action(to_lower(asked.action)), bounded(has_boundary) {}

ActionPattern::ActionPattern(std::string_view text)
    : pattern_(to_lower(text), Wildcards::Active, Variables::Plain) {}

bool ActionPattern::matches(std::string_view lower_case_action) const {
  static const Context kNone;
  return pattern_.like(lower_case_action, kNone);
}

Grant Statement::applies(const Question& question) const {
  if (!matches_action(question)) return Grant::None;
  const auto grant = match_principal(question);
  if (grant == Grant::None || !matches_resource(question)) return Grant::None;
  const bool holds = std::all_of(
      conditions.begin(), conditions.end(),
      [&](const Condition& condition) { return condition.holds(question.request.context); });
  return holds ? grant : Grant::None;
}

bool Statement::matches_action(const Question& question) const {
  const bool any = std::any_of(actions.begin(), actions.end(), [&](const ActionPattern& pattern) {
    return pattern.matches(question.action);
  });
  return any != not_action;
}

bool Statement::matches_resource(const Question& question) const {
  if (resources.empty()) return true;
  const auto& context = question.request.context;
  // A NotResource whose variable has no value excludes nothing known: it does not apply.
  const auto known = [&](const TextPattern& pattern) { return pattern.resolvable(context); };
  if (not_resource && !std::all_of(resources.begin(), resources.end(), known)) return false;
  const bool any = std::any_of(resources.begin(), resources.end(), [&](const TextPattern& pattern) {
    return pattern.matches_resource(question.request.resource, context);
  });
  return any != not_resource;
}

Grant Statement::match_principal(const Question& question) const {
  if (!principals) return Grant::Direct;
  const auto& caller = question.request.principal;
  if (!not_principal) return principals->match(caller);
  // "always denies any IAM principal that has a permissions boundary policy attached"
  const bool spared = !question.bounded && principals->spare(caller);
  return spared ? Grant::None : Grant::Direct;
}

}  // namespace tocsin::policy

// SPDX-License-Identifier: Apache-2.0
// Rules and results go. Results may be many: they go bit by bit, and so long the rule shows the
// state DELETING or DELETING_RESULTS.
#include <fmt/format.h>

#include "services/config/compliance.hpp"
#include "services/config/remediation.hpp"
#include "services/config/rules_parts.hpp"
#include "services/config/tags.hpp"

namespace tocsin::config {
namespace {

constexpr int kAtOnce = 500;

void set_state(Context& context, const Rule& rule, std::string state) {
  auto standing = standing_of(context, rule);
  standing.state = std::move(state);
  standing.sweep.clear();
  kStandings.put(context, rule.key(), standing);
}

void erase_rule(Context& context, const Rule& rule) {
  kRules.erase(context, rule.key());
  kStandings.erase(context, rule.key());
  kRuleIds.erase(context, core::Key::of(rule.scope, rule.id));
  forget_remediation(context, rule);
  forget_tags(context, rule.arn());
}

void forget_results(Context& context, const core::Resumption& due) {
  const auto rule = kRules.get(context, core::Key::of(context.scope(), text(due.context, "rule")));
  if (!rule || rule->id != text(due.context, "id")) return;
  if (forget_some(context, *rule, kAtOnce)) {
    context.later({"config.forget_results", due.context});
  } else if (standing_of(context, *rule).state == "DELETING") {
    erase_rule(context, *rule);
  } else {
    set_state(context, *rule, "ACTIVE");
  }
}

void begin_forgetting(Context& context, const Rule& rule, std::string state) {
  set_state(context, rule, std::move(state));
  const InScope scope(context, rule.scope);
  context.later({"config.forget_results", Object{{"rule", rule.name}, {"id", rule.id}}});
}

Result<void> check_idle(Call& call, const Rule& rule) {
  const auto state = standing_of(call, rule).state;
  if (state == "ACTIVE") return {};
  return fail("ResourceInUseException",
              state == "EVALUATING"
                  ? fmt::format("The rule {} is currently being evaluated. Please retry after some "
                                "time",
                                rule.name)
                  : fmt::format("The rule {} is currently being deleted. Please retry after some "
                                "time",
                                rule.name));
}

}  // namespace

void remove_rule(Context& context, const Rule& rule) {
  disarm(context, rule);
  index_triggers(context, rule, false);
  begin_forgetting(context, rule, "DELETING");
}

Outcome delete_config_rule(Call& call) {
  const auto rule = TRY(rule_of(call));
  TRY(check_owner(rule));
  TRY(check_idle(call, rule));
  if (has_remediation(call, rule)) {
    return fail("ResourceInUseException",
                fmt::format("The rule {} has a remediation action associated with it. Delete the "
                            "remediation action before deleting the rule.",
                            rule.name));
  }
  remove_rule(call, rule);
  return Object{};
}

Outcome delete_evaluation_results(Call& call) {
  const auto rule = TRY(rule_of(call));
  TRY(check_idle(call, rule));
  begin_forgetting(call, rule, "DELETING_RESULTS");
  return Object{};
}

void on_deletions(core::Registry& registry) {
  registry.on_resume("config.forget_results", forget_results);
}

}  // namespace tocsin::config

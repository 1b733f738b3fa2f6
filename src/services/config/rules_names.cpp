// SPDX-License-Identifier: Apache-2.0
#include "services/config/rules_names.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "services/config/recorders.hpp"

namespace tocsin::config {

Failure invalid_value(std::string message) {
  return fail("InvalidParameterValueException", std::move(message));
}

Result<void> check_enum(std::string_view value, std::string_view member,
                        const std::vector<std::string_view>& values) {
  if (value.empty() || std::ranges::find(values, value) != values.end()) return {};
  return fail("ValidationException",
              fmt::format("1 validation error detected: Value '{}' at '{}' failed to satisfy "
                          "constraint: Member must satisfy enum value set: [{}]",
                          value, member, fmt::join(values, ", ")));
}

Failure no_such_rule(std::string_view name) {
  return fail("NoSuchConfigRuleException",
              fmt::format("The ConfigRule '{}' provided in the request is invalid. Please check "
                          "the configRule name",
                          name));
}

std::string recorder_role(const store::View& view, const Scope& scope) {
  const auto recorder = recorder_of(view, scope);
  return recorder ? recorder->role : std::string();
}

RuleStanding standing_of(const store::View& view, const Rule& rule) {
  return kStandings.get(view, rule.key()).value_or(RuleStanding{});
}

Result<Rule> find_rule(const store::View& view, const Scope& scope, std::string_view name) {
  auto rule = kRules.get(view, core::Key::of(scope, name));
  if (!rule) return no_such_rule(name);
  return *std::move(rule);
}

Result<Rule> rule_of(const core::Call& call) {
  return find_rule(call, call.scope(), text(call.params(), "ConfigRuleName"));
}

Result<std::vector<Rule>> rules_of(const core::Call& call) {
  const auto& names = array_of(call.params(), "ConfigRuleNames");
  if (names.empty()) return kRules.all(call, core::Key::of(call.scope()));
  std::vector<Rule> rules;
  for (const auto& name : strings_of(call.params(), "ConfigRuleNames"))
    rules.push_back(TRY(find_rule(call, call.scope(), name)));
  return rules;
}

std::vector<std::string> strings_of(const Document& params, std::string_view member) {
  return decoded<std::vector<std::string>>(array_of(params, member));
}

Result<Page> page_of(const core::Call& call, std::size_t usual, std::size_t most,
                     std::string_view limit_code) {
  auto page = page_of(call.params(), "Limit", "NextToken", usual, static_cast<std::int64_t>(most));
  if (!page && page.error().code == "InvalidLimitException") page.error().code = limit_code;
  return page;
}

std::string new_suffix(core::Context& context, std::size_t length) {
  return context.new_id("abcdefghijklmnopqrstuvwxyz0123456789", length);
}

}  // namespace tocsin::config

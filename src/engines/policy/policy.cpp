// SPDX-License-Identifier: Apache-2.0
#include "engines/policy/policy.hpp"

#include <algorithm>

#include "base/document.hpp"
#include "engines/policy/grammar.hpp"
#include "engines/policy/statement.hpp"

namespace tocsin::policy {
namespace {

bool names_principals(PolicyKind kind) {
  return kind == PolicyKind::Resource || kind == PolicyKind::Trust;
}

char lower_case(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

void add_text_keys(const Condition& condition, std::vector<std::string>& keys) {
  keys.push_back(condition.key.text);
  for (const auto& operand : condition.operands) {
    if (const auto* pattern = std::get_if<TextPattern>(&operand)) pattern->add_keys(keys);
  }
}

}  // namespace

Result<PolicyPtr> parse_policy(std::string_view json, PolicyKind kind) {
  const auto document = parse_json(json);
  if (!document) {
    return malformed(names_principals(kind) ? "This policy contains invalid Json"
                                            : "Syntax errors in policy.");
  }
  const auto checked = names_principals(kind) ? check_resource_grammar(*document, kind)
                                              : check_identity_grammar(*document);
  if (!checked) return fail(checked.error());
  return compile(*document, kind);
}

std::vector<NamedPrincipal> principals_of(const Policy& policy) {
  std::vector<NamedPrincipal> out;
  for (const auto& statement : policy.statements) {
    if (!statement.principals) continue;
    const auto& named = statement.principals->named;
    out.insert(out.end(), named.begin(), named.end());
  }
  return out;
}

bool allows_service(const Policy& policy, std::string_view service) {
  const auto names = [&](const ActionPattern& action) { return action.may_name(service); };
  return std::any_of(policy.statements.begin(), policy.statements.end(), [&](const auto& each) {
    const auto& actions = each.actions;
    return each.effect == Effect::Allow &&
           (each.not_action || std::any_of(actions.begin(), actions.end(), names));
  });
}

std::vector<std::string> context_keys_of(const Policy& policy) {
  std::vector<std::string> keys;
  for (const auto& statement : policy.statements) {
    for (const auto& resource : statement.resources)
      resource.add_keys(keys);
    for (const auto& condition : statement.conditions)
      add_text_keys(condition, keys);
  }
  std::sort(keys.begin(), keys.end());
  keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
  return keys;
}

bool CaselessLess::operator()(std::string_view left, std::string_view right) const {
  const auto shared = std::min(left.size(), right.size());
  for (std::size_t i = 0; i < shared; ++i) {
    if (left[i] == right[i]) continue;
    const char a = lower_case(left[i]), b = lower_case(right[i]);
    if (a != b) return a < b;
  }
  return left.size() < right.size();
}

}  // namespace tocsin::policy

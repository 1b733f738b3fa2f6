// SPDX-License-Identifier: Apache-2.0
#include "engines/policy/statement.hpp"
#include "engines/policy/values.hpp"

namespace tocsin::policy {
namespace {

std::vector<ActionPattern> compile_actions(const std::vector<std::string>& texts) {
  return {texts.begin(), texts.end()};
}

std::vector<TextPattern> compile_resources(const std::vector<std::string>& texts,
                                           Variables variables) {
  std::vector<TextPattern> out;
  for (const auto& text : texts)
    out.emplace_back(text, Wildcards::Active, variables);
  return out;
}

/// IAM replaces nothing in operators of other families.
Variables variables_for(const Operator& op, Variables variables) {
  using Family = Operator::Family;
  const bool textual = op.family == Family::String || op.family == Family::Caseless ||
                       op.family == Family::Like || op.family == Family::Arn;
  return textual ? variables : Variables::Plain;
}

std::vector<Condition> compile_conditions(const Object& block, Variables variables) {
  std::vector<Condition> out;
  for (const auto& [name, keys] : block) {
    const auto op = Operator::parse(name);
    if (!op) continue;  // an unknown operator is accepted with no keys only
    for (const auto& [key, values] : keys.as_object()) {
      Condition condition{*op, KeyName(key), {}};
      for (const auto& text : condition_values(values)) {
        auto operand = compile_operand(*op, text, variables_for(*op, variables));
        condition.operands.push_back(operand ? std::move(*operand) : Operand());
      }
      out.push_back(std::move(condition));
    }
  }
  return out;
}

Principals compile_principals(const Document& element) {
  Principals out;
  if (element.is_string()) {
    out.named.push_back({"AWS", "*"});
    return out;
  }
  for (const auto& [type, values] : element.as_object()) {
    for (const auto& value : strings(values))
      out.named.push_back({std::string(type), value});
  }
  return out;
}

Statement compile_statement(const Document& source, Variables variables) {
  Statement out;
  out.sid = string_of(source, "Sid");
  out.effect = text(source, "Effect") == "Deny" ? Effect::Deny : Effect::Allow;
  out.not_action = find(source, "NotAction") != nullptr;
  const auto* actions = find(source, out.not_action ? "NotAction" : "Action");
  if (actions) out.actions = compile_actions(strings(*actions));
  out.not_resource = find(source, "NotResource") != nullptr;
  const auto* resources = find(source, out.not_resource ? "NotResource" : "Resource");
  if (resources) out.resources = compile_resources(strings(*resources), variables);
  out.not_principal = find(source, "NotPrincipal") != nullptr;
  const auto* principals = find(source, out.not_principal ? "NotPrincipal" : "Principal");
  if (principals) out.principals = compile_principals(*principals);
  out.conditions = compile_conditions(object_of(source, "Condition"), variables);
  return out;
}

}  // namespace

PolicyPtr compile(const Document& document, PolicyKind kind) {
  auto policy = std::make_shared<Policy>();
  policy->kind = kind;
  const bool current = text(document, "Version") == kCurrentVersion;
  const auto variables = current ? Variables::Active : Variables::Plain;
  for (const auto* statement : statements_of(document)) {
    policy->statements.push_back(compile_statement(*statement, variables));
  }
  policy->index = StatementIndex(policy->statements);
  return policy;
}

}  // namespace tocsin::policy

// SPDX-License-Identifier: Apache-2.0
#include "engines/policy/grammar.hpp"

#include <algorithm>
#include <set>

#include "engines/policy/condition.hpp"
#include "engines/policy/values.hpp"

namespace tocsin::policy {
namespace {

bool is_clean(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 || c == '\t' || c == '\n' || c == '\r';
  });
}

bool comparable(const Operator& op, const Document& values) {
  const auto texts = condition_values(values);
  return std::all_of(texts.begin(), texts.end(), [&](const std::string& text) {
    return compile_operand(op, text, Variables::Plain).has_value();
  });
}

}  // namespace

Failure malformed(std::string message) {
  return fail("MalformedPolicyDocument", std::move(message));
}

bool is_policy_text(const Document& value) {
  if (const auto* text = value.if_string()) return is_clean(*text);
  if (const auto* list = value.if_array()) {
    return std::all_of(list->begin(), list->end(), is_policy_text);
  }
  const auto* object = value.if_object();
  return !object || std::all_of(object->begin(), object->end(), [](const auto& member) {
    return is_clean(member.key()) && is_policy_text(member.value());
  });
}

bool is_condition_block(const Document& block) {
  const auto* operators = block.if_object();
  if (!operators) return false;
  return std::all_of(operators->begin(), operators->end(), [](const auto& each) {
    const auto* keys = each.value().if_object();
    if (!keys || (!keys->empty() && !Operator::parse(each.key()))) return false;
    return std::all_of(keys->begin(), keys->end(), [](const auto& key) {
      return !key.key().empty() && is_condition_values(key.value());
    });
  });
}

bool has_comparable_values(const Document& block) {
  const auto& operators = block.as_object();
  return std::all_of(operators.begin(), operators.end(), [](const auto& each) {
    const auto op = Operator::parse(each.key());
    if (!op) return true;
    const auto& keys = each.value().as_object();
    return std::all_of(keys.begin(), keys.end(),
                       [&](const auto& key) { return comparable(*op, key.value()); });
  });
}

bool has_unique_sids(const Document& document) {
  std::set<std::string_view> seen;
  for (const auto* statement : statements_of(document)) {
    const auto sid = text(*statement, "Sid");
    if (!sid.empty() && !seen.insert(sid).second) return false;
  }
  return true;
}

}  // namespace tocsin::policy

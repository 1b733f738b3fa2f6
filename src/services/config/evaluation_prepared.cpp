// SPDX-License-Identifier: Apache-2.0
#include "services/config/evaluation_prepared.hpp"

#include <algorithm>
#include <unordered_map>

namespace tocsin::config {
namespace {

Object parameters_of(const Prepared& prepared) {
  auto parsed = parse_json(prepared.rule.parameters);
  Object given = parsed && parsed->is_object() ? parsed->get_object() : Object{};
  if (!prepared.managed) return given;
  return typed_parameters(*prepared.managed, given).value_or(Object{});
}

PreparedPtr prepare(Rule rule) {
  auto out = std::make_shared<Prepared>();
  out->rule = std::move(rule);
  if (out->rule.owner == "AWS") out->managed = managed_rule(out->rule.identifier);
  out->parameters = parameters_of(*out);
  if (out->rule.owner == "CUSTOM_POLICY") {
    if (auto compiled = guard::Rules::compile(out->rule.policy)) out->policy = *std::move(compiled);
  }
  out->types = judged_types(out->rule);
  if (out->managed) {
    out->same_calls = std::ranges::none_of(out->managed->calls, [](const RuleCall& call) {
      return to_json(call.params).find("$.item") != std::string::npos ||
             call.for_each.starts_with("$.item");
    });
  }
  return out;
}

}  // namespace

/// Kept by the row's own bytes, so that what is kept can never differ from the state.
PreparedPtr prepared_rule(const store::View& view, const Scope& scope, std::string_view name) {
  constexpr std::size_t kMostKept = 4096;
  thread_local std::unordered_map<std::string, PreparedPtr> kept;
  auto row = view.get(core::row_key(kRules.name(), core::Key::of(scope, name)));
  if (!row) return nullptr;
  if (const auto found = kept.find(*row); found != kept.end()) return found->second;
  if (kept.size() == kMostKept) kept.clear();
  auto prepared = prepare(decoded<Rule>(boost::json::parse(*row)));
  kept.emplace(*std::move(row), prepared);
  return prepared;
}

bool is_in_scope(const Prepared& prepared, const Item& item) {
  const auto& rule = prepared.rule;
  const auto& types = prepared.types;
  if (std::ranges::find(types, item.type) == types.end() &&
      std::ranges::find(types, "*") == types.end())
    return false;
  if (!rule.resource_id.empty() && rule.resource_id != item.id) return false;
  if (rule.tag_key.empty()) return true;
  const auto tag = item.tags.find(rule.tag_key);
  return tag != item.tags.end() && (rule.tag_value.empty() || rule.tag_value == tag->second);
}

}  // namespace tocsin::config

// SPDX-License-Identifier: Apache-2.0
// Which permissions the calls need.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsconfig.html
#include "services/config/conformance.hpp"
#include "services/config/remediation.hpp"
#include "services/config/rules_parts.hpp"
#include "services/config/tags.hpp"

namespace tocsin::config {
namespace {

/// A rule that is not there is answered by the handler: its ARN cannot be known.
std::string arn_of_rule(const Call& call, std::string_view name) {
  const auto rule = kRules.get(call, core::Key::of(call.scope(), name));
  return rule ? rule->arn() : arn("config", call.scope(), "config-rule/*");
}

core::Access access_to(const Call& call, std::string_view action, std::string resource) {
  core::Access access{.action = "config:" + std::string(action), .resource = std::move(resource)};
  core::add_resource_tags(access, tags_of_resource(call, access.resource));
  return access;
}

/// The names of "ConfigRuleName" or "ConfigRuleNames", or of the configurations' rules.
std::vector<std::string> named_rules(const Document& params) {
  auto names = strings_of(params, "ConfigRuleNames");
  if (const auto name = string_of(params, "ConfigRuleName"); !name.empty()) names.push_back(name);
  for (const auto& given : array_of(params, "RemediationConfigurations"))
    names.push_back(string_of(given, "ConfigRuleName"));
  return names;
}

std::vector<core::Access> or_all(std::vector<core::Access> accesses, std::string_view action) {
  if (accesses.empty()) accesses.push_back({.action = "config:" + std::string(action)});
  return accesses;
}

}  // namespace

core::Needs on_rules(std::string_view action) {
  return [action](Call& call) {
    std::vector<core::Access> out;
    for (const auto& name : named_rules(call.params()))
      out.push_back(access_to(call, action, arn_of_rule(call, name)));
    return or_all(std::move(out), action);
  };
}

std::vector<core::Access> needs_put_rule(Call& call) {
  const auto& given = object_of(call.params(), "ConfigRule");
  auto resource = string_of(given, "ConfigRuleArn");
  if (resource.empty()) resource = arn_of_rule(call, text(given, "ConfigRuleName"));
  auto access = access_to(call, "PutConfigRule", std::move(resource));
  core::add_request_tags(access, core::tags_of(array_of(call.params(), "Tags")));
  return {std::move(access)};
}

core::Needs on_remediation(std::string_view action) {
  return [action](Call& call) {
    std::vector<core::Access> out;
    for (const auto& name : named_rules(call.params()))
      out.push_back(access_to(call, action, arn_of_remediation(call, name)));
    return or_all(std::move(out), action);
  };
}

core::Needs on_packs(std::string_view action) {
  return [action](Call& call) {
    auto names = strings_of(call.params(), "ConformancePackNames");
    if (const auto name = string_of(call.params(), "ConformancePackName"); !name.empty())
      names.push_back(name);
    std::vector<core::Access> out;
    for (const auto& name : names)
      out.push_back(access_to(call, action, arn_of_pack(call, name)));
    return or_all(std::move(out), action);
  };
}

}  // namespace tocsin::config

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/glob.hpp"
#include "engines/policy/grammar.hpp"
#include "engines/policy/text_pattern.hpp"
#include "engines/policy/values.hpp"

namespace tocsin::policy {
namespace {

constexpr std::array<std::string_view, 9> kMembers{"Sid",          "Effect",      "Principal",
                                                   "NotPrincipal", "Action",      "NotAction",
                                                   "Resource",     "NotResource", "Condition"};
constexpr std::array<std::string_view, 7> kTrustActions{
    "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity",
    "sts:tagsession", "sts:setsourceidentity",  "sts:setcontext",
    "sts:assumeroot"};

Failure missing(std::string_view member) {
  return malformed(fmt::format("Missing required field {}", member));
}

/// The member or its negation; null where neither stands.
const Document* either(const Document& statement, std::string_view member,
                       std::string_view negated) {
  const auto* value = find(statement, member);
  return value ? value : find(statement, negated);
}

Result<void> check_top(const Document& document) {
  const auto* object = document.if_object();
  if (!object || !is_policy_text(document)) return malformed("This policy contains invalid Json");
  for (const auto& member : *object) {
    const std::string_view key = member.key();
    if (key != "Version" && key != "Id" && key != "Statement") {
      return malformed(fmt::format("Unknown field {}", key));
    }
  }
  const auto* version = find(document, "Version");
  const auto named = text(document, "Version");
  if (version && named != kCurrentVersion && named != kOldVersion) {
    return malformed("The policy must contain a valid version string");
  }
  const auto* id = find(document, "Id");
  if (id && !id->is_string()) return malformed("Invalid policy syntax.");
  if (!find(document, "Statement")) return missing("Statement");
  if (statements_of(document).empty()) {
    return malformed("Could not parse the policy: Statement is empty!");
  }
  return {};
}

Result<void> check_members(const Document& statement) {
  const auto* object = statement.if_object();
  if (!object) return malformed("Invalid policy syntax.");
  for (const auto& member : *object) {
    const std::string_view key = member.key();
    if (std::find(kMembers.begin(), kMembers.end(), key) == kMembers.end()) {
      return malformed(fmt::format("Unknown field {}", key));
    }
  }
  for (const auto* name : {"Action", "Resource", "Principal"}) {
    if (find(statement, name) && find(statement, fmt::format("Not{}", name))) {
      return malformed(fmt::format("Statement cannot contain both {0} and Not{0}", name));
    }
  }
  const auto* sid = find(statement, "Sid");
  if (sid && !sid->is_string()) return malformed("Invalid policy syntax.");
  return {};
}

Result<void> check_effect(const Document& statement) {
  if (!find(statement, "Effect")) return missing("Effect");
  const auto effect = text(statement, "Effect");
  if (effect == "Allow" || effect == "Deny") return {};
  return malformed(fmt::format("Invalid effect: {}", effect));
}

Result<void> check_principal_element(const Document& statement, PolicyKind kind) {
  if (find(statement, "NotPrincipal")) {
    if (kind == PolicyKind::Trust) {
      return malformed("AssumeRole policy must not contain NotPrincipal field.");
    }
    if (text(statement, "Effect") == "Allow") {
      return malformed("Allow with NotPrincipal is not allowed.");
    }
  }
  const auto* element = either(statement, "Principal", "NotPrincipal");
  if (!element) return missing("Principal");
  return check_principals(*element);
}

bool is_trust_action(std::string_view action) {
  const auto lower = to_lower(action);
  if (!lower.starts_with("sts:")) return false;
  const TextPattern pattern(lower, Wildcards::Active, Variables::Plain);
  static const Request kNone;
  const Lookup keys(kNone);
  return std::any_of(kTrustActions.begin(), kTrustActions.end(),
                     [&](std::string_view known) { return pattern.like(known, keys); });
}

bool is_action(std::string_view action) {
  const auto colon = action.find(':');
  return action == "*" ||
         (colon != std::string_view::npos && colon > 0 && colon + 1 < action.size());
}

Result<void> check_actions(const Document& statement, PolicyKind kind) {
  const auto* actions = either(statement, "Action", "NotAction");
  if (!actions) return missing("Action");
  if (!is_strings(*actions)) return malformed("Invalid policy syntax.");
  const auto texts = strings(*actions);
  if (texts.empty()) return missing("Action");
  if (kind == PolicyKind::Trust && !std::all_of(texts.begin(), texts.end(), is_trust_action)) {
    return malformed("AssumeRole policy may only specify STS AssumeRole actions.");
  }
  if (!std::all_of(texts.begin(), texts.end(), is_action)) {
    return malformed("Policy has invalid action");
  }
  return {};
}

Result<void> check_resources(const Document& statement, PolicyKind kind) {
  if (kind == PolicyKind::Trust) {
    if (find(statement, "Resource")) return malformed("Has prohibited field Resource");
    if (!find(statement, "NotResource")) return {};
    return malformed("AssumeRole policy must not contain resources.");
  }
  const auto* resources = either(statement, "Resource", "NotResource");
  if (!resources) return missing("Resource");
  const auto texts = strings(*resources);
  if (is_strings(*resources) && texts.empty()) return missing("Resource");
  const bool valid = is_strings(*resources) &&
                     std::all_of(texts.begin(), texts.end(), [](const std::string& text) {
                       return text == "*" || text.find(':') != std::string::npos;
                     });
  if (!valid) return malformed("Policy has invalid resource");
  return {};
}

Result<void> check_conditions(const Document& statement) {
  const auto* condition = find(statement, "Condition");
  if (!condition) return {};
  if (!is_condition_block(*condition)) return malformed("Invalid Condition type or syntax");
  if (has_comparable_values(*condition)) return {};
  return malformed("The policy failed legacy parsing");
}

Result<void> check_resource_statement(const Document& statement, PolicyKind kind) {
  if (auto checked = check_members(statement); !checked) return checked;
  if (auto checked = check_effect(statement); !checked) return checked;
  if (auto checked = check_resources(statement, kind); !checked) return checked;
  if (auto checked = check_principal_element(statement, kind); !checked) return checked;
  if (auto checked = check_actions(statement, kind); !checked) return checked;
  return check_conditions(statement);
}

}  // namespace

Result<void> check_resource_grammar(const Document& document, PolicyKind kind) {
  if (auto checked = check_top(document); !checked) return checked;
  for (const auto* each : statements_of(document)) {
    if (auto checked = check_resource_statement(*each, kind); !checked) return checked;
  }
  if (has_unique_sids(document)) return {};
  return malformed("The Statement Ids in the policy are not unique");
}

}  // namespace tocsin::policy

// SPDX-License-Identifier: Apache-2.0
// Rules made ready to judge.
#pragma once

#include <memory>

#include "engines/guard/guard.hpp"
#include "services/config/managed.hpp"
#include "services/config/rules_parts.hpp"

namespace tocsin::config {

struct Prepared {
  Rule rule;
  const ManagedRule* managed = nullptr;
  Object parameters;  // in the types that a managed rule declares
  std::optional<guard::Rules> policy;
  std::vector<std::string> types;  // that it judges; "*": all
  bool same_calls = false;         // whatever the item is
};
using PreparedPtr = std::shared_ptr<const Prepared>;

/// Null where there is no such rule.
PreparedPtr prepared_rule(const store::View& view, const Scope& scope, std::string_view name);

/// Whether the rule judges the item: its type, its id, its tags.
bool is_in_scope(const Prepared& prepared, const Item& item);

}  // namespace tocsin::config

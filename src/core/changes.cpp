// SPDX-License-Identifier: Apache-2.0
// Resource changes: every row of a resource type's table that an input has changed yields exactly
// one Change.
#include "core/registry_tables.hpp"
#include "core/turn.hpp"

namespace tocsin::core {
namespace {

Document configuration(const ResourceType::Description& description) {
  Object out = description.configuration;
  if (!description.tags.empty()) out["Tags"] = encode(description.tags);
  return out;
}

}  // namespace

void Machine::emit_changes(Context& context) {
  if (registry_.tables_->on_change.empty()) return;
  const auto& tables = registry_.tables_->type_of_table;
  std::vector<Change> changes;
  for (const auto& [key, value] : context.transaction_.changes()) {
    const auto found = tables.find(std::string_view(key).substr(0, key.find('\0')));
    if (found == tables.end()) continue;
    const auto before = context.transaction_.base().get(key);
    if (before == value || (!before && !value)) continue;
    const auto& type = registry_.tables_->types[found->second];
    Change change{.type = type.type,
                  .cause = context.turn_.nodes ? fmt::format("{:x}.1", context.sequence()) : ""};
    const auto describe = [&](const store::View& view, const std::string& row) {
      auto description = type.describe(view, boost::json::parse(row));
      change.id = description.id;
      change.arn = description.arn;
      change.scope = description.scope;
      return configuration(description);
    };
    if (before) change.before = describe(context.transaction_.base(), *before);
    if (value) change.after = describe(context.transaction_, *value);
    if (change.before != change.after) changes.push_back(std::move(change));
  }
  for (const auto& change : changes) {
    Context reaction(*this, context.turn_, context.transaction_, change.scope, change.cause);
    for (const auto& react : registry_.tables_->on_change)
      react(reaction, change);
  }
}

}  // namespace tocsin::core

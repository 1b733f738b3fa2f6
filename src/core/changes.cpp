// SPDX-License-Identifier: Apache-2.0
// Resource changes: every row of a resource type's table that an input has changed yields exactly
// one Change; only what a reaction to that one changes again yields a further one.
#include "core/registry_tables.hpp"
#include "core/turn.hpp"

namespace tocsin::core {
namespace {

/// A resource's row before and after; where there is none, there is no resource.
struct Rewritten {
  const ResourceType& type;
  std::optional<std::string> before, after;
};

std::optional<ResourceType::Description> described(const ResourceType& type,
                                                   const store::View& view,
                                                   const std::optional<std::string>& row) {
  if (!row) return std::nullopt;
  return type.describe(view, boost::json::parse(*row));
}

std::optional<Change> change_of(const Context& context, const Rewritten& row,
                                const store::View& base) {
  Change change{.type = row.type.type,
                .before = described(row.type, base, row.before),
                .after = described(row.type, context, row.after)};
  if (change.before == change.after) return std::nullopt;
  const auto& known = change.after ? *change.after : *change.before;
  change.id = known.id;
  change.arn = known.arn;
  change.scope = known.scope;
  return change;
}

}  // namespace

bool Machine::emit_changes(Context& context) {
  if (registry_.tables_->on_change.empty()) return false;
  const auto& tables = registry_.tables_->type_of_table;
  auto& turn = context.turn_;
  std::vector<Change> changes;
  for (const auto& [key, value] : context.transaction_.changes()) {
    const auto found = tables.find(std::string_view(key).substr(0, key.find('\0')));
    if (found == tables.end()) continue;
    const auto told = turn.told.find(key);
    Rewritten row{registry_.tables_->types[found->second],
                  told == turn.told.end() ? context.transaction_.base().get(key) : told->second,
                  value};
    if (row.before == row.after) continue;
    turn.told[key] = value;
    auto change = change_of(context, row, context.transaction_.base());
    if (!change) continue;
    if (turn.nodes) change->cause = fmt::format("{:x}.1", context.sequence());
    changes.push_back(*std::move(change));
  }
  for (const auto& change : changes) {
    Context reaction(*this, turn, context.transaction_, change.scope, change.cause);
    for (const auto& react : registry_.tables_->on_change)
      react(reaction, change);
  }
  return !changes.empty();
}

}  // namespace tocsin::core

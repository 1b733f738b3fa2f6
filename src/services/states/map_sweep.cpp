// SPDX-License-Identifier: Apache-2.0
#include "services/states/map_sweep.hpp"

namespace tocsin::states {
namespace {

using core::Context;
using core::Key;

constexpr std::size_t kSome = 500;  // rows that one input erases

/// An Express child has no rows but those that were kept for a redrive.
void erase_child(Context& context, const std::string& machine, const Unsuccessful& child) {
  const auto key = Key::of(context.scope(), machine, child.name);
  const auto row = kExecutions.get(context, key);
  if (!row || row->type != Type::EXPRESS) return;
  kExecutions.erase(context, key);
  kSaved.erase(context, key);
}

/// Erases the first rows below `run` behind `after`, which then is the last of them: a scan does
/// not pass what was erased before. Whether there were any.
template <class T>
bool erase_some(Context& context, const core::Table<T>& table, const std::string& machine,
                const Key& run, std::vector<std::string>& after) {
  std::vector<std::vector<std::string>> rows;
  std::vector<T> values;
  table.scan(
      context, run,
      [&](const std::vector<std::string>& key, const T& row) {
        rows.push_back(key);
        if constexpr (std::is_same_v<T, Unsuccessful>) values.push_back(row);
        return rows.size() < kSome;
      },
      store::Direction::Forward, after.empty() ? std::nullopt : std::optional(Key::from(after)));
  for (const auto& row : rows)
    table.erase(context, Key::from(row));
  if constexpr (std::is_same_v<T, Unsuccessful>) {
    for (const auto& value : values)
      erase_child(context, machine, value);
  }
  if (!rows.empty()) after = rows.back();
  return !rows.empty();
}

void sweep(Context& context, const core::Resumption& resumed) {
  const auto machine = string_of(resumed.context, "m"), name = string_of(resumed.context, "n");
  auto table = integer(resumed.context, "t").value_or(0);
  std::vector<std::string> after;
  for (const auto& part : array_of(resumed.context, "a"))
    after.emplace_back(part.get_string());
  const auto run = Key::of(context.scope(), machine, name);
  const bool any = table == 0   ? erase_some(context, kMapItems, machine, run, after)
                   : table == 1 ? erase_some(context, kMapResults, machine, run, after)
                                : erase_some(context, kMapUnsuccessful, machine, run, after);
  if (!any) {
    ++table;
    after.clear();
  }
  if (table == 3) {
    kMapReadings.erase(context, run);
    kMapRunData.erase(context, run);
    return;
  }
  Object next{{"m", machine}, {"n", name}, {"t", table}};
  next["a"] = Array(after.begin(), after.end());
  context.later({"states.map_sweep", std::move(next)});
}

}  // namespace

void sweep_map_run(Context& context, const Scope& scope, const std::string& machine,
                   const std::string& name) {
  const auto outer = context.scope();
  context.set_scope(scope);
  context.later({"states.map_sweep", Object{{"m", machine}, {"n", name}}});
  context.set_scope(outer);
}

void on_map_sweeps(core::Registry& registry) {
  registry.on_resume("states.map_sweep", sweep);
}

}  // namespace tocsin::states

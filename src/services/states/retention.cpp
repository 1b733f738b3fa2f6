// SPDX-License-Identifier: Apache-2.0
#include "services/states/retention.hpp"

#include "services/states/history.hpp"
#include "services/states/map_sweep.hpp"

namespace tocsin::states {
namespace {

using core::Context;
using core::Key;

constexpr auto kKept = std::chrono::days(90);
constexpr auto kEvery = std::chrono::days(1);
constexpr std::size_t kSome = 100;

Key ended_key(const Place& place, const Execution& row) {
  return Key::of(place.scope, moment_part(row.stop), place.machine, place.name);
}

void erase_map_runs(Context& context, const Place& place) {
  std::vector<std::string> runs;
  kMapRunsOf.scan(context, place.key(), [&](const auto& key, const Listed&) {
    runs.push_back(key.back());
    return true;
  });
  for (const auto& run : runs) {
    const auto colon = run.rfind(':');
    const auto machine = run.substr(0, colon), name = run.substr(colon + 1);
    kMapRuns.erase(context, Key::of(place.scope, machine, name));
    sweep_map_run(context, place.scope, machine, name);
    kMapRunsOf.erase(context, Key::of(place.scope, place.machine, place.name, run));
  }
}

void erase(Context& context, const Place& place) {
  const auto row = kExecutions.get(context, place.key());
  if (!row || row->status == Status::RUNNING) return;
  const auto status = encode(row->status);
  kListed.erase(context, list_key(place, *row, ""));
  kListed.erase(context, list_key(place, *row, std::string_view(status.get_string())));
  kSaved.erase(context, place.key());
  kExecutions.erase(context, place.key());
  erase_history(context, place.key());
  erase_map_runs(context, place);
}

void sweep(Context& context, const core::Resumption& resumed) {
  const auto scope = context.scope();
  const auto until = moment_part(context.now() - kKept);
  std::vector<std::vector<std::string>> old;
  bool any = false;
  kEnded.scan(context, Key::of(scope), [&](const std::vector<std::string>& key, const Listed&) {
    any = key[2] > until;
    if (any || old.size() == kSome) return false;
    old.push_back(key);
    return true;
  });
  for (const auto& key : old) {
    erase(context, {scope, key[3], key[4]});
    kEnded.erase(context, Key::of(scope, key[2], key[3], key[4]));
  }
  if (old.size() == kSome)
    context.later({"states.sweep", resumed.context});
  else if (any)
    context.upkeep(context.now() + kEvery, {"states.sweep", resumed.context});
  else
    kSweeps.erase(context, Key::of(scope));
}

}  // namespace

Key list_key(const Place& place, const Execution& row, std::string_view status) {
  return Key::of(place.scope, row.map_run.empty() ? row.machine : row.machine + ":" + row.map_run,
                 status, moment_part(row.start), row.name);
}

void remember_ended(Context& context, const Place& place, const Execution& row) {
  kEnded.put(context, ended_key(place, row), {});
  const auto key = Key::of(place.scope);
  if (kSweeps.contains(context, key)) return;
  kSweeps.put(context, key, {});
  const auto outer = context.scope();
  context.set_scope(place.scope);
  context.upkeep(context.now() + kEvery, {"states.sweep", Object{}});
  context.set_scope(outer);
}

void forget_ended(Context& context, const Place& place, const Execution& row) {
  kEnded.erase(context, ended_key(place, row));
}

void on_retention(core::Registry& registry) {
  registry.on_resume("states.sweep", sweep);
}

}  // namespace tocsin::states

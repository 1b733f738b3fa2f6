// SPDX-License-Identifier: Apache-2.0
#include "services/states/map_runs.hpp"

#include <fmt/format.h>

#include "services/states/map_children.hpp"
#include "services/states/map_items.hpp"
#include "services/states/map_results.hpp"
#include "services/states/map_sweep.hpp"

namespace tocsin::states {
namespace {

using core::Context;
using core::Key;

constexpr std::string_view kPending = "mapRun/";
constexpr std::size_t kSome = 25;  // children that one input stops

void schedule(Context& context, const Scope& scope, MapRun& run) {
  if (run.scheduled) return;
  run.scheduled = true;
  const auto outer = context.scope();
  context.set_scope(scope);
  context.later({"states.map_run", Object{{"m", run.machine}, {"n", run.name}}});
  context.set_scope(outer);
}

std::string pending_name(const MapRun& run) {
  return fmt::format("{}{}:{}", kPending, run.machine, run.name);
}

void tell_parent(Context& context, const Scope& scope, const MapRun& run, asl::Event event) {
  drive(context, {scope, run.parent.machine, run.parent.name}, event);
}

void end_run(Context& context, const Scope& scope, MapRun& run, Status status) {
  run.status = status;
  run.stop = context.now();
  kMapRuns.put(context, map_run_key(scope, run), run);
}

void fail_run(Context& context, const Scope& scope, MapRun& run, const Error& error) {
  run.error = error.code;
  run.cause = error.message;
  end_run(context, scope, run, Status::FAILED);
  context.later({"states.map_abort", Object{{"m", run.machine}, {"n", run.name}}});
  tell_parent(
      context, scope, run,
      asl::TaskFailed{run.parent.task, error.code, error.message, asl::TaskFailed::At::Run});
}

/// Writes a part of the results; the run ends with the last.
void finish(Context& context, const Scope& scope, MapRun& run) {
  auto output = results_of(context, scope, run);
  if (!output) return fail_run(context, scope, run, output.error());
  if (!*output) {
    schedule(context, scope, run);
    return kMapRuns.put(context, map_run_key(scope, run), run);
  }
  end_run(context, scope, run, Status::SUCCEEDED);
  sweep_map_run(context, scope, run.machine, run.name);
  tell_parent(context, scope, run, asl::TaskSucceeded{run.parent.task, **std::move(output)});
}

void step(Context& context, const core::Resumption& resumed) {
  const auto scope = context.scope();
  auto row = kMapRuns.get(
      context, Key::of(scope, string_of(resumed.context, "m"), string_of(resumed.context, "n")));
  if (!row || row->status != Status::RUNNING) return;
  auto& run = *row;
  run.scheduled = false;
  const auto more = start_children(context, scope, run);
  if (!more) return fail_run(context, scope, run, more.error());
  if (intolerable(run)) {
    return fail_run(context, scope, run,
                    {"States.ExceedToleratedFailureThreshold",
                     "The specified tolerated failure threshold was exceeded"});
  }
  if (*more) schedule(context, scope, run);
  const bool left = *more || run.next < run.total || run.reading || run.redriving;
  if (!left && count_of(run.executions, "running") == 0) return finish(context, scope, run);
  kMapRuns.put(context, map_run_key(scope, run), run);
}

/// Stops the children of a run that is over, a few at a time.
void stop_children(Context& context, const core::Resumption& resumed) {
  const auto machine = string_of(resumed.context, "m"), name = string_of(resumed.context, "n");
  const auto run = kMapRuns.get(context, Key::of(context.scope(), machine, name));
  if (!run || run->status == Status::RUNNING) return;
  std::vector<std::string> running;
  kListed.scan(context, Key::of(context.scope(), machine + ":" + name, "RUNNING"),
               [&](const auto& key, const Listed&) {
                 running.push_back(key.back());
                 return running.size() < kSome;
               });
  for (const auto& each : running)
    drive(context, {context.scope(), machine, each}, asl::Stopped{});
  if (running.size() == kSome) context.later({"states.map_abort", resumed.context});
}

Document sealed_or_null(Context& context, const asl::Value& value) {
  return value ? sealed(context, *value) : Document(nullptr);
}

std::string label_of(Context& context, const asl::StartMapRun& run) {
  return run.label.empty() ? context.new_uuid() : run.label;
}

/// What a redrive cannot mend: the Map begins anew.
bool is_final(const MapRun& run) {
  return run.error == "States.ItemReaderFailed" || run.error == "States.DataLimitExceeded" ||
         run.error == "States.Runtime";
}

/// The run that the execution started last.
std::optional<MapRun> last_run(Context& context, const Place& parent) {
  std::optional<MapRun> last;
  kMapRunsOf.scan(context, parent.key(), [&](const auto& key, const Listed&) {
    const auto& named = key.back();
    const auto colon = named.rfind(':');
    auto run = kMapRuns.get(context,
                            Key::of(parent.scope, named.substr(0, colon), named.substr(colon + 1)));
    if (run && (!last || run->parent.task > last->parent.task)) last = std::move(run);
    return true;
  });
  return last;
}

}  // namespace

asl::Event start_map_run(Context& context, const Place& parent, const Execution& row, Saved& saved,
                         const asl::StartMapRun& asked) {
  MapRun run{.machine = machine_name(parent.machine) + "/" + label_of(context, asked),
             .name = context.new_uuid(),
             .parent = {.machine = parent.machine, .name = parent.name, .task = asked.task},
             .start = context.now(),
             .type = asked.express ? Type::EXPRESS : Type::STANDARD,
             .state = std::string(asked.state),
             .processor = asked.processor,
             .concurrency = asked.max_concurrency,
             .tolerated_count = asked.tolerated_count,
             .tolerated_percentage = asked.tolerated_percentage,
             .reads = static_cast<bool>(asked.reader),
             .writes = static_cast<bool>(asked.writer),
             .reading = static_cast<bool>(asked.reader)};
  kMapRunData.put(context, map_run_key(parent.scope, run),
                  {.revision = row.revision,
                   .input = sealed_or_null(context, asked.input),
                   .reader = sealed_or_null(context, asked.reader),
                   .writer = sealed_or_null(context, asked.writer),
                   .batcher = sealed_or_null(context, asked.batcher)});
  if (!asked.reader && asked.items)
    keep_items(context, parent.scope, run, asked.items->get_array());
  wake_map_run(context, parent.scope, run);
  kMapRunsOf.put(context,
                 Key::of(parent.scope, parent.machine, parent.name, run.machine + ":" + run.name),
                 {});
  saved.pending[std::to_string(asked.task)] = pending_name(run);
  return asl::MapRunStarted{asked.task, map_run_arn(parent.scope, run.machine, run.name)};
}

void abort_map_run(Context& context, const std::string& what) {
  const auto colon = what.rfind(':');
  const auto machine = what.substr(kPending.size(), colon - kPending.size());
  const auto name = what.substr(colon + 1);
  auto run = kMapRuns.get(context, Key::of(context.scope(), machine, name));
  if (!run || run->status != Status::RUNNING) return;
  end_run(context, context.scope(), *run, Status::ABORTED);
  context.later({"states.map_abort", Object{{"m", machine}, {"n", name}}});
}

void child_ended(Context& context, const Place& place, const Execution& row,
                 const asl::Finished& finished, const Document& input) {
  const auto key = Key::of(place.scope, row.machine, row.map_run);
  auto run = kMapRuns.get(context, key);
  if (!run) return;
  const std::string status(count_name(row.status));
  --run->executions["running"];
  run->items["running"] -= row.items;
  ++run->executions[status];
  run->items[status] += row.items;
  if (row.status != Status::SUCCEEDED) {
    auto of_child = key;
    kMapUnsuccessful.put(context, of_child.add(number_part(row.map_index)),
                         {row.name, row.status, row.items});
  }
  keep_result(context, place, *run, row, finished, input);
  if (run->status == Status::RUNNING) schedule(context, place.scope, *run);
  kMapRuns.put(context, key, *run);
}

std::optional<asl::Redriven::MapRun> redrivable_map_run(Context& context, const Place& parent) {
  const auto run = last_run(context, parent);
  if (!run || run->status == Status::RUNNING || run->status == Status::SUCCEEDED || is_final(*run))
    return std::nullopt;
  return asl::Redriven::MapRun{run->state, map_run_arn(parent.scope, run->machine, run->name),
                               run->redrives + 1};
}

void resume_map_run(Context& context, const Place& parent, Saved& saved, std::uint64_t task) {
  auto run = last_run(context, parent);
  if (!run) return;
  run->status = Status::RUNNING;
  run->stop = {};
  run->error.clear();
  run->cause.clear();
  run->files.clear();
  run->written.clear();
  run->parent.task = task;
  run->scheduled = false;  // a step that was on its way has found it ended
  ++run->redrives;
  run->redriven = context.now();
  mark_for_redrive(*run);
  wake_map_run(context, parent.scope, *run);
  saved.pending[std::to_string(task)] = pending_name(*run);
}

void wake_map_run(Context& context, const Scope& scope, MapRun& run) {
  schedule(context, scope, run);
  kMapRuns.put(context, map_run_key(scope, run), run);
}

void on_map_runs(core::Registry& registry) {
  registry.on_resume("states.map_run", step);
  registry.on_resume("states.map_abort", stop_children);
  on_map_sweeps(registry);
}

}  // namespace tocsin::states

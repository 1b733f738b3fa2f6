// SPDX-License-Identifier: Apache-2.0
#include "services/states/map_runs.hpp"

#include <fmt/format.h>

#include "services/states/endings.hpp"
#include "services/states/map_items.hpp"
#include "services/states/map_results.hpp"
#include "services/states/paging.hpp"

namespace tocsin::states {
namespace {

using core::Context;
using core::Key;

constexpr std::int64_t kMostConcurrent = 1000;
constexpr int kSome = 25;  // children that one input starts
constexpr std::string_view kPending = "mapRun/";

Key key_of(const Scope& scope, const MapRun& run) {
  return Key::of(scope, run.machine, run.name);
}

void schedule(Context& context, const Scope& scope, MapRun& run) {
  if (run.scheduled) return;
  run.scheduled = true;
  const auto outer = context.scope();
  context.set_scope(scope);
  context.later({"states.map_run", Object{{"m", run.machine}, {"n", run.name}}});
  context.set_scope(outer);
}

/// The input of the next child, and the items that it has. Null where none is left.
struct Batch {
  Document input;
  std::optional<Document> map_item;
  std::int64_t items = 0;
};

asl::Environment environment(Context& context) {
  return {.now = context.now()};
}

Result<Document> selected(Context& context, const Scope& scope, const MapRun& run,
                          const Document& item) {
  if (run.reader.is_null()) return item;
  const auto machine = compiled(context, scope, run.machine, run.revision, Type::STANDARD);
  if (!machine) return fail("States.Runtime", "The definition can no longer be read");
  return asl::selected_item(*machine, run.state, asl::Value(unsealed(context, run.input)), run.next,
                            item, environment(context));
}

Result<std::optional<Batch>> single(Context& context, const Scope& scope, MapRun& run,
                                    ItemCursor& cursor) {
  const auto* item = TRY(cursor.peek());
  if (!item) return std::optional<Batch>();
  Batch batch{.items = 1};
  batch.input = TRY(selected(context, scope, run, *item));
  Object map_item{{"Index", run.next}};
  map_item["Value"] = *item;
  batch.map_item = std::move(map_item);
  cursor.take();
  return std::optional(std::move(batch));
}

Result<std::optional<Batch>> next_batch(Context& context, const Scope& scope, MapRun& run,
                                        ItemCursor& cursor) {
  if (run.batcher.is_null()) return single(context, scope, run, cursor);
  const auto batcher = unsealed(context, run.batcher);
  const auto most = integer(batcher, "MaxItemsPerBatch").value_or(0);
  const auto most_bytes =
      static_cast<std::size_t>(integer(batcher, "MaxInputBytesPerBatch").value_or(256 * 1024));
  Array items;
  std::size_t bytes = 0;
  while (most == 0 || static_cast<std::int64_t>(items.size()) < most) {
    const auto* item = TRY(cursor.peek());
    if (!item) break;
    auto value = TRY(selected(context, scope, run, *item));
    bytes += asl::json_size(value) + 1;
    if (!items.empty() && bytes > most_bytes) break;
    items.push_back(std::move(value));
    cursor.take();
  }
  if (items.empty()) return std::optional<Batch>();
  Batch batch{.items = static_cast<std::int64_t>(items.size())};
  Object input;
  if (const auto* given = find(batcher, "BatchInput")) input["BatchInput"] = *given;
  input["Items"] = std::move(items);
  batch.input = std::move(input);
  return std::optional(std::move(batch));
}

void start_child(Context& context, const Scope& scope, const MapRun& run, Batch batch) {
  Execution row{.machine = run.machine,
                .name = context.new_uuid(),
                .type = run.type,
                .revision = run.revision,
                .map_run = run.name,
                .map_index = run.children,
                .items = batch.items};
  begin(context, scope, std::move(row), std::move(batch.input),
        {.processor = static_cast<std::uint32_t>(run.processor),
         .map_item = std::move(batch.map_item)});
}

std::int64_t count(const std::map<std::string, std::int64_t>& counts, std::string_view status) {
  const auto found = counts.find(std::string(status));
  return found == counts.end() ? 0 : found->second;
}

bool has_room(const MapRun& run) {
  const auto most =
      run.concurrency > 0 ? std::min(run.concurrency, kMostConcurrent) : kMostConcurrent;
  return count(run.executions, "running") < most;
}

/// More failed than the state tolerates.
bool intolerable(const MapRun& run) {
  const auto failed = count(run.items, "failed") + count(run.items, "timedOut");
  if (failed <= run.tolerated_count) return false;
  const auto share =
      run.total ? 100.0 * static_cast<double>(failed) / static_cast<double>(run.total) : 0;
  return share > run.tolerated_percentage;
}

void tell_parent(Context& context, const Scope& scope, const MapRun& run, asl::Event event) {
  drive(context, {scope, run.parent.machine, run.parent.name}, event);
}

void end_run(Context& context, const Scope& scope, MapRun& run, Status status) {
  run.status = status;
  run.stop = context.now();
  for (const auto* table : {&kMapItems, &kMapResults}) {
    std::vector<std::string> rows;
    table->scan(context, key_of(scope, run), [&](const auto& key, const Chunk&) {
      rows.push_back(key.back());
      return true;
    });
    for (const auto& row : rows)
      table->erase(context, Key::of(scope, run.machine, run.name, row));
  }
  kMapRuns.put(context, key_of(scope, run), run);
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

void finish_run(Context& context, const Scope& scope, MapRun& run) {
  auto output = results_of(context, scope, run);
  if (!output) return fail_run(context, scope, run, output.error());
  end_run(context, scope, run, Status::SUCCEEDED);
  tell_parent(context, scope, run, asl::TaskSucceeded{run.parent.task, *std::move(output)});
}

/// Starts a few children; what one that ends at once writes of the run is read again.
Result<bool> start_some(Context& context, const Scope& scope, MapRun& run) {
  const auto key = key_of(scope, run);
  ItemCursor cursor(context, scope, run);
  for (int started = 0; has_room(run); ++started) {
    if (started == kSome) return true;
    auto batch = TRY(next_batch(context, scope, run, cursor));
    if (!batch) return false;
    run.items["running"] += batch->items;
    ++run.executions["running"];
    run.scheduled = true;  // no step but this one
    kMapRuns.put(context, key, run);
    start_child(context, scope, run, *std::move(batch));
    run = *kMapRuns.get(context, key);
    ++run.children;
    run.scheduled = false;
    if (intolerable(run)) return false;
  }
  return false;
}

void step(Context& context, const core::Resumption& resumed) {
  const auto scope = context.scope();
  auto row = kMapRuns.get(
      context, Key::of(scope, string_of(resumed.context, "m"), string_of(resumed.context, "n")));
  if (!row || row->status != Status::RUNNING) return;
  auto& run = *row;
  run.scheduled = false;
  const auto more = intolerable(run) ? Result<bool>(false) : start_some(context, scope, run);
  if (!more) return fail_run(context, scope, run, more.error());
  if (intolerable(run)) {
    return fail_run(context, scope, run,
                    {"States.ExceedToleratedFailureThreshold",
                     "The specified tolerated failure threshold was exceeded"});
  }
  if (*more) schedule(context, scope, run);
  const bool left = *more || run.next < run.total || run.listing;
  if (!left && count(run.executions, "running") == 0) return finish_run(context, scope, run);
  kMapRuns.put(context, key_of(scope, run), run);
}

std::string_view count_name(Status status) {
  switch (status) {
    case Status::SUCCEEDED:
      return "succeeded";
    case Status::TIMED_OUT:
      return "timedOut";
    case Status::ABORTED:
      return "aborted";
    default:
      return "failed";
  }
}

/// Stops the children of a run that is over, a few at a time.
void stop_children(Context& context, const core::Resumption& resumed) {
  const auto machine = string_of(resumed.context, "m"), name = string_of(resumed.context, "n");
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

}  // namespace

asl::Event start_map_run(Context& context, const Place& parent, const Execution& row, Saved& saved,
                         const asl::StartMapRun& asked) {
  MapRun run{.machine = machine_name(parent.machine) + "/" + label_of(context, asked),
             .name = context.new_uuid(),
             .parent = {.machine = parent.machine, .name = parent.name, .task = asked.task},
             .start = context.now(),
             .type = asked.express ? Type::EXPRESS : Type::STANDARD,
             .revision = row.revision,
             .state = std::string(asked.state),
             .processor = asked.processor,
             .concurrency = asked.max_concurrency,
             .tolerated_count = asked.tolerated_count,
             .tolerated_percentage = asked.tolerated_percentage};
  run.input = sealed_or_null(context, asked.input);
  run.reader = sealed_or_null(context, asked.reader);
  run.writer = sealed_or_null(context, asked.writer);
  run.batcher = sealed_or_null(context, asked.batcher);
  run.listing = asked.reader ? true : false;
  if (!asked.reader && asked.items)
    keep_items(context, parent.scope, run, asked.items->get_array());
  schedule(context, parent.scope, run);
  kMapRuns.put(context, key_of(parent.scope, run), run);
  kMapRunsOf.put(context,
                 Key::of(parent.scope, parent.machine, parent.name, run.machine + ":" + run.name),
                 {});
  saved.pending[std::to_string(asked.task)] =
      fmt::format("{}{}:{}", kPending, run.machine, run.name);
  return asl::MapRunStarted{asked.task,
                            arn("states", parent.scope, "mapRun:" + run.machine + ":" + run.name)};
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
                 const asl::Finished& finished) {
  auto run = kMapRuns.get(context, Key::of(place.scope, row.machine, row.map_run));
  if (!run) return;
  const std::string status(count_name(row.status));
  --run->executions["running"];
  run->items["running"] -= row.items;
  ++run->executions[status];
  run->items[status] += row.items;
  if (run->status == Status::RUNNING) {
    keep_result(context, place, *run, row, finished);
    schedule(context, place.scope, *run);
  }
  kMapRuns.put(context, key_of(place.scope, *run), *run);
}

void wake_map_run(Context& context, const Scope& scope, MapRun& run) {
  schedule(context, scope, run);
  kMapRuns.put(context, key_of(scope, run), run);
}

void on_map_runs(core::Registry& registry) {
  registry.on_resume("states.map_run", step);
  registry.on_resume("states.map_abort", stop_children);
}

}  // namespace tocsin::states

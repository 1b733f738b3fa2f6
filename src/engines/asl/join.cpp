// SPDX-License-Identifier: Apache-2.0
// Parallel and Map.
#include <cmath>
#include <fmt/format.h>

#include "engines/asl/run.hpp"

namespace tocsin::asl {
namespace {

constexpr std::uint32_t kMostIterations = 40;  // of an inline Map at one time

/// AWS shows a path into the context object with one $.
std::string_view shown_path(const Path& path) {
  std::string_view text = path.text();
  if (text.starts_with("$$")) text.remove_prefix(1);
  return text;
}

}  // namespace

Branch& Run::new_branch(const Branch& parent, FlowId flow, std::uint32_t index,
                        std::int64_t previous) {
  const auto id = ++execution_.last_branch;
  auto& child = execution_.branches[id];
  child.id = id;
  child.parent = parent.id;
  child.index = index;
  child.state = machine_.flows[flow].start;
  child.last = previous;
  return child;
}

Run::Outcome Run::start_parallel(Branch& branch) {
  const auto& state = state_of(branch);
  auto effective = TRY(with_parameters(state, TRY(effective_input(branch))));
  branch.last = event(EventType::ParallelStateStarted, branch.last);
  const auto& flows = state.parallel->branches;
  branch.join = std::make_unique<Join>();
  branch.join->total = branch.join->started = static_cast<std::uint32_t>(flows.size());
  branch.join->results.resize(flows.size());
  branch.phase = Branch::Phase::Joining;
  for (std::uint32_t i = 0; i < flows.size(); ++i) {
    auto& child = new_branch(branch, flows[i], i, branch.last);
    child.input = effective;
    make_ready(child);
  }
  return true;
}

Result<Value> Run::items_of(Branch& branch, const Value& effective) {
  const auto& state = state_of(branch);
  const auto& map = *state.map;
  Value items = effective;
  if (map.items_template) {
    items = TRY(map.items_template->evaluate(scope_of(effective)));
  } else if (map.items.literal) {
    items = Value(*map.items.literal);
  } else if (map.items) {
    items = Value(TRY(map.items.value(scope_of(effective))));
  }
  if (items->is_array()) return items;
  if (map.items.query) return map.items.query->unexpected("array", *items);
  const auto cause = fmt::format("Map state input must be an array but was: {}", to_json(*items));
  if (state.jsonata()) return fail("States.QueryEvaluationError", cause);
  return runtime_error(fmt::format("Reference path \"{}\" must point to array.",
                                   map.items.path ? shown_path(*map.items.path) : "$"));
}

Result<double> Run::map_number(const Setting& setting, const Value& effective, bool whole,
                               double fallback) {
  if (!setting) return fallback;
  const auto value = TRY(setting.value(scope_of(effective)));
  double number = 0;
  bool valid = value.is_number();
  if (valid) number = value.to_number<double>();
  if (const auto* text = value.if_string()) {
    const auto [end, error] = std::from_chars(text->begin(), text->end(), number);
    valid = error == std::errc() && end == text->end();
  }
  valid &= !whole || number == std::floor(number);
  if (valid) return number;
  if (setting.query) return setting.query->unexpected("number", value);
  const auto* text = value.if_string();
  return runtime_error(
      fmt::format("The {} field refers to value \"{}\" which is not a valid {}: {}", setting.field,
                  text ? std::string(*text) : to_json(value), whole ? "integer" : "float",
                  setting.path ? setting.path->text() : ""));
}

Run::Outcome Run::start_map(Branch& branch) {
  const auto& map = *state_of(branch).map;
  const auto effective = TRY(effective_input(branch));
  const auto concurrency = TRY(map_number(map.max_concurrency, effective, true, 0));
  branch.join = std::make_unique<Join>();
  branch.join->effective = effective;
  if (!map.reader) branch.join->items = TRY(items_of(branch, effective));
  if (!map.reader && map.items.path) saw("afterItemsPath", branch.join->items);
  const auto length = map.reader ? 0 : branch.join->items->get_array().size();
  branch.last =
      event(EventType::MapStateStarted, branch.last, {}, {}, {}, static_cast<std::int64_t>(length));
  const auto count = TRY(map_number(map.tolerated_count, effective, true, 0));
  const auto percentage = TRY(map_number(map.tolerated_percentage, effective, false, 0));
  if (percentage < 0 || percentage > 100)
    return runtime_error("ToleratedFailurePercentage must be between 0 and 100.");
  if (environment_.observe) return show_map(branch, concurrency, count, percentage);
  if (!map.distributed) return start_inline(branch, concurrency);
  StartMapRun run;
  run.max_concurrency = static_cast<std::int64_t>(concurrency);
  run.tolerated_count = static_cast<std::int64_t>(count);
  run.tolerated_percentage = percentage;
  return start_distributed(branch, std::move(run));
}

/// TestState starts no iterations.
Run::Outcome Run::show_map(Branch& branch, double concurrency, double count, double percentage) {
  const auto& map = *state_of(branch).map;
  const auto whole = [](double number) { return Value(static_cast<std::int64_t>(number)); };
  saw("maxConcurrency", whole(concurrency));
  if (map.tolerated_count) saw("toleratedFailureCount", whole(count));
  if (map.tolerated_percentage) saw("toleratedFailurePercentage", Value(percentage));
  if (map.selector && branch.join->items) {
    Array selected;
    for (std::size_t i = 0; i < branch.join->items->get_array().size(); ++i)
      selected.push_back(*TRY(iteration_input(branch, map, i)));
    saw("afterItemSelector", Value(std::move(selected)));
  }
  branch.phase = Branch::Phase::Joining;
  return true;
}

void Run::join_mocked(const std::variant<Document, FailureInfo>& mock) {
  auto& branch = root();
  abort_children(branch, false);
  see(branch);
  if (const auto* failure = std::get_if<FailureInfo>(&mock)) return failed(branch, *failure);
  branch.join.reset();
  settle(branch, finish_task(branch, Value(std::get<Document>(mock))));
}

Run::Outcome Run::start_inline(Branch& branch, double max_concurrency) {
  auto& join = *branch.join;
  join.total = static_cast<std::uint32_t>(join.items->get_array().size());
  join.results.resize(join.total);
  join.concurrency = max_concurrency >= 1 && max_concurrency < kMostIterations
                         ? static_cast<std::uint32_t>(max_concurrency)
                         : kMostIterations;
  branch.phase = Branch::Phase::Joining;
  if (join.total == 0) return join_done(branch);
  const auto previous = branch.last;
  for (std::uint32_t i = 0; i < std::min(join.total, join.concurrency); ++i)
    TRY(start_iteration(branch, previous));
  return true;
}

Result<Value> Run::iteration_input(Branch& branch, const MapPart& map, std::size_t index) {
  const auto& item = branch.join->items->get_array()[index];
  if (!map.selector) return Value(item);
  see(branch);
  selecting_ = static_cast<std::uint32_t>(index);
  auto selected = map.selector->evaluate(scope_of(branch.join->effective));
  selecting_.reset();
  context_.reset();
  return selected;
}

Run::Outcome Run::start_iteration(Branch& branch, std::int64_t previous) {
  const auto& state = state_of(branch);
  auto& join = *branch.join;
  const auto index = join.started++;
  const auto started = event(EventType::MapIterationStarted, previous, state.name, {}, {}, index);
  auto& child = new_branch(branch, state.map->processor, index, started);
  child.input = TRY(iteration_input(branch, *state.map, index));
  make_ready(child);
  return true;
}

Run::Outcome Run::start_distributed(Branch& branch, StartMapRun run) {
  const auto& state = state_of(branch);
  const auto& map = *state.map;
  auto& join = *branch.join;
  const auto scope = scope_of(join.effective);
  run.state = state.name;
  run.label = map.label;
  run.processor = map.processor;
  run.express = map.express;
  run.input = join.effective;
  if (map.reader) run.reader = TRY(map.reader->evaluate(scope));
  if (map.writer) run.writer = TRY(map.writer->evaluate(scope));
  if (map.batcher) run.batcher = TRY(map.batcher->evaluate(scope));
  if (!map.reader && map.selector) {
    Array selected;
    for (std::size_t i = 0; i < join.items->get_array().size(); ++i)
      selected.push_back(*TRY(iteration_input(branch, map, i)));
    run.items = Value(std::move(selected));
  } else {
    run.items = join.items;
  }
  run.task = branch.task = new_handle();
  branch.phase = Branch::Phase::Task;
  branch.join.reset();
  step_.commands.emplace_back(std::move(run));
  return true;
}

void Run::resume_distributed(Branch& branch, const Redriven::MapRun& run) {
  branch.task = new_handle();
  branch.phase = Branch::Phase::Task;
  branch.last = event(EventType::MapRunRedriven, branch.last, {}, {},
                      Value(Object{{"mapRunArn", run.arn}, {"redriveCount", run.count}}));
  step_.commands.emplace_back(ResumeMapRun{branch.task});
}

void Run::on(const MapRunStarted& started) {
  if (auto* branch = by_task(started.task)) {
    branch->last = event(EventType::MapRunStarted, branch->last, {}, {},
                         Value(Object{{"mapRunArn", started.arn}}));
  }
}

void Run::child_done(Branch& parent, Branch& child, Value output) {
  auto& join = *parent.join;
  const auto& state = state_of(parent);
  const auto index = child.index;
  const auto last = child.last;
  join.results[index] = std::move(output);
  execution_.branches.erase(child.id);
  parent.last = last;
  if (state.map) {
    parent.last = event(EventType::MapIterationSucceeded, last, state.name, {}, {}, index);
    if (join.started < join.total) {
      ++join.done;
      return settle(parent, start_iteration(parent, last));
    }
  }
  if (++join.done < join.total) return;
  see(parent);
  settle(parent, join_done(parent));
}

Run::Outcome Run::join_done(Branch& branch) {
  const bool map = state_of(branch).map != nullptr;
  event(map ? EventType::MapStateSucceeded : EventType::ParallelStateSucceeded, branch.last);
  Array results;
  results.reserve(branch.join->results.size());
  for (const auto& result : branch.join->results)
    results.push_back(*result);
  branch.join.reset();
  return finish_task(branch, Value(std::move(results)));
}

void Run::child_failed(Branch& parent, Branch& child, const FailureInfo& failure) {
  const auto& state = state_of(parent);
  if (state.map) event(EventType::MapIterationFailed, child.last, state.name, {}, {}, child.index);
  parent.last = child.last;
  execution_.branches.erase(child.id);
  abort_children(parent, true);
  see(parent);
  failed(parent, failure);
}

}  // namespace tocsin::asl

// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-loop.html
#include <algorithm>

#include "services/ssm/drive.hpp"

namespace tocsin::ssm {
namespace {

using core::Context;

constexpr std::int64_t kMostIterations = 100;

Result<Array> items_of(const Object& inputs) {
  const auto* given = inputs.if_contains("Iterators");
  const auto type = automation::type_named(text(inputs, "IteratorDataType", "String"));
  const auto list = automation::converted(*given, type == automation::Type::StringMap
                                                      ? automation::Type::MapList
                                                      : automation::Type::StringList);
  if (!type || !list)
    return fail("Loop", fmt::format("The Iterators {} are no list of their type", to_json(*given)));
  if (list->get_array().size() > kMostIterations)
    return fail("Loop", "A loop has at most 100 iterations");
  Array out;
  for (const auto& item : list->get_array())
    out.push_back(automation::converted(item, *type).value_or(item));
  return out;
}

At at_loop(Run& run, const Frame& frame) {
  return {run, frame.order, *load_step(run.context, run.row.id, frame.order),
          automation::find_step(run.runbook, frame.loop)};
}

void start_iteration(Run& run) {
  const auto& frame = run.row.frames.back();
  run.row.values[frame.loop + ".CurrentIteration"] = frame.iteration;
  if (frame.each)
    run.row.values[frame.loop + ".CurrentIteratorValue"] =
        frame.items[static_cast<std::size_t>(frame.iteration - 1)];
  go_to(run, automation::find_step(run.runbook, frame.loop).step->steps.front().name);
}

Result<bool> goes_on(Run& run, const Frame& frame, const At& loop) {
  if (frame.iteration >= frame.most) return false;
  if (frame.each) return frame.iteration < static_cast<std::int64_t>(frame.items.size());
  const auto condition =
      TRY(automation::resolve(loop.step.resolved.at("LoopCondition"), run.lookup()));
  return automation::holds(condition.get_object());
}

/// Leaves the innermost loop: its step ends, and the automation goes on behind it.
void leave(Run& run, At loop, Ended ended) {
  const auto& frame = run.row.frames.back();
  ended.values["CurrentIteration"] = frame.iteration;
  run.row.frames.pop_back();
  end_attempt(std::move(loop), std::move(ended));
}

}  // namespace

void begin_loop(At at) {
  auto& run = at.run;
  const auto& inputs = at.step.resolved;
  Frame frame{.loop = at.step.name, .order = at.order, .each = inputs.contains("Iterators")};
  if (const auto* most = inputs.if_contains("MaxIterations")) {
    const auto number = automation::converted(*most, automation::Type::Integer);
    frame.most = number ? std::clamp<std::int64_t>(number->get_int64(), 1, kMostIterations)
                        : kMostIterations;
  }
  if (frame.each) {
    auto items = items_of(inputs);
    if (!items) return end_attempt(std::move(at), failed(items.error().message));
    if (items->empty()) return end_attempt(std::move(at), {});
    frame.items = *std::move(items);
  }
  at.save();
  run.row.waiting.clear();
  run.row.frames.push_back(std::move(frame));
  start_iteration(run);
}

void end_iteration(Run& run) {
  auto& frame = run.row.frames.back();
  auto loop = at_loop(run, frame);
  const auto again = goes_on(run, frame, loop);
  if (!again) return leave(run, std::move(loop), failed(again.error().message));
  if (!*again) return leave(run, std::move(loop), {});
  ++frame.iteration;
  start_iteration(run);
}

void close_loop(Run& run, Status status) {
  auto loop = at_loop(run, run.row.frames.back());
  run.row.frames.pop_back();
  if (!loop.step.timer.empty()) run.context.cancel(std::exchange(loop.step.timer, {}));
  loop.step.status = status;
  loop.step.end = run.context.now();
  run.tell(loop.step);
  loop.save();
}

void loop_timed_out(Context& context, const Document& reference) {
  auto run = Run::load(context, text(reference, "id"));
  const auto order = text(reference, "order");
  if (!run || is_over(run->row.status) ||
      std::ranges::find(run->row.frames, order, &Frame::order) == run->row.frames.end())
    return;
  if (auto inner = step_at_hand(*run)) {
    let_go(*inner);
    inner->step.status = Status::Cancelled;
    inner->step.end = context.now();
    inner->save();
  }
  while (run->row.frames.back().order != order)
    close_loop(*run, Status::Cancelled);
  auto loop = at_loop(*run, run->row.frames.back());
  loop.step.timer.clear();
  leave(*run, std::move(loop),
        {.status = Status::TimedOut, .doing = "Poll action status for completion"});
}

}  // namespace tocsin::ssm

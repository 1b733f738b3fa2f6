// SPDX-License-Identifier: Apache-2.0
#include "services/states/activity_tasks.hpp"

#include <fmt/format.h>

#include "services/states/activities.hpp"

namespace tocsin::states {
namespace {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

constexpr auto kPoll = std::chrono::seconds(60);
constexpr std::string_view kPending = "activity/";

template <class Row>
std::optional<std::pair<std::string, Row>> first(Context& context, const core::Table<Row>& table,
                                                 const Scope& scope, std::string_view activity) {
  std::optional<std::pair<std::string, Row>> found;
  table.scan(context, Key::of(scope, activity), [&](const auto& key, const Row& row) {
    found.emplace(key.back(), row);
    return false;
  });
  return found;
}

/// Keys of one activity in the order in which they came.
std::string next_order(Context& context) {
  return fmt::format("{:016x}", context.sequence()) + context.new_uuid();
}

Document handed_over(std::string_view token, std::string_view input) {
  return Object{{"taskToken", token}, {"input", input}};
}

void end_poll(Context& context, const core::Resumption& timer) {
  const auto key =
      Key::of(context.scope(), text(timer.context, "activity"), text(timer.context, "order"));
  const auto poll = kActivityPolls.get(context, key);
  if (!poll) return;
  kActivityPolls.erase(context, key);
  context.resolve({poll->token}, Document(Object{}));
}

core::Token wait_for_task(Call& call, const Activity& activity) {
  const auto token = call.park();
  const auto order = next_order(call);
  ActivityPoll poll{.token = token.id, .worker = string_of(call.params(), "workerName")};
  poll.timer = call.at(call.now() + kPoll, {"states.poll_ended",
                                            Object{{"activity", activity.name}, {"order", order}}});
  kActivityPolls.put(call, Key::of(activity.scope, activity.name, order), poll);
  return token;
}

}  // namespace

std::vector<asl::Event> offer_activity_task(Context& context, const Place& place, Saved& saved,
                                            const asl::StartTask& task) {
  const auto arn = parse_states_arn(task.resource->arn);
  const auto input = to_json(*task.parameters);
  if (const auto poll = first(context, kActivityPolls, arn->scope, arn->name)) {
    kActivityPolls.erase(context, Key::of(arn->scope, arn->name, poll->first));
    context.cancel(poll->second.timer);
    if (context.resolve({poll->second.token}, handed_over(task.token, input)))
      return {asl::TaskStarted{task.task, poll->second.worker}};
  }
  const auto order = next_order(context);
  kActivityTasks.put(context, Key::of(arn->scope, arn->name, order),
                     {.machine = place.machine,
                      .name = place.name,
                      .task = task.task,
                      .token = task.token,
                      .input = context.seal(input)});
  saved.pending[std::to_string(task.task)] =
      fmt::format("{}{}/{}", kPending, order, task.resource->arn);
  return {};
}

void withdraw_activity_task(Context& context, const std::string& what) {
  const auto slash = what.find('/', kPending.size());
  const auto order = what.substr(kPending.size(), slash - kPending.size());
  if (const auto arn = parse_states_arn(std::string_view(what).substr(slash + 1)))
    kActivityTasks.erase(context, Key::of(arn->scope, arn->name, order));
}

void end_activity_polls(Context& context, const Activity& activity) {
  while (const auto poll = first(context, kActivityPolls, activity.scope, activity.name)) {
    kActivityPolls.erase(context, Key::of(activity.scope, activity.name, poll->first));
    context.cancel(poll->second.timer);
    context.resolve({poll->second.token}, Document(Object{}));
  }
}

Outcome get_activity_task(Call& call) {
  const auto activity = TRY(activity_of(call));
  while (const auto task = first(call, kActivityTasks, activity.scope, activity.name)) {
    kActivityTasks.erase(call, Key::of(activity.scope, activity.name, task->first));
    const Place place{activity.scope, task->second.machine, task->second.name};
    if (!awaits(call, place, task->second.task)) continue;
    drive(call, place, asl::TaskStarted{task->second.task, string_of(call.params(), "workerName")});
    return handed_over(task->second.token, call.open(task->second.input).value_or(""));
  }
  return wait_for_task(call, activity);
}

void on_activity_tasks(core::Registry& registry) {
  registry.on_resume("states.poll_ended", end_poll);
}

}  // namespace tocsin::states

// SPDX-License-Identifier: Apache-2.0
// Life-cycle actions: an instance waits while somebody prepares it, or takes from it what is
// needed.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/lifecycle-hooks.html
#include <fmt/format.h>

#include "services/autoscaling/activities.hpp"
#include "services/autoscaling/hooks.hpp"
#include "services/autoscaling/settle.hpp"

namespace tocsin::autoscaling {
namespace {

using std::chrono::seconds;

constexpr std::int64_t kLongestWait = 172'800;  // s
constexpr std::string_view kTimedOut = "autoscaling.timed_out";

std::string start_timer(Context& context, const Group& group, const std::string& id,
                        const Wait& wait, std::int64_t timeout) {
  const auto due = std::min(context.now() + Duration(seconds(timeout)), wait.ends);
  return context.at(due, {std::string(kTimedOut),
                          Object{{"group", group.name}, {"instance", id}, {"token", wait.token}}});
}

void emit(Context& context, const Group& group, const Hook& hook, const Wait& wait,
          const std::string& id) {
  const bool launching = hook.transition == kLaunching;
  auto detail = action_message(hook, id, wait.token);
  context.emit({.source = "aws.autoscaling",
                .detail_type = launching ? "EC2 Instance-launch Lifecycle Action"
                                         : "EC2 Instance-terminate Lifecycle Action",
                .scope = group.scope,
                .resources = {arn_of(group)},
                .detail = std::move(detail)});
}

/// The wait that a call names by its token, or by its instance.
struct Found {
  std::string id;
  Wait wait;
};
Result<Found> active(const Call& call, const Group& group) {
  const auto& params = call.params();
  const auto hook = text(params, "LifecycleHookName");
  const auto token = text(params, "LifecycleActionToken"), id = text(params, "InstanceId");
  if (!kHooks.contains(call, Key::of(group.scope, group.name, hook))) {
    return invalid(fmt::format("Lifecycle hook {} not found in group {}", hook, group.name));
  }
  if (token.empty() && id.empty())
    return invalid("You must specify either lifecycleActionToken or instanceId");
  for (const auto& member : group.instances) {
    for (const auto& wait : member.waits) {
      const bool named = token.empty() ? member.id == id : wait.token == token;
      if (named && wait.hook == hook) return Found{member.id, wait};
    }
  }
  return invalid(token.empty()
                     ? fmt::format("No active Lifecycle Action found with instance ID {}", id)
                     : fmt::format("No active Lifecycle Action found with token {}", token));
}

void proceed(Context& context, Group& group, const std::string& id) {
  auto* member = group.member(id);
  const bool launching = member->pending();
  member->lifecycle = launching ? "Pending:Proceed" : "Terminating:Proceed";
  if (launching)
    enter_service(context, group, id);
  else
    terminate(context, group, id);
}

/// The action has a result; `why` it was abandoned.
void complete(Context& context, Group& group, const std::string& id, const std::string& token,
              bool goes_on, std::string_view why) {
  auto* member = group.member(id);
  const auto found = std::ranges::find(member->waits, token, &Wait::token);
  context.cancel(found->timer);
  member->waits.erase(found);
  if (!goes_on) drop_waits(context, *member);
  save(context, group);
  if (!goes_on && member->pending()) {
    return give_up(context, group, id,
                   fmt::format("Instance failed to complete user's Lifecycle Action: Lifecycle "
                               "Action with token {} was abandoned: {}",
                               token, why));
  }
  if (member->waits.empty()) proceed(context, group, id);
}

}  // namespace

bool begin_waits(Context& context, Group& group, const std::string& id,
                 std::string_view transition) {
  auto* member = group.member(id);
  for (const auto& hook : kHooks.all(context, Key::of(group.scope, group.name))) {
    if (hook.transition != transition) continue;
    const auto longest = std::min(100 * hook.timeout, kLongestWait);
    Wait wait{.hook = hook.name,
              .token = context.new_uuid(),
              .ends = context.now() + seconds(longest),
              .timer = {}};
    wait.timer = start_timer(context, group, id, wait, hook.timeout);
    emit(context, group, hook, wait, id);
    notify_target(context, group, hook, action_message(hook, id, wait.token));
    member->waits.push_back(std::move(wait));
  }
  if (member->waits.empty()) return false;
  member->lifecycle = transition == kLaunching ? "Pending:Wait" : "Terminating:Wait";
  note_progress(context, group, *member, "MidLifecycleAction", 60);
  return true;
}

void drop_waits(Context& context, Member& member) {
  for (const auto& wait : member.waits)
    context.cancel(wait.timer);
  member.waits.clear();
}

void timed_out(Context& context, const Resumption& due) {
  auto group = kGroups.get(context, Key::of(context.scope(), text(due.context, "group")));
  const auto id = string_of(due.context, "instance"), token = string_of(due.context, "token");
  const auto* member = group ? group->member(id) : nullptr;
  if (!member) return;
  const auto wait = std::ranges::find(member->waits, token, &Wait::token);
  if (wait == member->waits.end()) return;
  const auto hook = kHooks.get(context, Key::of(group->scope, group->name, wait->hook));
  complete(context, *group, id, token, hook && hook->otherwise == "CONTINUE", "Heartbeat Timeout");
}

Outcome complete_lifecycle_action(Call& call) {
  auto group = TRY(named_group(call));
  const auto result = text(call.params(), "LifecycleActionResult");
  if (result != "CONTINUE" && result != "ABANDON") {
    return invalid(
        fmt::format("Lifecycle Action Result must be CONTINUE or ABANDON, not {}", result));
  }
  const auto found = TRY(active(call, group));
  complete(call, group, found.id, found.wait.token, result == "CONTINUE",
           "Lifecycle Action Completed with ABANDON Result");
  return Object{};
}

Outcome record_lifecycle_action_heartbeat(Call& call) {
  auto group = TRY(named_group(call));
  const auto found = TRY(active(call, group));
  const auto hook = kHooks.get(call, Key::of(group.scope, group.name, found.wait.hook));
  call.cancel(found.wait.timer);
  auto& waits = group.member(found.id)->waits;
  auto& wait = *std::ranges::find(waits, found.wait.token, &Wait::token);
  wait.timer = start_timer(call, group, found.id, wait, hook->timeout);
  save(call, group);
  return Object{};
}

}  // namespace tocsin::autoscaling

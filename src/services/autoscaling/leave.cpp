// SPDX-License-Identifier: Apache-2.0
// How instances leave a group.
#include <fmt/format.h>

#include "services/autoscaling/activities.hpp"
#include "services/autoscaling/settle.hpp"

namespace tocsin::autoscaling {
namespace {

using namespace std::chrono_literals;

constexpr auto kLook = 15s;  // how often it is looked whether connections are drained

void wait_for_draining(Context& context, const Group& group, const std::string& id) {
  context.at(context.now() + kLook,
             {"autoscaling.drained", Object{{"group", group.name}, {"instance", id}}});
}

void after_draining(Context& context, Group& group, const std::string& id) {
  if (!group.leaving && begin_waits(context, group, id, kTerminating)) return save(context, group);
  terminate(context, group, id);
}

}  // namespace

Activity take_out(Context& context, Group& group, const std::string& id, std::string cause) {
  auto* member = group.member(id);
  if (!member || member->leaving()) return {};
  drop_waits(context, *member);
  member->lifecycle = "Terminating";
  auto activity =
      begin(context, group, member, "Terminating EC2 instance: " + id, std::move(cause));
  member->activity = activity.id;
  save(context, group);
  remove_targets(context, group, *member);
  if (group.leaving || !is_draining(context, group, *member)) {
    after_draining(context, group, id);
    return activity;
  }
  auto draining = activity;
  draining.description += " - Waiting For ELB Connection Draining.";
  draining.status = "WaitingForELBConnectionDraining";
  draining.progress = 60;
  put(context, draining);
  wait_for_draining(context, group, id);
  return activity;
}

void drained(Context& context, const Resumption& due) {
  auto group = kGroups.get(context, Key::of(context.scope(), text(due.context, "group")));
  const auto id = string_of(due.context, "instance");
  const auto* member = group ? group->member(id) : nullptr;
  if (!member || !member->is("Terminating")) return;
  if (is_draining(context, *group, *member)) return wait_for_draining(context, *group, id);
  if (auto activity = activity_of(context, *group, *member)) {
    activity->description = "Terminating EC2 instance: " + id;
    activity->status = "InProgress";
    put(context, *activity);
  }
  after_draining(context, *group, id);
}

void terminate(Context& context, Group& group, const std::string& id) {
  auto* member = group.member(id);
  if (!member) return;
  drop_waits(context, *member);
  member->lifecycle = "Terminating:Proceed";
  note_progress(context, group, *member, "InProgress", 80);
  save(context, group);
  const auto done =
      ask(context, group, "ec2", "TerminateInstances", Object{{"InstanceIds", Array{id}}});
  if (done) {
    // One that was terminated already sends no event.
    for (const auto& each : array_of(*done, "TerminatingInstances")) {
      if (text(object_of(each, "CurrentState"), "Name") == "terminated") left(context, group, id);
    }
    return;
  }
  if (done.error().code == "InvalidInstanceID.NotFound") return left(context, group, id);
  if (auto activity = activity_of(context, group, *member)) {
    end(context, *activity, "Failed", done.error().message);
    tell(context, group, *activity, Step::TerminateFailed);
  }
  forget(context, group, id);
}

void forget(Context& context, Group& group, const std::string& id) {
  std::erase_if(group.instances, [&](const Member& each) { return each.id == id; });
  kOwners.erase(context, Key::of(group.scope, id));
  save(context, group);
  settle_soon(context, group);
}

void left(Context& context, Group& group, const std::string& id) {
  auto* member = group.member(id);
  if (!member) return;
  drop_waits(context, *member);
  if (auto activity = activity_of(context, group, *member); activity && !activity->ended) {
    end(context, *activity);
    tell(context, group, *activity, Step::Terminate);
  }
  group.cool = context.now() + std::chrono::seconds(group.cooldown);
  forget(context, group, id);
}

void give_up(Context& context, Group& group, const std::string& id, std::string message) {
  auto* member = group.member(id);
  if (!member) return;
  if (auto activity = activity_of(context, group, *member)) {
    end(context, *activity, "Cancelled", std::move(message));
    tell(context, group, *activity, Step::LaunchFailed);
  }
  member->activity.clear();
  terminate(context, group, id);
}

}  // namespace tocsin::autoscaling

// SPDX-License-Identifier: Apache-2.0
// What EC2 tells of a group's instances.
#include <fmt/format.h>

#include "services/autoscaling/activities.hpp"
#include "services/autoscaling/settle.hpp"

namespace tocsin::autoscaling {
namespace {

void stopped(Context& context, Group& group, const std::string& id, bool terminated) {
  auto& member = *group.member(id);
  if (member.leaving() || member.standby()) {
    if (terminated) left(context, group, id);
    return;
  }
  if (member.pending()) {
    return give_up(context, group, id,
                   "Instance became unhealthy while waiting for instance to be in InService state. "
                   "Termination Reason: Client.UserInitiatedShutdown: User initiated shutdown");
  }
  if (!group.runs("HealthCheck") || !member.sick.empty()) return;
  member.sick = "an EC2 health check indicating it has been terminated or stopped.";
  save(context, group);
  settle_soon(context, group);
}

}  // namespace

void on_instance_event(Context& context, const core::Event& event) {
  if (event.source != "aws.ec2" || event.detail_type != "EC2 Instance State-change Notification")
    return;
  const auto id = string_of(event.detail, "instance-id");
  const auto state = text(event.detail, "state");
  const auto owner = kOwners.get(context, Key::of(event.scope, id));
  auto group =
      owner ? kGroups.get(context, Key::of(event.scope, owner->group)) : std::optional<Group>();
  if (!group || !group->member(id)) return;
  const auto scope = context.scope();
  context.set_scope(event.scope);
  if (state == "running")
    join(context, *group, id);
  else if (state != "pending")
    stopped(context, *group, id, state == "terminated");
  context.set_scope(scope);
}

void aged(Context& context, const Resumption& due) {
  auto group = kGroups.get(context, Key::of(context.scope(), text(due.context, "group")));
  auto* member = group ? group->member(text(due.context, "instance")) : nullptr;
  if (!member || !member->is("InService") || group->max_lifetime == 0) return;
  const auto age = context.now() - member->serves;
  if (age < std::chrono::seconds(group->max_lifetime)) {
    context.upkeep(member->serves + std::chrono::seconds(group->max_lifetime),
                   {"autoscaling.aged", due.context});
    return;
  }
  member->sick = "its maximum instance lifetime.";
  settle(context, *group);
}

}  // namespace tocsin::autoscaling

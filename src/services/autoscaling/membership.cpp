// SPDX-License-Identifier: Apache-2.0
// Instances that are attached, detached, and put on standby.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-detach-attach-instances.html
#include <fmt/format.h>

#include "core/tags.hpp"
#include "services/autoscaling/activities.hpp"
#include "services/autoscaling/operations.hpp"
#include "services/autoscaling/settle.hpp"

namespace tocsin::autoscaling {
namespace {

constexpr std::size_t kMost = 20;

Result<std::vector<std::string>> ids_in(const Call& call) {
  auto ids = texts(call.params(), "InstanceIds");
  if (ids.empty()) return invalid("InstanceIds must be specified.");
  if (ids.size() > kMost)
    return invalid(
        fmt::format("The number of instances {} is greater than the limit 20", ids.size()));
  return ids;
}

std::string sizes(const Group& group, std::string_view what, std::int64_t count) {
  return fmt::format(
      "AutoScalingGroup {} has min-size={}, max-size={}, and desired-size={}. To {} {} more "
      "instance{}, please update the AutoScalingGroup sizes appropriately.",
      group.name, group.min, group.max, group.desired, what, count, count == 1 ? "" : "s");
}

/// The group's members in one of `states`; the group gets smaller by them where the call says so.
Result<std::vector<std::string>> leaving_ids(const Call& call, Group& group,
                                             const std::vector<std::string_view>& states,
                                             std::string_view what) {
  auto ids = TRY(ids_in(call));
  std::int64_t units = 0;
  for (const auto& id : ids) {
    const auto* member = group.member(id);
    if (!member) {
      return invalid(
          fmt::format("The instance {} is not part of Auto Scaling group {}.", id, group.name));
    }
    if (std::ranges::find(states, member->lifecycle) == states.end()) {
      return invalid(fmt::format("The instance {} is not in {}.", id,
                                 states.size() == 1 ? states.front() : "InService or Standby"));
    }
    units += member->counted() ? member->weight : 0;
  }
  if (flag(call.params(), "ShouldDecrementDesiredCapacity") && group.desired - units < group.min)
    return invalid(sizes(group, what, units));
  return ids;
}

/// ", shrinking the capacity from 2 to 1." where the call says so.
std::string shrinking(const Call& call, Group& group, const Member& member) {
  if (!flag(call.params(), "ShouldDecrementDesiredCapacity") || !member.counted()) return ".";
  const auto before = group.desired;
  group.desired -= member.weight;
  return fmt::format(", shrinking the capacity from {} to {}.", before, group.desired);
}

/// What happens to it takes a moment.
void move_soon(Context& context, const Group& group, const std::string& id) {
  context.at(context.now() + std::chrono::seconds(1),
             {"autoscaling.moved", Object{{"group", group.name}, {"instance", id}}});
}

Activity begin_move(Context& context, Group& group, const std::string& id, std::string description,
                    std::string cause, std::string_view lifecycle) {
  auto& member = *group.member(id);
  member.lifecycle = lifecycle;
  auto activity = begin(context, group, &member, std::move(description), std::move(cause));
  activity.progress = 50;
  put(context, activity);
  member.activity = activity.id;
  move_soon(context, group, id);
  return activity;
}

void detached(Context& context, Group& group, const std::string& id) {
  const auto member = *group.member(id);
  if (auto activity = activity_of(context, group, member)) {
    end(context, *activity);
    tell(context, group, *activity, Step::Detach);
  }
  std::ignore = ask(context, group, "ec2", "DeleteTags",
                    Object{{"Resources", Array{id}},
                           {"Tags", Array{Object{{"Key", "aws:autoscaling:groupName"}}}}});
  forget(context, group, id);
}

/// An instance as EC2 describes it; it must run, in one of the group's zones.
Result<Object> attachable(Call& call, const Group& group, const std::string& id) {
  if (const auto owner = kOwners.get(call, Key::of(call.scope(), id)))
    return invalid(
        fmt::format("Instance {} is already part of AutoScalingGroup {}.", id, owner->group));
  const auto reply =
      ask(call, group, "ec2", "DescribeInstances", Object{{"InstanceIds", Array{id}}});
  if (!reply || array_of(*reply, "Reservations").empty())
    return invalid(fmt::format("Invalid Instances: Instance {} does not exist.", id));
  const auto& instance = array_of(array_of(*reply, "Reservations").front(), "Instances").front();
  if (text(object_of(instance, "State"), "Name") != "running")
    return invalid(fmt::format("Instance {} is not in correct state.", id));
  const auto zone = text(object_of(instance, "Placement"), "AvailabilityZone");
  if (std::ranges::find(group.places, zone, &Place::zone) == group.places.end()) {
    return invalid(fmt::format(
        "The instance {} is in availability zone {}, which AutoScalingGroup {} does not use.", id,
        zone, group.name));
  }
  return instance.as_object();
}

void tag_member(Context& context, const Group& group, const std::string& id) {
  core::Tags tags{{"aws:autoscaling:groupName", group.name}};
  for (const auto& [key, tag] : group.tags) {
    if (tag.propagated) tags[key] = tag.value;
  }
  std::ignore = ask(context, group, "ec2", "CreateTags",
                    Object{{"Resources", Array{id}}, {"Tags", core::tag_list(tags)}});
}

void attach(Call& call, Group& group, const Object& instance) {
  const auto id = string_of(instance, "InstanceId");
  Member member{.id = id,
                .type = string_of(instance, "InstanceType"),
                .zone = string_of(object_of(instance, "Placement"), "AvailabilityZone"),
                .subnet = string_of(instance, "SubnetId"),
                .sick = {},
                .held = group.holds_new,
                .configuration = {},
                .launch_template = {},
                .launched = call.now(),
                .activity = {},
                .waits = {}};
  const auto before = group.desired;
  group.desired += member.weight;
  const auto activity =
      begin(call, group, &member, "Attaching an existing EC2 instance: " + id,
            fmt::format("{} an instance was attached in response to a user request, increasing the "
                        "capacity from {} to {}.",
                        at(call.now()), before, group.desired));
  member.activity = activity.id;
  kOwners.put(call, Key::of(group.scope, id), {group.name});
  group.instances.push_back(std::move(member));
  tag_member(call, group, id);
  move_soon(call, group, id);
}

}  // namespace

void moved(Context& context, const Resumption& due) {
  auto group = kGroups.get(context, Key::of(context.scope(), text(due.context, "group")));
  const auto id = string_of(due.context, "instance");
  auto* member = group ? group->member(id) : nullptr;
  if (!member) return;
  if (member->pending()) return join(context, *group, id);
  if (member->is("Detaching")) return detached(context, *group, id);
  if (!member->is("EnteringStandby")) return;
  member->lifecycle = "Standby";
  if (auto activity = activity_of(context, *group, *member)) end(context, *activity);
  save(context, *group);
  settle_soon(context, *group);
}

Outcome attach_instances(Call& call) {
  auto group = TRY(named_group(call));
  const auto ids = TRY(ids_in(call));
  const auto count = static_cast<std::int64_t>(ids.size());
  if (group.desired + count > group.max) return invalid(sizes(group, "attach", count));
  std::vector<Object> instances;
  for (const auto& id : ids)
    instances.push_back(TRY(attachable(call, group, id)));
  for (const auto& instance : instances)
    attach(call, group, instance);
  save(call, group);
  return Object{};
}

Outcome detach_instances(Call& call) {
  auto group = TRY(named_group(call));
  const auto ids = TRY(leaving_ids(call, group, {"InService", "Standby"}, "detach"));
  Array out;
  for (const auto& id : ids) {
    const auto tail = shrinking(call, group, *group.member(id));
    remove_targets(call, group, *group.member(id));
    out.push_back(
        shown(begin_move(call, group, id, "Detaching EC2 instance: " + id,
                         fmt::format("{} instance {} was detached in response to a user request{}",
                                     at(call.now()), id, tail),
                         "Detaching")));
  }
  save(call, group);
  settle_soon(call, group);
  return Object{{"Activities", std::move(out)}};
}

Outcome enter_standby(Call& call) {
  auto group = TRY(named_group(call));
  const auto ids = TRY(leaving_ids(call, group, {"InService"}, "place into standby"));
  Array out;
  for (const auto& id : ids) {
    const auto tail = shrinking(call, group, *group.member(id));
    remove_targets(call, group, *group.member(id));
    out.push_back(shown(begin_move(
        call, group, id, "Moving EC2 instance to Standby: " + id,
        fmt::format("{} instance {} was moved to standby in response to a user request{}",
                    at(call.now()), id, tail),
        "EnteringStandby")));
  }
  save(call, group);
  settle_soon(call, group);
  return Object{{"Activities", std::move(out)}};
}

Outcome exit_standby(Call& call) {
  auto group = TRY(named_group(call));
  const auto ids = TRY(leaving_ids(call, group, {"Standby"}, "exit standby"));
  std::int64_t units = 0;
  for (const auto& id : ids)
    units += group.member(id)->weight;
  if (group.desired + units > group.max) return invalid(sizes(group, "take out of standby", units));
  Array out;
  for (const auto& id : ids) {
    const auto before = group.desired;
    group.desired += group.member(id)->weight;
    auto activity = begin_move(
        call, group, id, "Moving EC2 instance out of Standby: " + id,
        fmt::format("{} instance {} was moved out of standby in response to a user request, "
                    "increasing the capacity from {} to {}.",
                    at(call.now()), id, before, group.desired),
        "Pending");
    activity.status = "PreInService";
    activity.progress = 30;
    put(call, activity);
    out.push_back(shown(activity));
  }
  save(call, group);
  return Object{{"Activities", std::move(out)}};
}

}  // namespace tocsin::autoscaling

// SPDX-License-Identifier: Apache-2.0
#include "services/autoscaling/settle.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "services/autoscaling/activities.hpp"

namespace tocsin::autoscaling {
namespace {

std::int64_t units_in_service(const Group& group) {
  std::int64_t sum = 0;
  for (const auto& each : group.instances)
    sum += each.is("InService") && each.sick.empty() ? each.weight : 0;
  return sum;
}

void replace_unhealthy(Context& context, Group& group) {
  if (!group.runs("ReplaceUnhealthy") || !group.runs("Terminate")) return;
  std::vector<Member> sick;
  std::ranges::copy_if(group.instances, std::back_inserter(sick), [](const Member& each) {
    return each.is("InService") && !each.sick.empty();
  });
  for (const auto& each : sick) {
    group.replacing += each.weight;
    take_out(context, group, each.id,
             fmt::format("{} an instance was taken out of service in response to {}",
                         at(context.now()), each.sick));
  }
}

void grow(Context& context, Group& group) {
  const auto have = group.capacity();
  const auto missing = group.desired - have;
  const auto replaced = std::min(missing, group.replacing);
  group.replacing = 0;
  if (replaced > 0) {
    launch(context, group, replaced,
           fmt::format("{} an instance was launched in response to an unhealthy instance needing "
                       "to be replaced.",
                       at(context.now())));
  }
  if (missing == replaced) return;
  const auto why = std::exchange(group.why, {});
  launch(context, group, missing - replaced,
         fmt::format("{}{} an instance was started in response to a difference between desired and "
                     "actual capacity, increasing the capacity from {} to {}.",
                     why, at(context.now()), have + replaced, group.desired));
}

void shrink(Context& context, Group& group, std::int64_t excess) {
  const auto have = group.capacity();
  Group left = group;
  std::vector<std::string> victims;
  while (excess > 0) {
    const auto* next = chosen(left);
    if (!next || next->weight > excess) break;
    excess -= next->weight;
    victims.push_back(next->id);
    left.member(next->id)->lifecycle = "Terminating";
  }
  if (victims.empty()) return;
  auto cause = fmt::format(
      "{}{} an instance was taken out of service in response to a difference between desired and "
      "actual capacity, shrinking the capacity from {} to {}.",
      std::exchange(group.why, {}), at(context.now()), have, left.capacity());
  for (const auto& id : victims)
    cause += fmt::format("  {} instance {} was selected for termination.", at(context.now()), id);
  for (const auto& id : victims)
    take_out(context, group, id, cause);
}

/// One more where there is least, where the zones differ by two or more: what is then too many is
/// terminated where there is most.
void balance(Context& context, Group& group) {
  if (!group.runs("AZRebalance") || !group.runs("Launch") || !group.runs("Terminate")) return;
  const bool moving = std::ranges::any_of(
      group.instances, [](const Member& each) { return !each.is("InService") && !each.standby(); });
  const auto zones = units_by_zone(group);
  if (moving || zones.size() < 2) return;
  const auto [least, most] =
      std::ranges::minmax_element(zones, {}, [](const auto& zone) { return zone.second; });
  if (most->second - least->second < 2) return;
  std::vector<std::string> names;
  std::vector<std::int64_t> counts;
  for (const auto& [zone, count] : zones) {
    names.push_back(zone);
    counts.push_back(count);
  }
  launch(context, group, 1,
         fmt::format("{} availability zones {} had {} instances respectively. An instance was "
                     "launched to aid in balancing the group's zones.",
                     at(context.now()), fmt::join(names, " "), fmt::join(counts, " ")));
}

void finish_deletion(Context& context, const Group& group) {
  if (!group.instances.empty()) return;
  context.cancel(group.retry);
  kGroups.erase(context, key_of(group));
}

}  // namespace

void settle_soon(Context& context, const Group& group) {
  context.later({"autoscaling.settle", Document(boost::json::string(group.name))});
}

void on_settle(Context& context, const Resumption& due) {
  auto group = kGroups.get(context, Key::of(context.scope(), due.context.as_string()));
  if (group) settle(context, *group);
}

void settle(Context& context, Group& group) {
  if (group.leaving) return finish_deletion(context, group);
  replace_unhealthy(context, group);
  const auto capacity = group.capacity();
  const auto excess = std::min(capacity, units_in_service(group)) - group.desired;
  if (capacity < group.desired) {
    if (group.runs("Launch")) grow(context, group);
  } else if (excess > 0) {
    if (group.runs("Terminate")) shrink(context, group, excess);
  } else {
    balance(context, group);
  }
  save(context, group);
}

void want(Context& context, Group& group, std::int64_t desired, std::string_view who) {
  if (desired == group.desired) return;
  group.why = fmt::format("{} {} changing the desired capacity from {} to {}.  ", at(context.now()),
                          who, group.desired, desired);
  group.desired = desired;
}

}  // namespace tocsin::autoscaling

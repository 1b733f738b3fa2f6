// SPDX-License-Identifier: Apache-2.0
#include "services/autoscaling/settle.hpp"

namespace tocsin::autoscaling {
namespace {

Object target(const Member& member) {
  return {{"Id", member.id}};
}

void for_each_group(Context& context, const Group& group, const Member& member,
                    std::string_view operation) {
  for (const auto& arn : group.target_groups) {
    Array targets;
    targets.push_back(target(member));
    // What a target group refuses is told by the record of the call.
    std::ignore = ask(context, group, "elasticloadbalancing", std::string(operation),
                      Object{{"TargetGroupArn", arn}, {"Targets", std::move(targets)}});
  }
}

}  // namespace

void add_targets(Context& context, const Group& group, const Member& member) {
  if (group.runs("AddToLoadBalancer")) for_each_group(context, group, member, "RegisterTargets");
}

void remove_targets(Context& context, const Group& group, const Member& member) {
  for_each_group(context, group, member, "DeregisterTargets");
}

bool is_draining(Context& context, const Group& group, const Member& member) {
  for (const auto& arn : group.target_groups) {
    Array targets;
    targets.push_back(target(member));
    const auto health = ask(context, group, "elasticloadbalancing", "DescribeTargetHealth",
                            Object{{"TargetGroupArn", arn}, {"Targets", std::move(targets)}});
    if (!health) continue;
    for (const auto& each : array_of(*health, "TargetHealthDescriptions")) {
      if (text(object_of(each, "TargetHealth"), "State") == "draining") return true;
    }
  }
  return false;
}

}  // namespace tocsin::autoscaling

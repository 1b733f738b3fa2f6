// SPDX-License-Identifier: Apache-2.0
// What never changes.
#include "services/autoscaling/operations.hpp"
#include "services/autoscaling/settle.hpp"

namespace tocsin::autoscaling {

Outcome describe_account_limits(Call& call) {
  const auto here = Key::of(call.scope());
  return Object{
      {"MaxNumberOfAutoScalingGroups", 500},
      {"MaxNumberOfLaunchConfigurations", 200},
      {"NumberOfAutoScalingGroups", static_cast<std::int64_t>(kGroups.all(call, here).size())},
      {"NumberOfLaunchConfigurations",
       static_cast<std::int64_t>(kConfigurations.all(call, here).size())}};
}

Outcome describe_adjustment_types(Call&) {
  return Object{{"AdjustmentTypes", Array{Object{{"AdjustmentType", "ChangeInCapacity"}},
                                          Object{{"AdjustmentType", "ExactCapacity"}},
                                          Object{{"AdjustmentType", "PercentChangeInCapacity"}}}}};
}

Outcome describe_notification_types(Call&) {
  Array types;
  for (const auto type : notification_types())
    types.push_back(Document(boost::json::string(type)));
  return Object{{"AutoScalingNotificationTypes", std::move(types)}};
}

Outcome describe_lifecycle_hook_types(Call&) {
  return Object{{"LifecycleHookTypes", Array{kLaunching, kTerminating}}};
}

Outcome describe_termination_policy_types(Call&) {
  return Object{
      {"TerminationPolicyTypes",
       Array{"AllocationStrategy", "ClosestToNextInstanceHour", "Default", "NewestInstance",
             "OldestInstance", "OldestLaunchConfiguration", "OldestLaunchTemplate"}}};
}

}  // namespace tocsin::autoscaling

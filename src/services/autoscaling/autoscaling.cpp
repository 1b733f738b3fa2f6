// SPDX-License-Identifier: Apache-2.0
#include "services/autoscaling/autoscaling.hpp"

#include "services/autoscaling/access.hpp"
#include "services/autoscaling/activities.hpp"
#include "services/autoscaling/launch_configurations.hpp"
#include "services/autoscaling/operations.hpp"
#include "services/autoscaling/settle.hpp"

namespace tocsin::autoscaling {
namespace {

using enum core::Effect;
using Operations = std::vector<core::Operation>;

/// A hook with a role passes it.
std::vector<core::Access> on_hook(Call& call) {
  auto needs = on_group(call);
  if (auto role = string_of(call.params(), "RoleARN"); !role.empty()) {
    needs.push_back({.action = "iam:PassRole",
                     .resource = std::move(role),
                     .context = {{"iam:PassedToService", {"autoscaling.amazonaws.com"}}}});
  }
  return needs;
}

Operations group_operations() {
  return {{"CreateAutoScalingGroup", Write, create_auto_scaling_group, on_group},
          {"UpdateAutoScalingGroup", Write, update_auto_scaling_group, on_group},
          {"DeleteAutoScalingGroup", Write, delete_auto_scaling_group, on_group},
          {"DescribeAutoScalingGroups", Read, describe_auto_scaling_groups},
          {"DescribeAutoScalingInstances", Read, describe_auto_scaling_instances},
          {"SetDesiredCapacity", Write, set_desired_capacity, on_group},
          {"TerminateInstanceInAutoScalingGroup", Write, terminate_instance, on_group},
          {"SetInstanceHealth", Write, set_instance_health, on_group},
          {"SetInstanceProtection", Write, set_instance_protection, on_group},
          {"AttachInstances", Write, attach_instances, on_group},
          {"DetachInstances", Write, detach_instances, on_group},
          {"EnterStandby", Write, enter_standby, on_group},
          {"ExitStandby", Write, exit_standby, on_group},
          {"SuspendProcesses", Write, suspend_processes, on_group},
          {"ResumeProcesses", Write, resume_processes, on_group},
          {"EnableMetricsCollection", Write, enable_metrics_collection, on_group},
          {"DisableMetricsCollection", Write, disable_metrics_collection, on_group},
          {"DescribeScalingActivities", Read, describe_scaling_activities}};
}

Operations part_operations() {
  return {{"CreateLaunchConfiguration", Write, create_launch_configuration, on_configuration},
          {"DeleteLaunchConfiguration", Write, delete_launch_configuration, on_configuration},
          {"DescribeLaunchConfigurations", Read, describe_launch_configurations},
          {"PutLifecycleHook", Write, put_lifecycle_hook, on_hook},
          {"DeleteLifecycleHook", Write, delete_lifecycle_hook, on_group},
          {"DescribeLifecycleHooks", Read, describe_lifecycle_hooks},
          {"CompleteLifecycleAction", Write, complete_lifecycle_action, on_group},
          {"RecordLifecycleActionHeartbeat", Write, record_lifecycle_action_heartbeat, on_group},
          {"PutNotificationConfiguration", Write, put_notification_configuration, on_group},
          {"DeleteNotificationConfiguration", Write, delete_notification_configuration, on_group},
          {"DescribeNotificationConfigurations", Read, describe_notification_configurations},
          {"AttachLoadBalancerTargetGroups", Write, attach_target_groups, on_group},
          {"DetachLoadBalancerTargetGroups", Write, detach_target_groups, on_group},
          {"DescribeLoadBalancerTargetGroups", Read, describe_target_groups},
          {"AttachTrafficSources", Write, attach_traffic_sources, on_group},
          {"DetachTrafficSources", Write, detach_traffic_sources, on_group},
          {"DescribeTrafficSources", Read, describe_traffic_sources},
          {"CreateOrUpdateTags", Write, create_or_update_tags, on_tagged},
          {"DeleteTags", Write, delete_tags, on_tagged},
          {"DescribeTags", Read, describe_tags}};
}

Operations policy_operations() {
  return {{"PutScalingPolicy", Write, put_scaling_policy, on_group},
          {"DeletePolicy", Write, delete_policy, on_policy},
          {"DescribePolicies", Read, describe_policies},
          {"ExecutePolicy", Write, execute_policy, on_policy},
          {"PutScheduledUpdateGroupAction", Write, put_scheduled_action, on_group},
          {"BatchPutScheduledUpdateGroupAction", Write, batch_put_scheduled_actions, on_group},
          {"DeleteScheduledAction", Write, delete_scheduled_action, on_group},
          {"BatchDeleteScheduledAction", Write, batch_delete_scheduled_actions, on_group},
          {"DescribeScheduledActions", Read, describe_scheduled_actions}};
}

Operations fact_operations() {
  return {{"DescribeAccountLimits", Read, describe_account_limits},
          {"DescribeAdjustmentTypes", Read, describe_adjustment_types},
          {"DescribeAutoScalingNotificationTypes", Read, describe_notification_types},
          {"DescribeLifecycleHookTypes", Read, describe_lifecycle_hook_types},
          {"DescribeMetricCollectionTypes", Read, describe_metric_collection_types},
          {"DescribeScalingProcessTypes", Read, describe_scaling_process_types},
          {"DescribeTerminationPolicyTypes", Read, describe_termination_policy_types}};
}

}  // namespace

void register_autoscaling(core::Registry& registry) {
  Operations operations;
  for (auto* some : {group_operations, part_operations, policy_operations, fact_operations}) {
    auto part = some();
    operations.insert(operations.end(), part.begin(), part.end());
  }
  registry.add(core::Service{"autoscaling", "autoscaling", std::move(operations)});
  for (auto& type : resource_types())
    registry.add(std::move(type));
  registry.on_resume("autoscaling.settle", on_settle);
  registry.on_resume("autoscaling.retry", retry);
  registry.on_resume("autoscaling.drained", drained);
  registry.on_resume("autoscaling.timed_out", timed_out);
  registry.on_resume("autoscaling.moved", moved);
  registry.on_resume("autoscaling.aged", aged);
  registry.on_resume("autoscaling.scheduled", scheduled);
  registry.on_resume("autoscaling.forget_activity", forget_activity);
  registry.on_event(on_instance_event);
}

}  // namespace tocsin::autoscaling

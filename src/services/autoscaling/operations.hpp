// SPDX-License-Identifier: Apache-2.0
// The handlers, by the files that have them.
#pragma once

#include "services/autoscaling/state.hpp"

namespace tocsin::autoscaling {

// --- groups.cpp, describe.cpp
Outcome create_auto_scaling_group(Call& call);
Outcome update_auto_scaling_group(Call& call);
Outcome delete_auto_scaling_group(Call& call);
Outcome describe_auto_scaling_groups(Call& call);
Outcome describe_auto_scaling_instances(Call& call);

// --- capacity.cpp
Outcome set_desired_capacity(Call& call);
Outcome terminate_instance(Call& call);
Outcome set_instance_health(Call& call);
Outcome set_instance_protection(Call& call);

// --- membership.cpp
Outcome attach_instances(Call& call);
Outcome detach_instances(Call& call);
Outcome enter_standby(Call& call);
Outcome exit_standby(Call& call);
void moved(Context& context, const Resumption& due);

// --- processes.cpp
const std::vector<std::string_view>& process_types();
Outcome suspend_processes(Call& call);
Outcome resume_processes(Call& call);
Outcome enable_metrics_collection(Call& call);
Outcome disable_metrics_collection(Call& call);

// --- hooks.cpp, waits.cpp
Outcome put_lifecycle_hook(Call& call);
Outcome delete_lifecycle_hook(Call& call);
Outcome describe_lifecycle_hooks(Call& call);
Outcome complete_lifecycle_action(Call& call);
Outcome record_lifecycle_action_heartbeat(Call& call);

// --- notifications.cpp
const std::vector<std::string_view>& notification_types();
Outcome put_notification_configuration(Call& call);
Outcome delete_notification_configuration(Call& call);
Outcome describe_notification_configurations(Call& call);

// --- policies.cpp, execute.cpp
Outcome put_scaling_policy(Call& call);
Outcome delete_policy(Call& call);
Outcome describe_policies(Call& call);
Outcome execute_policy(Call& call);
/// Who calls ExecutePolicy for an alarm.
inline constexpr std::string_view kAlarmService = "cloudwatch.amazonaws.com";

// --- schedules.cpp
Outcome put_scheduled_action(Call& call);
Outcome batch_put_scheduled_actions(Call& call);
Outcome delete_scheduled_action(Call& call);
Outcome batch_delete_scheduled_actions(Call& call);
Outcome describe_scheduled_actions(Call& call);
void scheduled(Context& context, const Resumption& due);

// --- sources.cpp: what sends traffic to a group
Outcome attach_target_groups(Call& call);
Outcome detach_target_groups(Call& call);
Outcome describe_target_groups(Call& call);
Outcome attach_traffic_sources(Call& call);
Outcome detach_traffic_sources(Call& call);
Outcome describe_traffic_sources(Call& call);

// --- tags.cpp
Outcome create_or_update_tags(Call& call);
Outcome delete_tags(Call& call);
Outcome describe_tags(Call& call);

// --- facts.cpp: what never changes
Outcome describe_account_limits(Call& call);
Outcome describe_adjustment_types(Call& call);
Outcome describe_notification_types(Call& call);
Outcome describe_lifecycle_hook_types(Call& call);
Outcome describe_metric_collection_types(Call& call);
Outcome describe_scaling_process_types(Call& call);
Outcome describe_termination_policy_types(Call& call);

// --- resource_types.cpp
std::vector<core::ResourceType> resource_types();

}  // namespace tocsin::autoscaling

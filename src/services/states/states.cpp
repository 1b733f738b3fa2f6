// SPDX-License-Identifier: Apache-2.0
#include "services/states/states.hpp"

#include "services/states/activities.hpp"
#include "services/states/activity_tasks.hpp"
#include "services/states/aliases.hpp"
#include "services/states/executions.hpp"
#include "services/states/logging.hpp"
#include "services/states/machines.hpp"
#include "services/states/map_runs.hpp"
#include "services/states/measures.hpp"
#include "services/states/retention.hpp"
#include "services/states/synchronous.hpp"
#include "services/states/tags.hpp"
#include "services/states/tasks.hpp"
#include "services/states/test_state.hpp"
#include "services/states/validate.hpp"
#include "services/states/versions.hpp"

namespace tocsin::states {
namespace {

using core::Operation;
using enum core::Effect;

using Operations = std::vector<Operation>;

Operations of_machines() {
  return {
      {"CreateStateMachine", Write, create_state_machine, needs_create_machine},
      {"DescribeStateMachine", Read, describe_state_machine,
       needs("DescribeStateMachine", "stateMachineArn")},
      {"UpdateStateMachine", Write, update_state_machine,
       needs("UpdateStateMachine", "stateMachineArn")},
      {"DeleteStateMachine", Write, delete_state_machine,
       needs("DeleteStateMachine", "stateMachineArn")},
      {"ListStateMachines", Read, list_state_machines},
  };
}

Operations of_executions() {
  return {
      {"StartExecution", Write, start_execution, needs("StartExecution", "stateMachineArn")},
      {"StartSyncExecution", Write, start_sync_execution,
       needs("StartSyncExecution", "stateMachineArn")},
      {"StopExecution", Write, stop_execution, needs("StopExecution", "executionArn")},
      {"RedriveExecution",
       Write,
       redrive_execution,
       needs("RedriveExecution", "executionArn"),
       {},
       "clientToken"},
      {"DescribeExecution", Read, describe_execution, needs("DescribeExecution", "executionArn")},
      {"ListExecutions", Read, list_executions, needs_list_executions},
      {"GetExecutionHistory", Read, get_execution_history,
       needs("GetExecutionHistory", "executionArn")},
      {"DescribeStateMachineForExecution", Read, describe_state_machine_for_execution,
       needs("DescribeStateMachineForExecution", "executionArn")},
      {"DescribeMapRun", Read, describe_map_run, needs("DescribeMapRun", "mapRunArn")},
      {"ListMapRuns", Read, list_map_runs, needs("ListMapRuns", "executionArn")},
      {"UpdateMapRun", Write, update_map_run, needs("UpdateMapRun", "mapRunArn")},
  };
}

Operations of_tasks() {
  return {
      {"SendTaskSuccess", Write, send_task_success},
      {"SendTaskFailure", Write, send_task_failure},
      {"SendTaskHeartbeat", Write, send_task_heartbeat},
      {"GetActivityTask", Write, get_activity_task, needs("GetActivityTask", "activityArn")},
  };
}

Operations of_versions() {
  return {
      {"PublishStateMachineVersion", Write, publish_state_machine_version,
       needs("PublishStateMachineVersion", "stateMachineArn")},
      {"DeleteStateMachineVersion", Write, delete_state_machine_version,
       needs("DeleteStateMachineVersion", "stateMachineVersionArn")},
      {"ListStateMachineVersions", Read, list_state_machine_versions,
       needs("ListStateMachineVersions", "stateMachineArn")},
      {"CreateStateMachineAlias", Write, create_state_machine_alias, needs_create_alias},
      {"DescribeStateMachineAlias", Read, describe_state_machine_alias,
       needs("DescribeStateMachineAlias", "stateMachineAliasArn")},
      {"UpdateStateMachineAlias", Write, update_state_machine_alias,
       needs("UpdateStateMachineAlias", "stateMachineAliasArn")},
      {"DeleteStateMachineAlias", Write, delete_state_machine_alias,
       needs("DeleteStateMachineAlias", "stateMachineAliasArn")},
      {"ListStateMachineAliases", Read, list_state_machine_aliases,
       needs("ListStateMachineAliases", "stateMachineArn")},
  };
}

Operations of_the_rest() {
  return {
      {"CreateActivity", Write, create_activity, needs_create_activity},
      {"DescribeActivity", Read, describe_activity, needs("DescribeActivity", "activityArn")},
      {"DeleteActivity", Write, delete_activity, needs("DeleteActivity", "activityArn")},
      {"ListActivities", Read, list_activities},
      {"TagResource", Write, tag_resource, needs("TagResource", "resourceArn")},
      {"UntagResource", Write, untag_resource, needs("UntagResource", "resourceArn")},
      {"ListTagsForResource", Read, list_tags_for_resource,
       needs("ListTagsForResource", "resourceArn")},
      {"ValidateStateMachineDefinition", Read, validate_state_machine_definition},
      {"TestState", Write, test_state, needs_test_state},
  };
}

}  // namespace

void register_states(core::Registry& registry) {
  core::Service service{"states", "states", of_machines()};
  for (auto&& operations : {of_executions(), of_tasks(), of_versions(), of_the_rest()})
    service.operations.insert(service.operations.end(), operations.begin(), operations.end());
  registry.add(std::move(service));
  registry.add(machine_type());
  registry.add(activity_type());
  on_machine_deletion(registry);
  on_driving(registry);
  on_tasks(registry);
  on_test_state(registry);
  on_activity_tasks(registry);
  on_synchronous(registry);
  on_map_runs(registry);
  on_logging(registry);
  on_retention(registry);
  on_measures(registry);
}

}  // namespace tocsin::states

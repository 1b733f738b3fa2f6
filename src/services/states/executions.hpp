// SPDX-License-Identifier: Apache-2.0
// Executions, as clients start, stop and see them.
#pragma once

#include "services/states/drive.hpp"

namespace tocsin::states {

core::Outcome start_execution(core::Call& call);
core::Outcome stop_execution(core::Call& call);
core::Outcome redrive_execution(core::Call& call);
core::Outcome describe_execution(core::Call& call);
core::Outcome list_executions(core::Call& call);
core::Outcome get_execution_history(core::Call& call);
core::Outcome describe_state_machine_for_execution(core::Call& call);
/// states:ListExecutions on the machine or on the map run.
std::vector<core::Access> needs_list_executions(core::Call& call);

/// What StartExecution and StartSyncExecution ask for, checked: a row that is ready to begin.
struct Start {
  Target target;
  Execution row;
  Document input;
};
Result<Start> start_of(core::Call& call);

/// Stops up to `most` running executions of a machine that is deleted. Whether there are more.
bool stop_running(core::Context& context, const std::string& machine, int most);

/// The row that "executionArn" names. Errors InvalidArn, ExecutionDoesNotExist.
Result<Execution> execution_of(const core::Call& call);

}  // namespace tocsin::states

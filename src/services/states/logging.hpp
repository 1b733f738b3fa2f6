// SPDX-License-Identifier: Apache-2.0
// Executions in CloudWatch Logs, as loggingConfiguration asks for.
// https://docs.aws.amazon.com/step-functions/latest/dg/cw-logs.html
#pragma once

#include "services/states/drive.hpp"

namespace tocsin::states {

void log_events(core::Context& context, const Place& place, const Execution& row,
                const std::vector<asl::HistoryEvent>& events);

/// Lets Step Functions write to the log group, as the role may: what AWS does when a machine is
/// made. Error AccessDeniedException.
Result<void> allow_logging(core::Context& context, const Scope& scope, const Revision& revision);

void on_logging(core::Registry& registry);

}  // namespace tocsin::states

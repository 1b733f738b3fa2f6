// SPDX-License-Identifier: Apache-2.0
// The operations of Automation.
#pragma once

#include "services/ssm/names.hpp"

namespace tocsin::ssm {

core::Outcome start_automation_execution(core::Call& call);
core::Outcome stop_automation_execution(core::Call& call);
core::Outcome send_automation_signal(core::Call& call);
core::Outcome get_automation_execution(core::Call& call);
core::Outcome describe_automation_executions(core::Call& call);
core::Outcome describe_automation_step_executions(core::Call& call);

std::vector<core::Access> needs_start_automation(core::Call& call);

}  // namespace tocsin::ssm

// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/systems-manager/latest/userguide/automation-action-approve.html
#pragma once

#include "services/ssm/drive.hpp"

namespace tocsin::ssm {

std::vector<std::string> approvers_of(const StepRow& step);
/// The message that asks the approvers.
Move approval_notice(const At& at, const std::string& topic);
/// A decision of the caller's. Error InvalidAutomationSignalException: nobody asked them, or they
/// have decided before.
Result<void> decide(core::Call& call, At at, bool approves);
/// Takes the caller's approval back.
Result<void> revoke(core::Call& call, At at);

}  // namespace tocsin::ssm

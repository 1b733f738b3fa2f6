// SPDX-License-Identifier: Apache-2.0
// What a runbook must keep to beyond its members' kinds.
#pragma once

#include "engines/automation/automation.hpp"

namespace tocsin::automation {

Failure invalid(std::string message);
/// Members of the document that schema 0.3 does not have.
Result<void> check_members(const Object& content);
/// Names, actions and their inputs, steps that are gone to, references.
Result<void> check(const Runbook& runbook);

}  // namespace tocsin::automation

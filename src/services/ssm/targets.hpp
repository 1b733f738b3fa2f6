// SPDX-License-Identifier: Apache-2.0
// Which targets a rate-controlled automation runs on, and how many at a time.
// https://docs.aws.amazon.com/systems-manager/latest/userguide/running-automations-scale.html
#pragma once

#include "services/ssm/names.hpp"

namespace tocsin::ssm {

/// None where the call names no targets. Errors
/// InvalidAutomationExecutionParametersException, InvalidTarget.
Result<std::optional<Rate>> rate_of(core::Call& call, std::string_view target_type);
/// The parameters of the child for that value, and what it is called.
Object child_parameters(const Rate& rate, const Document& value, const Object& given);
std::string target_name(const Document& value);

}  // namespace tocsin::ssm

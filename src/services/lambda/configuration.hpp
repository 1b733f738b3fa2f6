// SPDX-License-Identifier: Apache-2.0
// The settings of a version: read from calls, and shown.
#pragma once

#include "services/lambda/names.hpp"

namespace tocsin::lambda {

/// In which part of its life a configuration is shown: what is settled at once is told as AWS tells
/// it while it still works.
enum class Phase { Created, Updated, Settled, Listed };

/// FunctionConfiguration as the API shows it. `arn`: as the caller named it.
Object shown(const core::Secrets& secrets, const Function& function,
             const Configuration& configuration, std::string_view version, std::string_view arn,
             Phase phase);
Object shown(const core::Secrets& secrets, const Target& target, Phase phase = Phase::Settled);

/// Takes over what the call says. Errors: ValidationException, InvalidParameterValueException.
Result<void> read_configuration(core::Call& call, Configuration& configuration);
/// The caller must be allowed to pass the role, and Lambda to assume it.
Result<void> check_role(core::Call& call, const Function& function, const std::string& role);
void touch(core::Context& context, Configuration& configuration);
std::string log_group_of(const Function& function, const Configuration& configuration);

/// Lambda as the function's role.
core::Credential as_function(const core::Context& context, const Function& function,
                             const std::string& role);

}  // namespace tocsin::lambda

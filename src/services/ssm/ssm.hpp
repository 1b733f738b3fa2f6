// SPDX-License-Identifier: Apache-2.0
// Systems Manager: documents (runbooks of AWS and of the account), Automation, which carries
// runbooks out step by step on the durable-execution kernel (README.md says how), and Parameter
// Store.
#pragma once

#include "core/registry.hpp"

namespace tocsin::ssm {

void register_ssm(core::Registry& registry);

}  // namespace tocsin::ssm

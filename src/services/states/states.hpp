// SPDX-License-Identifier: Apache-2.0
// AWS Step Functions: state machines, and the executions that src/engines/asl computes and this
// service keeps, drives and answers for. README.md tells how an execution is driven.
// https://docs.aws.amazon.com/step-functions/latest/apireference/Welcome.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::states {

void register_states(core::Registry& registry);

}  // namespace tocsin::states

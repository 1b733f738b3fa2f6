// SPDX-License-Identifier: Apache-2.0
// Lambda: functions that a worker runs (jobs "function.inspect_code" and "function.invoke").
#pragma once

#include "core/registry.hpp"

namespace tocsin::lambda {

void register_lambda(core::Registry& registry);

}  // namespace tocsin::lambda

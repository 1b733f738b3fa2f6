// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"
#include "services/lambda/invocation.hpp"

namespace tocsin::lambda {

void on_events(core::Registry& registry);

}  // namespace tocsin::lambda

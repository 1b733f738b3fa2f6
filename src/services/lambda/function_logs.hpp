// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"

namespace tocsin::lambda {

void on_logs(core::Registry& registry);

}  // namespace tocsin::lambda

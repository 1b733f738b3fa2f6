// SPDX-License-Identifier: Apache-2.0
// AWS Config: every change of every resource yields one configuration item, kept and delivered;
// rules judge the items. See README.md for the map of this folder.
#pragma once

#include "core/registry.hpp"

namespace tocsin::config {

void register_config(core::Registry& registry);

/// tocsin:GetState, for the house's own service (services/tocsin).
core::Operation state_operation();

}  // namespace tocsin::config

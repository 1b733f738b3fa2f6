// SPDX-License-Identifier: Apache-2.0
// Reads of what was recorded.
#pragma once

#include "core/registry.hpp"

namespace tocsin::config {

// lookups_history.cpp
core::Outcome get_resource_config_history(core::Call& call);
core::Outcome batch_get_resource_config(core::Call& call);

// lookups_discovered.cpp
core::Outcome list_discovered_resources(core::Call& call);
core::Outcome get_discovered_resource_counts(core::Call& call);

}  // namespace tocsin::config

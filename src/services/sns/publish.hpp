// SPDX-License-Identifier: Apache-2.0
// Publish and PublishBatch.
#pragma once

#include "core/registry.hpp"

namespace tocsin::sns {

std::vector<core::Access> needs_publish(core::Call& call);
core::Outcome publish(core::Call& call);
core::Outcome publish_batch(core::Call& call);
void on_publish_timers(core::Registry& registry);

}  // namespace tocsin::sns

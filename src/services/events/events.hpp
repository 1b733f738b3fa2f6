// SPDX-License-Identifier: Apache-2.0
// Amazon EventBridge: buses, rules, and the delivery of matching events to targets.
#pragma once

#include "core/registry.hpp"

namespace tocsin::events {

/// Serves "events"; every emitted event is matched against the rules of its bus.
void register_events(core::Registry& registry);

}  // namespace tocsin::events

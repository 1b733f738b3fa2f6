// SPDX-License-Identifier: Apache-2.0
// Amazon EventBridge: buses with their policies, rules on patterns and on schedules, the delivery
// of matching events to targets with retries and dead letters, archives and replays.
//
// An event that any service emits (Context::emit), that PutEvents brings or that another bus
// forwards goes to the Router (route.hpp): it finds the rules of the bus that match, and
// delivery.cpp starts one durable task a target. Partner event sources, API destinations,
// connections and global endpoints are not served.
#pragma once

#include "core/registry.hpp"

namespace tocsin::events {

/// Serves "events"; every emitted event is matched against the rules of its bus.
void register_events(core::Registry& registry);

}  // namespace tocsin::events

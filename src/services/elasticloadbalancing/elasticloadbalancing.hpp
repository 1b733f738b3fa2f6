// SPDX-License-Identifier: Apache-2.0
// Elastic Load Balancing, version 2: load balancers, listeners, rules, and target groups with the
// health of their targets.
//
// There is no data plane: no packet passes a load balancer. The health of a target is what follows
// from records (health.hpp): whether it is registered, whether a listener uses its group, whether
// its instance runs, and for how long.
#pragma once

#include "core/registry.hpp"

namespace tocsin::elasticloadbalancing {

/// The service, its resource types, its timers, what it does on EC2's events.
void register_elasticloadbalancing(core::Registry& registry);

}  // namespace tocsin::elasticloadbalancing

// SPDX-License-Identifier: Apache-2.0
// Amazon EC2 Auto Scaling: groups that keep their number of instances.
//
// A group is one row, its instances in it. Whatever changes it (a call, a policy, a schedule, an
// instance that dies) ends in `settle` (settle.hpp), which compares what is wanted with what is
// there and launches or terminates by calls to EC2 as AWSServiceRoleForAutoScaling. Instances move
// on when EC2's events tell of them, a life-cycle action is completed, or a durable timer is due.
#pragma once

#include "core/registry.hpp"

namespace tocsin::autoscaling {

/// Auto Scaling: the service, its resource types, its timers, what it does on EC2's events.
void register_autoscaling(core::Registry& registry);

}  // namespace tocsin::autoscaling

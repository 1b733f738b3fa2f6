// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "services/autoscaling/state.hpp"

namespace tocsin::autoscaling {

Object shown(const Group& group);
/// As DescribeAutoScalingGroups lists it.
Object shown(const Member& member);

}  // namespace tocsin::autoscaling

// SPDX-License-Identifier: Apache-2.0
// Scaling policies: how the wanted capacity follows from an alarm, or a metric's target.
#pragma once

#include "services/autoscaling/state.hpp"

namespace tocsin::autoscaling {

/// Its alarms go with it.
void forget_policy(Context& context, const Group& group, const Policy& policy);
/// The policy that PolicyName names, by name or ARN. Error ValidationError.
Result<Policy> named_policy(const Call& call);
Object shown(const Policy& policy);

/// The two alarms of a target tracking policy, made or changed in CloudWatch; their names.
Result<std::vector<std::string>> put_alarms(Context& context, const Group& group,
                                            const Policy& policy);

}  // namespace tocsin::autoscaling

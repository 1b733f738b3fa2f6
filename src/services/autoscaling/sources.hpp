// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "services/autoscaling/state.hpp"

namespace tocsin::autoscaling {

/// That the target groups are there. Error ValidationError.
Result<void> check_target_groups(Call& call, const Group& group,
                                 const std::vector<std::string>& arns);

}  // namespace tocsin::autoscaling

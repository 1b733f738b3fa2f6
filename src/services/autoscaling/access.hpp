// SPDX-License-Identifier: Apache-2.0
// What operations need permission for.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2autoscaling.html
#pragma once

#include "services/autoscaling/state.hpp"

namespace tocsin::autoscaling {

/// The group that AutoScalingGroupName names, or that the instance of InstanceId is in.
std::vector<core::Access> on_group(Call& call);
/// The groups that the call's Tags name.
std::vector<core::Access> on_tagged(Call& call);
/// The launch configuration that LaunchConfigurationName names.
std::vector<core::Access> on_configuration(Call& call);
/// The group of the policy that PolicyName names.
std::vector<core::Access> on_policy(Call& call);

}  // namespace tocsin::autoscaling

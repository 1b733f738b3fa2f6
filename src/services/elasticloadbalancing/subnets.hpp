// SPDX-License-Identifier: Apache-2.0
// Where a load balancer is: what it needs to know of EC2.
#pragma once

#include "services/elasticloadbalancing/state.hpp"

namespace tocsin::elasticloadbalancing {

/// Takes the subnets that the call names, and their VPC. Errors SubnetNotFound,
/// InvalidConfigurationRequest, InvalidSubnet, ValidationError.
Result<void> take_subnets(Call& call, LoadBalancer& balancer);
/// Takes the security groups, by default the VPC's. Error InvalidSecurityGroup.
Result<void> take_groups(Call& call, LoadBalancer& balancer);

}  // namespace tocsin::elasticloadbalancing

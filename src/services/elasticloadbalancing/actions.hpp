// SPDX-License-Identifier: Apache-2.0
// What listeners and rules do with a request.
#pragma once

#include "services/elasticloadbalancing/state.hpp"

namespace tocsin::elasticloadbalancing {

/// The actions as they are shown, with all that AWS adds. Errors ValidationError,
/// InvalidLoadBalancerAction, TargetGroupNotFound, IncompatibleProtocols,
/// TargetGroupAssociationLimit.
Result<Array> checked_actions(const Call& call, const LoadBalancer& balancer, const Array& given);
/// ARNs of the target groups that actions forward to.
std::set<std::string> named_groups(const Array& actions);
/// Without secrets.
Array shown_actions(const Array& actions);

}  // namespace tocsin::elasticloadbalancing

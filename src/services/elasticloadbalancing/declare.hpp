// SPDX-License-Identifier: Apache-2.0
// How resources are made, changed and removed by their CloudFormation properties, with the
// service's own operations.
#pragma once

#include "services/elasticloadbalancing/state.hpp"

namespace tocsin::elasticloadbalancing {

Outcome declare_balancer(Call& call, const Object& properties);
Outcome redeclare_balancer(Call& call, const std::string& id, const Object& properties);
Outcome declare_group(Call& call, const Object& properties);
Outcome redeclare_group(Call& call, const std::string& id, const Object& properties);
Outcome declare_listener(Call& call, const Object& properties);
Outcome redeclare_listener(Call& call, const std::string& id, const Object& properties);
Outcome declare_rule(Call& call, const Object& properties);
Outcome redeclare_rule(Call& call, const std::string& id, const Object& properties);

/// DeleteLoadBalancer {LoadBalancerArn: id}, …
core::ResourceType::Remove removal(std::string operation, std::string member);

}  // namespace tocsin::elasticloadbalancing

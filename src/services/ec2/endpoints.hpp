// SPDX-License-Identifier: Apache-2.0
// VPC endpoints, NAT gateways and flow logs, as settings.
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

core::Outcome create_vpc_endpoint(core::Call& call);
core::Outcome modify_vpc_endpoint(core::Call& call);
core::Outcome delete_vpc_endpoints(core::Call& call);
core::Handler describe_vpc_endpoints();
core::Outcome describe_vpc_endpoint_services(core::Call& call);

core::Outcome create_nat_gateway(core::Call& call);
core::Outcome delete_nat_gateway(core::Call& call);
core::Handler describe_nat_gateways();

core::Outcome create_flow_logs(core::Call& call);
core::Outcome delete_flow_logs(core::Call& call);
core::Handler describe_flow_logs();

}  // namespace tocsin::ec2

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

core::Outcome create_vpc(core::Call& call);
core::Outcome create_default_vpc(core::Call& call);
core::Outcome delete_vpc(core::Call& call);
core::Handler describe_vpcs();
core::Outcome describe_vpc_attribute(core::Call& call);
core::Outcome modify_vpc_attribute(core::Call& call);
core::Outcome associate_vpc_cidr_block(core::Call& call);
core::Outcome disassociate_vpc_cidr_block(core::Call& call);

core::Outcome create_dhcp_options(core::Call& call);
core::Outcome delete_dhcp_options(core::Call& call);
core::Outcome associate_dhcp_options(core::Call& call);
core::Handler describe_dhcp_options();

core::Outcome create_subnet(core::Call& call);
core::Outcome create_default_subnet(core::Call& call);
core::Outcome delete_subnet(core::Call& call);
core::Handler describe_subnets();
core::Outcome modify_subnet_attribute(core::Call& call);

/// Takes (or gives back) addresses of a subnet.
void count_addresses(core::Context& context, std::string_view subnet, std::int64_t more);

}  // namespace tocsin::ec2

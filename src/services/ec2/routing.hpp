// SPDX-License-Identifier: Apache-2.0
// Internet gateways, route tables and network ACLs.
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

core::Outcome create_internet_gateway(core::Call& call);
core::Outcome attach_internet_gateway(core::Call& call);
core::Outcome detach_internet_gateway(core::Call& call);
core::Outcome delete_internet_gateway(core::Call& call);
core::Handler describe_internet_gateways();

core::Outcome create_route_table(core::Call& call);
core::Outcome delete_route_table(core::Call& call);
core::Handler describe_route_tables();
core::Outcome associate_route_table(core::Call& call);
core::Outcome replace_route_table_association(core::Call& call);
core::Outcome disassociate_route_table(core::Call& call);
core::Outcome create_route(core::Call& call);
core::Outcome replace_route(core::Call& call);
core::Outcome delete_route(core::Call& call);

core::Outcome create_network_acl(core::Call& call);
core::Outcome delete_network_acl(core::Call& call);
core::Handler describe_network_acls();
core::Outcome create_network_acl_entry(core::Call& call);
core::Outcome replace_network_acl_entry(core::Call& call);
core::Outcome delete_network_acl_entry(core::Call& call);
core::Outcome replace_network_acl_association(core::Call& call);

}  // namespace tocsin::ec2

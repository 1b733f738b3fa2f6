// SPDX-License-Identifier: Apache-2.0
// The network that every account finds in every region: a VPC 172.31.0.0/16 with a subnet a zone,
// route table, internet gateway, network ACL and security group. It follows from account and region
// alone: a read computes it, and the region's first write puts it into the state.
#pragma once

#include <functional>
#include <vector>

#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

struct Placed {
  const Kind* kind;
  Resource resource;
};

bool is_settled(const store::View& view, const Scope& scope);
std::vector<Placed> default_network(const Scope& scope);
/// Puts the default network into the state unless that was done before.
void settle(core::Context& context);

/// Makes an id of a prefix.
using NewId = std::function<std::string(std::string_view prefix)>;
/// As new_id makes them; valid as long as the context.
NewId new_ids(core::Context& context);

/// What is made with every VPC: main route table, network ACL, default security group.
std::vector<Placed> furniture(const Resource& vpc, const NewId& id);
/// The default VPC and all that belongs to it.
std::vector<Placed> make_default_network(const Scope& scope, Time created, const NewId& id);

Resource make_vpc(const Scope& scope, Time created, std::string_view block, const NewId& id);
Resource make_subnet(const Resource& vpc, std::string_view zone, std::string_view block,
                     const NewId& id);
/// The VPC's default network ACL, which admits everything.
Resource make_acl(const Resource& vpc, const NewId& id);
void associate_acl(Resource& acl, std::string_view subnet, const NewId& id);
std::optional<Resource> default_acl(const store::View& view, const Scope& scope,
                                    std::string_view vpc);
/// The default VPC; none after its deletion.
std::optional<Resource> default_vpc(const store::View& view, const Scope& scope);

}  // namespace tocsin::ec2

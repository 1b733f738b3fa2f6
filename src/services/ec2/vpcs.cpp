// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/vpcs.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/spelling.hpp"
#include "services/ec2/cidr.hpp"
#include "services/ec2/defaults.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/tags.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kMostVpcs = 5;
constexpr std::size_t kMostBlocks = 5;
constexpr int kLargest = 16;
constexpr int kSmallest = 28;

constexpr std::array<Filter, 14> kFilters{
    {{"cidr", "CidrBlock"},
     {"cidr-block-association.association-id", "CidrBlockAssociationSet.AssociationId"},
     {"cidr-block-association.cidr-block", "CidrBlockAssociationSet.CidrBlock"},
     {"cidr-block-association.state", "CidrBlockAssociationSet.CidrBlockState.State"},
     {"dhcp-options-id", "DhcpOptionsId"},
     {"ipv6-cidr-block-association.association-id", "Ipv6CidrBlockAssociationSet.AssociationId"},
     {"ipv6-cidr-block-association.ipv6-cidr-block", "Ipv6CidrBlockAssociationSet.Ipv6CidrBlock"},
     {"ipv6-cidr-block-association.ipv6-pool", "Ipv6CidrBlockAssociationSet.Ipv6Pool"},
     {"ipv6-cidr-block-association.state", "Ipv6CidrBlockAssociationSet.Ipv6CidrBlockState.State"},
     {"is-default", "IsDefault"},
     {"isDefault", "IsDefault"},
     {"owner-id", "OwnerId"},
     {"state", "State"},
     {"vpc-id", "VpcId"}}};
constexpr std::array<std::string_view, 3> kAttributes{"EnableDnsSupport", "EnableDnsHostnames",
                                                      "EnableNetworkAddressUsageMetrics"};

Result<Cidr> block_of(std::string_view given) {
  const auto block = parse_cidr(given);
  if (!block || block->v6)
    return invalid_value(given, "cidrBlock", "This is not a valid CIDR block.");
  if (block->length < kLargest || block->length > kSmallest)
    return fail("InvalidVpc.Range", fmt::format("The CIDR '{}' is invalid.", given));
  return *block;
}

/// A /56 of Amazon's, drawn.
std::string ipv6_block(Call& call) {
  const auto digits = call.new_id("0123456789abcdef", 6);
  return fmt::format("2600:1f{}:{}00::/56", digits.substr(0, 2), digits.substr(2, 2));
}

void add_ipv6(Call& call, Resource& vpc) {
  vpc.shape["Ipv6CidrBlockAssociationSet"].as_array().push_back(
      Object{{"AssociationId", new_id(call, "vpc-cidr-assoc-")},
             {"Ipv6CidrBlock", ipv6_block(call)},
             {"Ipv6CidrBlockState", Object{{"State", "associated"}}},
             {"NetworkBorderGroup", call.region()},
             {"Ipv6Pool", "Amazon"}});
}

Result<void> check_limit(const Call& call) {
  if (all(call, call.scope(), kVpc).size() >= kMostVpcs)
    return fail("VpcLimitExceeded", "The maximum number of VPCs has been reached.");
  return {};
}

bool has_other_than_furniture(const Call& call, const std::string& vpc) {
  const auto within = [&](const Kind& kind) {
    const auto rows = all(call, call.scope(), kind);
    return std::count_if(rows.begin(), rows.end(),
                         [&](const Resource& row) { return text(row.shape, "VpcId") == vpc; });
  };
  for (const auto& gateway : all(call, call.scope(), kGateway)) {
    if (has(values_at(gateway.shape, "Attachments.VpcId"), vpc)) return true;
  }
  return within(kSubnet) + within(kInterface) + within(kEndpoint) > 0 || within(kGroup) > 1 ||
         within(kRouteTable) > 1 || within(kAcl) > 1;
}

Object attribute_value(const Resource& vpc, std::string_view name) {
  return {{"Value", flag(vpc.more, name)}};
}

Object association_reply(const Resource& vpc, std::string_view list, Object association,
                         std::string_view state) {
  const bool v4 = list == "CidrBlockAssociationSet";
  association[v4 ? "CidrBlockState" : "Ipv6CidrBlockState"] = Object{{"State", state}};
  return {{"VpcId", vpc.id},
          {v4 ? "CidrBlockAssociation" : "Ipv6CidrBlockAssociation", std::move(association)}};
}

/// Of the association that was added last.
Object associating(const Resource& vpc, std::string_view list) {
  return association_reply(vpc, list, array_of(vpc.shape, list).back().as_object(), "associating");
}

}  // namespace

Outcome create_vpc(Call& call) {
  const auto& params = call.params();
  if (text(params, "CidrBlock").empty()) {
    return fail("MissingParameter", "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.");
  }
  const auto block = TRY(block_of(text(params, "CidrBlock")));
  const auto tenancy = text(params, "InstanceTenancy", "default");
  if (tenancy != "default" && tenancy != "dedicated" && tenancy != "host")
    return invalid_value(tenancy, "instanceTenancy");
  auto tags = TRY(specified_tags(call, kVpc));
  TRY(check_limit(call));
  const auto ids = new_ids(call);
  auto vpc = make_vpc(call.scope(), call.now(), block.str(), ids);
  vpc.tags = std::move(tags);
  vpc.shape["InstanceTenancy"] = std::string(tenancy);
  if (flag(params, "AmazonProvidedIpv6CidrBlock")) add_ipv6(call, vpc);
  for (const auto& placed : furniture(vpc, ids))
    save(call, *placed.kind, placed.resource);
  save(call, kVpc, vpc);
  auto shape = shown(vpc);
  shape["State"] = "pending";
  return Object{{"Vpc", std::move(shape)}};
}

Outcome create_default_vpc(Call& call) {
  if (default_vpc(call, call.scope())) {
    return fail("DefaultVpcAlreadyExists",
                "A Default VPC already exists for this account in this region.");
  }
  TRY(check_limit(call));
  Object shape;
  for (const auto& placed : make_default_network(call.scope(), call.now(), new_ids(call))) {
    save(call, *placed.kind, placed.resource);
    if (placed.kind == &kVpc) shape = shown(placed.resource);
  }
  shape["State"] = "pending";
  return Object{{"Vpc", std::move(shape)}};
}

Outcome delete_vpc(Call& call) {
  const auto vpc = TRY(named(call, kVpc, "VpcId"));
  if (has_other_than_furniture(call, vpc.id)) {
    return has_dependencies("vpc", vpc.id);
  }
  for (const auto* kind : {&kRouteTable, &kAcl, &kGroup}) {
    for (const auto& row : all(call, call.scope(), *kind)) {
      if (text(row.shape, "VpcId") == vpc.id) erase(call, *kind, row);
    }
  }
  erase(call, kVpc, vpc);
  return Object();
}

core::Handler describe_vpcs() {
  return described({kVpc, "VpcIds", "Vpcs", kFilters});
}

Outcome describe_vpc_attribute(Call& call) {
  const auto vpc = TRY(named(call, kVpc, "VpcId"));
  const auto asked = text(call.params(), "Attribute");
  for (const auto name : kAttributes) {
    if (lower_first(name) == asked)
      return Object{{"VpcId", vpc.id}, {name, attribute_value(vpc, name)}};
  }
  return invalid_value(asked, "attribute", "Unknown attribute.");
}

Outcome modify_vpc_attribute(Call& call) {
  auto vpc = TRY(named(call, kVpc, "VpcId"));
  std::size_t given = 0;
  for (const auto name : kAttributes) {
    const auto* value = find(call.params(), name);
    if (!value) continue;
    ++given;
    vpc.more[name] = flag(*value, "Value");
  }
  TRY(check_one_attribute(given));
  save(call, kVpc, vpc);
  return Object();
}

Outcome associate_vpc_cidr_block(Call& call) {
  auto vpc = TRY(named(call, kVpc, "VpcId"));
  if (flag(call.params(), "AmazonProvidedIpv6CidrBlock")) {
    add_ipv6(call, vpc);
    save(call, kVpc, vpc);
    return associating(vpc, "Ipv6CidrBlockAssociationSet");
  }
  const auto block = TRY(block_of(text(call.params(), "CidrBlock")));
  auto& blocks = vpc.shape["CidrBlockAssociationSet"].as_array();
  for (const auto& each : blocks) {
    if (overlap(block, parse_cidr(text(each, "CidrBlock")).value_or(Cidr{}))) {
      return fail(
          "InvalidVpc.Range",
          fmt::format("The CIDR '{}' conflicts with another CIDR block of the VPC.", block.str()));
    }
  }
  if (blocks.size() >= kMostBlocks) {
    return fail("CidrLimitExceeded", fmt::format("This network '{}' has met its maximum number of "
                                                 "allowed CIDRs: {}",
                                                 vpc.id, kMostBlocks));
  }
  blocks.push_back(Object{{"AssociationId", new_id(call, "vpc-cidr-assoc-")},
                          {"CidrBlock", block.str()},
                          {"CidrBlockState", Object{{"State", "associated"}}}});
  save(call, kVpc, vpc);
  return associating(vpc, "CidrBlockAssociationSet");
}

Outcome disassociate_vpc_cidr_block(Call& call) {
  const auto id = text(call.params(), "AssociationId");
  for (auto& vpc : all(call, call.scope(), kVpc)) {
    for (const auto* list : {"CidrBlockAssociationSet", "Ipv6CidrBlockAssociationSet"}) {
      auto& blocks = vpc.shape[list].as_array();
      const auto found = std::find_if(blocks.begin(), blocks.end(), [&](const Document& each) {
        return text(each, "AssociationId") == id;
      });
      if (found == blocks.end()) continue;
      if (text(*found, "CidrBlock") == text(vpc.shape, "CidrBlock")) {
        return fail("OperationNotPermitted",
                    fmt::format("The vpc CIDR block with association ID {} may not be "
                                "disassociated. It is the primary IPv4 CIDR block of the VPC",
                                id));
      }
      auto out = association_reply(vpc, list, found->as_object(), "disassociating");
      blocks.erase(found);
      save(call, kVpc, vpc);
      return out;
    }
  }
  return fail("InvalidVpcCidrBlockAssociationID.NotFound",
              fmt::format("The vpc CIDR block association ID '{}' does not exist", id));
}

}  // namespace tocsin::ec2

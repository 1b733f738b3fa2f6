// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/ec2/cidr.hpp"
#include "services/ec2/defaults.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/regions.hpp"
#include "services/ec2/tags.hpp"
#include "services/ec2/vpcs.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kMostSubnets = 200;  // of a VPC
constexpr int kLargest = 16;
constexpr int kSmallest = 28;

constexpr std::array<Filter, 24> kFilters{
    {{"availability-zone", "AvailabilityZone"},
     {"availabilityZone", "AvailabilityZone"},
     {"availability-zone-id", "AvailabilityZoneId"},
     {"availabilityZoneId", "AvailabilityZoneId"},
     {"available-ip-address-count", "AvailableIpAddressCount"},
     {"cidr-block", "CidrBlock"},
     {"cidrBlock", "CidrBlock"},
     {"cidr", "CidrBlock"},
     {"customer-owned-ipv4-pool", "CustomerOwnedIpv4Pool"},
     {"default-for-az", "DefaultForAz"},
     {"defaultForAz", "DefaultForAz"},
     {"enable-dns64", "EnableDns64"},
     {"enable-lni-at-device-index", "EnableLniAtDeviceIndex"},
     {"ipv6-cidr-block-association.ipv6-cidr-block", "Ipv6CidrBlockAssociationSet.Ipv6CidrBlock"},
     {"ipv6-cidr-block-association.association-id", "Ipv6CidrBlockAssociationSet.AssociationId"},
     {"ipv6-native", "Ipv6Native"},
     {"map-public-ip-on-launch", "MapPublicIpOnLaunch"},
     {"outpost-arn", "OutpostArn"},
     {"owner-id", "OwnerId"},
     {"private-dns-name-options-on-launch.hostname-type",
      "PrivateDnsNameOptionsOnLaunch.HostnameType"},
     {"state", "State"},
     {"subnet-arn", "SubnetArn"},
     {"subnet-id", "SubnetId"},
     {"vpc-id", "VpcId"}}};

/// Attributes that are truth values, one a request.
struct Attribute {
  std::string_view param, group, member;
};
constexpr std::array<Attribute, 5> kAttributes{
    {{"AssignIpv6AddressOnCreation", "", "AssignIpv6AddressOnCreation"},
     {"MapPublicIpOnLaunch", "", "MapPublicIpOnLaunch"},
     {"EnableDns64", "", "EnableDns64"},
     {"EnableResourceNameDnsARecordOnLaunch", "PrivateDnsNameOptionsOnLaunch",
      "EnableResourceNameDnsARecord"},
     {"EnableResourceNameDnsAAAARecordOnLaunch", "PrivateDnsNameOptionsOnLaunch",
      "EnableResourceNameDnsAAAARecord"}}};

Failure out_of_range(std::string_view block) {
  return fail("InvalidSubnet.Range", fmt::format("The CIDR '{}' is invalid.", block));
}

Result<Cidr> block_in(const Resource& vpc, std::string_view given) {
  if (given.empty()) return missing_parameter("cidrBlock");
  const auto block = parse_cidr(given);
  if (!block || block->v6)
    return invalid_value(given, "cidrBlock", "This is not a valid CIDR block.");
  if (block->length < kLargest || block->length > kSmallest) return out_of_range(given);
  const auto& blocks = array_of(vpc.shape, "CidrBlockAssociationSet");
  const bool within = std::any_of(blocks.begin(), blocks.end(), [&](const Document& each) {
    return contains(parse_cidr(text(each, "CidrBlock")).value_or(Cidr{.length = 32}), *block);
  });
  if (!within) return out_of_range(given);
  return *block;
}

Result<void> check_free(const Call& call, const Resource& vpc, const Cidr& block) {
  std::size_t count = 0;
  for (const auto& subnet : all(call, call.scope(), kSubnet)) {
    if (text(subnet.shape, "VpcId") != vpc.id) continue;
    ++count;
    if (overlap(block, parse_cidr(text(subnet.shape, "CidrBlock")).value_or(Cidr{.length = 32}))) {
      return fail("InvalidSubnet.Conflict",
                  fmt::format("The CIDR '{}' conflicts with another subnet", block.str()));
    }
  }
  if (count >= kMostSubnets) {
    return fail(
        "SubnetLimitExceeded",
        fmt::format("The maximum number of subnets for VPC '{}' has been reached.", vpc.id));
  }
  return {};
}

Result<Zone> zone_for(const Call& call) {
  const auto& params = call.params();
  const auto name = text(params, "AvailabilityZone", text(params, "AvailabilityZoneId"));
  if (name.empty()) return zones_of(call.region()).front();
  if (auto zone = zone_in(call.region(), name)) return *std::move(zone);
  std::string names;
  for (const auto& zone : zones_of(call.region()))
    names += (names.empty() ? "" : ", ") + zone.name;
  return invalid_value(name, "availabilityZone",
                       fmt::format("Subnets can currently only be created in the following "
                                   "availability zones: {}.",
                                   names));
}

void place(Call& call, const Resource& vpc, const Resource& subnet) {
  if (auto acl = default_acl(call, call.scope(), vpc.id)) {
    associate_acl(*acl, subnet.id, new_ids(call));
    save(call, kAcl, *acl);
  }
  save(call, kSubnet, subnet);
}

bool is_used(const Call& call, const std::string& subnet) {
  for (const auto* kind : {&kInterface, &kNat}) {
    for (const auto& row : all(call, call.scope(), *kind)) {
      if (text(row.shape, "SubnetId") == subnet && text(row.shape, "State") != "deleted")
        return true;
    }
  }
  return false;
}

/// Takes the subnet out of route tables and network ACLs.
void leave(Call& call, const std::string& subnet) {
  for (const auto* kind : {&kAcl, &kRouteTable}) {
    for (auto& row : all(call, call.scope(), *kind)) {
      auto& list = row.shape["Associations"].as_array();
      const auto before = list.size();
      for (auto at = list.begin(); at != list.end();)
        at = text(*at, "SubnetId") == subnet ? list.erase(at) : at + 1;
      if (list.size() != before) save(call, *kind, row);
    }
  }
}

}  // namespace

void count_addresses(core::Context& context, std::string_view id, std::int64_t more) {
  auto subnet = get(context, context.scope(), kSubnet, id);
  if (!subnet) return;
  subnet->shape["AvailableIpAddressCount"] =
      integer(subnet->shape, "AvailableIpAddressCount").value_or(0) + more;
  save(context, kSubnet, *subnet);
}

Outcome create_subnet(Call& call) {
  const auto vpc = TRY(named(call, kVpc, "VpcId"));
  const auto block = TRY(block_in(vpc, text(call.params(), "CidrBlock")));
  const auto zone = TRY(zone_for(call));
  auto tags = TRY(specified_tags(call, kSubnet));
  TRY(check_free(call, vpc, block));
  auto origin = vpc;
  origin.created = call.now();
  auto subnet = make_subnet(origin, zone.name, block.str(), new_ids(call));
  subnet.tags = std::move(tags);
  place(call, vpc, subnet);
  return Object{{"Subnet", shown(subnet)}};
}

Outcome create_default_subnet(Call& call) {
  const auto vpc = default_vpc(call, call.scope());
  if (!vpc) {
    return fail("DefaultVpcDoesNotExist", "No default VPC exists for this account in this region.");
  }
  const auto name = text(call.params(), "AvailabilityZone");
  const auto zone = zone_in(call.region(), name);
  if (!zone) return invalid_value(fmt::format("Invalid availability zone: [{}]", name));
  for (const auto& subnet : all(call, call.scope(), kSubnet)) {
    if (flag(subnet.shape, "DefaultForAz") &&
        text(subnet.shape, "AvailabilityZone") == zone->name) {
      return fail("DefaultSubnetAlreadyExistsInAvailabilityZone",
                  fmt::format("'{}' is already the default subnet in {}.", subnet.id, zone->name));
    }
  }
  const auto outer = parse_cidr(text(vpc->shape, "CidrBlock")).value_or(Cidr{});
  for (std::uint32_t n = 0; n < 16; ++n) {
    const auto block = block_at(outer, 20, n);
    if (!check_free(call, *vpc, block)) continue;
    auto subnet = make_subnet(*vpc, zone->name, block.str(), new_ids(call));
    subnet.created = call.now();
    subnet.shape["DefaultForAz"] = true;
    subnet.shape["MapPublicIpOnLaunch"] = true;
    place(call, *vpc, subnet);
    return Object{{"Subnet", shown(subnet)}};
  }
  return fail("InsufficientCidrBlocks", "There is no free CIDR block of that size in the VPC.");
}

Outcome delete_subnet(Call& call) {
  const auto subnet = TRY(named(call, kSubnet, "SubnetId"));
  if (is_used(call, subnet.id)) {
    return has_dependencies("subnet", subnet.id);
  }
  leave(call, subnet.id);
  erase(call, kSubnet, subnet);
  return Object();
}

core::Handler describe_subnets() {
  return described({kSubnet, "SubnetIds", "Subnets", kFilters});
}

Outcome modify_subnet_attribute(Call& call) {
  auto subnet = TRY(named(call, kSubnet, "SubnetId"));
  std::size_t given = 0;
  for (const auto& [param, group, member] : kAttributes) {
    const auto* value = find(call.params(), param);
    if (!value) continue;
    ++given;
    auto& holder = group.empty() ? subnet.shape : subnet.shape[group].as_object();
    holder[member] = flag(*value, "Value");
  }
  if (const auto type = text(call.params(), "PrivateDnsHostnameTypeOnLaunch"); !type.empty()) {
    if (type != "ip-name" && type != "resource-name")
      return invalid_value(type, "privateDnsHostnameTypeOnLaunch");
    ++given;
    subnet.shape["PrivateDnsNameOptionsOnLaunch"].as_object()["HostnameType"] = std::string(type);
  }
  TRY(check_one_attribute(given));
  save(call, kSubnet, subnet);
  return Object();
}

}  // namespace tocsin::ec2

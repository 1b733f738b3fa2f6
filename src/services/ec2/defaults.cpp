// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/defaults.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/ec2/cidr.hpp"
#include "services/ec2/regions.hpp"
#include "services/ec2/rules.hpp"

namespace tocsin::ec2 {
namespace {

using core::Key;

struct Settled {
  bool settled = true;
};
BOOST_DESCRIBE_STRUCT(Settled, (), (settled))
constexpr core::Table<Settled> kSettled{"ec2.settled"};

constexpr std::string_view kDefaultBlock = "172.31.0.0/16";
constexpr int kDefaultSubnetBits = 20;
constexpr auto kDefaultCreated = 1'577'836'800'000;  // the year 2020: before everything here
constexpr std::int64_t kLastEntry = 32767;

/// The ids of an account's default network, one after the other.
NewId counted_ids(const Scope& scope) {
  return [scope, n = 0](std::string_view prefix) mutable {
    const auto seed = fmt::format("{}/{}/{}{}", scope.account.str(), scope.region, prefix, ++n);
    return fmt::format("{}0{}", prefix, hex(sha256(seed)).substr(0, 16));
  };
}

Resource make(const Kind& kind, const Resource& vpc, const NewId& id) {
  Resource out{.scope = vpc.scope, .id = id(kind.prefix), .created = vpc.created};
  out.shape[kind.id_member] = out.id;
  out.shape["OwnerId"] = vpc.scope.account.str();
  out.shape["VpcId"] = vpc.id;
  return out;
}

Object entry(std::int64_t number, std::string_view action, bool egress, std::string_view block) {
  return {{"CidrBlock", std::string(block)},
          {"Egress", egress},
          {"Protocol", "-1"},
          {"RuleAction", std::string(action)},
          {"RuleNumber", number}};
}

Resource main_route_table(const Resource& vpc, const NewId& id) {
  auto table = make(kRouteTable, vpc, id);
  table.shape["Associations"] =
      Array{Object{{"Main", true},
                   {"RouteTableAssociationId", id("rtbassoc-")},
                   {"RouteTableId", table.id},
                   {"AssociationState", Object{{"State", "associated"}}}}};
  table.shape["PropagatingVgws"] = Array();
  table.shape["Routes"] = Array{Object{{"DestinationCidrBlock", text(vpc.shape, "CidrBlock")},
                                       {"GatewayId", "local"},
                                       {"Origin", "CreateRouteTable"},
                                       {"State", "active"}}};
  return table;
}

Resource default_group(const Resource& vpc, const NewId& id) {
  auto group = make(kGroup, vpc, id);
  group.shape["GroupName"] = "default";
  group.shape["Description"] = "default VPC security group";
  add_rule(group, {.protocol = "-1", .group = group.id}, id("sgr-"));
  add_rule(group, {.egress = true, .protocol = "-1", .v4 = "0.0.0.0/0"}, id("sgr-"));
  return group;
}

Resource default_gateway(const Resource& vpc, const NewId& id) {
  auto gateway = make(kGateway, vpc, id);
  gateway.shape.erase("VpcId");
  gateway.shape["Attachments"] = Array{Object{{"State", "available"}, {"VpcId", vpc.id}}};
  return gateway;
}

void route_to(Resource& table, const Resource& gateway) {
  table.shape["Routes"].as_array().push_back(Object{{"DestinationCidrBlock", "0.0.0.0/0"},
                                                    {"GatewayId", gateway.id},
                                                    {"Origin", "CreateRoute"},
                                                    {"State", "active"}});
}

Resource dhcp_options(const Scope& scope, const NewId& id) {
  const auto option = [](std::string_view key, std::string_view value) {
    return Object{{"Key", std::string(key)},
                  {"Values", Array{Object{{"Value", std::string(value)}}}}};
  };
  Resource out{.scope = scope, .id = id(kDhcp.prefix)};
  out.shape = {{"DhcpConfigurations", Array{option("domain-name", internal_domain(scope.region)),
                                            option("domain-name-servers", "AmazonProvidedDNS")}},
               {"DhcpOptionsId", out.id},
               {"OwnerId", scope.account.str()}};
  return out;
}

Placed& of_kind(std::vector<Placed>& placed, const Kind& kind) {
  for (auto& each : placed) {
    if (each.kind == &kind) return each;
  }
  return placed.front();
}

/// The options that a VPC of the region has; their id is the same, whenever they are asked for.
std::string dhcp_id(const Scope& scope) {
  return counted_ids(scope)(kDhcp.prefix);
}

}  // namespace

bool is_settled(const store::View& view, const Scope& scope) {
  return kSettled.contains(view, Key::of(scope));
}

std::vector<Placed> default_network(const Scope& scope) {
  const auto id = counted_ids(scope);
  std::vector<Placed> out{{&kDhcp, dhcp_options(scope, id)}};
  for (auto& placed : make_default_network(scope, from_ms(kDefaultCreated), id))
    out.push_back(std::move(placed));
  return out;
}

void settle(core::Context& context) {
  if (is_settled(context, context.scope())) return;
  for (const auto& placed : default_network(context.scope()))
    save(context, *placed.kind, placed.resource);
  kSettled.put(context, Key::of(context.scope()), {});
}

NewId new_ids(core::Context& context) {
  return [&context](std::string_view prefix) { return new_id(context, prefix); };
}

Resource make_vpc(const Scope& scope, Time created, std::string_view block, const NewId& id) {
  Resource vpc{.scope = scope, .id = id(kVpc.prefix), .created = created};
  vpc.shape = {{"CidrBlock", std::string(block)},
               {"DhcpOptionsId", dhcp_id(scope)},
               {"State", "available"},
               {"VpcId", vpc.id},
               {"OwnerId", scope.account.str()},
               {"InstanceTenancy", "default"},
               {"Ipv6CidrBlockAssociationSet", Array()},
               {"CidrBlockAssociationSet",
                Array{Object{{"AssociationId", id("vpc-cidr-assoc-")},
                             {"CidrBlock", std::string(block)},
                             {"CidrBlockState", Object{{"State", "associated"}}}}}},
               {"IsDefault", false}};
  vpc.more = {{"EnableDnsSupport", true},
              {"EnableDnsHostnames", false},
              {"EnableNetworkAddressUsageMetrics", false}};
  return vpc;
}

Resource make_subnet(const Resource& vpc, std::string_view zone, std::string_view block,
                     const NewId& id) {
  auto subnet = make(kSubnet, vpc, id);
  const auto place = zone_in(vpc.scope.region, zone).value_or(Zone{});
  const auto cidr = parse_cidr(block).value_or(Cidr{});
  auto& shape = subnet.shape;
  shape["AvailabilityZone"] = place.name;
  shape["AvailabilityZoneId"] = place.id;
  shape["AvailableIpAddressCount"] = usable_addresses(cidr);
  shape["CidrBlock"] = std::string(block);
  shape["DefaultForAz"] = false;
  shape["MapPublicIpOnLaunch"] = false;
  shape["MapCustomerOwnedIpOnLaunch"] = false;
  shape["State"] = "available";
  shape["AssignIpv6AddressOnCreation"] = false;
  shape["Ipv6CidrBlockAssociationSet"] = Array();
  shape["SubnetArn"] = arn_of(kSubnet, subnet);
  shape["EnableDns64"] = false;
  shape["Ipv6Native"] = false;
  shape["PrivateDnsNameOptionsOnLaunch"] = Object{{"HostnameType", "ip-name"},
                                                  {"EnableResourceNameDnsARecord", false},
                                                  {"EnableResourceNameDnsAAAARecord", false}};
  return subnet;
}

Resource make_acl(const Resource& vpc, const NewId& id) {
  auto acl = make(kAcl, vpc, id);
  acl.shape["Associations"] = Array();
  acl.shape["IsDefault"] = true;
  auto& entries = acl.shape["Entries"].emplace_array();
  for (const bool egress : {true, false}) {
    entries.push_back(entry(100, "allow", egress, "0.0.0.0/0"));
    entries.push_back(entry(kLastEntry, "deny", egress, "0.0.0.0/0"));
  }
  return acl;
}

void associate_acl(Resource& acl, std::string_view subnet, const NewId& id) {
  acl.shape["Associations"].as_array().push_back(
      Object{{"NetworkAclAssociationId", id("aclassoc-")},
             {"NetworkAclId", acl.id},
             {"SubnetId", std::string(subnet)}});
}

std::vector<Placed> furniture(const Resource& vpc, const NewId& id) {
  return {{&kRouteTable, main_route_table(vpc, id)},
          {&kAcl, make_acl(vpc, id)},
          {&kGroup, default_group(vpc, id)}};
}

std::vector<Placed> make_default_network(const Scope& scope, Time created, const NewId& id) {
  auto vpc = make_vpc(scope, created, kDefaultBlock, id);
  vpc.shape["IsDefault"] = true;
  vpc.more["EnableDnsHostnames"] = true;
  auto out = furniture(vpc, id);
  out.push_back({&kGateway, default_gateway(vpc, id)});
  route_to(of_kind(out, kRouteTable).resource, of_kind(out, kGateway).resource);
  const auto block = parse_cidr(kDefaultBlock).value_or(Cidr{});
  std::uint32_t n = 0;
  std::vector<Placed> subnets;
  for (const auto& zone : zones_of(scope.region)) {
    auto subnet = make_subnet(vpc, zone.name, block_at(block, kDefaultSubnetBits, n++).str(), id);
    subnet.shape["DefaultForAz"] = true;
    subnet.shape["MapPublicIpOnLaunch"] = true;
    associate_acl(of_kind(out, kAcl).resource, subnet.id, id);
    subnets.push_back({&kSubnet, std::move(subnet)});
  }
  for (auto& subnet : subnets)
    out.push_back(std::move(subnet));
  out.push_back({&kVpc, std::move(vpc)});
  return out;
}

std::optional<Resource> default_acl(const store::View& view, const Scope& scope,
                                    std::string_view vpc) {
  for (auto& acl : all(view, scope, kAcl)) {
    if (flag(acl.shape, "IsDefault") && text(acl.shape, "VpcId") == vpc) return std::move(acl);
  }
  return std::nullopt;
}

std::optional<Resource> default_vpc(const store::View& view, const Scope& scope) {
  for (auto& vpc : all(view, scope, kVpc)) {
    if (flag(vpc.shape, "IsDefault")) return std::move(vpc);
  }
  return std::nullopt;
}

}  // namespace tocsin::ec2

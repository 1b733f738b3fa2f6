// SPDX-License-Identifier: Apache-2.0
#include "services/elasticloadbalancing/subnets.hpp"

#include <fmt/format.h>

namespace tocsin::elasticloadbalancing {
namespace {

Object filter(std::string_view name, std::string_view value) {
  return {{"Filters", Array{Object{{"Name", name}, {"Values", Array{value}}}}}};
}

/// {SubnetId, …} as SubnetMappings or Subnets name them.
Result<Array> mappings_in(const Call& call) {
  const auto& mappings = array_of(call.params(), "SubnetMappings");
  const auto subnets = texts(call.params(), "Subnets");
  if (!mappings.empty() && !subnets.empty())
    return invalid("You must specify either subnets or subnet mappings, but not both");
  if (!mappings.empty()) return mappings;
  Array out;
  for (const auto& id : subnets)
    out.push_back(Object{{"SubnetId", id}});
  if (out.empty()) return invalid("At least one subnet must be specified");
  return out;
}

Array addresses_of(const Document& mapping) {
  Object address;
  for (const auto* member : {"AllocationId", "PrivateIPv4Address", "IPv6Address"}) {
    if (const auto* value = find(mapping, member)) address[member] = *value;
  }
  Array out;
  if (!address.empty()) out.push_back(std::move(address));
  return out;
}

Result<void> check_gateway(Call& call, const LoadBalancer& balancer) {
  if (balancer.scheme != "internet-facing") return {};
  const auto gateways =
      TRY(ask(call, "DescribeInternetGateways", filter("attachment.vpc-id", balancer.vpc)));
  if (!array_of(gateways, "InternetGateways").empty()) return {};
  return fail("InvalidSubnet", fmt::format("VPC {} has no internet gateway", balancer.vpc));
}

Result<void> take_subnet(LoadBalancer& balancer, const Document& subnet, const Document& mapping) {
  const auto zone = text(subnet, "AvailabilityZone"), vpc = text(subnet, "VpcId");
  if (!balancer.vpc.empty() && balancer.vpc != vpc) {
    return fail("InvalidConfigurationRequest",
                "All subnets must belong to the same VPC as the load balancer");
  }
  for (const auto& other : balancer.zones) {
    if (text(other, "ZoneName") == zone) {
      return fail("InvalidConfigurationRequest",
                  "A load balancer cannot be attached to multiple subnets in the same Availability "
                  "Zone");
    }
  }
  balancer.vpc = vpc;
  balancer.zones.push_back(Object{{"ZoneName", zone},
                                  {"SubnetId", text(subnet, "SubnetId")},
                                  {"LoadBalancerAddresses", addresses_of(mapping)}});
  return {};
}

Result<std::string> default_group(Call& call, const LoadBalancer& balancer) {
  auto params = filter("vpc-id", balancer.vpc);
  params["Filters"].as_array().push_back(
      Object{{"Name", "group-name"}, {"Values", Array{"default"}}});
  const auto reply = TRY(ask(call, "DescribeSecurityGroups", std::move(params)));
  const auto& groups = array_of(reply, "SecurityGroups");
  return groups.empty() ? std::string() : string_of(groups.front(), "GroupId");
}

}  // namespace

Result<void> take_subnets(Call& call, LoadBalancer& balancer) {
  const auto mappings = TRY(mappings_in(call));
  balancer.zones.clear();
  for (const auto& mapping : mappings) {
    const auto id = string_of(mapping, "SubnetId");
    const auto found = ask(call, "DescribeSubnets", Object{{"SubnetIds", Array{id}}});
    if (!found || array_of(*found, "Subnets").empty())
      return fail("SubnetNotFound", fmt::format("The subnet ID '{}' does not exist", id));
    TRY(take_subnet(balancer, array_of(*found, "Subnets").front(), mapping));
  }
  if (balancer.type == "application" && balancer.zones.size() < 2) {
    return invalid("At least two subnets in two different Availability Zones must be specified");
  }
  return check_gateway(call, balancer);
}

Result<void> take_groups(Call& call, LoadBalancer& balancer) {
  balancer.groups = texts(call.params(), "SecurityGroups");
  if (balancer.type == "gateway" && !balancer.groups.empty()) {
    return fail("InvalidConfigurationRequest",
                "Security groups are not supported for load balancers with type 'gateway'");
  }
  for (const auto& id : balancer.groups) {
    const auto found = ask(call, "DescribeSecurityGroups", Object{{"GroupIds", Array{id}}});
    if (!found || array_of(*found, "SecurityGroups").empty() ||
        text(array_of(*found, "SecurityGroups").front(), "VpcId") != balancer.vpc)
      return fail("InvalidSecurityGroup",
                  fmt::format("The security group '{}' does not exist", id));
  }
  if (!balancer.groups.empty() || balancer.type != "application") return {};
  if (const auto id = TRY(default_group(call, balancer)); !id.empty()) balancer.groups = {id};
  return {};
}

}  // namespace tocsin::elasticloadbalancing

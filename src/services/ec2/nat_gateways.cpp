// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <fmt/format.h>

#include "services/ec2/endpoints.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/instances.hpp"
#include "services/ec2/interfaces.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/tags.hpp"
#include "services/ec2/transitions.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;
using namespace std::chrono_literals;

constexpr std::array<Filter, 4> kFilters{{{"nat-gateway-id", "NatGatewayId"},
                                          {"state", "State"},
                                          {"subnet-id", "SubnetId"},
                                          {"vpc-id", "VpcId"}}};

}  // namespace

Outcome create_nat_gateway(Call& call) {
  const auto& params = call.params();
  const auto subnet = TRY(named(call, kSubnet, "SubnetId"));
  const auto type = text(params, "ConnectivityType", "public");
  if (type != "public" && type != "private") return invalid_value(type, "connectivityType");
  const bool open = type == "public";
  if (open && text(params, "AllocationId").empty()) return missing_parameter("AllocationId");
  auto nat = new_resource(call, kNat, TRY(specified_tags(call, kNat)));
  auto interface = TRY(make_interface(
      call, subnet,
      {.description = fmt::format("Interface for NAT Gateway {}", nat.id), .type = "nat_gateway"}));
  Object address{{"NetworkInterfaceId", interface.id},
                 {"PrivateIp", text(interface.shape, "PrivateIpAddress")},
                 {"IsPrimary", true},
                 {"Status", "succeeded"}};
  if (open) {
    auto elastic = TRY(named(call, kAddress, "AllocationId"));
    if (elastic.shape.contains("AssociationId")) {
      return fail("Resource.AlreadyAssociated",
                  fmt::format("Elastic IP address [{}] is already associated", elastic.id));
    }
    elastic.shape["AssociationId"] = new_id(call, "eipassoc-");
    elastic.shape["NetworkInterfaceId"] = interface.id;
    save(call, kAddress, elastic);
    associate_public(call, interface, text(elastic.shape, "PublicIp"), &elastic);
    address["AllocationId"] = elastic.id;
    address["PublicIp"] = text(elastic.shape, "PublicIp");
  }
  nat.shape = {{"CreateTime", to_seconds(call.now())},
               {"NatGatewayAddresses", Array{std::move(address)}},
               {"NatGatewayId", nat.id},
               {"State", "pending"},
               {"SubnetId", subnet.id},
               {"VpcId", text(subnet.shape, "VpcId")},
               {"ConnectivityType", std::string(type)}};
  save(call, kNat, nat);
  become(call, nat, "available", 5s);
  return Object{{"NatGateway", shown(nat)}};
}

Outcome delete_nat_gateway(Call& call) {
  auto nat = TRY(named(call, kNat, "NatGatewayId"));
  if (text(nat.shape, "State") == "deleted") return Object{{"NatGatewayId", nat.id}};
  for (const auto& id : values_at(nat.shape, "NatGatewayAddresses.NetworkInterfaceId")) {
    if (const auto interface = get(call, call.scope(), kInterface, id))
      drop_interface(call, *interface);
  }
  nat.shape["State"] = "deleted";
  nat.shape["DeleteTime"] = to_seconds(call.now());
  save(call, kNat, nat);
  forget_later(call, nat.id);
  return Object{{"NatGatewayId", nat.id}};
}

core::Handler describe_nat_gateways() {
  return described({kNat, "NatGatewayIds", "NatGateways", kFilters});
}

}  // namespace tocsin::ec2

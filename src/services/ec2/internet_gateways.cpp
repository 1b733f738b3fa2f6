// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/routing.hpp"
#include "services/ec2/tags.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::array<Filter, 4> kFilters{{{"attachment.state", "Attachments.State"},
                                          {"attachment.vpc-id", "Attachments.VpcId"},
                                          {"internet-gateway-id", "InternetGatewayId"},
                                          {"owner-id", "OwnerId"}}};

std::vector<std::string> attached_to(const Resource& gateway) {
  return values_at(gateway.shape, "Attachments.VpcId");
}

/// A public address that is in use in the VPC keeps its gateway there.
bool has_public_addresses(const Call& call, std::string_view vpc) {
  for (const auto& each : all(call, call.scope(), kInterface)) {
    if (text(each.shape, "VpcId") == vpc && each.shape.contains("Association")) return true;
  }
  return false;
}

}  // namespace

Outcome create_internet_gateway(Call& call) {
  auto gateway = new_resource(call, kGateway, TRY(specified_tags(call, kGateway)));
  gateway.shape = {{"Attachments", Array()},
                   {"InternetGatewayId", gateway.id},
                   {"OwnerId", call.account().str()}};
  save(call, kGateway, gateway);
  return Object{{"InternetGateway", shown(gateway)}};
}

Outcome attach_internet_gateway(Call& call) {
  auto gateway = TRY(named(call, kGateway, "InternetGatewayId"));
  const auto vpc = TRY(named(call, kVpc, "VpcId"));
  if (!attached_to(gateway).empty()) {
    return fail("Resource.AlreadyAssociated",
                fmt::format("resource {} is already attached to network {}", gateway.id,
                            attached_to(gateway).front()));
  }
  for (const auto& other : all(call, call.scope(), kGateway)) {
    if (attached_to(other) == std::vector<std::string>{vpc.id}) {
      return invalid_value(
          fmt::format("Network {} already has an internet gateway attached", vpc.id));
    }
  }
  gateway.shape["Attachments"] = Array{Object{{"State", "available"}, {"VpcId", vpc.id}}};
  save(call, kGateway, gateway);
  return Object();
}

Outcome detach_internet_gateway(Call& call) {
  auto gateway = TRY(named(call, kGateway, "InternetGatewayId"));
  const auto vpc = TRY(named(call, kVpc, "VpcId"));
  if (attached_to(gateway) != std::vector<std::string>{vpc.id}) {
    return fail("Gateway.NotAttached",
                fmt::format("resource {} is not attached to network {}", gateway.id, vpc.id));
  }
  if (has_public_addresses(call, vpc.id)) {
    return dependency_violation(fmt::format(
        "Network {} has some mapped public address(es). Please unmap those public address(es) "
        "before detaching the gateway.",
        vpc.id));
  }
  gateway.shape["Attachments"] = Array();
  save(call, kGateway, gateway);
  return Object();
}

Outcome delete_internet_gateway(Call& call) {
  const auto gateway = TRY(named(call, kGateway, "InternetGatewayId"));
  if (!attached_to(gateway).empty()) {
    return has_dependencies("internetGateway", gateway.id);
  }
  erase(call, kGateway, gateway);
  return Object();
}

core::Handler describe_internet_gateways() {
  return described({kGateway, "InternetGatewayIds", "InternetGateways", kFilters});
}

}  // namespace tocsin::ec2

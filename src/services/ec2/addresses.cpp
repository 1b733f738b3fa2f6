// SPDX-License-Identifier: Apache-2.0
// Elastic IPs.
#include <array>
#include <fmt/format.h>

#include "services/ec2/errors.hpp"
#include "services/ec2/instances.hpp"
#include "services/ec2/interfaces.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/tags.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kMostAddresses = 5;

constexpr std::array<Filter, 8> kFilters{{{"allocation-id", "AllocationId"},
                                          {"association-id", "AssociationId"},
                                          {"instance-id", "InstanceId"},
                                          {"network-border-group", "NetworkBorderGroup"},
                                          {"network-interface-id", "NetworkInterfaceId"},
                                          {"network-interface-owner-id", "NetworkInterfaceOwnerId"},
                                          {"private-ip-address", "PrivateIpAddress"},
                                          {"public-ip", "PublicIp"}}};

Failure no_address(std::string_view ip) {
  return fail("InvalidAddress.NotFound", fmt::format("Address '{}' not found.", ip));
}

Result<Resource> by(const Call& call, std::string_view member, std::string_view value) {
  for (auto& address : all(call, call.scope(), kAddress)) {
    if (text(address.shape, member) == value) return std::move(address);
  }
  if (member == "PublicIp") return no_address(value);
  return no_association(value);
}

Result<Resource> requested(const Call& call) {
  if (!text(call.params(), "AllocationId").empty()) return named(call, kAddress, "AllocationId");
  const auto ip = text(call.params(), "PublicIp");
  if (ip.empty()) return missing_parameter("allocationId");
  return by(call, "PublicIp", ip);
}

Result<Resource> interface_for(const Call& call) {
  if (!text(call.params(), "NetworkInterfaceId").empty())
    return named(call, kInterface, "NetworkInterfaceId");
  const auto instance = TRY(named(call, kInstance, "InstanceId"));
  const auto state = state_of(instance);
  auto found = interfaces_of(call, instance.id);
  if (found.empty() || (state != State::Running && state != State::Stopped)) {
    return fail("InvalidInstanceID", fmt::format("The pending instance '{}' is not in a valid "
                                                 "state for this operation.",
                                                 instance.id));
  }
  return std::move(found.front());
}

void leave(Call& call, Resource& address) {
  const auto id = string_of(address.shape, "NetworkInterfaceId");
  disassociate(call, address);
  if (auto interface = get(call, call.scope(), kInterface, id)) {
    associate_public(call, *interface, {});
    refresh_owner(call, *interface);
  }
}

}  // namespace

Outcome allocate_address(Call& call) {
  const auto domain = text(call.params(), "Domain", "vpc");
  if (domain != "vpc" && domain != "standard") return invalid_value(domain, "domain");
  auto tags = TRY(specified_tags(call, kAddress));
  if (all(call, call.scope(), kAddress).size() >= kMostAddresses)
    return fail("AddressLimitExceeded", "The maximum number of addresses has been reached.");
  auto address = new_resource(call, kAddress, std::move(tags));
  address.shape = {{"PublicIp", new_public_address(call)},
                   {"AllocationId", address.id},
                   {"PublicIpv4Pool", "amazon"},
                   {"NetworkBorderGroup", call.region()},
                   {"Domain", "vpc"}};
  save(call, kAddress, address);
  return address.shape;
}

Outcome release_address(Call& call) {
  const auto address = TRY(requested(call));
  if (address.shape.contains("AssociationId")) {
    return fail("InvalidIPAddress.InUse",
                fmt::format("Address {} is in use.", text(address.shape, "PublicIp")));
  }
  erase(call, kAddress, address);
  return Object();
}

Outcome associate_address(Call& call) {
  auto address = TRY(requested(call));
  auto interface = TRY(interface_for(call));
  const bool elsewhere = address.shape.contains("AssociationId") &&
                         text(address.shape, "NetworkInterfaceId") != interface.id;
  if (elsewhere && find(call.params(), "AllowReassociation") &&
      !flag(call.params(), "AllowReassociation")) {
    return fail("Resource.AlreadyAssociated",
                fmt::format("resource {} is already associated with associate-id {}", address.id,
                            text(address.shape, "AssociationId")));
  }
  if (elsewhere) leave(call, address);
  auto& shape = address.shape;
  shape["AssociationId"] = new_id(call, "eipassoc-");
  shape["NetworkInterfaceId"] = interface.id;
  shape["NetworkInterfaceOwnerId"] = call.account().str();
  shape["PrivateIpAddress"] = text(interface.shape, "PrivateIpAddress");
  const auto instance = text(object_of(interface.shape, "Attachment"), "InstanceId");
  if (!instance.empty()) shape["InstanceId"] = instance;
  save(call, kAddress, address);
  associate_public(call, interface, text(shape, "PublicIp"), &address);
  refresh_owner(call, interface);
  return Object{{"AssociationId", text(shape, "AssociationId")}};
}

Outcome disassociate_address(Call& call) {
  const auto& params = call.params();
  const auto association = text(params, "AssociationId");
  if (association.empty() && text(params, "PublicIp").empty())
    return missing_parameter("associationId");
  auto address = TRY(association.empty() ? by(call, "PublicIp", text(params, "PublicIp"))
                                         : by(call, "AssociationId", association));
  leave(call, address);
  return Object();
}

Outcome describe_addresses(Call& call) {
  const auto ips = texts(call.params(), "PublicIps");
  const Listing listing{kAddress, "AllocationIds", "Addresses", kFilters};
  auto items = TRY(selected(call, listing, {}));
  for (const auto& ip : ips)
    TRY(by(call, "PublicIp", ip));
  if (!ips.empty()) {
    Array left;
    for (auto& item : items) {
      if (has(ips, text(item, "PublicIp"))) left.push_back(std::move(item));
    }
    items = std::move(left);
  }
  return Object{{"Addresses", std::move(items)}};
}

}  // namespace tocsin::ec2

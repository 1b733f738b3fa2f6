// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/interfaces.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <set>

#include "services/ec2/cidr.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/regions.hpp"
#include "services/ec2/security_groups.hpp"
#include "services/ec2/tags.hpp"
#include "services/ec2/vpcs.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Context;
using core::Outcome;

constexpr std::uint32_t kFirstAddress = 4;  // AWS keeps those before, and the last

constexpr std::array<Filter, 31> kFilters{
    {{"addresses.association.owner-id", "PrivateIpAddresses.Association.IpOwnerId"},
     {"addresses.association.public-ip", "PrivateIpAddresses.Association.PublicIp"},
     {"addresses.primary", "PrivateIpAddresses.Primary"},
     {"addresses.private-ip-address", "PrivateIpAddresses.PrivateIpAddress"},
     {"association.allocation-id", "Association.AllocationId"},
     {"association.association-id", "Association.AssociationId"},
     {"association.ip-owner-id", "Association.IpOwnerId"},
     {"association.public-dns-name", "Association.PublicDnsName"},
     {"association.public-ip", "Association.PublicIp"},
     {"attachment.attach-time", "Attachment.AttachTime"},
     {"attachment.attachment-id", "Attachment.AttachmentId"},
     {"attachment.delete-on-termination", "Attachment.DeleteOnTermination"},
     {"attachment.device-index", "Attachment.DeviceIndex"},
     {"attachment.instance-id", "Attachment.InstanceId"},
     {"attachment.instance-owner-id", "Attachment.InstanceOwnerId"},
     {"attachment.status", "Attachment.Status"},
     {"availability-zone", "AvailabilityZone"},
     {"description", "Description"},
     {"group-id", "Groups.GroupId"},
     {"group-name", "Groups.GroupName"},
     {"interface-type", "InterfaceType"},
     {"mac-address", "MacAddress"},
     {"network-interface-id", "NetworkInterfaceId"},
     {"owner-id", "OwnerId"},
     {"private-dns-name", "PrivateDnsName"},
     {"private-ip-address", "PrivateIpAddress"},
     {"requester-managed", "RequesterManaged"},
     {"source-dest-check", "SourceDestCheck"},
     {"status", "Status"},
     {"subnet-id", "SubnetId"},
     {"vpc-id", "VpcId"}}};

std::string private_name(const Context& context, std::string address) {
  std::replace(address.begin(), address.end(), '.', '-');
  return fmt::format("ip-{}.{}", address, internal_domain(context.region()));
}

std::string public_name(const Context& context, std::string address) {
  std::replace(address.begin(), address.end(), '.', '-');
  return context.region() == "us-east-1"
             ? fmt::format("ec2-{}.compute-1.amazonaws.com", address)
             : fmt::format("ec2-{}.{}.compute.amazonaws.com", address, context.region());
}

Result<std::string> address_in(const Call& call, const Resource& subnet, const std::string& asked) {
  std::set<std::string> taken;
  for (const auto& each : all(call, call.scope(), kInterface)) {
    if (text(each.shape, "SubnetId") == subnet.id)
      taken.emplace(text(each.shape, "PrivateIpAddress"));
  }
  const auto block = parse_cidr(text(subnet.shape, "CidrBlock")).value_or(Cidr{});
  if (!asked.empty()) {
    const auto given = parse_cidr(asked + "/32");
    if (!given || !contains(block, *given)) {
      return invalid_value("Address does not fall within the subnet's address range");
    }
    if (taken.contains(asked))
      return fail("InvalidIPAddress.InUse", fmt::format("Address {} is in use.", asked));
    return asked;
  }
  const auto count = usable_addresses(block);
  for (std::uint32_t n = 0; n < count; ++n) {
    if (auto free = address_at(block, kFirstAddress + n); !taken.contains(free)) return free;
  }
  return fail("InsufficientFreeAddressesInSubnet",
              fmt::format("There are not enough free addresses in subnet '{}' to satisfy the "
                          "requested number of instances.",
                          subnet.id));
}

std::string mac_of(Context& context) {
  const auto digits = context.new_id("0123456789abcdef", 10);
  return fmt::format("0e:{}:{}:{}:{}:{}", digits.substr(0, 2), digits.substr(2, 2),
                     digits.substr(4, 2), digits.substr(6, 2), digits.substr(8, 2));
}

Object as_instance_shows(const Resource& interface) {
  Object out;
  for (const auto* name :
       {"Association", "Attachment", "Description", "Groups", "Ipv6Addresses", "MacAddress",
        "NetworkInterfaceId", "OwnerId", "PrivateDnsName", "PrivateIpAddress", "PrivateIpAddresses",
        "SourceDestCheck", "Status", "SubnetId", "VpcId", "InterfaceType"}) {
    if (const auto* value = interface.shape.if_contains(name)) out[name] = *value;
  }
  const auto trim = [](Object& from, std::initializer_list<std::string_view> names) {
    for (const auto name : names)
      from.erase(name);
  };
  if (out.contains("Attachment"))
    trim(out["Attachment"].as_object(), {"InstanceId", "InstanceOwnerId"});
  if (out.contains("Association"))
    trim(out["Association"].as_object(), {"AllocationId", "AssociationId"});
  for (auto& address : out["PrivateIpAddresses"].as_array()) {
    if (address.as_object().contains("Association"))
      trim(address.as_object()["Association"].as_object(), {"AllocationId", "AssociationId"});
  }
  return out;
}

Failure no_attachment(std::string_view id) {
  return fail("InvalidAttachmentID.NotFound",
              fmt::format("The attachment '{}' does not exist", id));
}

Object interface_shape(Call&, const Resource& interface) {
  auto out = interface.shape;
  out["TagSet"] = core::tag_list(interface.tags);
  return out;
}

}  // namespace

std::string new_public_address(Context& context) {
  const auto bytes = context.new_bytes(3);
  const auto part = [&](std::size_t at) { return static_cast<unsigned char>(bytes[at]); };
  return fmt::format("54.{}.{}.{}", part(0), part(1), part(2) % 254 + 1);
}

Result<Resource> make_interface(Call& call, const Resource& subnet, const InterfaceSpec& spec) {
  const auto groups = TRY(groups_for(call, spec.groups, text(subnet.shape, "VpcId")));
  const auto address = TRY(address_in(call, subnet, spec.address));
  const bool managed = spec.type != "interface";
  auto out = new_resource(call, kInterface, spec.tags);
  const auto name = private_name(call, address);
  out.shape = {
      {"AvailabilityZone", text(subnet.shape, "AvailabilityZone")},
      {"Description", spec.description},
      {"Groups", group_identifiers(groups)},
      {"InterfaceType", spec.type},
      {"Ipv6Addresses", Array()},
      {"MacAddress", mac_of(call)},
      {"NetworkInterfaceId", out.id},
      {"OwnerId", call.account().str()},
      {"PrivateDnsName", name},
      {"PrivateIpAddress", address},
      {"PrivateIpAddresses",
       Array{Object{{"Primary", true}, {"PrivateDnsName", name}, {"PrivateIpAddress", address}}}},
      {"RequesterId", call.principal().id},
      {"RequesterManaged", managed},
      {"SourceDestCheck", true},
      {"Status", managed ? "in-use" : "available"},
      {"SubnetId", subnet.id},
      {"VpcId", text(subnet.shape, "VpcId")}};
  count_addresses(call, subnet.id, -1);
  save(call, kInterface, out);
  return out;
}

void drop_interface(Context& context, const Resource& interface) {
  count_addresses(context, text(interface.shape, "SubnetId"), 1);
  const auto allocation = text(object_of(interface.shape, "Association"), "AllocationId");
  if (auto address = get(context, context.scope(), kAddress, allocation))
    disassociate(context, *address);
  erase(context, kInterface, interface);
}

void attach(Context& context, Resource& interface, std::string_view instance, std::int64_t index,
            bool delete_on_termination) {
  interface.shape["Attachment"] = Object{{"AttachTime", to_seconds(context.now())},
                                         {"AttachmentId", new_id(context, "eni-attach-")},
                                         {"DeleteOnTermination", delete_on_termination},
                                         {"DeviceIndex", index},
                                         {"NetworkCardIndex", 0},
                                         {"InstanceId", std::string(instance)},
                                         {"InstanceOwnerId", context.account().str()},
                                         {"Status", "attached"}};
  interface.shape["Status"] = "in-use";
  save(context, kInterface, interface);
}

void detach(Context& context, Resource& interface) {
  interface.shape.erase("Attachment");
  interface.shape["Status"] = "available";
  save(context, kInterface, interface);
}

void disassociate(Context& context, Resource& address) {
  for (const auto* name : {"AssociationId", "InstanceId", "NetworkInterfaceId",
                           "NetworkInterfaceOwnerId", "PrivateIpAddress"})
    address.shape.erase(name);
  save(context, kAddress, address);
}

void associate_public(Context& context, Resource& interface, std::string_view public_ip,
                      const Resource* address) {
  auto& first = interface.shape["PrivateIpAddresses"].as_array().at(0).as_object();
  if (public_ip.empty()) {
    interface.shape.erase("Association");
    first.erase("Association");
  } else {
    Object association{{"IpOwnerId", address ? context.account().str() : "amazon"},
                       {"PublicDnsName", public_name(context, std::string(public_ip))},
                       {"PublicIp", std::string(public_ip)}};
    if (address) {
      association["AllocationId"] = address->id;
      association["AssociationId"] = text(address->shape, "AssociationId");
    }
    interface.shape["Association"] = association;
    first["Association"] = std::move(association);
  }
  save(context, kInterface, interface);
}

std::vector<Resource> interfaces_of(const Context& context, std::string_view instance) {
  auto found = all(context, context.scope(), kInterface);
  std::erase_if(found, [&](const Resource& each) {
    return text(object_of(each.shape, "Attachment"), "InstanceId") != instance;
  });
  std::stable_sort(found.begin(), found.end(), [](const Resource& one, const Resource& other) {
    return integer(object_of(one.shape, "Attachment"), "DeviceIndex") <
           integer(object_of(other.shape, "Attachment"), "DeviceIndex");
  });
  return found;
}

void refresh(Context& context, Resource& instance) {
  Array shown;
  for (const auto& interface : interfaces_of(context, instance.id))
    shown.push_back(as_instance_shows(interface));
  auto& shape = instance.shape;
  for (const auto* name : {"PublicIpAddress", "PrivateIpAddress", "SubnetId", "VpcId"})
    shape.erase(name);
  shape["PublicDnsName"] = "";
  shape["PrivateDnsName"] = "";
  shape["SecurityGroups"] = Array();
  if (!shown.empty()) {
    const auto& first = shown.front().as_object();
    const auto& association = object_of(first, "Association");
    if (!association.empty()) {
      shape["PublicIpAddress"] = text(association, "PublicIp");
      shape["PublicDnsName"] = text(association, "PublicDnsName");
    }
    for (const auto* name : {"PrivateIpAddress", "PrivateDnsName", "SubnetId", "VpcId"})
      shape[name] = text(first, name);
    shape["SecurityGroups"] = array_of(first, "Groups");
    shape["SourceDestCheck"] = flag(first, "SourceDestCheck");
  }
  shape["NetworkInterfaces"] = std::move(shown);
}

void refresh_owner(Context& context, const Resource& interface) {
  const auto id = text(object_of(interface.shape, "Attachment"), "InstanceId");
  if (id.empty()) return;
  if (auto instance = get(context, context.scope(), kInstance, id)) {
    refresh(context, *instance);
    save(context, kInstance, *instance);
  }
}

Outcome create_network_interface(Call& call) {
  const auto& params = call.params();
  const auto subnet = TRY(named(call, kSubnet, "SubnetId"));
  auto made = TRY(make_interface(call, subnet, {
    .groups = texts(params, "Groups"), .address = string_of(params, "PrivateIpAddress"),
    .description = string_of(params, "Description"), .tags = TRY(specified_tags(call, kInterface))
  }));
  auto shape = interface_shape(call, made);
  shape["Status"] = "pending";
  return Object{{"NetworkInterface", std::move(shape)}};
}

Outcome delete_network_interface(Call& call) {
  const auto interface = TRY(named(call, kInterface, "NetworkInterfaceId"));
  if (text(interface.shape, "Status") == "in-use") {
    return invalid_value(fmt::format("Network interface '{}' is currently in use.", interface.id));
  }
  drop_interface(call, interface);
  return Object();
}

core::Handler describe_network_interfaces() {
  return described({kInterface, "NetworkInterfaceIds", "NetworkInterfaces", kFilters},
                   interface_shape);
}

Outcome attach_network_interface(Call& call) {
  auto interface = TRY(named(call, kInterface, "NetworkInterfaceId"));
  auto instance = TRY(named(call, kInstance, "InstanceId"));
  const auto index = integer(call.params(), "DeviceIndex").value_or(0);
  if (text(interface.shape, "Status") == "in-use") {
    return fail("InvalidNetworkInterface.InUse",
                fmt::format("Interface: [{}] in use.", interface.id));
  }
  for (const auto& other : interfaces_of(call, instance.id)) {
    if (integer(object_of(other.shape, "Attachment"), "DeviceIndex") == index) {
      return invalid_value(
          fmt::format("Instance '{}' already has an interface attached at device index '{}'.",
                      instance.id, index));
    }
  }
  attach(call, interface, instance.id, index, false);
  refresh_owner(call, interface);
  return Object{{"AttachmentId", text(object_of(interface.shape, "Attachment"), "AttachmentId")},
                {"NetworkCardIndex", 0}};
}

Outcome detach_network_interface(Call& call) {
  const auto id = text(call.params(), "AttachmentId");
  for (auto& interface : all(call, call.scope(), kInterface)) {
    const auto attachment = object_of(interface.shape, "Attachment");
    if (text(attachment, "AttachmentId") != id) continue;
    if (integer(attachment, "DeviceIndex") == 0) {
      return fail("OperationNotPermitted",
                  "The network interface at device index 0 cannot be detached.");
    }
    const auto owner = interface;
    detach(call, interface);
    refresh_owner(call, owner);
    return Object();
  }
  return no_attachment(id);
}

Outcome modify_network_interface_attribute(Call& call) {
  const auto& params = call.params();
  auto interface = TRY(named(call, kInterface, "NetworkInterfaceId"));
  if (const auto ids = texts(params, "Groups"); !ids.empty()) {
    const auto groups = TRY(groups_for(call, ids, text(interface.shape, "VpcId")));
    interface.shape["Groups"] = group_identifiers(groups);
  } else if (const auto* check = find(params, "SourceDestCheck")) {
    interface.shape["SourceDestCheck"] = flag(*check, "Value");
  } else if (const auto* description = find(params, "Description")) {
    interface.shape["Description"] = text(*description, "Value");
  } else if (const auto* attachment = find(params, "Attachment")) {
    const auto id = text(*attachment, "AttachmentId");
    if (id.empty()) return missing_parameter("attachmentId");
    if (text(object_of(interface.shape, "Attachment"), "AttachmentId") != id)
      return no_attachment(id);
    interface.shape["Attachment"].as_object()["DeleteOnTermination"] =
        flag(*attachment, "DeleteOnTermination");
  } else {
    return fail("MissingParameter", "You must specify an attribute to modify");
  }
  save(call, kInterface, interface);
  refresh_owner(call, interface);
  return Object();
}

Outcome describe_network_interface_attribute(Call& call) {
  const auto interface = TRY(named(call, kInterface, "NetworkInterfaceId"));
  const auto asked = text(call.params(), "Attribute");
  const auto& shape = interface.shape;
  Object out{{"NetworkInterfaceId", interface.id}};
  if (asked == "description")
    out["Description"] = Object{{"Value", text(shape, "Description")}};
  else if (asked == "groupSet")
    out["Groups"] = array_of(shape, "Groups");
  else if (asked == "sourceDestCheck")
    out["SourceDestCheck"] = Object{{"Value", flag(shape, "SourceDestCheck")}};
  else if (asked != "attachment")
    return invalid_value(asked, "attribute", "Unknown attribute.");
  else if (shape.contains("Attachment"))
    out["Attachment"] = object_of(shape, "Attachment");
  return out;
}

}  // namespace tocsin::ec2

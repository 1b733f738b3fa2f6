// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>

#include "services/ec2/declare.hpp"
#include "services/ec2/filters.hpp"
#include "services/ec2/properties.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;

Object value_of(const Document& value) {
  return {{"Value", value}};
}

/// Each property that is not as it is declared, by an operation that modifies one at a time.
Result<void> modify_each(Call& call, const Resource& resource, const Object& properties,
                         std::string_view operation, std::string_view id_member,
                         std::initializer_list<std::string_view> names) {
  const auto now =
      properties_of(call, kind_of(resource.id) ? *kind_of(resource.id) : kVpc, resource);
  for (const auto name : names) {
    if (!differs(properties, now, name)) continue;
    TRY(ask(call, operation,
            {{id_member, resource.id}, {name, value_of(*properties.if_contains(name))}}));
  }
  return {};
}

Result<void> apply_vpc(Call& call, const Resource& vpc, const Object& properties, bool) {
  return modify_each(call, vpc, properties, "ModifyVpcAttribute", "VpcId",
                     {"EnableDnsSupport", "EnableDnsHostnames"});
}

Result<void> apply_subnet(Call& call, const Resource& subnet, const Object& properties, bool) {
  TRY(modify_each(call, subnet, properties, "ModifySubnetAttribute", "SubnetId",
                  {"MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation", "EnableDns64"}));
  struct Option {
    std::string_view member, param;
  };
  static constexpr std::array<Option, 2> kOptions{
      {{"EnableResourceNameDnsARecord", "EnableResourceNameDnsARecordOnLaunch"},
       {"EnableResourceNameDnsAAAARecord", "EnableResourceNameDnsAAAARecordOnLaunch"}}};
  const auto& wanted = object_of(properties, "PrivateDnsNameOptionsOnLaunch");
  const auto& now = object_of(subnet.shape, "PrivateDnsNameOptionsOnLaunch");
  for (const auto& [member, param] : kOptions) {
    if (!differs(wanted, now, member)) continue;
    TRY(ask(call, "ModifySubnetAttribute",
            {{"SubnetId", subnet.id}, {param, value_of(*wanted.if_contains(member))}}));
  }
  if (differs(wanted, now, "HostnameType"))
    TRY(ask(call, "ModifySubnetAttribute",
            {{"SubnetId", subnet.id},
             {"PrivateDnsHostnameTypeOnLaunch", text(wanted, "HostnameType")}}));
  return {};
}

Result<void> fill_dhcp_options(Call&, const Object& properties, Object& params) {
  struct Option {
    std::string_view property, key;
  };
  static constexpr std::array<Option, 5> kOptions{{{"DomainName", "domain-name"},
                                                   {"DomainNameServers", "domain-name-servers"},
                                                   {"NtpServers", "ntp-servers"},
                                                   {"NetbiosNameServers", "netbios-name-servers"},
                                                   {"NetbiosNodeType", "netbios-node-type"}}};
  Array configurations;
  for (const auto& [property, key] : kOptions) {
    Array values;
    for (const auto& value : values_at(properties, property))
      values.push_back(boost::json::string(value));
    if (!values.empty())
      configurations.push_back(Object{{"Key", key}, {"Values", std::move(values)}});
  }
  params["DhcpConfigurations"] = std::move(configurations);
  return {};
}

Result<void> apply_interface(Call& call, const Resource& interface, const Object& properties,
                             bool made) {
  const auto now = properties_of(call, kInterface, interface);
  const auto modify = [&](std::string_view param, Document value) {
    return ask(call, "ModifyNetworkInterfaceAttribute",
               {{"NetworkInterfaceId", interface.id}, {param, std::move(value)}});
  };
  if (differs(properties, now, "SourceDestCheck"))
    TRY(modify("SourceDestCheck", value_of(*properties.if_contains("SourceDestCheck"))));
  if (made) return {};
  if (differs(properties, now, "Description"))
    TRY(modify("Description", value_of(*properties.if_contains("Description"))));
  if (differs(properties, now, "GroupSet")) TRY(modify("Groups", array_of(properties, "GroupSet")));
  return {};
}

Result<void> apply_address(Call& call, const Resource& address, const Object& properties,
                           bool made) {
  const auto wanted = text(properties, "InstanceId");
  const auto now = text(address.shape, "InstanceId");
  if (wanted == now || (wanted.empty() && made)) return {};
  if (wanted.empty()) {
    TRY(ask(call, "DisassociateAddress",
            {{"AssociationId", text(address.shape, "AssociationId")}}));
    return {};
  }
  TRY(ask(call, "AssociateAddress",
          {{"AllocationId", address.id}, {"InstanceId", wanted}, {"AllowReassociation", true}}));
  return {};
}

/// A policy is declared as a document or as its text.
std::string policy_text(const Object& properties) {
  const auto* policy = properties.if_contains("PolicyDocument");
  if (!policy) return {};
  return policy->is_string() ? std::string(policy->get_string()) : to_json(*policy);
}

Result<void> fill_endpoint(Call&, const Object& properties, Object& params) {
  if (auto policy = policy_text(properties); !policy.empty())
    params["PolicyDocument"] = std::move(policy);
  return {};
}

/// The ids that one list has and the other has not.
Array missing_in(const Array& one, const Array& other) {
  Array out;
  for (const auto& id : one) {
    if (std::find(other.begin(), other.end(), id) == other.end()) out.push_back(id);
  }
  return out;
}

Result<void> apply_endpoint(Call& call, const Resource& endpoint, const Object& properties,
                            bool made) {
  if (made) return {};
  const auto now = properties_of(call, kEndpoint, endpoint);
  Object params{{"VpcEndpointId", endpoint.id}};
  for (const auto* name : {"RouteTableIds", "SubnetIds", "SecurityGroupIds"}) {
    if (!properties.contains(name)) continue;
    const auto& wanted = array_of(properties, name);
    auto added = missing_in(wanted, array_of(now, name));
    auto gone = missing_in(array_of(now, name), wanted);
    if (!added.empty()) params["Add" + std::string(name)] = std::move(added);
    if (!gone.empty()) params["Remove" + std::string(name)] = std::move(gone);
  }
  if (differs(properties, now, "PrivateDnsEnabled"))
    params["PrivateDnsEnabled"] = flag(properties, "PrivateDnsEnabled");
  if (differs(properties, now, "PolicyDocument"))
    params["PolicyDocument"] = policy_text(properties);
  if (params.size() > 1) TRY(ask(call, "ModifyVpcEndpoint", std::move(params)));
  return {};
}

Result<void> fill_flow_log(Call&, const Object& properties, Object& params) {
  params["ResourceIds"] = Array{boost::json::string(text(properties, "ResourceId"))};
  return {};
}

Result<void> apply_prefix_list(Call& call, const Resource& list, const Object& properties,
                               bool made) {
  if (made) return {};
  const auto now = properties_of(call, kPrefixList, list);
  Object params{{"PrefixListId", list.id}};
  for (const auto* name : {"PrefixListName", "MaxEntries"}) {
    if (differs(properties, now, name)) params[name] = *properties.if_contains(name);
  }
  if (properties.contains("Entries")) {
    const auto& wanted = array_of(properties, "Entries");
    Array gone;
    for (const auto& entry : missing_in(array_of(now, "Entries"), wanted))
      gone.push_back(Object{{"Cidr", text(entry, "Cidr")}});
    auto added = missing_in(wanted, array_of(now, "Entries"));
    if (!gone.empty()) params["RemoveEntries"] = std::move(gone);
    if (!added.empty()) params["AddEntries"] = std::move(added);
    if (params.contains("AddEntries") || params.contains("RemoveEntries"))
      params["CurrentVersion"] = integer(list.shape, "Version").value_or(1);
  }
  if (params.size() > 1) TRY(ask(call, "ModifyManagedPrefixList", std::move(params)));
  return {};
}

std::vector<Declaration> inner_networks() {
  return {{.kind = &kVpc,
           .type = "AWS::EC2::VPC",
           .create = "CreateVpc",
           .id_path = "Vpc.VpcId",
           .remove = "DeleteVpc",
           .properties = {{"CidrBlock", "CidrBlock"}, {"InstanceTenancy", "InstanceTenancy"}},
           .others = {"EnableDnsSupport", "EnableDnsHostnames", "VpcId", "CidrBlockAssociations",
                      "Ipv6CidrBlocks", "DefaultNetworkAcl", "DefaultSecurityGroup"},
           .apply = apply_vpc},
          {.kind = &kSubnet,
           .type = "AWS::EC2::Subnet",
           .create = "CreateSubnet",
           .id_path = "Subnet.SubnetId",
           .remove = "DeleteSubnet",
           .properties = {{"VpcId", "VpcId"},
                          {"CidrBlock", "CidrBlock"},
                          {"AvailabilityZone", "AvailabilityZone"},
                          {"AvailabilityZoneId", "AvailabilityZoneId"}},
           .others = {"MapPublicIpOnLaunch", "AssignIpv6AddressOnCreation", "EnableDns64",
                      "PrivateDnsNameOptionsOnLaunch", "SubnetId", "Ipv6Native", "Ipv6CidrBlocks",
                      "NetworkAclAssociationId"},
           .apply = apply_subnet},
          {.kind = &kRouteTable,
           .type = "AWS::EC2::RouteTable",
           .create = "CreateRouteTable",
           .id_path = "RouteTable.RouteTableId",
           .remove = "DeleteRouteTable",
           .properties = {{"VpcId", "VpcId"}},
           .others = {"RouteTableId"}},
          {.kind = &kGateway,
           .type = "AWS::EC2::InternetGateway",
           .create = "CreateInternetGateway",
           .id_path = "InternetGateway.InternetGatewayId",
           .remove = "DeleteInternetGateway",
           .others = {"InternetGatewayId"}},
          {.kind = &kAcl,
           .type = "AWS::EC2::NetworkAcl",
           .create = "CreateNetworkAcl",
           .id_path = "NetworkAcl.NetworkAclId",
           .remove = "DeleteNetworkAcl",
           .properties = {{"VpcId", "VpcId"}},
           .others = {"Id"}},
          {.kind = &kDhcp,
           .type = "AWS::EC2::DHCPOptions",
           .create = "CreateDhcpOptions",
           .id_path = "DhcpOptions.DhcpOptionsId",
           .remove = "DeleteDhcpOptions",
           .properties = {{"DomainName", ""},
                          {"DomainNameServers", ""},
                          {"NtpServers", ""},
                          {"NetbiosNameServers", ""},
                          {"NetbiosNodeType", ""}},
           .others = {"DhcpOptionsId"},
           .fill = fill_dhcp_options}};
}

std::vector<Declaration> attached_networks() {
  return {
      {.kind = &kInterface,
       .type = "AWS::EC2::NetworkInterface",
       .create = "CreateNetworkInterface",
       .id_path = "NetworkInterface.NetworkInterfaceId",
       .remove = "DeleteNetworkInterface",
       .properties = {{"SubnetId", "SubnetId"},
                      {"PrivateIpAddress", "PrivateIpAddress"},
                      {"Description", "Description", false},
                      {"GroupSet", "Groups", false}},
       .others = {"SourceDestCheck", "Id", "PrimaryPrivateIpAddress", "InterfaceType", "VpcId",
                  "Ipv6Addresses", "PrivateIpAddresses", "SecondaryPrivateIpAddresses"},
       .apply = apply_interface},
      {.kind = &kAddress,
       .type = "AWS::EC2::EIP",
       .create = "AllocateAddress",
       .id_path = "AllocationId",
       .remove = "ReleaseAddress",
       .properties = {{"Domain", "Domain"}},
       .others = {"InstanceId", "AllocationId", "PublicIp", "PublicIpv4Pool", "NetworkBorderGroup"},
       .apply = apply_address},
      {.kind = &kEndpoint,
       .type = "AWS::EC2::VPCEndpoint",
       .create = "CreateVpcEndpoint",
       .id_path = "VpcEndpoint.VpcEndpointId",
       .remove = "DeleteVpcEndpoints",
       .properties = {{"VpcId", "VpcId"},
                      {"ServiceName", "ServiceName"},
                      {"VpcEndpointType", "VpcEndpointType"},
                      {"RouteTableIds", "RouteTableIds", false},
                      {"SubnetIds", "SubnetIds", false},
                      {"SecurityGroupIds", "SecurityGroupIds", false},
                      {"PrivateDnsEnabled", "PrivateDnsEnabled", false}},
       .others = {"PolicyDocument", "Id", "CreationTimestamp", "DnsEntries", "NetworkInterfaceIds"},
       .fill = fill_endpoint,
       .apply = apply_endpoint,
       .removed_by_list = true},
      {.kind = &kNat,
       .type = "AWS::EC2::NatGateway",
       .create = "CreateNatGateway",
       .id_path = "NatGateway.NatGatewayId",
       .remove = "DeleteNatGateway",
       .properties = {{"SubnetId", "SubnetId"},
                      {"AllocationId", "AllocationId"},
                      {"ConnectivityType", "ConnectivityType"}},
       .others = {"NatGatewayId", "VpcId", "EniId", "PrivateIpAddress"}}};
}

}  // namespace

std::vector<Declaration> declared_networks() {
  auto out = inner_networks();
  for (auto& each : attached_networks())
    out.push_back(std::move(each));
  out.push_back({.kind = &kFlowLog,
                 .type = "AWS::EC2::FlowLog",
                 .create = "CreateFlowLogs",
                 .id_path = "FlowLogIds",
                 .remove = "DeleteFlowLogs",
                 .properties = {{"ResourceId", ""},
                                {"ResourceType", "ResourceType"},
                                {"TrafficType", "TrafficType"},
                                {"LogDestinationType", "LogDestinationType"},
                                {"LogDestination", "LogDestination"},
                                {"LogGroupName", "LogGroupName"},
                                {"DeliverLogsPermissionArn", "DeliverLogsPermissionArn"},
                                {"LogFormat", "LogFormat"},
                                {"MaxAggregationInterval", "MaxAggregationInterval"}},
                 .others = {"Id"},
                 .fill = fill_flow_log,
                 .removed_by_list = true});
  out.push_back({.kind = &kPrefixList,
                 .type = "AWS::EC2::PrefixList",
                 .create = "CreateManagedPrefixList",
                 .id_path = "PrefixList.PrefixListId",
                 .remove = "DeleteManagedPrefixList",
                 .properties = {{"PrefixListName", "PrefixListName", false},
                                {"AddressFamily", "AddressFamily"},
                                {"MaxEntries", "MaxEntries", false},
                                {"Entries", "Entries", false}},
                 .others = {"PrefixListId", "OwnerId", "Version", "Arn"},
                 .apply = apply_prefix_list});
  return out;
}

}  // namespace tocsin::ec2

// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/properties.hpp"

#include <algorithm>
#include <array>

#include "services/ec2/defaults.hpp"
#include "services/ec2/filters.hpp"
#include "services/ec2/rules.hpp"

namespace tocsin::ec2 {
namespace {

using Names = std::initializer_list<std::string_view>;

/// The members of the shape that have the same name as the property.
Object pick(const Object& shape, Names names) {
  Object out;
  for (const auto name : names) {
    if (const auto* value = shape.if_contains(name)) out[name] = *value;
  }
  return out;
}

void put_text(Object& out, std::string_view property, std::string_view value) {
  if (!value.empty()) out[property] = value;
}

Array ids_at(const Object& shape, std::string_view path) {
  Array out;
  for (const auto& id : values_at(shape, path))
    out.push_back(boost::json::string(id));
  return out;
}

std::string first_with(const store::View& view, const Kind& kind, const Resource& vpc,
                       std::string_view member, const Document& value) {
  for (const auto& row : all(view, vpc.scope, kind)) {
    const auto* found = row.shape.if_contains(member);
    if (text(row.shape, "VpcId") == vpc.id && found && *found == value) return row.id;
  }
  return {};
}

Object vpc(const store::View& view, const Resource& resource) {
  const auto& shape = resource.shape;
  auto out = pick(shape, {"CidrBlock", "InstanceTenancy", "VpcId"});
  out["EnableDnsHostnames"] = flag(resource.more, "EnableDnsHostnames");
  out["EnableDnsSupport"] = flag(resource.more, "EnableDnsSupport");
  out["CidrBlockAssociations"] = ids_at(shape, "CidrBlockAssociationSet.AssociationId");
  out["Ipv6CidrBlocks"] = ids_at(shape, "Ipv6CidrBlockAssociationSet.Ipv6CidrBlock");
  put_text(out, "DefaultNetworkAcl", first_with(view, kAcl, resource, "IsDefault", true));
  put_text(out, "DefaultSecurityGroup",
           first_with(view, kGroup, resource, "GroupName", Document("default")));
  return out;
}

Object subnet(const store::View& view, const Resource& resource) {
  auto out =
      pick(resource.shape, {"AssignIpv6AddressOnCreation", "AvailabilityZone", "AvailabilityZoneId",
                            "CidrBlock", "EnableDns64", "Ipv6Native", "MapPublicIpOnLaunch",
                            "PrivateDnsNameOptionsOnLaunch", "SubnetId", "VpcId"});
  out["Ipv6CidrBlocks"] = ids_at(resource.shape, "Ipv6CidrBlockAssociationSet.Ipv6CidrBlock");
  for (const auto& acl : all(view, resource.scope, kAcl)) {
    for (const auto& each : array_of(acl.shape, "Associations")) {
      if (text(each, "SubnetId") == resource.id)
        out["NetworkAclAssociationId"] = text(each, "NetworkAclAssociationId");
    }
  }
  return out;
}

Object rule(const Rule& rule) {
  Object out{{"IpProtocol", rule.protocol}};
  if (rule.from) out["FromPort"] = *rule.from;
  if (rule.to) out["ToPort"] = *rule.to;
  const auto peer = [&](std::string_view ingress, std::string_view egress) {
    return rule.egress ? egress : ingress;
  };
  put_text(out, "CidrIp", rule.v4);
  put_text(out, "CidrIpv6", rule.v6);
  put_text(out, peer("SourcePrefixListId", "DestinationPrefixListId"), rule.prefix_list);
  put_text(out, peer("SourceSecurityGroupId", "DestinationSecurityGroupId"), rule.group);
  if (!rule.egress) put_text(out, "SourceSecurityGroupOwnerId", rule.group_owner);
  put_text(out, "Description", rule.description);
  return out;
}

Object group(const Resource& resource) {
  Array ingress, egress;
  for (const auto& each : rules_of(resource))
    (each.egress ? egress : ingress).push_back(rule(each));
  auto out = pick(resource.shape, {"GroupId", "GroupName", "VpcId"});
  out["Id"] = resource.id;
  out["GroupDescription"] = text(resource.shape, "Description");
  out["SecurityGroupIngress"] = std::move(ingress);
  out["SecurityGroupEgress"] = std::move(egress);
  return out;
}

Object acl(const Resource& resource) {
  return {{"Id", resource.id}, {"VpcId", text(resource.shape, "VpcId")}};
}

/// {"Key": "ntp-servers", "Values": [{"Value": …}]} as the property NtpServers.
Object dhcp_options(const Resource& resource) {
  struct Option {
    std::string_view key, property;
    bool list;
  };
  static constexpr std::array<Option, 5> kOptions{
      {{"domain-name", "DomainName", false},
       {"domain-name-servers", "DomainNameServers", true},
       {"ntp-servers", "NtpServers", true},
       {"netbios-name-servers", "NetbiosNameServers", true},
       {"netbios-node-type", "NetbiosNodeType", false}}};
  Object out{{"DhcpOptionsId", resource.id}};
  for (const auto& configuration : array_of(resource.shape, "DhcpConfigurations")) {
    const auto found = std::find_if(kOptions.begin(), kOptions.end(), [&](const Option& option) {
      return option.key == text(configuration, "Key");
    });
    auto values = ids_at(configuration.as_object(), "Values.Value");
    if (found == kOptions.end() || values.empty()) continue;
    if (found->list)
      out[found->property] = std::move(values);
    else if (found->property == "NetbiosNodeType")
      out[found->property] = std::atoi(values.front().as_string().c_str());
    else
      out[found->property] = values.front();
  }
  return out;
}

Object interface(const Resource& resource) {
  const auto& shape = resource.shape;
  auto out = pick(shape, {"Description", "InterfaceType", "PrivateIpAddress", "SourceDestCheck",
                          "SubnetId", "VpcId", "Ipv6Addresses"});
  out["Id"] = resource.id;
  out["PrimaryPrivateIpAddress"] = text(shape, "PrivateIpAddress");
  out["GroupSet"] = ids_at(shape, "Groups.GroupId");
  Array addresses, secondary;
  for (const auto& each : array_of(shape, "PrivateIpAddresses")) {
    const auto address = text(each, "PrivateIpAddress");
    addresses.push_back(Object{{"PrivateIpAddress", address}, {"Primary", flag(each, "Primary")}});
    if (!flag(each, "Primary")) secondary.push_back(boost::json::string(address));
  }
  out["PrivateIpAddresses"] = std::move(addresses);
  out["SecondaryPrivateIpAddresses"] = std::move(secondary);
  return out;
}

Object endpoint(const Resource& resource) {
  auto out = pick(resource.shape,
                  {"DnsEntries", "NetworkInterfaceIds", "PrivateDnsEnabled", "RouteTableIds",
                   "ServiceName", "SubnetIds", "VpcEndpointType", "VpcId"});
  out["Id"] = resource.id;
  out["CreationTimestamp"] = iso8601(resource.created);
  out["SecurityGroupIds"] = ids_at(resource.shape, "Groups.GroupId");
  if (auto policy = parse_json(text(resource.shape, "PolicyDocument")))
    out["PolicyDocument"] = *std::move(policy);
  return out;
}

Object nat(const Resource& resource) {
  auto out = pick(resource.shape, {"ConnectivityType", "NatGatewayId", "SubnetId", "VpcId"});
  const auto& addresses = array_of(resource.shape, "NatGatewayAddresses");
  if (addresses.empty()) return out;
  put_text(out, "AllocationId", text(addresses.front(), "AllocationId"));
  put_text(out, "PrivateIpAddress", text(addresses.front(), "PrivateIp"));
  put_text(out, "EniId", text(addresses.front(), "NetworkInterfaceId"));
  return out;
}

Object flow_log(const Resource& resource) {
  auto out = pick(resource.shape,
                  {"DeliverLogsPermissionArn", "LogDestination", "LogDestinationType", "LogFormat",
                   "LogGroupName", "MaxAggregationInterval", "ResourceId", "TrafficType"});
  out["Id"] = resource.id;
  const auto* kind = kind_of(text(resource.shape, "ResourceId"));
  out["ResourceType"] = kind == &kVpc ? "VPC" : kind == &kSubnet ? "Subnet" : "NetworkInterface";
  return out;
}

Array devices(const Object& shape) {
  Array out;
  for (const auto& device : array_of(shape, "BlockDeviceMappings")) {
    const auto& ebs = object_of(device, "Ebs");
    out.push_back(Object{{"DeviceName", text(device, "DeviceName")},
                         {"Ebs", Object{{"DeleteOnTermination", flag(ebs, "DeleteOnTermination")},
                                        {"VolumeId", text(ebs, "VolumeId")}}}});
  }
  return out;
}

Object instance(const Resource& resource) {
  const auto& shape = resource.shape;
  auto out = pick(shape, {"EbsOptimized", "ImageId", "InstanceId", "InstanceType", "KernelId",
                          "KeyName", "PrivateDnsName", "PrivateIpAddress", "PublicDnsName",
                          "RamdiskId", "SourceDestCheck", "State", "SubnetId", "VpcId"});
  const auto& placement = object_of(shape, "Placement");
  out["AvailabilityZone"] = text(placement, "AvailabilityZone");
  out["Tenancy"] = text(placement, "Tenancy");
  out["BlockDeviceMappings"] = devices(shape);
  out["DisableApiTermination"] = flag(resource.more, "DisableApiTermination");
  put_text(out, "InstanceInitiatedShutdownBehavior",
           text(resource.more, "InstanceInitiatedShutdownBehavior"));
  out["Monitoring"] = text(object_of(shape, "Monitoring"), "State") == "enabled";
  out["SecurityGroupIds"] = ids_at(shape, "SecurityGroups.GroupId");
  put_text(out, "PrivateIp", text(shape, "PrivateIpAddress"));
  put_text(out, "PublicIp", text(shape, "PublicIpAddress"));
  auto metadata = object_of(shape, "MetadataOptions");
  metadata.erase("State");
  out["MetadataOptions"] = std::move(metadata);
  const auto profile = text(object_of(shape, "IamInstanceProfile"), "Arn");
  put_text(out, "IamInstanceProfile", profile.substr(profile.rfind('/') + 1));
  return out;
}

Object prefix_list(const Resource& resource) {
  auto out = pick(resource.shape, {"AddressFamily", "MaxEntries", "OwnerId", "PrefixListId",
                                   "PrefixListName", "Version"});
  out["Arn"] = text(resource.shape, "PrefixListArn");
  out["Entries"] = array_of(resource.more, "Entries");
  return out;
}

/// Numbers are texts there.
Object launch_template(const Resource& resource) {
  auto out = pick(resource.shape, {"LaunchTemplateId", "LaunchTemplateName"});
  const auto latest = integer(resource.shape, "LatestVersionNumber").value_or(1);
  out["DefaultVersionNumber"] =
      std::to_string(integer(resource.shape, "DefaultVersionNumber").value_or(1));
  out["LatestVersionNumber"] = std::to_string(latest);
  for (const auto& version : array_of(resource.more, "Versions")) {
    if (integer(version, "VersionNumber") != latest) continue;
    auto data = object_of(version, "LaunchTemplateData");
    data.erase("UserData");  // a secret, sealed
    out["LaunchTemplateData"] = std::move(data);
  }
  return out;
}

}  // namespace

Object properties_of(const store::View& view, const Kind& kind, const Resource& resource) {
  const auto& shape = resource.shape;
  if (&kind == &kVpc) return vpc(view, resource);
  if (&kind == &kSubnet) return subnet(view, resource);
  if (&kind == &kGroup) return group(resource);
  if (&kind == &kRouteTable) return pick(shape, {"RouteTableId", "VpcId"});
  if (&kind == &kGateway) return pick(shape, {"InternetGatewayId"});
  if (&kind == &kAcl) return acl(resource);
  if (&kind == &kDhcp) return dhcp_options(resource);
  if (&kind == &kInterface) return interface(resource);
  if (&kind == &kAddress)
    return pick(shape, {"AllocationId", "Domain", "InstanceId", "NetworkBorderGroup", "PublicIp",
                        "PublicIpv4Pool"});
  if (&kind == &kEndpoint) return endpoint(resource);
  if (&kind == &kNat) return nat(resource);
  if (&kind == &kFlowLog) return flow_log(resource);
  if (&kind == &kKeyPair) return pick(shape, {"KeyFingerprint", "KeyName", "KeyPairId", "KeyType"});
  if (&kind == &kInstance) return instance(resource);
  if (&kind == &kVolume)
    return pick(shape, {"AvailabilityZone", "Encrypted", "Iops", "KmsKeyId", "MultiAttachEnabled",
                        "Size", "SnapshotId", "Throughput", "VolumeId", "VolumeType"});
  if (&kind == &kPrefixList) return prefix_list(resource);
  if (&kind == &kTemplate) return launch_template(resource);
  return shape;
}

}  // namespace tocsin::ec2

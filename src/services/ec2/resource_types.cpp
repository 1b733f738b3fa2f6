// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/resource_types.hpp"

#include <algorithm>
#include <array>

#include "services/ec2/filters.hpp"
#include "services/ec2/kinds.hpp"
#include "services/ec2/security_groups.hpp"

namespace tocsin::ec2 {
namespace {

using Description = core::ResourceType::Description;

struct Declared {
  const Kind* kind;
  std::string_view type;
  std::string_view name;  // the member of the shape that is its name; empty: none
};
constexpr std::array<Declared, 16> kDeclared{{{&kVpc, "AWS::EC2::VPC", ""},
                                              {&kSubnet, "AWS::EC2::Subnet", ""},
                                              {&kGroup, "AWS::EC2::SecurityGroup", "GroupName"},
                                              {&kRouteTable, "AWS::EC2::RouteTable", ""},
                                              {&kGateway, "AWS::EC2::InternetGateway", ""},
                                              {&kAcl, "AWS::EC2::NetworkAcl", ""},
                                              {&kDhcp, "AWS::EC2::DHCPOptions", ""},
                                              {&kInterface, "AWS::EC2::NetworkInterface", ""},
                                              {&kAddress, "AWS::EC2::EIP", "PublicIp"},
                                              {&kEndpoint, "AWS::EC2::VPCEndpoint", ""},
                                              {&kNat, "AWS::EC2::NatGateway", ""},
                                              {&kFlowLog, "AWS::EC2::FlowLog", ""},
                                              {&kKeyPair, "AWS::EC2::KeyPair", "KeyName"},
                                              {&kInstance, "AWS::EC2::Instance", ""},
                                              {&kVolume, "AWS::EC2::Volume", ""},
                                              {&kSnapshot, "AWS::EC2::Snapshot", ""}}};

/// Where ids of other resources stand, and what they say.
struct Reference {
  std::string_view path, type, name;
};
constexpr std::array<Reference, 14> kReferences{
    {{"VpcId", "AWS::EC2::VPC", "Is contained in Vpc"},
     {"Attachments.VpcId", "AWS::EC2::VPC", "Is attached to Vpc"},
     {"SubnetId", "AWS::EC2::Subnet", "Is contained in Subnet"},
     {"Associations.SubnetId", "AWS::EC2::Subnet", "Is attached to Subnet"},
     {"SecurityGroups.GroupId", "AWS::EC2::SecurityGroup", "Is associated with SecurityGroup"},
     {"Groups.GroupId", "AWS::EC2::SecurityGroup", "Is associated with SecurityGroup"},
     {"IpPermissions.UserIdGroupPairs.GroupId", "AWS::EC2::SecurityGroup",
      "Is associated with SecurityGroup"},
     {"NetworkInterfaces.NetworkInterfaceId", "AWS::EC2::NetworkInterface",
      "Contains NetworkInterface"},
     {"BlockDeviceMappings.Ebs.VolumeId", "AWS::EC2::Volume", "Is attached to Volume"},
     {"Attachment.InstanceId", "AWS::EC2::Instance", "Is attached to Instance"},
     {"Attachments.InstanceId", "AWS::EC2::Instance", "Is attached to Instance"},
     {"InstanceId", "AWS::EC2::Instance", "Is attached to Instance"},
     {"NetworkInterfaceId", "AWS::EC2::NetworkInterface", "Is attached to NetworkInterface"},
     {"Routes.GatewayId", "AWS::EC2::InternetGateway", "Contains InternetGateway"}}};

bool relates(const Resource& resource, const Reference& reference, const std::string& id) {
  return id != resource.id && id != "local" && !reference.type.empty();
}

Description describe(const Declared& declared, const Document& row) {
  const auto resource = decoded<Resource>(row);
  auto shape = declared.kind == &kGroup ? group_shape(resource) : resource.shape;
  shape.erase("Tags");
  Description out{.id = resource.id,
                  .name = string_of(shape, declared.name),
                  .arn = arn_of(*declared.kind, resource),
                  .scope = resource.scope,
                  .configuration = std::move(shape),
                  .tags = resource.tags};
  const Document seen(out.configuration);
  for (const auto& reference : kReferences) {
    for (auto& id : values_at(seen, reference.path)) {
      if (relates(resource, reference, id))
        out.relationships.push_back(
            {std::string(reference.type), std::move(id), std::string(reference.name)});
    }
  }
  return out;
}

}  // namespace

std::vector<core::ResourceType> resource_types() {
  std::vector<core::ResourceType> types;
  for (const auto& declared : kDeclared) {
    types.push_back({.type = declared.type,
                     .table = declared.kind->table.name(),
                     .describe = [&declared](const store::View&, const Document& row) {
                       return describe(declared, row);
                     }});
  }
  return types;
}

}  // namespace tocsin::ec2

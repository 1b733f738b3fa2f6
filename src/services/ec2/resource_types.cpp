// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/resource_types.hpp"

#include <array>

#include "services/ec2/declare.hpp"
#include "services/ec2/kinds.hpp"
#include "services/ec2/properties.hpp"
#include "services/ec2/recorded.hpp"

namespace tocsin::ec2 {
namespace {

using Description = core::ResourceType::Description;

struct Declared {
  const Kind* kind;
  std::string_view type;
  std::string_view name;     // the member of the shape that is its name; empty: none
  std::string_view id = {};  // the same of its id, where that is not the kind's
};
constexpr std::array<Declared, 18> kDeclared{
    {{&kVpc, "AWS::EC2::VPC", ""},
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
     {&kKeyPair, "AWS::EC2::KeyPair", "KeyName", "KeyName"},
     {&kInstance, "AWS::EC2::Instance", ""},
     {&kVolume, "AWS::EC2::Volume", ""},
     {&kSnapshot, "AWS::EC2::Snapshot", ""},
     {&kTemplate, "AWS::EC2::LaunchTemplate", "LaunchTemplateName"},
     {&kPrefixList, "AWS::EC2::PrefixList", "PrefixListName"}}};

Description describe(const Declared& declared, const store::View& view, const Document& row) {
  const auto resource = decoded<Resource>(row);
  const auto& kind = *declared.kind;
  return {.id = declared.id.empty() ? resource.id : string_of(resource.shape, declared.id),
          .name = string_of(resource.shape, declared.name),
          .arn = arn_of(kind, resource),
          .scope = resource.scope,
          .configuration = properties_of(view, kind, resource),
          .tags = resource.tags,
          .relationships = relationships(kind, resource),
          .recorded = recorded(kind, resource),
          .created = resource.created,
          .availability_zone = recorded_zone(kind, resource)};
}

void add_life(core::ResourceType& type, const Declaration& how) {
  type.create = [&how](core::Call& call, const Object& properties) {
    return declare(call, how, properties);
  };
  type.update = [&how](core::Call& call, const std::string& id, const Object& properties) {
    return redeclare(call, how, id, properties);
  };
  type.remove = [&how](core::Call& call, const std::string& id) {
    return undeclare(call, how, id);
  };
}

}  // namespace

std::vector<core::ResourceType> resource_types() {
  std::vector<core::ResourceType> types;
  for (const auto& declared : kDeclared) {
    core::ResourceType type{.type = declared.type,
                            .table = declared.kind->table.name(),
                            .describe = [&declared](const store::View& view, const Document& row) {
                              return describe(declared, view, row);
                            }};
    if (const auto* how = declaration_of(*declared.kind)) add_life(type, *how);
    types.push_back(std::move(type));
  }
  return types;
}

}  // namespace tocsin::ec2

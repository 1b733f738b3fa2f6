// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/recorded.hpp"

#include <algorithm>
#include <array>

#include "base/spelling.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/filters.hpp"
#include "services/ec2/rules.hpp"

namespace tocsin::ec2 {
namespace {

using Relationship = core::ResourceType::Description::Relationship;

enum class Moments { Text, Milliseconds };

/// How the items of a kind differ from one another.
struct Form {
  const Kind* kind;
  std::string_view zone;  // empty: the resource's own
  Moments moments = Moments::Text;
  bool state_in_object = false;  // {"state": {"value": "available"}}
};
constexpr std::array<Form, 13> kForms{
    {{&kVpc, "Multiple Availability Zones", Moments::Text, true},
     {&kSubnet, "", Moments::Text, true},
     {&kGroup, "Not Applicable"},
     {&kRouteTable, "Not Applicable"},
     {&kGateway, "Multiple Availability Zones"},
     {&kAcl, "Multiple Availability Zones"},
     {&kInterface, ""},
     {&kAddress, "Not Applicable"},
     {&kEndpoint, "Multiple Availability Zones", Moments::Milliseconds, true},
     {&kNat, "Not Applicable", Moments::Milliseconds},
     {&kFlowLog, "Not Applicable", Moments::Milliseconds},
     {&kInstance, ""},
     {&kVolume, "", Moments::Text, true}}};

/// Where ids of other resources stand, and what they say.
struct Reference {
  const Kind* of;
  std::string_view path, type, name;
};
constexpr std::string_view kVpcType = "AWS::EC2::VPC";
constexpr std::string_view kSubnetType = "AWS::EC2::Subnet";
constexpr std::string_view kGroupType = "AWS::EC2::SecurityGroup";
constexpr std::string_view kInterfaceType = "AWS::EC2::NetworkInterface";
constexpr std::string_view kInstanceType = "AWS::EC2::Instance";
constexpr std::string_view kInVpc = "Is contained in Vpc";
constexpr std::string_view kInSubnet = "Is contained in Subnet";
constexpr std::string_view kWithGroup = "Is associated with SecurityGroup";
constexpr std::string_view kToInstance = "Is attached to Instance";
constexpr std::string_view kToInterface = "Is attached to NetworkInterface";
/// Of younger types, which name no type.
constexpr std::string_view kIn = "Is contained in ";
constexpr std::string_view kWith = "Is associated with ";
constexpr std::string_view kTo = "Is attached to ";

constexpr std::array<Reference, 30> kReferences{
    {{&kSubnet, "VpcId", kVpcType, kInVpc},
     {&kGroup, "VpcId", kVpcType, kInVpc},
     {&kRouteTable, "Associations.SubnetId", kSubnetType, "Contains Subnet"},
     {&kRouteTable, "VpcId", kVpcType, kInVpc},
     {&kGateway, "Attachments.VpcId", kVpcType, "Is attached to Vpc"},
     {&kAcl, "Associations.SubnetId", kSubnetType, "Is attached to Subnet"},
     {&kAcl, "VpcId", kVpcType, kInVpc},
     {&kInterface, "Attachment.InstanceId", kInstanceType, kToInstance},
     {&kInterface, "Groups.GroupId", kGroupType, kWithGroup},
     {&kInterface, "SubnetId", kSubnetType, kInSubnet},
     {&kInterface, "VpcId", kVpcType, kInVpc},
     {&kInterface, "Association.AllocationId", "AWS::EC2::EIP", "Is attached to ElasticIp"},
     {&kAddress, "InstanceId", kInstanceType, kToInstance},
     {&kAddress, "NetworkInterfaceId", kInterfaceType, kToInterface},
     {&kEndpoint, "VpcId", kVpcType, kIn},
     {&kEndpoint, "SubnetIds", kSubnetType, kIn},
     {&kEndpoint, "RouteTableIds", "AWS::EC2::RouteTable", kIn},
     {&kEndpoint, "NetworkInterfaceIds", kInterfaceType, kTo},
     {&kEndpoint, "Groups.GroupId", kGroupType, kWith},
     {&kNat, "VpcId", kVpcType, kIn},
     {&kNat, "SubnetId", kSubnetType, kIn},
     {&kNat, "NatGatewayAddresses.NetworkInterfaceId", kInterfaceType, kTo},
     {&kInstance, "NetworkInterfaces.NetworkInterfaceId", kInterfaceType,
      "Contains NetworkInterface"},
     {&kInstance, "SecurityGroups.GroupId", kGroupType, kWithGroup},
     {&kInstance, "SubnetId", kSubnetType, kInSubnet},
     {&kInstance, "BlockDeviceMappings.Ebs.VolumeId", "AWS::EC2::Volume", "Is attached to Volume"},
     {&kInstance, "VpcId", kVpcType, kInVpc},
     {&kVolume, "Attachments.InstanceId", kInstanceType, kToInstance},
     {&kSnapshot, "VolumeId", "AWS::EC2::Volume", kWith},
     {&kFlowLog, "ResourceId", "", kWith}}};

Form form_of(const Kind& kind) {
  const auto found = std::find_if(kForms.begin(), kForms.end(),
                                  [&](const Form& form) { return form.kind == &kind; });
  return found == kForms.end() ? Form{&kind, "Regional"} : *found;
}

Document moment(const Document& value, Moments moments) {
  const auto time = from_seconds(value.to_number<double>());
  if (moments == Moments::Milliseconds) return to_ms(time);
  return Document(iso8601_ms(time));
}

Document camel(const Document& value, Moments moments);

Object camel(const Object& object, Moments moments) {
  Object out;
  for (const auto& [name, value] : object) {
    out[lower_first(name)] =
        value.is_number() && is_moment(name) ? moment(value, moments) : camel(value, moments);
  }
  return out;
}

Document camel(const Document& value, Moments moments) {
  if (const auto* object = value.if_object()) return camel(*object, moments);
  const auto* list = value.if_array();
  if (!list) return value;
  Array out;
  for (const auto& item : *list)
    out.push_back(camel(item, moments));
  return out;
}

/// IPv4 ranges twice: as they are described, and as the bare blocks of older items.
Array recorded_permissions(const std::vector<Rule>& rules, bool egress) {
  Array out;
  for (const auto& permission : permissions_of(rules, egress)) {
    auto shape = camel(permission.as_object(), Moments::Text);
    Array blocks;
    for (const auto& range : array_of(shape, "ipRanges"))
      blocks.push_back(boost::json::string(text(range, "cidrIp")));
    shape["ipv4Ranges"] = array_of(shape, "ipRanges");
    shape["ipRanges"] = std::move(blocks);
    out.push_back(std::move(shape));
  }
  return out;
}

Object recorded_group(const Resource& group) {
  const auto rules = rules_of(group);
  Object out{{"description", text(group.shape, "Description")},
             {"groupName", text(group.shape, "GroupName")},
             {"ipPermissions", recorded_permissions(rules, false)},
             {"ownerId", text(group.shape, "OwnerId")},
             {"groupId", group.id},
             {"ipPermissionsEgress", recorded_permissions(rules, true)},
             {"tags", Array()},
             {"vpcId", text(group.shape, "VpcId")}};
  return out;
}

std::string_view type_of(const Reference& reference, std::string_view id) {
  if (!reference.type.empty()) return reference.type;
  const auto* kind = kind_of(id);
  return kind == &kVpc ? kVpcType : kind == &kSubnet ? kSubnetType : kInterfaceType;
}

}  // namespace

Object recorded(const Kind& kind, const Resource& resource) {
  if (&kind == &kDhcp || &kind == &kTemplate || &kind == &kKeyPair || &kind == &kPrefixList)
    return {};
  const auto form = form_of(kind);
  auto out = &kind == &kGroup ? recorded_group(resource) : camel(resource.shape, form.moments);
  const std::string_view tags = &kind == &kInterface ? "tagSet" : "tags";
  auto& list = out[tags].emplace_array();
  for (const auto& [key, value] : resource.tags)
    list.push_back(Object{{"key", key}, {"value", value}});
  if (form.state_in_object && out.contains("state"))
    out["state"] = Object{{"value", text(resource.shape, "State")}};
  if (&kind == &kSnapshot)
    out["createVolumePermissions"] =
        camel(array_of(resource.more, "CreateVolumePermissions"), Moments::Text);
  return out;
}

std::vector<Relationship> relationships(const Kind& kind, const Resource& resource) {
  std::vector<Relationship> out;
  for (const auto& reference : kReferences) {
    if (reference.of != &kind) continue;
    for (auto& id : values_at(resource.shape, reference.path)) {
      const std::string type(type_of(reference, id));
      Relationship one{type, std::move(id), std::string(reference.name)};
      if (std::find(out.begin(), out.end(), one) == out.end()) out.push_back(std::move(one));
    }
  }
  return out;
}

std::string recorded_zone(const Kind& kind, const Resource& resource) {
  const auto form = form_of(kind);
  if (!form.zone.empty()) return std::string(form.zone);
  const auto zone = text(resource.shape, "AvailabilityZone");
  return std::string(zone.empty() ? text(object_of(resource.shape, "Placement"), "AvailabilityZone")
                                  : zone);
}

}  // namespace tocsin::ec2

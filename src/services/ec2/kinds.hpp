// SPDX-License-Identifier: Apache-2.0
// What EC2's resources have in common: a row is the resource as its Describe operation shows it.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/context.hpp"
#include "core/table.hpp"
#include "core/tags.hpp"

namespace tocsin::ec2 {

struct Resource {
  Scope scope;
  std::string id;
  Time created{};
  core::Tags tags;
  Object shape;  // as Describe shows it, without its tags
  Object more;   // what Describe shows elsewhere or never: rules, attributes, user data
};
BOOST_DESCRIBE_STRUCT(Resource, (), (scope, id, created, tags, shape, more))

/// One kind of resource: how its ids look and what is said where there is none.
struct Kind {
  std::string_view name;    // in ARNs and tag specifications: "security-group"
  std::string_view prefix;  // of ids
  core::Table<Resource> table;
  std::string_view id_member;  // "GroupId"
  std::string_view not_found;  // the code
  std::string_view words;      // "The vpc ID '{}' does not exist"
  std::string_view malformed;  // the code for an id that is none; empty: it is not found
};

inline constexpr Kind kVpc{"vpc",
                           "vpc-",
                           core::Table<Resource>("ec2.vpcs"),
                           "VpcId",
                           "InvalidVpcID.NotFound",
                           "The vpc ID '{}' does not exist",
                           {}};
inline constexpr Kind kSubnet{"subnet",
                              "subnet-",
                              core::Table<Resource>("ec2.subnets"),
                              "SubnetId",
                              "InvalidSubnetID.NotFound",
                              "The subnet ID '{}' does not exist",
                              {}};
inline constexpr Kind kGroup{"security-group",
                             "sg-",
                             core::Table<Resource>("ec2.security_groups"),
                             "GroupId",
                             "InvalidGroup.NotFound",
                             "The security group '{}' does not exist",
                             "InvalidGroupId.Malformed"};
inline constexpr Kind kRouteTable{"route-table",
                                  "rtb-",
                                  core::Table<Resource>("ec2.route_tables"),
                                  "RouteTableId",
                                  "InvalidRouteTableID.NotFound",
                                  "The routeTable ID '{}' does not exist",
                                  "InvalidRouteTableId.Malformed"};
inline constexpr Kind kGateway{"internet-gateway",
                               "igw-",
                               core::Table<Resource>("ec2.internet_gateways"),
                               "InternetGatewayId",
                               "InvalidInternetGatewayID.NotFound",
                               "The internetGateway ID '{}' does not exist",
                               "InvalidInternetGatewayId.Malformed"};
inline constexpr Kind kAcl{"network-acl",
                           "acl-",
                           core::Table<Resource>("ec2.network_acls"),
                           "NetworkAclId",
                           "InvalidNetworkAclID.NotFound",
                           "The networkAcl ID '{}' does not exist",
                           {}};
inline constexpr Kind kDhcp{"dhcp-options",
                            "dopt-",
                            core::Table<Resource>("ec2.dhcp_options"),
                            "DhcpOptionsId",
                            "InvalidDhcpOptionID.NotFound",
                            "The dhcpOption ID '{}' does not exist",
                            "InvalidDhcpOptionsId.Malformed"};
inline constexpr Kind kInterface{"network-interface",
                                 "eni-",
                                 core::Table<Resource>("ec2.network_interfaces"),
                                 "NetworkInterfaceId",
                                 "InvalidNetworkInterfaceID.NotFound",
                                 "The networkInterface ID '{}' does not exist",
                                 "InvalidNetworkInterfaceId.Malformed"};
inline constexpr Kind kAddress{"elastic-ip",
                               "eipalloc-",
                               core::Table<Resource>("ec2.addresses"),
                               "AllocationId",
                               "InvalidAllocationID.NotFound",
                               "The allocation ID '{}' does not exist",
                               {}};
inline constexpr Kind kEndpoint{"vpc-endpoint",
                                "vpce-",
                                core::Table<Resource>("ec2.vpc_endpoints"),
                                "VpcEndpointId",
                                "InvalidVpcEndpointId.NotFound",
                                "The Vpc Endpoint Id '{}' does not exist",
                                "InvalidVpcEndpointId.Malformed"};
inline constexpr Kind kNat{"natgateway",
                           "nat-",
                           core::Table<Resource>("ec2.nat_gateways"),
                           "NatGatewayId",
                           "NatGatewayNotFound",
                           "The Nat Gateway {} was not found",
                           "NatGatewayMalformed"};
inline constexpr Kind kFlowLog{"vpc-flow-log",
                               "fl-",
                               core::Table<Resource>("ec2.flow_logs"),
                               "FlowLogId",
                               "InvalidFlowLogId.NotFound",
                               "The following flow log ids were not found: [{}]",
                               {}};
inline constexpr Kind kKeyPair{"key-pair",
                               "key-",
                               core::Table<Resource>("ec2.key_pairs"),
                               "KeyPairId",
                               "InvalidKeyPair.NotFound",
                               "The key pair '{}' does not exist",
                               {}};
inline constexpr Kind kImage{"image",
                             "ami-",
                             core::Table<Resource>("ec2.images"),
                             "ImageId",
                             "InvalidAMIID.NotFound",
                             "The image id '[{}]' does not exist",
                             "InvalidAMIID.Malformed"};
inline constexpr Kind kTemplate{"launch-template",
                                "lt-",
                                core::Table<Resource>("ec2.launch_templates"),
                                "LaunchTemplateId",
                                "InvalidLaunchTemplateId.NotFound",
                                "The specified launch template, with template ID {}, does not "
                                "exist.",
                                "InvalidLaunchTemplateId.Malformed"};
inline constexpr Kind kInstance{"instance",
                                "i-",
                                core::Table<Resource>("ec2.instances"),
                                "InstanceId",
                                "InvalidInstanceID.NotFound",
                                "The instance ID '{}' does not exist",
                                "InvalidInstanceID.Malformed"};
inline constexpr Kind kVolume{"volume",
                              "vol-",
                              core::Table<Resource>("ec2.volumes"),
                              "VolumeId",
                              "InvalidVolume.NotFound",
                              "The volume '{}' does not exist.",
                              "InvalidParameterValue"};
inline constexpr Kind kSnapshot{"snapshot",
                                "snap-",
                                core::Table<Resource>("ec2.snapshots"),
                                "SnapshotId",
                                "InvalidSnapshot.NotFound",
                                "The snapshot '{}' does not exist.",
                                "InvalidParameterValue"};
/// Those of customers; AWS's own are in prefix_lists.cpp.
inline constexpr Kind kPrefixList{"prefix-list",
                                  "pl-",
                                  core::Table<Resource>("ec2.prefix_lists"),
                                  "PrefixListId",
                                  "InvalidPrefixListID.NotFound",
                                  "The prefix list ID '{}' does not exist",
                                  "InvalidPrefixListId.Malformed"};
/// Rules lie in the row of their group: this kind has no rows.
inline constexpr Kind kRule{"security-group-rule",
                            "sgr-",
                            core::Table<Resource>("ec2.no_rules"),
                            "SecurityGroupRuleId",
                            "InvalidSecurityGroupRuleId.NotFound",
                            "The security group rule ID '{}' does not exist",
                            "InvalidSecurityGroupRuleId.Malformed"};

/// Every kind that has rows.
const std::vector<const Kind*>& kinds();
/// By an id's prefix; null where no kind has it.
const Kind* kind_of(std::string_view id);
std::string new_id(core::Context& context, std::string_view prefix);
/// One made now, with an id of its own and without a shape yet; not kept.
Resource new_resource(core::Context& context, const Kind& kind, core::Tags tags);

std::string arn_of(const Kind& kind, const Scope& scope, std::string_view id);
std::string arn_of(const Kind& kind, const Resource& resource);

// --- rows; a region that nobody has written to yet shows its default network (defaults.hpp)
std::optional<Resource> get(const store::View& view, const Scope& scope, const Kind& kind,
                            std::string_view id);
std::vector<Resource> all(const store::View& view, const Scope& scope, const Kind& kind);
void save(core::Context& context, const Kind& kind, const Resource& resource);
void erase(core::Context& context, const Kind& kind, const Resource& resource);

/// Errors in the kind's own words.
Result<void> check_id(const Kind& kind, std::string_view id);
Failure missing(const Kind& kind, const std::vector<std::string>& ids);
/// That each of the ids is one of these rows'.
Result<void> check_among(const Kind& kind, const std::vector<Resource>& rows,
                         const std::vector<std::string>& ids);
Result<Resource> existing(const core::Context& context, const Kind& kind, std::string_view id);
/// All of them or none; the error names every one that is missing.
Result<std::vector<Resource>> existing(const core::Context& context, const Kind& kind,
                                       const std::vector<std::string>& ids);
/// The one that a parameter names. Error MissingParameter.
Result<Resource> named(const core::Call& call, const Kind& kind, std::string_view param);

/// The resource as Describe shows it: with its tags, if it has any.
Object shown(const Resource& resource);

}  // namespace tocsin::ec2

// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/ec2.hpp"

#include "services/ec2/access.hpp"
#include "services/ec2/endpoints.hpp"
#include "services/ec2/images.hpp"
#include "services/ec2/instance_types.hpp"
#include "services/ec2/instances.hpp"
#include "services/ec2/interfaces.hpp"
#include "services/ec2/key_pairs.hpp"
#include "services/ec2/launch_templates.hpp"
#include "services/ec2/prefix_lists.hpp"
#include "services/ec2/regions.hpp"
#include "services/ec2/resource_types.hpp"
#include "services/ec2/routing.hpp"
#include "services/ec2/security_groups.hpp"
#include "services/ec2/settings.hpp"
#include "services/ec2/tags.hpp"
#include "services/ec2/transitions.hpp"
#include "services/ec2/volumes.hpp"
#include "services/ec2/vpcs.hpp"

namespace tocsin::ec2 {
namespace {

using enum core::Effect;
using Operations = std::vector<core::Operation>;

Operations account_operations() {
  return {{"DescribeRegions", Read, describe_regions},
          {"DescribeAvailabilityZones", Read, describe_availability_zones},
          {"DescribeAccountAttributes", Read, describe_account_attributes},
          {"CreateTags", Write, create_tags, tagging_needs},
          {"DeleteTags", Write, delete_tags, tagging_needs},
          {"DescribeTags", Read, describe_tags}};
}

Operations prefix_list_operations() {
  const auto on_list = on({{&kPrefixList, "PrefixListId"}});
  return {
      {"DescribePrefixLists", Read, describe_prefix_lists},
      {"DescribeManagedPrefixLists", Read, describe_managed_prefix_lists},
      {"CreateManagedPrefixList",
       Write,
       create_managed_prefix_list,
       makes(kPrefixList),
       {},
       "ClientToken"},
      {"ModifyManagedPrefixList", Write, modify_managed_prefix_list, on_list},
      {"RestoreManagedPrefixListVersion", Write, restore_managed_prefix_list, on_list},
      {"DeleteManagedPrefixList", Write, delete_managed_prefix_list, on_list},
      {"GetManagedPrefixListEntries", Read, get_managed_prefix_list_entries, on_list},
      {"GetManagedPrefixListAssociations", Read, get_managed_prefix_list_associations, on_list}};
}

Operations vpc_operations() {
  const auto on_vpc = on({{&kVpc, "VpcId"}});
  const auto on_subnet = on({{&kSubnet, "SubnetId"}});
  return {{"CreateVpc", Write, create_vpc, makes(kVpc)},
          {"CreateDefaultVpc", Write, create_default_vpc},
          {"DeleteVpc", Write, delete_vpc, on_vpc},
          {"DescribeVpcs", Read, describe_vpcs()},
          {"DescribeVpcAttribute", Read, describe_vpc_attribute, on_vpc},
          {"ModifyVpcAttribute", Write, modify_vpc_attribute, on_vpc},
          {"AssociateVpcCidrBlock", Write, associate_vpc_cidr_block, on_vpc},
          {"DisassociateVpcCidrBlock", Write, disassociate_vpc_cidr_block},
          {"CreateDhcpOptions", Write, create_dhcp_options, makes(kDhcp)},
          {"DeleteDhcpOptions", Write, delete_dhcp_options, on({{&kDhcp, "DhcpOptionsId"}})},
          {"AssociateDhcpOptions", Write, associate_dhcp_options,
           on({{&kDhcp, "DhcpOptionsId"}, {&kVpc, "VpcId"}})},
          {"DescribeDhcpOptions", Read, describe_dhcp_options()},
          {"CreateSubnet", Write, create_subnet, makes(kSubnet, {{&kVpc, "VpcId"}})},
          {"CreateDefaultSubnet", Write, create_default_subnet},
          {"DeleteSubnet", Write, delete_subnet, on_subnet},
          {"DescribeSubnets", Read, describe_subnets()},
          {"ModifySubnetAttribute", Write, modify_subnet_attribute, on_subnet}};
}

Operations group_operations() {
  const auto on_group = on({{&kGroup, "GroupId"}});
  return {
      {"CreateSecurityGroup", Write, create_security_group, makes(kGroup, {{&kVpc, "VpcId"}})},
      {"DeleteSecurityGroup", Write, delete_security_group, on_group},
      {"DescribeSecurityGroups", Read, describe_security_groups()},
      {"DescribeSecurityGroupRules", Read, describe_security_group_rules},
      {"DescribeSecurityGroupReferences", Read, describe_security_group_references},
      {"DescribeStaleSecurityGroups", Read, describe_stale_security_groups},
      {"GetSecurityGroupsForVpc", Read, get_security_groups_for_vpc},
      {"AuthorizeSecurityGroupIngress", Write, authorize_ingress, on_group},
      {"AuthorizeSecurityGroupEgress", Write, authorize_egress, on_group},
      {"RevokeSecurityGroupIngress", Write, revoke_ingress, on_group},
      {"RevokeSecurityGroupEgress", Write, revoke_egress, on_group},
      {"ModifySecurityGroupRules", Write, modify_rules, on_group},
      {"UpdateSecurityGroupRuleDescriptionsIngress", Write, update_descriptions_ingress, on_group},
      {"UpdateSecurityGroupRuleDescriptionsEgress", Write, update_descriptions_egress, on_group}};
}

Operations routing_operations() {
  const auto on_gateway = on({{&kGateway, "InternetGatewayId"}, {&kVpc, "VpcId"}});
  const auto on_table = on({{&kRouteTable, "RouteTableId"}});
  const auto on_acl = on({{&kAcl, "NetworkAclId"}});
  return {{"CreateInternetGateway", Write, create_internet_gateway, makes(kGateway)},
          {"AttachInternetGateway", Write, attach_internet_gateway, on_gateway},
          {"DetachInternetGateway", Write, detach_internet_gateway, on_gateway},
          {"DeleteInternetGateway", Write, delete_internet_gateway, on_gateway},
          {"DescribeInternetGateways", Read, describe_internet_gateways()},
          {"CreateRouteTable", Write, create_route_table, makes(kRouteTable, {{&kVpc, "VpcId"}})},
          {"DeleteRouteTable", Write, delete_route_table, on_table},
          {"DescribeRouteTables", Read, describe_route_tables()},
          {"AssociateRouteTable", Write, associate_route_table,
           on({{&kRouteTable, "RouteTableId"}, {&kSubnet, "SubnetId"}})},
          {"ReplaceRouteTableAssociation", Write, replace_route_table_association, on_table},
          {"DisassociateRouteTable", Write, disassociate_route_table},
          {"CreateRoute", Write, create_route, on_table},
          {"ReplaceRoute", Write, replace_route, on_table},
          {"DeleteRoute", Write, delete_route, on_table},
          {"CreateNetworkAcl", Write, create_network_acl, makes(kAcl, {{&kVpc, "VpcId"}})},
          {"DeleteNetworkAcl", Write, delete_network_acl, on_acl},
          {"DescribeNetworkAcls", Read, describe_network_acls()},
          {"CreateNetworkAclEntry", Write, create_network_acl_entry, on_acl},
          {"ReplaceNetworkAclEntry", Write, replace_network_acl_entry, on_acl},
          {"DeleteNetworkAclEntry", Write, delete_network_acl_entry, on_acl},
          {"ReplaceNetworkAclAssociation", Write, replace_network_acl_association, on_acl}};
}

Operations interface_operations() {
  const auto on_interface =
      on({{&kInterface, "NetworkInterfaceId"}, {&kGroup, "Groups"}, {&kInstance, "InstanceId"}});
  const auto on_address = on({{&kAddress, "AllocationId"},
                              {&kInstance, "InstanceId"},
                              {&kInterface, "NetworkInterfaceId"}});
  return {
      {"CreateNetworkInterface",
       Write,
       create_network_interface,
       makes(kInterface, {{&kSubnet, "SubnetId"}, {&kGroup, "Groups"}}),
       {},
       "ClientToken"},
      {"DeleteNetworkInterface", Write, delete_network_interface, on_interface},
      {"DescribeNetworkInterfaces", Read, describe_network_interfaces()},
      {"AttachNetworkInterface", Write, attach_network_interface, on_interface},
      {"DetachNetworkInterface", Write, detach_network_interface},
      {"ModifyNetworkInterfaceAttribute", Write, modify_network_interface_attribute, on_interface},
      {"DescribeNetworkInterfaceAttribute", Read, describe_network_interface_attribute,
       on_interface},
      {"AllocateAddress", Write, allocate_address, makes(kAddress)},
      {"ReleaseAddress", Write, release_address, on_address},
      {"AssociateAddress", Write, associate_address, on_address},
      {"DisassociateAddress", Write, disassociate_address},
      {"DescribeAddresses", Read, describe_addresses}};
}

Operations endpoint_operations() {
  return {{"CreateVpcEndpoint",
           Write,
           create_vpc_endpoint,
           makes(kEndpoint, {{&kVpc, "VpcId"},
                             {&kRouteTable, "RouteTableIds"},
                             {&kSubnet, "SubnetIds"},
                             {&kGroup, "SecurityGroupIds"}}),
           {},
           "ClientToken"},
          {"ModifyVpcEndpoint", Write, modify_vpc_endpoint,
           on({{&kEndpoint, "VpcEndpointId"},
               {&kRouteTable, "AddRouteTableIds"},
               {&kSubnet, "AddSubnetIds"},
               {&kGroup, "AddSecurityGroupIds"}})},
          {"DeleteVpcEndpoints", Write, delete_vpc_endpoints, on({{&kEndpoint, "VpcEndpointIds"}})},
          {"DescribeVpcEndpoints", Read, describe_vpc_endpoints()},
          {"DescribeVpcEndpointServices", Read, describe_vpc_endpoint_services},
          {"CreateNatGateway",
           Write,
           create_nat_gateway,
           makes(kNat, {{&kSubnet, "SubnetId"}, {&kAddress, "AllocationId"}}),
           {},
           "ClientToken"},
          {"DeleteNatGateway", Write, delete_nat_gateway, on({{&kNat, "NatGatewayId"}})},
          {"DescribeNatGateways", Read, describe_nat_gateways()},
          {"CreateFlowLogs", Write, create_flow_logs, makes(kFlowLog), {}, "ClientToken"},
          {"DeleteFlowLogs", Write, delete_flow_logs, on({{&kFlowLog, "FlowLogIds"}})},
          {"DescribeFlowLogs", Read, describe_flow_logs()}};
}

Operations instance_operations() {
  const auto on_instances = on({{&kInstance, "InstanceIds"}});
  const auto on_instance = on({{&kInstance, "InstanceId"}, {&kGroup, "Groups"}});
  return {{"RunInstances", Write, run_instances, launching(), {}, "ClientToken"},
          {"DescribeInstances", Read, describe_instances},
          {"DescribeInstanceStatus", Read, describe_instance_status},
          {"StartInstances", Write, start_instances, on_instances},
          {"StopInstances", Write, stop_instances, on_instances},
          {"RebootInstances", Write, reboot_instances, on_instances},
          {"TerminateInstances", Write, terminate_instances, on_instances},
          {"MonitorInstances", Write, monitor_instances, on_instances},
          {"UnmonitorInstances", Write, unmonitor_instances, on_instances},
          {"GetConsoleOutput", Read, get_console_output, on_instance},
          {"DescribeInstanceAttribute", Read, describe_instance_attribute, on_instance},
          {"ModifyInstanceAttribute", Write, modify_instance_attribute, on_instance},
          {"ResetInstanceAttribute", Write, reset_instance_attribute, on_instance},
          {"ModifyInstanceMetadataOptions", Write, modify_instance_metadata_options, on_instance},
          {"ModifyInstanceMetadataDefaults", Write, modify_metadata_defaults},
          {"GetInstanceMetadataDefaults", Read, get_metadata_defaults},
          {"DescribeInstanceTypes", Read, describe_instance_types},
          {"DescribeInstanceTypeOfferings", Read, describe_instance_type_offerings},
          {"AssociateIamInstanceProfile", Write, associate_profile, on_instance},
          {"DisassociateIamInstanceProfile", Write, disassociate_profile},
          {"ReplaceIamInstanceProfileAssociation", Write, replace_profile},
          {"DescribeIamInstanceProfileAssociations", Read, describe_profile_associations},
          {"DescribeImages", Read, describe_images},
          {"CreateImage", Write, create_image, makes(kImage, {{&kInstance, "InstanceId"}})},
          {"RegisterImage", Write, register_image,
           makes(kImage, {{&kSnapshot, "BlockDeviceMappings.Ebs.SnapshotId"}})},
          {"CopyImage", Write, copy_image, makes(kImage), {}, "ClientToken"},
          {"DescribeImageAttribute", Read, describe_image_attribute, on({{&kImage, "ImageId"}})},
          {"ModifyImageAttribute", Write, modify_image_attribute, on({{&kImage, "ImageId"}})},
          {"ResetImageAttribute", Write, reset_image_attribute, on({{&kImage, "ImageId"}})},
          {"DeregisterImage", Write, deregister_image, on({{&kImage, "ImageId"}})},
          {"CreateKeyPair", Write, create_key_pair, makes(kKeyPair)},
          {"ImportKeyPair", Write, import_key_pair, makes(kKeyPair)},
          {"DeleteKeyPair", Write, delete_key_pair, on({{&kKeyPair, "KeyPairId"}})},
          {"DescribeKeyPairs", Read, describe_key_pairs}};
}

Operations template_operations() {
  const auto on_template = on({{&kTemplate, "LaunchTemplateId"}});
  return {
      {"CreateLaunchTemplate", Write, create_launch_template, makes(kTemplate), {}, "ClientToken"},
      {"CreateLaunchTemplateVersion",
       Write,
       create_launch_template_version,
       on_template,
       {},
       "ClientToken"},
      {"ModifyLaunchTemplate", Write, modify_launch_template, on_template, {}, "ClientToken"},
      {"DeleteLaunchTemplate", Write, delete_launch_template, on_template},
      {"DeleteLaunchTemplateVersions", Write, delete_launch_template_versions, on_template},
      {"DescribeLaunchTemplates", Read, describe_launch_templates},
      {"DescribeLaunchTemplateVersions", Read, describe_launch_template_versions},
      {"GetLaunchTemplateData", Read, get_launch_template_data, on({{&kInstance, "InstanceId"}})}};
}

Operations settings_operations() {
  return {{"GetEbsEncryptionByDefault", Read, get_encryption_by_default},
          {"EnableEbsEncryptionByDefault", Write, enable_encryption_by_default},
          {"DisableEbsEncryptionByDefault", Write, disable_encryption_by_default},
          {"GetEbsDefaultKmsKeyId", Read, get_default_key},
          {"ModifyEbsDefaultKmsKeyId", Write, modify_default_key},
          {"ResetEbsDefaultKmsKeyId", Write, reset_default_key},
          {"GetSnapshotBlockPublicAccessState", Read, get_snapshot_block},
          {"EnableSnapshotBlockPublicAccess", Write, enable_snapshot_block},
          {"DisableSnapshotBlockPublicAccess", Write, disable_snapshot_block},
          {"GetImageBlockPublicAccessState", Read, get_image_block},
          {"EnableImageBlockPublicAccess", Write, enable_image_block},
          {"DisableImageBlockPublicAccess", Write, disable_image_block},
          {"GetSerialConsoleAccessStatus", Read, get_serial_console},
          {"EnableSerialConsoleAccess", Write, enable_serial_console},
          {"DisableSerialConsoleAccess", Write, disable_serial_console}};
}

Operations volume_operations() {
  const auto on_volume = on({{&kVolume, "VolumeId"}, {&kInstance, "InstanceId"}});
  const auto on_snapshot = on({{&kSnapshot, "SnapshotId"}});
  return {{"CreateVolume", Write, create_volume, makes(kVolume), {}, "ClientToken"},
          {"DeleteVolume", Write, delete_volume, on_volume},
          {"DescribeVolumes", Read, describe_volumes()},
          {"DescribeVolumeStatus", Read, describe_volume_status},
          {"AttachVolume", Write, attach_volume, on_volume},
          {"DetachVolume", Write, detach_volume, on_volume},
          {"ModifyVolume", Write, modify_volume, on_volume},
          {"DescribeVolumesModifications", Read, describe_volumes_modifications},
          {"DescribeVolumeAttribute", Read, describe_volume_attribute, on_volume},
          {"ModifyVolumeAttribute", Write, modify_volume_attribute, on_volume},
          {"EnableVolumeIO", Write, enable_volume_io, on_volume},
          {"CreateSnapshot", Write, create_snapshot, makes(kSnapshot, {{&kVolume, "VolumeId"}})},
          {"CreateSnapshots", Write, create_snapshots,
           makes(kSnapshot, {{&kInstance, "InstanceSpecification.InstanceId"}})},
          {"CopySnapshot", Write, copy_snapshot, makes(kSnapshot)},
          {"DeleteSnapshot", Write, delete_snapshot, on_snapshot},
          {"DescribeSnapshots", Read, describe_snapshots},
          {"ModifySnapshotAttribute", Write, modify_snapshot_attribute, on_snapshot},
          {"ResetSnapshotAttribute", Write, reset_snapshot_attribute, on_snapshot},
          {"DescribeSnapshotAttribute", Read, describe_snapshot_attribute, on_snapshot}};
}

}  // namespace

void register_ec2(core::Registry& registry) {
  Operations operations;
  for (const auto& some :
       {account_operations(), prefix_list_operations(), vpc_operations(), group_operations(),
        routing_operations(), interface_operations(), endpoint_operations(), instance_operations(),
        template_operations(), settings_operations(), volume_operations()}) {
    for (const auto& operation : some)
      operations.push_back(served(operation));
  }
  registry.add(core::Service{"ec2", "ec2", std::move(operations)});
  for (auto& type : resource_types())
    registry.add(std::move(type));
  on_transitions(registry);
  on_instance_changes(registry);
  on_key_pairs(registry);
}

}  // namespace tocsin::ec2

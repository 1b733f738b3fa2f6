// SPDX-License-Identifier: Apache-2.0
// Instances as they are described.
#include "services/ec2/instances.hpp"

#include <algorithm>
#include <array>

#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::array<Filter, 83> kFilters{
    {{"affinity", "Placement.Affinity"},
     {"architecture", "Architecture"},
     {"availability-zone", "Placement.AvailabilityZone"},
     {"block-device-mapping.attach-time", "BlockDeviceMappings.Ebs.AttachTime"},
     {"block-device-mapping.delete-on-termination", "BlockDeviceMappings.Ebs.DeleteOnTermination"},
     {"block-device-mapping.device-name", "BlockDeviceMappings.DeviceName"},
     {"block-device-mapping.status", "BlockDeviceMappings.Ebs.Status"},
     {"block-device-mapping.volume-id", "BlockDeviceMappings.Ebs.VolumeId"},
     {"boot-mode", "BootMode"},
     {"capacity-reservation-id", "CapacityReservationId"},
     {"client-token", "ClientToken"},
     {"current-instance-boot-mode", "CurrentInstanceBootMode"},
     {"dns-name", "PublicDnsName"},
     {"ebs-optimized", "EbsOptimized"},
     {"ena-support", "EnaSupport"},
     {"enclave-options.enabled", "EnclaveOptions.Enabled"},
     {"hibernation-options.configured", "HibernationOptions.Configured"},
     {"host-id", "Placement.HostId"},
     {"hypervisor", "Hypervisor"},
     {"iam-instance-profile.arn", "IamInstanceProfile.Arn"},
     {"iam-instance-profile.id", "IamInstanceProfile.Id"},
     {"image-id", "ImageId"},
     {"instance-id", "InstanceId"},
     {"instance-lifecycle", "InstanceLifecycle"},
     {"instance-state-code", "State.Code"},
     {"instance-state-name", "State.Name"},
     {"instance-type", "InstanceType"},
     {"instance.group-id", "SecurityGroups.GroupId"},
     {"instance.group-name", "SecurityGroups.GroupName"},
     {"ip-address", "PublicIpAddress"},
     {"ipv6-address", "Ipv6Address"},
     {"kernel-id", "KernelId"},
     {"key-name", "KeyName"},
     {"launch-index", "AmiLaunchIndex"},
     {"launch-time", "LaunchTime"},
     {"maintenance-options.auto-recovery", "MaintenanceOptions.AutoRecovery"},
     {"metadata-options.http-endpoint", "MetadataOptions.HttpEndpoint"},
     {"metadata-options.http-protocol-ipv4", "MetadataOptions.HttpProtocolIpv4"},
     {"metadata-options.http-protocol-ipv6", "MetadataOptions.HttpProtocolIpv6"},
     {"metadata-options.http-put-response-hop-limit", "MetadataOptions.HttpPutResponseHopLimit"},
     {"metadata-options.http-tokens", "MetadataOptions.HttpTokens"},
     {"metadata-options.instance-metadata-tags", "MetadataOptions.InstanceMetadataTags"},
     {"metadata-options.state", "MetadataOptions.State"},
     {"monitoring-state", "Monitoring.State"},
     {"network-interface.addresses.association.public-ip",
      "NetworkInterfaces.PrivateIpAddresses.Association.PublicIp"},
     {"network-interface.addresses.primary", "NetworkInterfaces.PrivateIpAddresses.Primary"},
     {"network-interface.addresses.private-ip-address",
      "NetworkInterfaces.PrivateIpAddresses.PrivateIpAddress"},
     {"network-interface.association.public-ip", "NetworkInterfaces.Association.PublicIp"},
     {"network-interface.attachment.attachment-id", "NetworkInterfaces.Attachment.AttachmentId"},
     {"network-interface.attachment.delete-on-termination",
      "NetworkInterfaces.Attachment.DeleteOnTermination"},
     {"network-interface.attachment.device-index", "NetworkInterfaces.Attachment.DeviceIndex"},
     {"network-interface.attachment.status", "NetworkInterfaces.Attachment.Status"},
     {"network-interface.description", "NetworkInterfaces.Description"},
     {"network-interface.group-id", "NetworkInterfaces.Groups.GroupId"},
     {"network-interface.group-name", "NetworkInterfaces.Groups.GroupName"},
     {"network-interface.mac-address", "NetworkInterfaces.MacAddress"},
     {"network-interface.network-interface-id", "NetworkInterfaces.NetworkInterfaceId"},
     {"network-interface.owner-id", "NetworkInterfaces.OwnerId"},
     {"network-interface.private-dns-name", "NetworkInterfaces.PrivateDnsName"},
     {"network-interface.source-dest-check", "NetworkInterfaces.SourceDestCheck"},
     {"network-interface.status", "NetworkInterfaces.Status"},
     {"network-interface.subnet-id", "NetworkInterfaces.SubnetId"},
     {"network-interface.vpc-id", "NetworkInterfaces.VpcId"},
     {"owner-id", "OwnerId"},
     {"placement-group-name", "Placement.GroupName"},
     {"platform", "Platform"},
     {"platform-details", "PlatformDetails"},
     {"private-dns-name", "PrivateDnsName"},
     {"private-ip-address", "PrivateIpAddress"},
     {"product-code", "ProductCodes.ProductCodeId"},
     {"ramdisk-id", "RamdiskId"},
     {"reason", "StateTransitionReason"},
     {"requester-id", "RequesterId"},
     {"reservation-id", "ReservationId"},
     {"root-device-name", "RootDeviceName"},
     {"root-device-type", "RootDeviceType"},
     {"source-dest-check", "SourceDestCheck"},
     {"state-reason-code", "StateReason.Code"},
     {"subnet-id", "SubnetId"},
     {"tenancy", "Placement.Tenancy"},
     {"usage-operation", "UsageOperation"},
     {"virtualization-type", "VirtualizationType"},
     {"vpc-id", "VpcId"}}};
constexpr std::array<Filter, 7> kStatusFilters{
    {{"availability-zone", "AvailabilityZone"},
     {"instance-state-code", "InstanceState.Code"},
     {"instance-state-name", "InstanceState.Name"},
     {"instance-status.reachability", "InstanceStatus.Details.Status"},
     {"instance-status.status", "InstanceStatus.Status"},
     {"system-status.reachability", "SystemStatus.Details.Status"},
     {"system-status.status", "SystemStatus.Status"}}};

/// What filters see: the reservation's members, too.
Object with_reservation(Call&, const Resource& instance) {
  auto out = shown(instance);
  out["ReservationId"] = text(instance.more, "ReservationId");
  out["RequesterId"] = text(instance.more, "RequesterId");
  out["OwnerId"] = instance.scope.account.str();
  return out;
}

Array by_reservation(Array instances) {
  Array reservations;
  for (auto& instance : instances) {
    auto& shape = instance.as_object();
    const auto id = string_of(shape, "ReservationId");
    const auto owner = string_of(shape, "OwnerId");
    for (const auto* name : {"ReservationId", "RequesterId", "OwnerId"})
      shape.erase(name);
    auto found = std::find_if(
        reservations.begin(), reservations.end(),
        [&](const Document& reservation) { return text(reservation, "ReservationId") == id; });
    if (found == reservations.end()) {
      reservations.push_back(Object{
          {"Groups", Array()}, {"Instances", Array()}, {"OwnerId", owner}, {"ReservationId", id}});
      found = reservations.end() - 1;
    }
    found->as_object()["Instances"].as_array().push_back(std::move(instance));
  }
  return reservations;
}

Object check(bool running) {
  Object out{{"Status", running ? "ok" : "not-applicable"}};
  if (running) out["Details"] = Array{Object{{"Name", "reachability"}, {"Status", "passed"}}};
  return out;
}

Object status_of(const Resource& instance) {
  const bool running = state_of(instance) == State::Running;
  return {{"AvailabilityZone", text(object_of(instance.shape, "Placement"), "AvailabilityZone")},
          {"InstanceId", instance.id},
          {"InstanceState", state_shape(state_of(instance))},
          {"InstanceStatus", check(running)},
          {"SystemStatus", check(running)}};
}

}  // namespace

Outcome describe_instances(Call& call) {
  const Listing listing{kInstance, "InstanceIds", "Reservations", kFilters};
  if (!texts(call.params(), "InstanceIds").empty() && find(call.params(), "MaxResults")) {
    return invalid_combination(
        "The parameter instancesSet cannot be used with the parameter maxResults");
  }
  auto out = TRY(page(call, TRY(selected(call, listing, with_reservation)), listing.list));
  out["Reservations"] = by_reservation(std::move(out["Reservations"].as_array()));
  return out;
}

Outcome describe_instance_status(Call& call) {
  const auto ids = texts(call.params(), "InstanceIds");
  for (const auto& id : ids)
    TRY(existing(call, kInstance, id));
  Array items;
  for (const auto& instance : all(call, call.scope(), kInstance)) {
    const bool every = flag(call.params(), "IncludeAllInstances");
    if (asked_for(ids, instance.id) && (every || state_of(instance) == State::Running))
      items.push_back(status_of(instance));
  }
  return TRY(filtered_page(call, items, "InstanceStatuses", kStatusFilters));
}

/// Nothing is ever written to the console of a record.
Outcome get_console_output(Call& call) {
  const auto instance = TRY(named(call, kInstance, "InstanceId"));
  return Object{{"InstanceId", instance.id}, {"Timestamp", to_seconds(instance.created)}};
}

}  // namespace tocsin::ec2

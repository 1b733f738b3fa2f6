// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/ec2/defaults.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/images.hpp"
#include "services/ec2/instance_types.hpp"
#include "services/ec2/instances.hpp"
#include "services/ec2/interfaces.hpp"
#include "services/ec2/key_pairs.hpp"
#include "services/ec2/launch_templates.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/security_groups.hpp"
#include "services/ec2/tags.hpp"
#include "services/ec2/transitions.hpp"
#include "services/ec2/volumes.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kMostUserData = 16384;

/// All that a launch was asked for, looked up.
struct Launch {
  Resource image;
  Resource subnet;
  std::vector<std::string> groups;
  std::string type;
  Object profile;
  Object metadata;
  Document user_data;  // sealed
  core::Tags tags, volume_tags, interface_tags;
  bool public_address = false;
  bool keep_interface = false;
  std::string address;
  std::string interface;
  std::string reservation;
};

const Object& first_interface(const Document& params) {
  static const Object kNone;
  const auto& interfaces = array_of(params, "NetworkInterfaces");
  const auto* first = interfaces.empty() ? nullptr : interfaces.front().if_object();
  return first ? *first : kNone;
}

Result<Resource> default_subnet(const Call& call, const Document& params) {
  const auto zone = text(object_of(params, "Placement"), "AvailabilityZone");
  const auto vpc = default_vpc(call, call.scope());
  if (!vpc) {
    return fail("VPCIdNotSpecified",
                "No default VPC for this user. GroupName is only supported for EC2-Classic and "
                "default VPC.");
  }
  std::optional<Resource> best;
  for (auto& subnet : all(call, call.scope(), kSubnet)) {
    const bool there = zone.empty() || text(subnet.shape, "AvailabilityZone") == zone;
    if (!flag(subnet.shape, "DefaultForAz") || !there) continue;
    if (!best || text(subnet.shape, "AvailabilityZone") < text(best->shape, "AvailabilityZone"))
      best = std::move(subnet);
  }
  if (best) return *std::move(best);
  return fail("MissingInput",
              zone.empty() ? std::string("No subnets found for the default VPC '") + vpc->id +
                                 "'. Please specify a subnet."
                           : fmt::format("No default subnet for availability zone: '{}'.", zone));
}

Result<Resource> subnet_for(const Call& call, const Document& params) {
  const auto& interface = first_interface(params);
  const auto given = text(interface, "SubnetId", text(params, "SubnetId"));
  if (!interface.empty() && !text(params, "SubnetId").empty()) {
    return invalid_combination(
        "Network interfaces and an instance-level subnet ID may not be specified on the same "
        "request");
  }
  if (const auto id = text(interface, "NetworkInterfaceId"); !id.empty()) {
    const auto existing_one = TRY(existing(call, kInterface, id));
    return existing(call, kSubnet, text(existing_one.shape, "SubnetId"));
  }
  return given.empty() ? default_subnet(call, params) : existing(call, kSubnet, given);
}

Result<std::vector<std::string>> groups_of(const Call& call, const Document& params,
                                           const Resource& subnet) {
  const auto& interface = first_interface(params);
  auto ids = texts(params, "SecurityGroupIds");
  const auto names = texts(params, "SecurityGroups");
  if (!interface.empty() && !(ids.empty() && names.empty())) {
    return invalid_combination(
        "Network interfaces and an instance-level security groups may not be specified on the "
        "same request");
  }
  if (!interface.empty()) ids = values_at(interface, "Groups");
  for (const auto& name : names) {
    if (!text(params, "SubnetId").empty()) {
      return invalid_combination(
          "The parameter groupName cannot be used with the parameter subnet");
    }
    ids.push_back(TRY(group_named(call, name, {})).id);
  }
  TRY(groups_for(call, ids, text(subnet.shape, "VpcId")));
  return ids;
}

/// What the request says, then the account's defaults, then AWS's.
Result<Object> metadata_of(const Call& call, const Document& params) {
  auto given = metadata_defaults(call);
  for (const auto& [name, value] : object_of(params, "MetadataOptions"))
    given[name] = value;
  TRY(check_metadata(given));
  const auto hops = integer(given, "HttpPutResponseHopLimit").value_or(1);
  return Object{{"State", "pending"},
                {"HttpTokens", text(given, "HttpTokens", "optional")},
                {"HttpPutResponseHopLimit", hops},
                {"HttpEndpoint", text(given, "HttpEndpoint", "enabled")},
                {"HttpProtocolIpv6", text(given, "HttpProtocolIpv6", "disabled")},
                {"InstanceMetadataTags", text(given, "InstanceMetadataTags", "disabled")}};
}

Result<Document> user_data_of(Call& call, const Document& params) {
  const auto* given = find(params, "UserData");
  if (!given) return Document(nullptr);
  const auto plain = call.open(*given).value_or("");
  const auto bytes = unbase64(plain);
  if (!bytes) return invalid_value("Invalid BASE64 encoding of user data.");
  if (bytes->size() > kMostUserData) return invalid_value("User data is limited to 16384 bytes");
  return call.seal(plain);
}

Result<void> check_counts(const Call& call) {
  const auto least = integer(call.params(), "MinCount").value_or(0);
  const auto most = integer(call.params(), "MaxCount").value_or(0);
  if (least < 1) return invalid_value(std::to_string(least), "minCount", "Must be greater than 0.");
  if (most < least) {
    return invalid_combination(
        fmt::format("Minimum instances {} is larger than maximum instances {}", least, most));
  }
  return {};
}

Result<void> check_key(const Call& call, const Document& params) {
  const auto name = text(params, "KeyName");
  if (name.empty() || key_pair_named(call, name)) return {};
  return missing(kKeyPair, {std::string(name)});
}

/// What would make of an instance something else than is served here.
Result<void> check_served(const Document& params) {
  if (text(object_of(params, "InstanceMarketOptions"), "MarketType") == "spot")
    return fail("UnsupportedOperation", "Spot Instances are not served here.");
  if (array_of(params, "NetworkInterfaces").size() > 1) {
    return fail("UnsupportedOperation",
                "One network interface is served here at launch; attach further ones after it.");
  }
  return {};
}

Result<Launch> launch_of(Call& call, const Document& params) {
  TRY(check_counts(call));
  TRY(check_served(params));
  if (text(params, "ImageId").empty()) return missing_parameter("ImageId");
  Launch launch;
  launch.image = TRY(visible_image(call, text(params, "ImageId")));
  if (text(launch.image.shape, "State") != "available") {
    return fail("InvalidAMIID.Unavailable",
                fmt::format("The image ID '[{}]' is no longer available", launch.image.id));
  }
  launch.subnet = TRY(subnet_for(call, params));
  launch.groups = TRY(groups_of(call, params, launch.subnet));
  launch.type = text(params, "InstanceType", "m1.small");
  if (!is_instance_type(launch.type))
    return invalid_value(fmt::format("Invalid value '{}' for InstanceType.", launch.type));
  TRY(check_key(call, params));
  if (const auto* profile = find(params, "IamInstanceProfile"))
    launch.profile = TRY(passed_profile(call, *profile));
  launch.metadata = TRY(metadata_of(call, params));
  launch.user_data = TRY(user_data_of(call, params));
  launch.tags = TRY(specified_tags(call, params, kInstance, {&kVolume, &kInterface}));
  for (auto& [key, value] : template_tags(call))
    launch.tags[key] = value;
  launch.volume_tags = tags_in_request(params, kVolume);
  launch.interface_tags = tags_in_request(params, kInterface);
  const auto& interface = first_interface(params);
  launch.public_address =
      flag(interface, "AssociatePublicIpAddress", flag(launch.subnet.shape, "MapPublicIpOnLaunch"));
  launch.keep_interface = !flag(interface, "DeleteOnTermination", true);
  launch.address = text(interface, "PrivateIpAddress", text(params, "PrivateIpAddress"));
  launch.interface = text(interface, "NetworkInterfaceId");
  launch.reservation = new_id(call, "r-");
  return launch;
}

Resource draft(Call& call, const Document& params, const Launch& launch, std::int64_t index) {
  const auto& image = launch.image.shape;
  auto instance = new_resource(call, kInstance, launch.tags);
  auto& shape = instance.shape;
  shape = {{"AmiLaunchIndex", index},
           {"ImageId", launch.image.id},
           {"InstanceId", instance.id},
           {"InstanceType", launch.type},
           {"LaunchTime", to_seconds(call.now())},
           {"Monitoring",
            Object{{"State",
                    flag(object_of(params, "Monitoring"), "Enabled") ? "enabled" : "disabled"}}},
           {"Placement",
            Object{{"AvailabilityZone", text(launch.subnet.shape, "AvailabilityZone")},
                   {"GroupName", text(object_of(params, "Placement"), "GroupName")},
                   {"Tenancy", text(object_of(params, "Placement"), "Tenancy", "default")}}},
           {"ProductCodes", Array()},
           {"State", state_shape(State::Pending)},
           {"StateTransitionReason", ""},
           {"Architecture", text(image, "Architecture")},
           {"BlockDeviceMappings", Array()},
           {"ClientToken", text(call.params(), "ClientToken")},
           {"EbsOptimized", flag(params, "EbsOptimized")},
           {"EnaSupport", true},
           {"Hypervisor", "xen"},
           {"RootDeviceName", text(image, "RootDeviceName")},
           {"RootDeviceType", "ebs"},
           {"SourceDestCheck", true},
           {"VirtualizationType", "hvm"},
           {"CpuOptions",
            Object{{"CoreCount", std::max<std::int64_t>(virtual_processors(launch.type) / 2, 1)},
                   {"ThreadsPerCore", 2}}},
           {"HibernationOptions", Object{{"Configured", false}}},
           {"MetadataOptions", launch.metadata},
           {"EnclaveOptions", Object{{"Enabled", false}}},
           {"PlatformDetails", text(image, "PlatformDetails")},
           {"UsageOperation", text(image, "UsageOperation")},
           {"MaintenanceOptions", Object{{"AutoRecovery", "default"}}}};
  if (const auto key = text(params, "KeyName"); !key.empty()) shape["KeyName"] = key;
  if (const auto platform = text(image, "Platform"); !platform.empty())
    shape["Platform"] = platform;
  instance.more = {{"ReservationId", launch.reservation},
                   {"RequesterId", call.principal().id},
                   {"PublicAddress", launch.public_address},
                   {"DisableApiTermination", flag(params, "DisableApiTermination")},
                   {"DisableApiStop", flag(params, "DisableApiStop")},
                   {"InstanceInitiatedShutdownBehavior",
                    text(params, "InstanceInitiatedShutdownBehavior", "stop")}};
  if (!launch.user_data.is_null()) instance.more["UserData"] = launch.user_data;
  if (!launch.profile.empty()) give_profile(call, instance, launch.profile);
  return instance;
}

Result<void> add_volumes(Call& call, const Document& params, const Launch& launch,
                         const Resource& instance) {
  const auto zone = text(launch.subnet.shape, "AvailabilityZone");
  const auto devices = merged_devices(array_of(launch.image.shape, "BlockDeviceMappings"),
                                      array_of(params, "BlockDeviceMappings"));
  for (const auto& device : devices) {
    auto spec = object_of(device, "Ebs");
    if (spec.empty()) continue;
    // The snapshot of somebody else's image is not to be seen, and yet is used.
    const std::string snapshot(text(spec, "SnapshotId"));
    const bool hidden =
        launch.image.scope.account != call.account() && !visible_snapshot(call, snapshot);
    if (hidden) spec.erase("SnapshotId");
    auto volume = TRY(make_volume(call, spec, zone, launch.volume_tags));
    if (hidden) volume.shape["SnapshotId"] = snapshot;
    attach_volume_to(call, volume, instance, text(device, "DeviceName"),
                     flag(spec, "DeleteOnTermination", true));
    tell_of_volume(call, volume, "createVolume", "available");
  }
  return {};
}

Result<void> add_interface(Call& call, const Launch& launch, const Resource& instance) {
  if (!launch.interface.empty()) {
    auto own = TRY(existing(call, kInterface, launch.interface));
    if (text(own.shape, "Status") == "in-use") {
      return fail("InvalidNetworkInterface.InUse", fmt::format("Interface: [{}] in use.", own.id));
    }
    attach(call, own, instance.id, 0, false);
    return {};
  }
  auto interface = TRY(make_interface(
      call, launch.subnet,
      {.groups = launch.groups, .address = launch.address, .tags = launch.interface_tags}));
  attach(call, interface, instance.id, 0, !launch.keep_interface);
  return {};
}

}  // namespace

Outcome run_instances(Call& call) {
  const auto params = TRY(launch_parameters(call));
  const auto launch = TRY(launch_of(call, params));
  const auto count = integer(call.params(), "MaxCount").value_or(1);
  Array instances;
  for (std::int64_t index = 0; index < count; ++index) {
    auto instance = draft(call, params, launch, index);
    TRY(add_volumes(call, params, launch, instance));
    TRY(add_interface(call, launch, instance));
    enter(call, instance, State::Pending);
    instances.push_back(shown(instance));
  }
  return Object{{"Groups", Array()},
                {"Instances", std::move(instances)},
                {"OwnerId", call.account().str()},
                {"ReservationId", launch.reservation}};
}

}  // namespace tocsin::ec2

// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/ec2/errors.hpp"
#include "services/ec2/filters.hpp"
#include "services/ec2/images.hpp"
#include "services/ec2/tags.hpp"
#include "services/ec2/transitions.hpp"
#include "services/ec2/volumes.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;
using namespace std::chrono_literals;

constexpr auto kMaking = 10s;  // a snapshot takes half of it
constexpr std::array<std::string_view, 5> kArchitectures{"i386", "x86_64", "arm64", "x86_64_mac",
                                                         "arm64_mac"};

Result<void> check_name(const Call& call, std::string_view name) {
  if (name.empty()) return missing_parameter("name");
  const bool good = std::all_of(name.begin(), name.end(), [](char each) {
    return std::isalnum(static_cast<unsigned char>(each)) ||
           std::string_view(" ()[]./-'@_").find(each) != std::string_view::npos;
  });
  if (!good || name.size() < 3 || name.size() > 128) {
    return fail("InvalidAMIName.Malformed",
                "AMI names must be between 3 and 128 characters long, and may contain letters, "
                "numbers, '(', ')', '.', '-', '/' and '_'");
  }
  for (const auto& image : all(call, call.scope(), kImage)) {
    if (text(image.shape, "Name") == name) {
      return fail("InvalidAMIName.Duplicate",
                  fmt::format("AMI name {} is already in use by AMI {}", name, image.id));
    }
  }
  return {};
}

/// Keeps the image, which will be available.
Outcome keep(Call& call, Resource& image, Array devices) {
  auto& shape = image.shape;
  shape["CreationDate"] = iso8601_ms(call.now());
  shape["ImageId"] = image.id;
  shape["ImageLocation"] = fmt::format("{}/{}", call.account().str(), text(shape, "Name"));
  shape["ImageType"] = "machine";
  shape["Public"] = false;
  shape["OwnerId"] = call.account().str();
  shape["State"] = "pending";
  shape["BlockDeviceMappings"] = std::move(devices);
  shape["Hypervisor"] = "xen";
  shape["RootDeviceType"] = "ebs";
  save(call, kImage, image);
  become(call, image, "available", kMaking);
  return Object{{"ImageId", image.id}};
}

/// The instance's volumes as devices, without what of them the request leaves out.
Array described_devices(const Call& call, const std::vector<Resource>& volumes) {
  Array devices;
  for (const auto& volume : volumes) {
    const auto& attachment = array_of(volume.shape, "Attachments").front();
    devices.push_back(
        Object{{"DeviceName", text(attachment, "Device")},
               {"Ebs", Object{{"DeleteOnTermination", flag(attachment, "DeleteOnTermination")},
                              {"VolumeSize", integer(volume.shape, "Size").value_or(1)},
                              {"VolumeType", text(volume.shape, "VolumeType")},
                              {"Encrypted", flag(volume.shape, "Encrypted")}}}});
  }
  return merged_devices(std::move(devices), array_of(call.params(), "BlockDeviceMappings"));
}

Array snapshot_devices(Call& call, const Resource& instance, const Resource& image) {
  const auto volumes = volumes_of(call, instance.id);
  auto devices = described_devices(call, volumes);
  for (const auto& volume : volumes) {
    const auto name = text(array_of(volume.shape, "Attachments").front(), "Device");
    for (auto& device : devices) {
      if (text(device, "DeviceName") != name) continue;
      const auto snapshot = make_snapshot(
          call, volume, fmt::format("Created by CreateImage({}) for {}", instance.id, image.id),
          tags_in_request(call.params(), kSnapshot));
      device.as_object()["Ebs"].as_object()["SnapshotId"] = snapshot.id;
    }
  }
  return devices;
}

/// A device of RegisterImage, with the size of its snapshot.
Result<Object> registered_device(const Call& call, const Document& asked) {
  auto device = asked.as_object();
  auto ebs = object_of(asked, "Ebs");
  if (const auto id = text(ebs, "SnapshotId"); !id.empty()) {
    const auto snapshot = TRY(visible_snapshot(call, id));
    const auto least = integer(snapshot.shape, "VolumeSize").value_or(1);
    if (integer(ebs, "VolumeSize").value_or(least) < least) {
      return fail("InvalidBlockDeviceMapping",
                  fmt::format("Volume of size {}GB is smaller than snapshot '{}', expect size >= "
                              "{}GB",
                              integer(ebs, "VolumeSize").value_or(0), id, least));
    }
    if (!ebs.contains("VolumeSize")) ebs["VolumeSize"] = least;
    ebs["Encrypted"] = flag(snapshot.shape, "Encrypted");
  }
  if (!ebs.empty()) {
    if (!ebs.contains("VolumeType")) ebs["VolumeType"] = "standard";
    if (!ebs.contains("DeleteOnTermination")) ebs["DeleteOnTermination"] = true;
    device["Ebs"] = std::move(ebs);
  }
  return device;
}

Result<Array> registered_devices(const Call& call, std::string_view root) {
  Array devices;
  bool rooted = false;
  for (const auto& asked : array_of(call.params(), "BlockDeviceMappings")) {
    devices.push_back(TRY(registered_device(call, asked)));
    rooted |=
        text(asked, "DeviceName") == root && !text(object_of(asked, "Ebs"), "SnapshotId").empty();
  }
  if (!rooted) {
    return fail("InvalidBlockDeviceMapping",
                fmt::format("The device '{}' is used in more than one or in no block-device "
                            "mapping with a snapshot.",
                            root));
  }
  return devices;
}

}  // namespace

Outcome create_image(Call& call) {
  const auto& params = call.params();
  const auto instance = TRY(named(call, kInstance, "InstanceId"));
  TRY(check_name(call, text(params, "Name")));
  auto image = new_resource(call, kImage, TRY(specified_tags(call, kImage, {&kSnapshot})));
  const auto& like = instance.shape;
  image.shape = {{"Architecture", text(like, "Architecture")},
                 {"PlatformDetails", text(like, "PlatformDetails")},
                 {"UsageOperation", text(like, "UsageOperation")},
                 {"Description", text(params, "Description")},
                 {"EnaSupport", flag(like, "EnaSupport", true)},
                 {"Name", text(params, "Name")},
                 {"RootDeviceName", text(like, "RootDeviceName")},
                 {"VirtualizationType", "hvm"},
                 {"SourceInstanceId", instance.id}};
  auto devices = snapshot_devices(call, instance, image);
  return keep(call, image, std::move(devices));
}

Outcome register_image(Call& call) {
  const auto& params = call.params();
  TRY(check_name(call, text(params, "Name")));
  if (!text(params, "ImageLocation").empty()) {
    return fail("UnsupportedOperation",
                "Images that are registered by their manifest in S3 are not served here.");
  }
  const auto architecture = text(params, "Architecture", "i386");
  if (std::find(kArchitectures.begin(), kArchitectures.end(), architecture) == kArchitectures.end())
    return invalid_value(architecture, "architecture");
  const auto virtualization = text(params, "VirtualizationType", "paravirtual");
  if (virtualization != "hvm" && virtualization != "paravirtual")
    return invalid_value(virtualization, "virtualizationType");
  const auto root = text(params, "RootDeviceName");
  if (root.empty()) return missing_parameter("rootDeviceName");
  auto devices = TRY(registered_devices(call, root));
  auto image = new_resource(call, kImage, TRY(specified_tags(call, kImage, {&kSnapshot})));
  image.shape = {{"Architecture", architecture},
                 {"PlatformDetails", "Linux/UNIX"},
                 {"UsageOperation", "RunInstances"},
                 {"Description", text(params, "Description")},
                 {"EnaSupport", flag(params, "EnaSupport")},
                 {"Name", text(params, "Name")},
                 {"RootDeviceName", root},
                 {"VirtualizationType", virtualization}};
  for (const auto* name : {"SriovNetSupport", "BootMode", "ImdsSupport", "KernelId", "RamdiskId"}) {
    if (const auto value = text(params, name); !value.empty()) image.shape[name] = value;
  }
  return keep(call, image, std::move(devices));
}

/// From another region of the account, or an own or shared one of this.
Outcome copy_image(Call& call) {
  const auto& params = call.params();
  const auto id = text(params, "SourceImageId");
  const auto region = string_of(params, "SourceRegion");
  if (region.empty()) return missing_parameter("sourceRegion");
  TRY(check_name(call, text(params, "Name")));
  auto source = get(call, Scope{call.account(), region}, kImage, id);
  if (!source && region == call.region()) source = TRY(visible_image(call, id));
  if (!source) return missing(kImage, {std::string(id)});
  if (text(source->shape, "State") != "available") {
    return fail("InvalidAMIID.Unavailable",
                fmt::format("The image ID '[{}]' is no longer available", id));
  }
  auto tags = TRY(specified_tags(call, kImage, {&kSnapshot}));
  if (flag(params, "CopyImageTags") && source->scope.account == call.account())
    tags.insert(source->tags.begin(), source->tags.end());
  auto image = new_resource(call, kImage, std::move(tags));
  image.shape = source->shape;
  for (const auto* name : {"ImageOwnerAlias", "SourceInstanceId"})
    image.shape.erase(name);
  image.shape["Name"] = text(params, "Name");
  if (find(params, "Description")) image.shape["Description"] = text(params, "Description");
  Array devices = array_of(source->shape, "BlockDeviceMappings");
  for (auto& device : devices) {
    const auto snapshot = text(object_of(device, "Ebs"), "SnapshotId");
    const auto original = get(call, source->scope, kSnapshot, snapshot);
    if (!original) continue;  // somebody else's, published with its image
    const auto copy = TRY(copied_snapshot(call, *original, tags_in_request(params, kSnapshot)));
    auto& ebs = device.as_object()["Ebs"].as_object();
    ebs["SnapshotId"] = copy.id;
    ebs["Encrypted"] = flag(copy.shape, "Encrypted");
  }
  return keep(call, image, std::move(devices));
}

Outcome deregister_image(Call& call) {
  erase(call, kImage, TRY(own_image(call)));
  return Object();
}

}  // namespace tocsin::ec2

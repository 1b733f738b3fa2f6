// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/images.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/tags.hpp"
#include "services/ec2/volumes.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;

constexpr std::array<Filter, 27> kFilters{
    {{"architecture", "Architecture"},
     {"block-device-mapping.delete-on-termination", "BlockDeviceMappings.Ebs.DeleteOnTermination"},
     {"block-device-mapping.device-name", "BlockDeviceMappings.DeviceName"},
     {"block-device-mapping.encrypted", "BlockDeviceMappings.Ebs.Encrypted"},
     {"block-device-mapping.snapshot-id", "BlockDeviceMappings.Ebs.SnapshotId"},
     {"block-device-mapping.volume-size", "BlockDeviceMappings.Ebs.VolumeSize"},
     {"block-device-mapping.volume-type", "BlockDeviceMappings.Ebs.VolumeType"},
     {"creation-date", "CreationDate"},
     {"description", "Description"},
     {"ena-support", "EnaSupport"},
     {"hypervisor", "Hypervisor"},
     {"image-id", "ImageId"},
     {"image-type", "ImageType"},
     {"is-public", "Public"},
     {"kernel-id", "KernelId"},
     {"manifest-location", "ImageLocation"},
     {"name", "Name"},
     {"owner-alias", "ImageOwnerAlias"},
     {"owner-id", "OwnerId"},
     {"platform", "Platform"},
     {"product-code", "ProductCodes.ProductCodeId"},
     {"ramdisk-id", "RamdiskId"},
     {"root-device-name", "RootDeviceName"},
     {"root-device-type", "RootDeviceType"},
     {"source-instance-id", "SourceInstanceId"},
     {"state", "State"},
     {"virtualization-type", "VirtualizationType"}}};

struct Published {
  std::string_view name, architecture, owner, alias, root, description;
  std::int64_t gigabytes;
  bool windows = false;
};
constexpr std::array<Published, 5> kPublished{
    {{"al2023-ami-2023.6.20241111.0-kernel-6.1-x86_64", "x86_64", "137112412989", "amazon",
      "/dev/xvda", "Amazon Linux 2023 AMI 2023.6.20241111.0 x86_64 HVM kernel-6.1", 8},
     {"al2023-ami-2023.6.20241111.0-kernel-6.1-arm64", "arm64", "137112412989", "amazon",
      "/dev/xvda", "Amazon Linux 2023 AMI 2023.6.20241111.0 arm64 HVM kernel-6.1", 8},
     {"amzn2-ami-hvm-2.0.20241113.1-x86_64-gp2", "x86_64", "137112412989", "amazon", "/dev/xvda",
      "Amazon Linux 2 AMI 2.0.20241113.1 x86_64 HVM gp2", 8},
     {"ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04-amd64-server-20241109", "x86_64",
      "099720109477", "", "/dev/sda1", "Canonical, Ubuntu, 24.04, amd64 noble image", 8},
     {"Windows_Server-2022-English-Full-Base-2024.11.13", "x86_64", "801119661308", "amazon",
      "/dev/sda1", "Microsoft Windows Server 2022 Full Locale English AMI provided by Amazon", 30,
      true}}};

std::string derived_id(std::string_view prefix, const std::string& region, std::string_view name) {
  return fmt::format("{}0{}", prefix,
                     hex(sha256(fmt::format("{}/{}", region, name))).substr(0, 16));
}

Resource published(const std::string& region, const Published& image) {
  Resource out{.scope = {AccountId(std::string(image.owner)), region},
               .id = derived_id(kImage.prefix, region, image.name)};
  out.shape = {{"Architecture", std::string(image.architecture)},
               {"CreationDate", "2024-11-14T00:00:00.000Z"},
               {"ImageId", out.id},
               {"ImageLocation",
                fmt::format("{}/{}", image.alias.empty() ? image.owner : image.alias, image.name)},
               {"ImageType", "machine"},
               {"Public", true},
               {"OwnerId", std::string(image.owner)},
               {"PlatformDetails", image.windows ? "Windows" : "Linux/UNIX"},
               {"UsageOperation", image.windows ? "RunInstances:0002" : "RunInstances"},
               {"State", "available"},
               {"BlockDeviceMappings",
                Array{Object{{"DeviceName", std::string(image.root)},
                             {"Ebs", Object{{"DeleteOnTermination", true},
                                            {"SnapshotId", derived_id("snap-", region, image.name)},
                                            {"VolumeSize", image.gigabytes},
                                            {"VolumeType", "gp3"},
                                            {"Encrypted", false}}}}}},
               {"Description", std::string(image.description)},
               {"EnaSupport", true},
               {"Hypervisor", "xen"},
               {"Name", std::string(image.name)},
               {"RootDeviceName", std::string(image.root)},
               {"RootDeviceType", "ebs"},
               {"SriovNetSupport", "simple"},
               {"VirtualizationType", "hvm"}};
  if (!image.alias.empty()) out.shape["ImageOwnerAlias"] = std::string(image.alias);
  if (image.windows) out.shape["Platform"] = "windows";
  return out;
}

std::vector<Resource> visible_images(const Call& call) {
  auto images = all(call, call.scope(), kImage);
  for (const auto& image : kPublished)
    images.push_back(published(call.region(), image));
  return images;
}

bool has(const std::vector<std::string>& texts, std::string_view text) {
  return std::find(texts.begin(), texts.end(), text) != texts.end();
}

bool owned_as_asked(const Call& call, const Resource& image) {
  const auto owners = texts(call.params(), "Owners");
  const auto owner = text(image.shape, "OwnerId");
  const auto alias = text(image.shape, "ImageOwnerAlias");
  return owners.empty() || has(owners, owner) || (!alias.empty() && has(owners, alias)) ||
         (has(owners, "self") && owner == call.account().str());
}

Result<void> check_name(const Call& call, std::string_view name) {
  if (name.empty()) return missing_parameter("name");
  if (name.size() < 3 || name.size() > 128) {
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

}  // namespace

Result<Resource> visible_image(const Call& call, std::string_view id) {
  TRY(check_id(kImage, id));
  for (auto& image : visible_images(call)) {
    if (image.id == id) return std::move(image);
  }
  return missing(kImage, {std::string(id)});
}

Outcome describe_images(Call& call) {
  const auto ids = texts(call.params(), "ImageIds");
  std::vector<std::string> absent;
  for (const auto& id : ids) {
    TRY(check_id(kImage, id));
    if (!visible_image(call, id)) absent.push_back(id);
  }
  if (!absent.empty()) return missing(kImage, absent);
  Array items;
  for (const auto& image : visible_images(call)) {
    if ((ids.empty() || has(ids, image.id)) && owned_as_asked(call, image))
      items.push_back(shown(image));
  }
  return TRY(filtered_page(call, items, "Images", kFilters));
}

Outcome create_image(Call& call) {
  const auto instance = TRY(named(call, kInstance, "InstanceId"));
  const auto name = text(call.params(), "Name");
  TRY(check_name(call, name));
  Resource image {
    .scope = call.scope(), .id = new_id(call, kImage.prefix), .created = call.now(),
    .tags = TRY(specified_tags(call, kImage, {&kSnapshot}))
  };
  Array devices;
  for (const auto& volume : volumes_of(call, instance.id)) {
    const auto snapshot = make_snapshot(
        call, volume, fmt::format("Created by CreateImage({}) for {}", instance.id, image.id),
        tags_in_request(call, kSnapshot));
    const auto& attachment = array_of(volume.shape, "Attachments").front();
    devices.push_back(
        Object{{"DeviceName", text(attachment, "Device")},
               {"Ebs", Object{{"DeleteOnTermination", flag(attachment, "DeleteOnTermination")},
                              {"SnapshotId", snapshot.id},
                              {"VolumeSize", integer(volume.shape, "Size").value_or(1)},
                              {"VolumeType", text(volume.shape, "VolumeType")},
                              {"Encrypted", flag(volume.shape, "Encrypted")}}}});
  }
  image.shape = {{"Architecture", text(instance.shape, "Architecture")},
                 {"CreationDate", iso8601_ms(call.now())},
                 {"ImageId", image.id},
                 {"ImageLocation", fmt::format("{}/{}", call.account().str(), name)},
                 {"ImageType", "machine"},
                 {"Public", false},
                 {"OwnerId", call.account().str()},
                 {"PlatformDetails", text(instance.shape, "PlatformDetails")},
                 {"UsageOperation", text(instance.shape, "UsageOperation")},
                 {"State", "available"},
                 {"BlockDeviceMappings", std::move(devices)},
                 {"Description", text(call.params(), "Description")},
                 {"EnaSupport", true},
                 {"Hypervisor", "xen"},
                 {"Name", std::string(name)},
                 {"RootDeviceName", text(instance.shape, "RootDeviceName")},
                 {"RootDeviceType", "ebs"},
                 {"VirtualizationType", "hvm"},
                 {"SourceInstanceId", instance.id}};
  save(call, kImage, image);
  return Object{{"ImageId", image.id}};
}

Outcome deregister_image(Call& call) {
  const auto id = text(call.params(), "ImageId");
  const auto image = TRY(visible_image(call, id));
  if (image.scope.account != call.account()) {
    return fail("AuthFailure", fmt::format("Not authorized for image:{}", id), 403);
  }
  erase(call, kImage, image);
  return Object();
}

}  // namespace tocsin::ec2

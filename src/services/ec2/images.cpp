// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/images.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/settings.hpp"
#include "services/ec2/sharing.hpp"

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

bool owned_as_asked(const Call& call, const Resource& image) {
  const auto owners = texts(call.params(), "Owners");
  const auto owner = text(image.shape, "OwnerId");
  const auto alias = text(image.shape, "ImageOwnerAlias");
  return owners.empty() || has(owners, owner) || (!alias.empty() && has(owners, alias)) ||
         (has(owners, "self") && owner == call.account().str());
}

/// "self" is the caller, "all" everybody; asked for nobody: everybody.
bool executable_as_asked(const Call& call, const Resource& image) {
  const auto users = texts(call.params(), "ExecutableUsers");
  if (users.empty()) return true;
  const auto& permissions = array_of(image.more, kLaunchPermissions);
  return std::any_of(users.begin(), users.end(), [&](const std::string& user) {
    if (user == "all") return flag(image.shape, "Public");
    return names_account(permissions, user == "self" ? call.account().str() : user);
  });
}

struct Attribute {
  std::string_view name, member;
};
constexpr std::array<Attribute, 6> kValues{{{"description", "Description"},
                                            {"kernel", "KernelId"},
                                            {"ramdisk", "RamdiskId"},
                                            {"sriovNetSupport", "SriovNetSupport"},
                                            {"bootMode", "BootMode"},
                                            {"imdsSupport", "ImdsSupport"}}};

Result<void> check_sharing(const Call& call, const Resource& image, const Document& permission) {
  TRY(check_permission(permission));
  const bool everybody = !text(permission, "Group").empty();
  for (const auto& id : values_at(image.shape, "BlockDeviceMappings.Ebs.SnapshotId")) {
    const auto snapshot = get(call, call.scope(), kSnapshot, id);
    if (!snapshot) continue;
    if (flag(snapshot->more, "ManagedKey") || (everybody && flag(snapshot->shape, "Encrypted"))) {
      return fail("InvalidParameter",
                  fmt::format("Snapshot {} is encrypted. Sharing image with encrypted snapshots is "
                              "not permitted.",
                              id));
    }
  }
  if (everybody && settings_of(call, call.scope()).image_block != "unblocked") {
    return fail("OperationNotPermitted",
                "Block public access for AMIs is enabled: images cannot be shared publicly in this "
                "Region.");
  }
  return {};
}

Result<void> set_permissions(Call& call, Resource& image) {
  const auto added = asked_permissions(call.params(), kImageSharing, "add");
  const auto removed = asked_permissions(call.params(), kImageSharing, "remove");
  if (added.empty() && removed.empty()) return missing_parameter("launchPermission");
  for (const auto& each : added)
    TRY(check_sharing(call, image, each));
  auto now = changed_permissions(array_of(image.more, kLaunchPermissions), added, removed);
  image.shape["Public"] = names_all(now);
  image.more[kLaunchPermissions] = std::move(now);
  return {};
}

}  // namespace

std::vector<Resource> visible_images(const Call& call) {
  auto images = kImage.table.all(call, {});
  std::erase_if(images, [&](const Resource& image) {
    if (image.scope.region != call.region()) return true;
    return image.scope.account != call.account() && !flag(image.shape, "Public") &&
           !names_account(array_of(image.more, kLaunchPermissions), call.account().str());
  });
  for (const auto& image : kPublished)
    images.push_back(published(call.region(), image));
  return images;
}

Result<Resource> visible_image(const Call& call, std::string_view id) {
  TRY(check_id(kImage, id));
  for (auto& image : visible_images(call)) {
    if (image.id == id) return std::move(image);
  }
  return missing(kImage, {std::string(id)});
}

Outcome describe_images(Call& call) {
  const auto ids = texts(call.params(), "ImageIds");
  const auto images = visible_images(call);
  TRY(check_among(kImage, images, ids));
  Array items;
  for (const auto& image : images) {
    if (asked_for(ids, image.id) && owned_as_asked(call, image) && executable_as_asked(call, image))
      items.push_back(shown(image));
  }
  return TRY(filtered_page(call, items, "Images", kFilters));
}

Result<Resource> own_image(const Call& call) {
  const auto id = text(call.params(), "ImageId");
  if (id.empty()) return missing_parameter("imageId");
  auto image = TRY(visible_image(call, id));
  if (image.scope.account == call.account()) return image;
  return fail("AuthFailure", fmt::format("Not authorized for image:{}", id), 403);
}

Array merged_devices(Array devices, const Array& asked) {
  for (const auto& each : asked) {
    const auto found = std::find_if(devices.begin(), devices.end(), [&](const Document& device) {
      return text(device, "DeviceName") == text(each, "DeviceName");
    });
    if (find(each, "NoDevice")) {
      if (found != devices.end()) devices.erase(found);
    } else if (found == devices.end()) {
      devices.push_back(each);
    } else {
      auto ebs = object_of(*found, "Ebs");
      for (const auto& [name, value] : object_of(each, "Ebs"))
        ebs[name] = value;
      if (!ebs.empty()) found->as_object()["Ebs"] = std::move(ebs);
    }
  }
  return devices;
}

Outcome describe_image_attribute(Call& call) {
  const auto image = TRY(own_image(call));
  const auto asked = text(call.params(), "Attribute");
  Object out{{"ImageId", image.id}};
  if (asked == "launchPermission") {
    out[kLaunchPermissions] = array_of(image.more, kLaunchPermissions);
  } else if (asked == "blockDeviceMapping") {
    out["BlockDeviceMappings"] = array_of(image.shape, "BlockDeviceMappings");
  } else if (asked == "productCodes") {
    out["ProductCodes"] = Array();
  } else {
    const auto found = std::find_if(kValues.begin(), kValues.end(),
                                    [&](const Attribute& each) { return each.name == asked; });
    if (found == kValues.end()) return invalid_value(asked, "attribute", "Unknown attribute.");
    Object value;
    if (const auto* is = image.shape.if_contains(found->member)) value["Value"] = *is;
    out[found->member] = std::move(value);
  }
  return out;
}

Outcome modify_image_attribute(Call& call) {
  const auto& params = call.params();
  auto image = TRY(own_image(call));
  const auto* description = find(params, "Description");
  const auto* metadata = find(params, "ImdsSupport");
  const auto asked = text(params, "Attribute");
  if (description || asked == "description") {
    image.shape["Description"] = description ? text(*description, "Value") : text(params, "Value");
  } else if (metadata) {
    if (text(*metadata, "Value") != "v2.0")
      return invalid_value(text(*metadata, "Value"), "imdsSupport");
    image.shape["ImdsSupport"] = "v2.0";
  } else if (asked.empty() || asked == "launchPermission") {
    TRY(set_permissions(call, image));
  } else {
    return invalid_value(asked, "attribute", "Unknown attribute.");
  }
  save(call, kImage, image);
  return Object();
}

Outcome reset_image_attribute(Call& call) {
  auto image = TRY(own_image(call));
  const auto asked = text(call.params(), "Attribute");
  if (asked != "launchPermission") return invalid_value(asked, "attribute", "Unknown attribute.");
  image.more.erase(kLaunchPermissions);
  image.shape["Public"] = false;
  save(call, kImage, image);
  return Object();
}

}  // namespace tocsin::ec2

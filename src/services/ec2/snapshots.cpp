// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/settings.hpp"
#include "services/ec2/sharing.hpp"
#include "services/ec2/tags.hpp"
#include "services/ec2/transitions.hpp"
#include "services/ec2/volumes.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Outcome;
using namespace std::chrono_literals;

constexpr auto kCopying = 5s;
constexpr std::string_view kPermissions = "CreateVolumePermissions";
constexpr std::string_view kManagedKey = "ManagedKey";

constexpr std::array<Filter, 12> kFilters{{{"description", "Description"},
                                           {"encrypted", "Encrypted"},
                                           {"owner-alias", "OwnerAlias"},
                                           {"owner-id", "OwnerId"},
                                           {"progress", "Progress"},
                                           {"snapshot-id", "SnapshotId"},
                                           {"start-time", "StartTime"},
                                           {"status", "State"},
                                           {"storage-tier", "StorageTier"},
                                           {"volume-id", "VolumeId"},
                                           {"volume-size", "VolumeSize"},
                                           {"kms-key-id", "KmsKeyId"}}};

/// Under "block-all-sharing" what is public is nobody else's.
bool permits(const store::View& view, const Resource& snapshot, std::string_view account) {
  const auto& permissions = array_of(snapshot.more, kPermissions);
  if (names_account(permissions, account)) return true;
  return names_all(permissions) &&
         settings_of(view, snapshot.scope).snapshot_block != "block-all-sharing";
}

bool owned_as_asked(const Call& call, const Resource& snapshot) {
  const auto owners = texts(call.params(), "OwnerIds");
  const auto users = texts(call.params(), "RestorableByUserIds");
  const auto owner = snapshot.scope.account.str();
  if (!owners.empty() && !has(owners, owner) &&
      !(has(owners, "self") && owner == call.account().str()))
    return false;
  if (users.empty()) return true;
  return std::any_of(users.begin(), users.end(), [&](const std::string& user) {
    if (user == "all") return names_all(array_of(snapshot.more, kPermissions));
    const auto account = user == "self" ? call.account().str() : user;
    return owner == account || permits(call, snapshot, account);
  });
}

Result<Resource> own_snapshot(const Call& call) {
  const auto id = text(call.params(), "SnapshotId");
  if (id.empty()) return missing_parameter("snapshotId");
  const auto snapshot = TRY(visible_snapshot(call, id));
  if (snapshot.scope.account != call.account()) {
    return fail("OperationNotPermitted",
                fmt::format("You do not own snapshot '{}' and may not change it.", id));
  }
  return snapshot;
}

Result<void> check_attribute(const Call& call) {
  const auto attribute = text(call.params(), "Attribute", "createVolumePermission");
  if (attribute == "createVolumePermission" || attribute == "productCodes") return {};
  return invalid_value(attribute, "attribute", "Unknown attribute.");
}

Result<void> check_sharing(const Call& call, const Resource& snapshot, const Document& permission) {
  TRY(check_permission(permission));
  const bool everybody = !text(permission, "Group").empty();
  if (flag(snapshot.shape, "Encrypted") && everybody)
    return fail("OperationNotPermitted", "Encrypted snapshots cannot be made public");
  if (flag(snapshot.more, kManagedKey)) {
    return fail("OperationNotPermitted",
                "Encrypted snapshots with EBS default key cannot be shared");
  }
  if (everybody && settings_of(call, call.scope()).snapshot_block != "unblocked") {
    return fail("OperationNotPermitted",
                "Block public access for snapshots is enabled: snapshots cannot be shared publicly "
                "in this Region.");
  }
  return {};
}

/// The other account hears of it.
void tell_of_sharing(Call& call, const Resource& snapshot, const Array& added) {
  for (const auto& each : added) {
    const auto user = text(each, "UserId");
    if (user.empty() || user == call.account().str()) continue;
    tell_of_snapshot(call, {AccountId(std::string(user)), call.region()}, snapshot, "shareSnapshot",
                     call.account().str());
  }
}

/// A copy is like this, before it is a snapshot.
Result<Resource> copied_volume(Call& call, const Resource& source, const Document& params) {
  const auto key = text(params, "KmsKeyId");
  const bool encrypted = flag(source.shape, "Encrypted") || flag(params, "Encrypted") ||
                         settings_of(call, call.scope()).encryption;
  if (!encrypted && !key.empty()) {
    return fail("InvalidParameterDependency",
                "The parameter KmsKeyId requires the parameter Encrypted to be set.");
  }
  Resource like{.id = "vol-ffffffff"};  // as AWS names the volume of a copy
  like.shape = {{"Encrypted", encrypted}, {"Size", source.shape.at("VolumeSize")}};
  if (encrypted) {
    const auto found = TRY(encryption_key(call, key));
    like.shape["KmsKeyId"] = found.arn;
    like.more[kManagedKey] = found.managed;
  }
  return like;
}

}  // namespace

std::vector<Resource> visible_snapshots(const Call& call) {
  auto found = kSnapshot.table.all(call, {});
  std::erase_if(found, [&](const Resource& snapshot) {
    return snapshot.scope.region != call.region() ||
           (snapshot.scope.account != call.account() &&
            !permits(call, snapshot, call.account().str()));
  });
  return found;
}

Result<Resource> visible_snapshot(const Call& call, std::string_view id) {
  TRY(check_id(kSnapshot, id));
  if (auto own = get(call, call.scope(), kSnapshot, id)) return *std::move(own);
  for (auto& snapshot : visible_snapshots(call)) {
    if (snapshot.id == id) return std::move(snapshot);
  }
  return missing(kSnapshot, {std::string(id)});
}

Resource make_snapshot(Call& call, const Resource& volume, std::string_view description,
                       core::Tags tags) {
  auto snapshot = new_resource(call, kSnapshot, std::move(tags));
  snapshot.shape = {{"Description", std::string(description)},
                    {"Encrypted", flag(volume.shape, "Encrypted")},
                    {"OwnerId", call.account().str()},
                    {"Progress", "0%"},
                    {"SnapshotId", snapshot.id},
                    {"StartTime", to_seconds(call.now())},
                    {"State", "pending"},
                    {"VolumeId", volume.id},
                    {"VolumeSize", integer(volume.shape, "Size").value_or(1)},
                    {"StorageTier", "standard"}};
  if (const auto key = text(volume.shape, "KmsKeyId"); !key.empty())
    snapshot.shape["KmsKeyId"] = key;
  if (flag(volume.more, kManagedKey)) snapshot.more[kManagedKey] = true;
  save(call, kSnapshot, snapshot);
  become(call, snapshot, "completed", kCopying);
  return snapshot;
}

Result<Resource> copied_snapshot(Call& call, const Resource& source, core::Tags tags) {
  const auto& params = call.params();
  const auto like = TRY(copied_volume(call, source, params));
  auto copy = make_snapshot(call, like, text(params, "Description"), std::move(tags));
  copy.more["CopiedFrom"] = arn_of(kSnapshot, source);
  save(call, kSnapshot, copy);
  return copy;
}

Outcome create_snapshot(Call& call) {
  const auto volume = TRY(named(call, kVolume, "VolumeId"));
  auto tags = TRY(specified_tags(call, kSnapshot));
  const auto snapshot =
      make_snapshot(call, volume, text(call.params(), "Description"), std::move(tags));
  auto out = shown(snapshot);
  out["Progress"] = "";
  return out;
}

Outcome create_snapshots(Call& call) {
  const auto& which = object_of(call.params(), "InstanceSpecification");
  const auto id = text(which, "InstanceId");
  if (id.empty()) return missing_parameter("instanceId");
  const auto instance = TRY(existing(call, kInstance, id));
  const auto tags = TRY(specified_tags(call, kSnapshot));
  const auto excluded = values_at(which, "ExcludeDataVolumeIds");
  const bool copy = text(call.params(), "CopyTagsFromSource") == "volume";
  Array out;
  for (const auto& volume : volumes_of(call, instance.id)) {
    const bool boot = values_at(volume.shape, "Attachments.Device") ==
                      std::vector<std::string>{string_of(instance.shape, "RootDeviceName")};
    if ((boot && flag(which, "ExcludeBootVolume")) || has(excluded, volume.id)) continue;
    auto all_tags = copy ? volume.tags : core::Tags();
    for (const auto& [key, value] : tags)
      all_tags[key] = value;
    auto shape = shown(make_snapshot(call, volume, text(call.params(), "Description"), all_tags));
    shape.erase("StorageTier");
    shape.erase("KmsKeyId");
    out.push_back(std::move(shape));
  }
  return Object{{"Snapshots", std::move(out)}};
}

Outcome copy_snapshot(Call& call) {
  const auto& params = call.params();
  const auto region = string_of(params, "SourceRegion");
  const auto id = text(params, "SourceSnapshotId");
  if (region.empty()) return missing_parameter("sourceRegion");
  auto source = get(call, Scope{call.account(), region}, kSnapshot, id);
  if (!source && region == call.region()) source = TRY(visible_snapshot(call, id));
  if (!source) return missing(kSnapshot, {std::string(id)});
  if (text(source->shape, "State") != "completed") {
    return fail("IncorrectState", fmt::format("Snapshot {} is in an invalid state: pending", id));
  }
  auto tags = TRY(specified_tags(call, kSnapshot));
  const auto copy = TRY(copied_snapshot(call, *source, std::move(tags)));
  return Object{{"SnapshotId", copy.id}, {"Tags", core::tag_list(copy.tags)}};
}

Outcome delete_snapshot(Call& call) {
  const auto snapshot = TRY(own_snapshot(call));
  for (const auto& image : all(call, call.scope(), kImage)) {
    if (has(values_at(image.shape, "BlockDeviceMappings.Ebs.SnapshotId"), snapshot.id)) {
      return fail("InvalidSnapshot.InUse",
                  fmt::format("The snapshot {} is currently in use by {}", snapshot.id, image.id));
    }
  }
  erase(call, kSnapshot, snapshot);
  return Object();
}

Outcome describe_snapshots(Call& call) {
  const auto ids = texts(call.params(), "SnapshotIds");
  const auto snapshots = visible_snapshots(call);
  TRY(check_among(kSnapshot, snapshots, ids));
  Array items;
  for (const auto& snapshot : snapshots) {
    if (asked_for(ids, snapshot.id) && owned_as_asked(call, snapshot))
      items.push_back(shown(snapshot));
  }
  return TRY(filtered_page(call, items, "Snapshots", kFilters));
}

Outcome modify_snapshot_attribute(Call& call) {
  auto snapshot = TRY(own_snapshot(call));
  TRY(check_attribute(call));
  const auto added = asked_permissions(call.params(), kSnapshotSharing, "add");
  const auto removed = asked_permissions(call.params(), kSnapshotSharing, "remove");
  if (added.empty() && removed.empty()) return missing_parameter("createVolumePermission");
  for (const auto& each : added)
    TRY(check_sharing(call, snapshot, each));
  auto now = changed_permissions(array_of(snapshot.more, kPermissions), added, removed);
  tell_of_sharing(call, snapshot, added);
  snapshot.more[kPermissions] = std::move(now);
  save(call, kSnapshot, snapshot);
  return Object();
}

Outcome reset_snapshot_attribute(Call& call) {
  auto snapshot = TRY(own_snapshot(call));
  TRY(check_attribute(call));
  snapshot.more.erase(kPermissions);
  save(call, kSnapshot, snapshot);
  return Object();
}

Outcome describe_snapshot_attribute(Call& call) {
  const auto snapshot = TRY(own_snapshot(call));
  TRY(check_attribute(call));
  Object out{{"SnapshotId", snapshot.id}};
  if (text(call.params(), "Attribute") == "productCodes")
    out["ProductCodes"] = Array();
  else
    out[kPermissions] = array_of(snapshot.more, kPermissions);
  return out;
}

}  // namespace tocsin::ec2

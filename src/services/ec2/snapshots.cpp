// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/ec2/errors.hpp"
#include "services/ec2/listing.hpp"
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

bool permits(const Resource& snapshot, std::string_view account) {
  for (const auto& each : array_of(snapshot.more, kPermissions)) {
    if (text(each, "Group") == "all" || text(each, "UserId") == account) return true;
  }
  return false;
}

bool any_of(const std::vector<std::string>& wanted, std::string_view value) {
  return std::find(wanted.begin(), wanted.end(), value) != wanted.end();
}

bool owned_as_asked(const Call& call, const Resource& snapshot) {
  const auto owners = texts(call.params(), "OwnerIds");
  const auto users = texts(call.params(), "RestorableByUserIds");
  const auto owner = snapshot.scope.account.str();
  if (!owners.empty() && !any_of(owners, owner) &&
      !(any_of(owners, "self") && owner == call.account().str()))
    return false;
  if (users.empty()) return true;
  return std::any_of(users.begin(), users.end(), [&](const std::string& user) {
    if (user == "all") return permits(snapshot, "all");
    const auto account = user == "self" ? call.account().str() : user;
    return owner == account || permits(snapshot, account);
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

/// What an operation adds or removes, whichever way the client says it.
Array permissions_in(const Document& params, std::string_view operation) {
  Array out =
      array_of(object_of(params, "CreateVolumePermission"), operation == "add" ? "Add" : "Remove");
  if (text(params, "OperationType") != operation) return out;
  for (const auto& user : texts(params, "UserIds"))
    out.push_back(Object{{"UserId", user}});
  for (const auto& group : texts(params, "GroupNames"))
    out.push_back(Object{{"Group", group}});
  return out;
}

Result<void> check_permission(const Resource& snapshot, const Document& permission) {
  const auto user = text(permission, "UserId");
  const auto group = text(permission, "Group");
  if (!group.empty() && group != "all") return invalid_value(group, "userGroup");
  const bool account = user.size() == 12 && user.find_first_not_of("0123456789") == user.npos;
  if (group.empty() && !account)
    return fail("InvalidUserID.Malformed", fmt::format("Invalid user id: \"{}\"", user));
  if (flag(snapshot.shape, "Encrypted") && !group.empty()) {
    return fail("OperationNotPermitted", "Encrypted snapshots cannot be made public");
  }
  if (text(snapshot.shape, "KmsKeyId").find("alias/aws/ebs") != std::string_view::npos) {
    return fail("OperationNotPermitted",
                "Encrypted snapshots with EBS default key cannot be shared");
  }
  return {};
}

}  // namespace

std::vector<Resource> visible_snapshots(const Call& call) {
  auto found = kSnapshot.table.all(call, {});
  std::erase_if(found, [&](const Resource& snapshot) {
    return snapshot.scope.region != call.region() ||
           (snapshot.scope.account != call.account() && !permits(snapshot, call.account().str()));
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
  Resource snapshot{.scope = call.scope(),
                    .id = new_id(call, kSnapshot.prefix),
                    .created = call.now(),
                    .tags = std::move(tags)};
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
  save(call, kSnapshot, snapshot);
  become(call, snapshot, "completed", kCopying);
  return snapshot;
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
    if ((boot && flag(which, "ExcludeBootVolume")) || any_of(excluded, volume.id)) continue;
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
  const bool encrypted = flag(source->shape, "Encrypted") || flag(params, "Encrypted");
  if (!encrypted && !text(params, "KmsKeyId").empty()) {
    return fail("InvalidParameterDependency",
                "The parameter KmsKeyId requires the parameter Encrypted to be set.");
  }
  Resource like{.id = "vol-ffffffff"};  // as AWS names the volume of a copy
  like.shape = {{"Encrypted", encrypted}, {"Size", source->shape.at("VolumeSize")}};
  if (encrypted) like.shape["KmsKeyId"] = TRY(encryption_key(call, text(params, "KmsKeyId")));
  auto tags = TRY(specified_tags(call, kSnapshot));
  const auto copy = make_snapshot(call, like, text(params, "Description"), std::move(tags));
  return Object{{"SnapshotId", copy.id}, {"Tags", core::tag_list(copy.tags)}};
}

Outcome delete_snapshot(Call& call) {
  const auto snapshot = TRY(own_snapshot(call));
  for (const auto& image : all(call, call.scope(), kImage)) {
    if (any_of(values_at(image.shape, "BlockDeviceMappings.Ebs.SnapshotId"), snapshot.id)) {
      return fail("InvalidSnapshot.InUse",
                  fmt::format("The snapshot {} is currently in use by {}", snapshot.id, image.id));
    }
  }
  erase(call, kSnapshot, snapshot);
  return Object();
}

Outcome describe_snapshots(Call& call) {
  const auto ids = texts(call.params(), "SnapshotIds");
  std::vector<std::string> absent;
  for (const auto& id : ids) {
    TRY(check_id(kSnapshot, id));
    if (!visible_snapshot(call, id)) absent.push_back(id);
  }
  if (!absent.empty()) return missing(kSnapshot, absent);
  Array items;
  for (const auto& snapshot : visible_snapshots(call)) {
    if ((ids.empty() || any_of(ids, snapshot.id)) && owned_as_asked(call, snapshot))
      items.push_back(shown(snapshot));
  }
  return TRY(filtered_page(call, items, "Snapshots", kFilters));
}

Outcome modify_snapshot_attribute(Call& call) {
  auto snapshot = TRY(own_snapshot(call));
  TRY(check_attribute(call));
  const auto added = permissions_in(call.params(), "add");
  const auto removed = permissions_in(call.params(), "remove");
  if (added.empty() && removed.empty()) return missing_parameter("createVolumePermission");
  Array now;
  for (const auto& each : array_of(snapshot.more, kPermissions)) {
    if (std::find(removed.begin(), removed.end(), each) == removed.end()) now.push_back(each);
  }
  for (const auto& each : added) {
    TRY(check_permission(snapshot, each));
    if (std::find(now.begin(), now.end(), each) == now.end()) now.push_back(each);
  }
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

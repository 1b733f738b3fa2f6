// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/volumes.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/ec2/errors.hpp"
#include "services/ec2/instances.hpp"
#include "services/ec2/listing.hpp"
#include "services/ec2/regions.hpp"
#include "services/ec2/settings.hpp"
#include "services/ec2/tags.hpp"
#include "services/ec2/transitions.hpp"

namespace tocsin::ec2 {
namespace {

using core::Call;
using core::Context;
using core::Outcome;
using namespace std::chrono_literals;

constexpr auto kCreating = 2s;
constexpr auto kModifying = 30s;
constexpr auto kBetweenModifications = 6h;

constexpr std::array<Filter, 17> kFilters{
    {{"attachment.attach-time", "Attachments.AttachTime"},
     {"attachment.delete-on-termination", "Attachments.DeleteOnTermination"},
     {"attachment.device", "Attachments.Device"},
     {"attachment.instance-id", "Attachments.InstanceId"},
     {"attachment.status", "Attachments.State"},
     {"availability-zone", "AvailabilityZone"},
     {"create-time", "CreateTime"},
     {"encrypted", "Encrypted"},
     {"fast-restored", "FastRestored"},
     {"multi-attach-enabled", "MultiAttachEnabled"},
     {"size", "Size"},
     {"snapshot-id", "SnapshotId"},
     {"status", "State"},
     {"volume-id", "VolumeId"},
     {"volume-type", "VolumeType"},
     {"kms-key-id", "KmsKeyId"},
     {"owner-id", "OwnerId"}}};
constexpr std::array<Filter, 4> kStatusFilters{
    {{"availability-zone", "AvailabilityZone"},
     {"volume-status.status", "VolumeStatus.Status"},
     {"volume-status.details-name", "VolumeStatus.Details.Name"},
     {"volume-status.details-status", "VolumeStatus.Details.Status"}}};

constexpr std::array<Filter, 11> kModificationFilters{
    {{"modification-state", "ModificationState"},
     {"original-iops", "OriginalIops"},
     {"original-size", "OriginalSize"},
     {"original-volume-type", "OriginalVolumeType"},
     {"originalMultiAttachEnabled", "OriginalMultiAttachEnabled"},
     {"start-time", "StartTime"},
     {"target-iops", "TargetIops"},
     {"target-size", "TargetSize"},
     {"target-volume-type", "TargetVolumeType"},
     {"targetMultiAttachEnabled", "TargetMultiAttachEnabled"},
     {"volume-id", "VolumeId"}}};

struct Type {
  std::string_view name;
  std::int64_t least, most;  // GiB
  bool takes_iops = false;
  bool needs_iops = false;
};
constexpr std::array<Type, 7> kTypes{{{"gp2", 1, 16384},
                                      {"gp3", 1, 16384, true},
                                      {"io1", 4, 16384, true, true},
                                      {"io2", 4, 65536, true, true},
                                      {"st1", 125, 16384},
                                      {"sc1", 125, 16384},
                                      {"standard", 1, 1024}}};

Result<Type> type_of(std::string_view name) {
  for (const auto& type : kTypes) {
    if (type.name == name) return type;
  }
  return fail("UnknownVolumeType",
              fmt::format("Unsupported volume type '{}' for volume creation.", name));
}

Result<void> check_size(std::int64_t size, const Type& type) {
  if (size < type.least) {
    return invalid_value(
        fmt::format("Volume of {}GiB is too small for volume type {}; minimum is "
                    "{}GiB.",
                    size, type.name, type.least));
  }
  if (size > type.most) {
    return invalid_value(
        fmt::format("Volume of {}GiB is too large for volume type {}; maximum is "
                    "{}GiB.",
                    size, type.name, type.most));
  }
  return {};
}

Result<void> set_performance(Object& shape, const Type& type, const Document& spec,
                             std::int64_t size) {
  const auto iops = integer(spec, "Iops");
  if (type.needs_iops && !iops) {
    return fail("MissingParameter",
                fmt::format("The parameter iops must be specified for {} volumes.", type.name));
  }
  if (iops && !type.takes_iops) {
    return invalid_combination(
        fmt::format("The parameter iops is not supported for {} volumes.", type.name));
  }
  if (find(spec, "Throughput") && type.name != "gp3") {
    return invalid_combination(
        fmt::format("The parameter throughput is not supported for {} volumes.", type.name));
  }
  if (iops) shape["Iops"] = *iops;
  if (type.name == "gp2") shape["Iops"] = std::clamp<std::int64_t>(3 * size, 100, 16000);
  if (type.name == "gp3") {
    shape["Iops"] = iops.value_or(3000);
    shape["Throughput"] = integer(spec, "Throughput").value_or(125);
  }
  return {};
}

/// Once in six hours.
Result<void> check_rate(const Resource& volume, Time now) {
  const auto* start = find(object_of(volume.more, kModification), "StartTime");
  if (!start || now - from_seconds(start->to_number<double>()) >= kBetweenModifications) return {};
  return fail("VolumeModificationRateExceeded",
              "You've reached the maximum modification rate per volume limit. Wait at least 6 "
              "hours between modifications per EBS volume.");
}

Object attachment_reply(const Resource& volume, std::string_view state) {
  auto out = array_of(volume.shape, "Attachments").at(0).as_object();
  out["State"] = std::string(state);
  return out;
}

std::string instance_of(const Resource& volume) {
  const auto& attachments = array_of(volume.shape, "Attachments");
  return attachments.empty() ? std::string() : string_of(attachments.front(), "InstanceId");
}

Result<void> check_attachable(const Call& call, const Resource& volume, const Resource& instance) {
  if (!instance_of(volume).empty())
    return fail("VolumeInUse", fmt::format("{} is already attached to an instance", volume.id));
  if (text(volume.shape, "State") != "available")
    return fail("IncorrectState", fmt::format("{} is not 'available'.", volume.id));
  const auto state = state_of(instance);
  if (state != State::Running && state != State::Stopped && state != State::Pending)
    return fail("IncorrectState", fmt::format("Instance '{}' is not 'running'.", instance.id));
  if (text(volume.shape, "AvailabilityZone") !=
      text(object_of(instance.shape, "Placement"), "AvailabilityZone")) {
    return fail("InvalidVolume.ZoneMismatch",
                fmt::format("The volume '{}' is not in the same availability zone as instance '{}'",
                            volume.id, instance.id));
  }
  const auto device = text(call.params(), "Device");
  if (has(values_at(instance.shape, "BlockDeviceMappings.DeviceName"), device)) {
    return invalid_value(
        fmt::format("Invalid value '{}' for unixDevice. Attachment point {} is "
                    "already in use",
                    device, device));
  }
  return {};
}

void refresh_owner(Context& context, std::string_view id) {
  if (auto instance = get(context, context.scope(), kInstance, id)) {
    refresh_devices(context, *instance);
    save(context, kInstance, *instance);
  }
}

}  // namespace

Result<Resource> make_volume(Call& call, const Document& spec, std::string_view zone,
                             core::Tags tags) {
  const auto type = TRY(type_of(text(spec, "VolumeType", "gp2")));
  auto size = integer(spec, "Size");
  if (!size) size = integer(spec, "VolumeSize");
  bool encrypted = flag(spec, "Encrypted") || settings_of(call, call.scope()).encryption;
  std::string key(text(spec, "KmsKeyId"));
  const auto snapshot_id = text(spec, "SnapshotId");
  if (!snapshot_id.empty()) {
    const auto snapshot = TRY(visible_snapshot(call, snapshot_id));
    const auto least = integer(snapshot.shape, "VolumeSize").value_or(1);
    if (size && *size < least) {
      return invalid_value(
          fmt::format("Volume of {}GiB is smaller than snapshot '{}', expect size >= {}GiB", *size,
                      snapshot_id, least));
    }
    if (!size) size = least;
    if (flag(snapshot.shape, "Encrypted") && key.empty()) key = text(snapshot.shape, "KmsKeyId");
    encrypted |= flag(snapshot.shape, "Encrypted");
  }
  if (!size)
    return fail("MissingParameter", "The request must contain the parameter size/snapshot");
  TRY(check_size(*size, type));
  if (!key.empty() && !encrypted) {
    return fail("InvalidParameterDependency",
                "The parameter KmsKeyId requires the parameter Encrypted to be set.");
  }
  auto volume = new_resource(call, kVolume, std::move(tags));
  volume.shape = {{"Attachments", Array()},
                  {"AvailabilityZone", std::string(zone)},
                  {"CreateTime", to_seconds(call.now())},
                  {"Encrypted", encrypted},
                  {"Size", *size},
                  {"SnapshotId", std::string(snapshot_id)},
                  {"State", "creating"},
                  {"VolumeId", volume.id},
                  {"VolumeType", std::string(type.name)},
                  {"MultiAttachEnabled", flag(spec, "MultiAttachEnabled")}};
  TRY(set_performance(volume.shape, type, spec, *size));
  if (encrypted) {
    const auto found = TRY(encryption_key(call, key));
    volume.shape["KmsKeyId"] = found.arn;
    volume.more["ManagedKey"] = found.managed;
  }
  save(call, kVolume, volume);
  return volume;
}

void attach_volume_to(Context& context, Resource& volume, const Resource& instance,
                      std::string_view device, bool delete_on_termination) {
  volume.shape["Attachments"] = Array{Object{{"AttachTime", to_seconds(context.now())},
                                             {"Device", std::string(device)},
                                             {"InstanceId", instance.id},
                                             {"State", "attached"},
                                             {"VolumeId", volume.id},
                                             {"DeleteOnTermination", delete_on_termination}}};
  volume.shape["State"] = "in-use";
  save(context, kVolume, volume);
}

void detach_from_instance(Context& context, Resource& volume) {
  volume.shape["Attachments"] = Array();
  volume.shape["State"] = "available";
  save(context, kVolume, volume);
}

std::vector<Resource> volumes_of(const Context& context, std::string_view instance) {
  auto found = all(context, context.scope(), kVolume);
  std::erase_if(found, [&](const Resource& volume) { return instance_of(volume) != instance; });
  std::stable_sort(found.begin(), found.end(), [](const Resource& one, const Resource& other) {
    return values_at(one.shape, "Attachments.Device") <
           values_at(other.shape, "Attachments.Device");
  });
  return found;
}

void refresh_devices(Context& context, Resource& instance) {
  Array devices;
  for (const auto& volume : volumes_of(context, instance.id)) {
    const auto& attachment = array_of(volume.shape, "Attachments").front();
    devices.push_back(
        Object{{"DeviceName", text(attachment, "Device")},
               {"Ebs", Object{{"AttachTime", attachment.at("AttachTime")},
                              {"DeleteOnTermination", flag(attachment, "DeleteOnTermination")},
                              {"Status", "attached"},
                              {"VolumeId", volume.id}}}});
  }
  instance.shape["BlockDeviceMappings"] = std::move(devices);
}

Outcome create_volume(Call& call) {
  const auto name = text(call.params(), "AvailabilityZone");
  if (name.empty()) return missing_parameter("availabilityZone");
  const auto zone = zone_in(call.region(), name);
  if (!zone)
    return fail("InvalidZone.NotFound", fmt::format("The zone '{}' does not exist.", name));
  auto volume =
      TRY(make_volume(call, call.params(), zone->name, TRY(specified_tags(call, kVolume))));
  become(call, volume, "available", kCreating);
  return shown(volume);
}

Outcome delete_volume(Call& call) {
  const auto volume = TRY(named(call, kVolume, "VolumeId"));
  if (const auto instance = instance_of(volume); !instance.empty()) {
    return fail("VolumeInUse",
                fmt::format("Volume {} is currently attached to {}", volume.id, instance));
  }
  tell_of_volume(call, volume, "deleteVolume", "deleted");
  erase(call, kVolume, volume);
  return Object();
}

core::Handler describe_volumes() {
  return described({kVolume, "VolumeIds", "Volumes", kFilters, 5, 500});
}

Outcome describe_volume_status(Call& call) {
  const auto ids = texts(call.params(), "VolumeIds");
  Array items;
  for (const auto& id : ids)
    TRY(existing(call, kVolume, id));
  for (const auto& volume : all(call, call.scope(), kVolume)) {
    if (!asked_for(ids, volume.id)) continue;
    items.push_back(Object{
        {"Actions", Array()},
        {"AvailabilityZone", text(volume.shape, "AvailabilityZone")},
        {"Events", Array()},
        {"VolumeId", volume.id},
        {"VolumeStatus",
         Object{
             {"Details", Array{Object{{"Name", "io-enabled"}, {"Status", "passed"}},
                               Object{{"Name", "io-performance"}, {"Status", "not-applicable"}}}},
             {"Status", "ok"}}}});
  }
  return TRY(filtered_page(call, items, "VolumeStatuses", kStatusFilters));
}

Outcome attach_volume(Call& call) {
  auto volume = TRY(named(call, kVolume, "VolumeId"));
  const auto instance = TRY(named(call, kInstance, "InstanceId"));
  if (text(call.params(), "Device").empty()) return missing_parameter("device");
  TRY(check_attachable(call, volume, instance));
  attach_volume_to(call, volume, instance, text(call.params(), "Device"), false);
  refresh_owner(call, instance.id);
  return attachment_reply(volume, "attaching");
}

Outcome detach_volume(Call& call) {
  auto volume = TRY(named(call, kVolume, "VolumeId"));
  const auto instance_id = instance_of(volume);
  if (instance_id.empty()) {
    return fail("IncorrectState", fmt::format("Volume '{}' is in the '{}' state.", volume.id,
                                              text(volume.shape, "State")));
  }
  const auto asked = text(call.params(), "InstanceId");
  if (!asked.empty() && asked != instance_id) {
    return fail("InvalidAttachment.NotFound",
                fmt::format("Volume '{}' is not attached to instance '{}'", volume.id, asked));
  }
  auto reply = attachment_reply(volume, "detaching");
  const auto instance = get(call, call.scope(), kInstance, instance_id);
  if (instance && state_of(*instance) == State::Running &&
      text(reply, "Device") == text(instance->shape, "RootDeviceName")) {
    return fail("OperationNotPermitted",
                fmt::format("Unable to detach root volume '{}' from instance '{}'", volume.id,
                            instance_id));
  }
  detach_from_instance(call, volume);
  refresh_owner(call, instance_id);
  return reply;
}

Outcome modify_volume(Call& call) {
  const auto& params = call.params();
  auto volume = TRY(named(call, kVolume, "VolumeId"));
  const auto before = volume.shape;
  const auto type = TRY(type_of(text(params, "VolumeType", text(before, "VolumeType"))));
  const auto old_size = integer(before, "Size").value_or(0);
  const auto size = integer(params, "Size").value_or(old_size);
  if (size < old_size) return invalid_value("New size cannot be smaller than existing size");
  TRY(check_size(size, type));
  TRY(check_rate(volume, call.now()));
  volume.shape.erase("Iops");
  volume.shape.erase("Throughput");
  volume.shape["VolumeType"] = std::string(type.name);
  volume.shape["Size"] = size;
  TRY(set_performance(volume.shape, type, params, size));
  Object out{{"VolumeId", volume.id},
             {"ModificationState", "modifying"},
             {"Progress", 0},
             {"StartTime", to_seconds(call.now())}};
  for (const auto* name : {"Size", "Iops", "VolumeType", "Throughput", "MultiAttachEnabled"}) {
    if (const auto* now = volume.shape.if_contains(name)) out[fmt::format("Target{}", name)] = *now;
    if (const auto* was = before.if_contains(name)) out[fmt::format("Original{}", name)] = *was;
  }
  volume.more[kModification] = out;
  save(call, kVolume, volume);
  tell_of_volume(call, volume, "modifyVolume", "optimizing");
  modified_after(call, volume, kModifying);
  return Object{{"VolumeModification", std::move(out)}};
}

Outcome describe_volumes_modifications(Call& call) {
  const auto ids = texts(call.params(), "VolumeIds");
  TRY(existing(call, kVolume, ids));
  Array items;
  for (const auto& volume : all(call, call.scope(), kVolume)) {
    const auto& modification = object_of(volume.more, kModification);
    if (modification.empty() && has(ids, volume.id)) {
      return fail("InvalidVolumeModification.NotFound",
                  fmt::format("Modification for volume '{}' does not exist.", volume.id));
    }
    if (!modification.empty() && asked_for(ids, volume.id)) items.push_back(modification);
  }
  return TRY(filtered_page(call, items, "VolumesModifications", kModificationFilters));
}

Outcome describe_volume_attribute(Call& call) {
  const auto volume = TRY(named(call, kVolume, "VolumeId"));
  const auto asked = text(call.params(), "Attribute");
  Object out{{"VolumeId", volume.id}};
  if (asked == "autoEnableIO")
    out["AutoEnableIO"] = Object{{"Value", flag(volume.more, "AutoEnableIO")}};
  else if (asked == "productCodes")
    out["ProductCodes"] = Array();
  else
    return invalid_value(asked, "attribute", "Unknown attribute.");
  return out;
}

Outcome modify_volume_attribute(Call& call) {
  auto volume = TRY(named(call, kVolume, "VolumeId"));
  const auto* value = find(call.params(), "AutoEnableIO");
  if (!value) return missing_parameter("autoEnableIO");
  volume.more["AutoEnableIO"] = flag(*value, "Value");
  save(call, kVolume, volume);
  return Object();
}

/// Whose I/O is never disabled here.
Outcome enable_volume_io(Call& call) {
  TRY(named(call, kVolume, "VolumeId"));
  return Object();
}

}  // namespace tocsin::ec2

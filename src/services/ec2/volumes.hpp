// SPDX-License-Identifier: Apache-2.0
// EBS: volumes, their attachments, and snapshots.
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

/// Makes a volume from a request's Ebs or CreateVolume members (Size or VolumeSize, VolumeType,
/// Iops, Throughput, Encrypted, KmsKeyId, SnapshotId) and keeps it.
Result<Resource> make_volume(core::Call& call, const Document& spec, std::string_view zone,
                             core::Tags tags);
void attach_volume_to(core::Context& context, Resource& volume, const Resource& instance,
                      std::string_view device, bool delete_on_termination);
/// Brings the block devices that an instance shows up to date.
void refresh_devices(core::Context& context, Resource& instance);
std::vector<Resource> volumes_of(const core::Context& context, std::string_view instance);
void detach_from_instance(core::Context& context, Resource& volume);

/// Own, shared with the account, or public.
std::vector<Resource> visible_snapshots(const core::Call& call);
Result<Resource> visible_snapshot(const core::Call& call, std::string_view id);
Resource make_snapshot(core::Call& call, const Resource& volume, std::string_view description,
                       core::Tags tags);

/// A copy as the call's Encrypted, KmsKeyId and Description ask for it.
Result<Resource> copied_snapshot(core::Call& call, const Resource& source, core::Tags tags);

core::Outcome create_volume(core::Call& call);
core::Outcome delete_volume(core::Call& call);
core::Handler describe_volumes();
core::Outcome describe_volume_status(core::Call& call);
core::Outcome attach_volume(core::Call& call);
core::Outcome detach_volume(core::Call& call);
core::Outcome modify_volume(core::Call& call);
core::Outcome describe_volumes_modifications(core::Call& call);
core::Outcome describe_volume_attribute(core::Call& call);
core::Outcome modify_volume_attribute(core::Call& call);
core::Outcome enable_volume_io(core::Call& call);

core::Outcome create_snapshot(core::Call& call);
core::Outcome create_snapshots(core::Call& call);
core::Outcome copy_snapshot(core::Call& call);
core::Outcome delete_snapshot(core::Call& call);
core::Outcome describe_snapshots(core::Call& call);
core::Outcome modify_snapshot_attribute(core::Call& call);
core::Outcome reset_snapshot_attribute(core::Call& call);
core::Outcome describe_snapshot_attribute(core::Call& call);

}  // namespace tocsin::ec2

// SPDX-License-Identifier: Apache-2.0
// What becomes something else by itself after a while (a volume available, a snapshot completed),
// and what EventBridge is told of volumes and snapshots.
// https://docs.aws.amazon.com/ebs/latest/userguide/ebs-cloud-watch-events.html
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

/// After `delay` the resource's State is `to`, if it still is what it is now.
void become(core::Context& context, const Resource& resource, std::string_view to, Duration delay);

/// The member of a volume's `more` that is its last modification.
inline constexpr std::string_view kModification = "Modification";
/// After `delay` it is completed.
void modified_after(core::Context& context, const Resource& volume, Duration delay);

void tell_of_volume(core::Context& context, const Resource& volume, std::string_view event,
                    std::string_view result);
/// `event`: "createSnapshot", "copySnapshot" …; `source`: the ARN of what it was made from. Told in
/// `where`, for shared ones the other account's.
void tell_of_snapshot(core::Context& context, const Scope& where, const Resource& snapshot,
                      std::string_view event, std::string_view source);

void on_transitions(core::Registry& registry);

}  // namespace tocsin::ec2

// SPDX-License-Identifier: Apache-2.0
// Delivery channels: the bucket and topic of a region's recorder, and when files go there.
#pragma once

#include "core/registry.hpp"
#include "services/config/state.hpp"

namespace tocsin::config {

std::optional<Channel> channel_of(const store::View& view, const Scope& scope);
void put_channel(core::Context& context, const Channel& channel);

core::Outcome put_delivery_channel(core::Call& call);
core::Outcome describe_delivery_channels(core::Call& call);
core::Outcome describe_delivery_channel_status(core::Call& call);
core::Outcome delete_delivery_channel(core::Call& call);
core::Outcome deliver_config_snapshot(core::Call& call);

/// Sees to it that history files are made every six hours, from now on.
void begin_histories(core::Context& context);

/// Timers: a snapshot, or the history of six hours, is due.
void snapshot_due(core::Context& context, const core::Resumption& due);
void history_due(core::Context& context, const core::Resumption& due);

/// Whether Config can write to the channel's bucket: writes ConfigWritabilityCheckFile. Errors as
/// PutDeliveryChannel.
Result<void> check_bucket(core::Call& call, const Channel& channel, const std::string& role);

}  // namespace tocsin::config

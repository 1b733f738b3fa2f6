// SPDX-License-Identifier: Apache-2.0
// The handlers, file by file.
#pragma once

#include "services/cloudtrail/state.hpp"

namespace tocsin::cloudtrail {

// trails.cpp
core::Outcome create_trail(core::Call& call);
core::Outcome update_trail(core::Call& call);
core::Outcome delete_trail(core::Call& call);
core::Outcome describe_trails(core::Call& call);
core::Outcome get_trail(core::Call& call);
core::Outcome list_trails(core::Call& call);
core::Outcome get_trail_status(core::Call& call);
core::Outcome start_logging(core::Call& call);
core::Outcome stop_logging(core::Call& call);
core::Outcome put_event_selectors(core::Call& call);
core::Outcome get_event_selectors(core::Call& call);
/// "cloudtrail:<operation>" on the trail that the parameters name.
std::vector<core::Access> needs_trail(core::Call& call);
core::ResourceType trail_type();

// lookup.cpp
core::Outcome lookup_events(core::Call& call);
/// Puts a record at the head of the history and drops what is older than 90 days.
void remember(core::Context& context, const Scope& scope, Time time, Entry entry);

// selectors.cpp
/// Error InvalidEventSelectorsException.
Result<void> check_selectors(const Array& selectors);
/// What a trail has where nothing was put.
Array default_selectors();
bool selects(const Trail& trail, const Object& record);

// delivery.cpp
/// Gathers the record for every logging trail that chooses it. Returns whether any did.
bool gather(core::Context& context, const Object& record, Time time);
void deliver(core::Context& context, const core::Resumption& due);
void delivered(core::Context& context, const core::Resumption& end);
void notified(core::Context& context, const core::Resumption& end);
void forget_deliveries(core::Context& context, const std::string& trail_arn);

}  // namespace tocsin::cloudtrail

// SPDX-License-Identifier: Apache-2.0
// The work of activities: queued until a worker asks for it, handed over at once where one waits.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html
#pragma once

#include "services/states/drive.hpp"

namespace tocsin::states {

core::Outcome get_activity_task(core::Call& call);

/// Gives the events that follow at once (a worker has taken it).
std::vector<asl::Event> offer_activity_task(core::Context& context, const Place& place,
                                            Saved& saved, const asl::StartTask& task);
/// `what`: as `saved.pending` has it.
void withdraw_activity_task(core::Context& context, const std::string& what);
/// All that wait for a deleted activity.
void end_activity_polls(core::Context& context, const Activity& activity);

void on_activity_tasks(core::Registry& registry);

}  // namespace tocsin::states

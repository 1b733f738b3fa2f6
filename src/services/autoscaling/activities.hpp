// SPDX-License-Identifier: Apache-2.0
// Scaling activities: what a group does, why, and how it ended; and who is told.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-event-reference.html
#pragma once

#include "services/autoscaling/state.hpp"

namespace tocsin::autoscaling {

/// "At 2026-11-24T22:00:00Z"
std::string at(Time time);

/// Begins one about `member` (null: about an instance that could not be launched).
Activity begin(Context& context, const Group& group, const Member* member, std::string description,
               std::string cause);
void put(Context& context, const Activity& activity);
std::optional<Activity> activity_of(const Context& context, const Group& group,
                                    const Member& member);
/// The member's activity is in that state, `progress` percent of it done.
void note_progress(Context& context, const Group& group, const Member& member,
                   std::string_view status, std::int64_t progress);
/// It ended well, or "Failed" with `message`.
void end(Context& context, Activity& activity, std::string_view status = "Successful",
         std::string message = {});
Object shown(const Activity& activity);

/// What ends: which event says so, and which notification.
enum class Step { Launch, Terminate, Detach, LaunchFailed, TerminateFailed };
/// Tells EventBridge and the topics that are subscribed.
void tell(Context& context, const Group& group, const Activity& activity, Step step);

/// Tells a topic that it is subscribed now.
void send_test(Context& context, const Group& group, const std::string& topic);

/// Its activities are those of a group that is gone.
void orphan_activities(Context& context, const Group& group);
void forget_activity(Context& context, const Resumption& due);
Outcome describe_scaling_activities(Call& call);

}  // namespace tocsin::autoscaling

// SPDX-License-Identifier: Apache-2.0
// From what is wanted to what is there.
//
//   settle     compares the two, replaces what is unhealthy, launches, terminates, balances zones
//   launch     instances start: Pending → (hooks) → InService
//   take_out   instances end: Terminating → (draining, hooks) → terminated, gone
//
// The group that these functions change is saved by them.
#pragma once

#include "services/autoscaling/state.hpp"

namespace tocsin::autoscaling {

/// Compares soon, in an input of its own.
void settle_soon(Context& context, const Group& group);
void settle(Context& context, Group& group);

/// Sets the wanted capacity; `who` did it: "a user request explicitly set group desired capacity".
void want(Context& context, Group& group, std::int64_t desired, std::string_view who);

// --- launch.cpp
/// Launches instances of at least so many units, balanced over the places. `cause` is all that the
/// activities say of why.
void launch(Context& context, Group& group, std::int64_t units, const std::string& cause);
/// EC2 says that it runs (or it was attached, or leaves standby): hooks, then in service.
void join(Context& context, Group& group, const std::string& id);
/// It has passed its hooks: load balancers send traffic, and it counts as in service.
void enter_service(Context& context, Group& group, const std::string& id);
/// A further attempt after launches that failed.
void retry(Context& context, const Resumption& due);
/// {LaunchTemplateId, LaunchTemplateName, Version} with the version's number, and its data.
struct Template {
  Object specification;
  Object data;
};
Result<Template> template_of(Context& context, const Group& group, const Object& specification);

// --- leave.cpp
/// Returns the activity as it begins.
Activity take_out(Context& context, Group& group, const std::string& id, std::string cause);
/// Load balancers are done with it: hooks, then it is terminated.
void drained(Context& context, const Resumption& due);
/// It has passed its hooks.
void terminate(Context& context, Group& group, const std::string& id);
/// EC2 says that it is no more.
void left(Context& context, Group& group, const std::string& id);
/// An instance that could not become one of the group.
void give_up(Context& context, Group& group, const std::string& id, std::string message);
/// Removes it from the group's row.
void forget(Context& context, Group& group, const std::string& id);

// --- choose.cpp
/// Which instance is terminated next by the group's policies; null: none may be.
const Member* chosen(const Group& group);
/// How many units each of the group's zones has, in the order of its places.
std::vector<std::pair<std::string, std::int64_t>> units_by_zone(const Group& group);

// --- waits.cpp: life-cycle hooks of an instance
inline constexpr std::string_view kLaunching = "autoscaling:EC2_INSTANCE_LAUNCHING";
inline constexpr std::string_view kTerminating = "autoscaling:EC2_INSTANCE_TERMINATING";
/// Begins the actions of all hooks of the transition. False: there are none.
bool begin_waits(Context& context, Group& group, const std::string& id,
                 std::string_view transition);
/// Ends all waits without a result.
void drop_waits(Context& context, Member& member);
void timed_out(Context& context, const Resumption& due);

// --- traffic.cpp: load balancers
void add_targets(Context& context, const Group& group, const Member& member);
void remove_targets(Context& context, const Group& group, const Member& member);
/// Whether connections are still being drained.
bool is_draining(Context& context, const Group& group, const Member& member);

// --- health.cpp
void on_instance_event(Context& context, const core::Event& event);
void on_settle(Context& context, const Resumption& due);
/// It has been in service as long as it may.
void aged(Context& context, const Resumption& due);

}  // namespace tocsin::autoscaling

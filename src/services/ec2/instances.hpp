// SPDX-License-Identifier: Apache-2.0
// Instances: records with AWS's life cycle.
//
// A state that passes (pending, stopping, shutting-down) ends with the continuation
// "ec2.instance_changed". Today a timer runs it; a worker that runs instances would run it with the
// result of its job ("instance.start"): an error then ends the instance, with that reason.
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

enum class State { Pending, Running, ShuttingDown, Terminated, Stopping, Stopped };
State state_of(const Resource& instance);
/// {"Code": 16, "Name": "running"}
Object state_shape(State state);
/// Keeps the instance in its new state and tells EventBridge; what follows is scheduled.
void enter(core::Context& context, Resource& instance, State state);
/// How long what has ended is still described.
inline constexpr auto kDescribed = std::chrono::hours(1);
void forget_later(core::Context& context, std::string_view id);
void on_instance_changes(core::Registry& registry);

/// The permissions of RunInstances (launching.cpp).
core::Needs launching();
/// Of an instance's metadata options. Error InvalidParameterValue.
Result<void> check_metadata(const Object& options);
/// What the account has set for new instances in the region; empty members: nothing.
Object metadata_defaults(const core::Context& context);

/// Error IncorrectInstanceState, InvalidInstanceID.…
Result<Resource> living(const core::Call& call);

core::Outcome run_instances(core::Call& call);
core::Outcome describe_instances(core::Call& call);
core::Outcome describe_instance_status(core::Call& call);
core::Outcome start_instances(core::Call& call);
core::Outcome stop_instances(core::Call& call);
core::Outcome reboot_instances(core::Call& call);
core::Outcome terminate_instances(core::Call& call);
core::Outcome monitor_instances(core::Call& call);
core::Outcome unmonitor_instances(core::Call& call);
core::Outcome get_console_output(core::Call& call);

core::Outcome describe_instance_attribute(core::Call& call);
core::Outcome modify_instance_attribute(core::Call& call);
core::Outcome reset_instance_attribute(core::Call& call);
core::Outcome modify_instance_metadata_options(core::Call& call);
core::Outcome modify_metadata_defaults(core::Call& call);
core::Outcome get_metadata_defaults(core::Call& call);

// --- instance profiles (profiles.cpp)
/// The profile that a request names, as an instance shows it: {"Arn", "Id"}. Needs iam:PassRole for
/// its role.
Result<Object> passed_profile(core::Call& call, const Document& request);
/// The association gets an id; not saved.
void give_profile(core::Context& context, Resource& instance, Object profile);
void take_profile(Resource& instance);
core::Outcome associate_profile(core::Call& call);
core::Outcome disassociate_profile(core::Call& call);
core::Outcome replace_profile(core::Call& call);
core::Outcome describe_profile_associations(core::Call& call);

}  // namespace tocsin::ec2

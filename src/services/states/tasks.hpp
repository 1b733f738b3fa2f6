// SPDX-License-Identifier: Apache-2.0
// What a Task state has done: a call to a service, an activity's work, an answer from somewhere.
#pragma once

#include <variant>

#include "services/states/drive.hpp"

namespace tocsin::states {

/// Starts the task. Gives the events that follow at once (it cannot be started).
std::vector<asl::Event> start_task(core::Context& context, const Place& place, const Execution& row,
                                   Saved& saved, const asl::StartTask& task);
/// The call that a task of a service or function makes, or the event that follows at once.
std::variant<core::CallSpec, asl::Event> call_of_task(core::Context& context, const Place& place,
                                                      const Execution& row,
                                                      const asl::StartTask& task);
/// What the end of that call is to the state.
asl::Event end_of_call(core::Context& context, const asl::Resource& resource, std::uint64_t task,
                       const Result<Document>& outcome);
/// A task that is no longer waited for: its child execution is stopped, its activity's work is
/// taken back. The answer of a call under way is ignored.
void cancel_task(core::Context& context, Saved& saved, std::uint64_t task);

/// Why a resource cannot be used at all: an activity that does not exist.
std::optional<std::string> refusal(core::Context& context, const asl::Resource& resource);

void on_tasks(core::Registry& registry);

// --- Task tokens: they name the task themselves, and nobody can make one up -------------------

std::string task_token(const core::Context& context, const Place& place, std::uint64_t task);
struct TokenTarget {
  Place place;
  std::uint64_t task = 0;
};
/// None where it is no token of ours.
std::optional<TokenTarget> token_target(const core::Context& context, std::string_view token);

core::Outcome send_task_success(core::Call& call);
core::Outcome send_task_failure(core::Call& call);
core::Outcome send_task_heartbeat(core::Call& call);

}  // namespace tocsin::states

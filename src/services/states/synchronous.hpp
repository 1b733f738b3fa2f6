// SPDX-License-Identifier: Apache-2.0
// Who waits for the end of an execution.
#pragma once

#include "services/states/drive.hpp"

namespace tocsin::states {

core::Outcome start_sync_execution(core::Call& call);

/// Answers clients, and goes on with executions whose task it was.
void tell_waiters(core::Context& context, const Place& place, const Execution& row,
                  const std::vector<Waiter>& waiters, const asl::Finished& finished,
                  const Document& input);

/// The task goes on when the child execution has ended.
void wait_for_child(core::Context& context, const Place& place, const std::string& child,
                    Waiter waiter);
/// The child of a task that is no longer waited for.
void stop_child(core::Context& context, const std::string& child);

void on_synchronous(core::Registry& registry);

}  // namespace tocsin::states

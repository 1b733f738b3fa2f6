// SPDX-License-Identifier: Apache-2.0
// ReceiveMessage: which messages a receiver gets, and how it sees them.
#pragma once

#include "core/registry.hpp"
#include "services/sqs/state.hpp"

namespace tocsin::sqs {

/// Gives out what can be received now, as ReceiveMessage's Messages; expired and dead messages are
/// put away on the way. Errors: KmsAccessDenied and the like, of messages that do not open.
Result<Array> take(core::Context& context, const Queue& queue, const Poll& poll);

core::Outcome receive_message(core::Call& call);
void on_attempt_timers(core::Registry& registry);

}  // namespace tocsin::sqs

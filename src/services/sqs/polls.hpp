// SPDX-License-Identifier: Apache-2.0
// Receivers that wait (long polls).
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-short-and-long-polling.html
#pragma once

#include "core/registry.hpp"
#include "services/sqs/state.hpp"

namespace tocsin::sqs {

/// Parks the call until there is a message, for up to `wait`.
core::Token wait_for_messages(core::Call& call, const Queue& queue, Poll poll, Duration wait);
/// Answers waiting receivers as far as there are messages; sets a timer for the next that becomes
/// visible.
void serve_polls(core::Context& context, const Queue& queue);
void end_polls(core::Context& context, const Queue& queue, const Error& error);
void on_poll_timers(core::Registry& registry);

}  // namespace tocsin::sqs

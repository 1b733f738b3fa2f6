// SPDX-License-Identifier: Apache-2.0
// The message groups of a FIFO queue: each in order, and closed while one of its messages is out.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/FIFO-queues-understanding-logic.html
#pragma once

#include "core/context.hpp"
#include "services/sqs/state.hpp"

namespace tocsin::sqs {

void join_group(core::Context& context, const Queue& queue, const Message& message);
void leave_group(core::Context& context, const std::string& store, const Message& message);
/// Puts the group where it now stands among those that can be received.
void place_group(core::Context& context, const std::string& store, const std::string& group);

/// The groups that can be received now, the one that has waited longest first.
std::vector<std::string> ready_groups(core::Context& context, const Queue& queue,
                                      std::size_t count);
/// The moment when the next group can be received.
std::optional<Time> next_ready(core::Context& context, const Queue& queue);
/// The first messages of a group, in order.
std::vector<Message> first_of_group(core::Context& context, const std::string& store,
                                    const std::string& group, std::size_t count);

/// The next SequenceNumber of a queue: twenty digits.
std::string next_sequence(core::Context& context, const std::string& origin);

}  // namespace tocsin::sqs

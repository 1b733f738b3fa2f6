// SPDX-License-Identifier: Apache-2.0
// What a FIFO queue has accepted in the last five minutes.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/using-messagededuplicationid-property.html
#pragma once

#include "core/context.hpp"
#include "services/sqs/state.hpp"

namespace tocsin::sqs {

/// The message that the queue has had with these ids, if any.
std::optional<Accepted> accepted_before(core::Context& context, const Queue& queue,
                                        const FifoMark& mark);
void remember_accepted(core::Context& context, const Queue& queue, const FifoMark& mark,
                       const std::string& id);
/// A queue is gone.
void forget_accepted(core::Context& context, const std::string& origin);

}  // namespace tocsin::sqs

// SPDX-License-Identifier: Apache-2.0
// What a message may be, in AWS's words.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-messages.html
#pragma once

#include "base/document.hpp"
#include "services/sqs/state.hpp"

namespace tocsin::sqs {

/// The bytes of body and attributes of a SendMessage or one of its batch. Errors:
/// InvalidParameterValue, InvalidMessageContents, MissingParameter.
Result<std::size_t> checked_size(const Document& entry);
/// Group and deduplication ids as the kind of the queue wants them; the deduplication id is the
/// body's hash where the queue asks for that. None for a standard queue without a group.
Result<std::optional<FifoMark>> checked_mark(const Queue& queue, const Document& entry);
/// DelaySeconds of the message, or the queue's.
Result<std::int64_t> checked_delay(const Queue& queue, const Document& entry);
/// Ids and number of a batch's entries.
Result<void> check_batch(const Array& entries);

}  // namespace tocsin::sqs

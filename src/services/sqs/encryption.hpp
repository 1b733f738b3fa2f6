// SPDX-License-Identifier: Apache-2.0
// Encryption at rest: of a message its body, never its attributes. It is sealed under a key of the
// house (SSE-SQS), or under a data key that KMS gives the sender and opens for each receiver
// (SSE-KMS). A data key serves one caller and queue for the reuse period; meanwhile it is kept
// sealed.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-server-side-encryption.html
#pragma once

#include "core/registry.hpp"
#include "services/sqs/state.hpp"

namespace tocsin::sqs {

/// Body and MessageAttributes, open.
struct Letter {
  std::string body;
  Object attributes;
};

Asker asker_of(const core::Call& call);
bool under_kms(const Queue& queue);

/// Puts `body` into the message as the queue wants it kept.
/// Errors: KmsAccessDenied, KmsDisabled and the like.
Result<void> enclose(core::Context& context, const Asker& sender, const Queue& queue,
                     Message& message, std::string_view body);
/// The message as it was sent, for a receiver from `queue`. Errors as enclose.
Result<Letter> letter_of(core::Context& context, const Asker& receiver, const Queue& queue,
                         const Message& message);

/// A body that many messages share, each with a text of its own between head and tail.
Content content_of(core::Context& context, std::string_view head, std::string_view tail,
                   const Object& attributes);

void on_data_key_timers(core::Registry& registry);

}  // namespace tocsin::sqs

// SPDX-License-Identifier: Apache-2.0
// Queues: finding them, and the operations on them.
#pragma once

#include "core/registry.hpp"
#include "services/sqs/state.hpp"

namespace tocsin::sqs {

/// The scope and name that a call's QueueUrl names. Error: InvalidAddress.
Result<std::pair<Scope, std::string>> address_of(core::Call& call);
/// Errors: InvalidAddress, QueueDoesNotExist.
Result<Queue> queue_of(core::Call& call);
std::optional<Queue> queue_named(const store::View& view, std::string_view arn);
Failure no_such_queue();
std::string url_of(const core::Call& call, const Queue& queue);
/// sqs:<operation> on the queue of the call, under the queue's policy.
core::Needs needs_queue(std::string operation);
/// sqs:<operation> on a queue that is named, not addressed.
core::Needs needs_named(std::string operation);

core::Outcome create_queue(core::Call& call);
core::Outcome delete_queue(core::Call& call);
core::Outcome get_queue_url(core::Call& call);
core::Outcome list_queues(core::Call& call);
core::Outcome list_dead_letter_source_queues(core::Call& call);
core::Outcome purge_queue(core::Call& call);
core::Outcome tag_queue(core::Call& call);
core::Outcome untag_queue(core::Call& call);
core::Outcome list_queue_tags(core::Call& call);
core::ResourceType queue_type();

}  // namespace tocsin::sqs

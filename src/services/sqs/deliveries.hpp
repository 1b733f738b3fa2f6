// SPDX-License-Identifier: Apache-2.0
// What a topic's fan-out hands over: one body for many queues, each under its own policy. It comes
// as a SendMessageBatch by sns.amazonaws.com with, in place of QueueUrl and Entries,
//
//   Content     its id: the body is stored once, whoever comes again with the same id
//   Head, Tail  of the body, around what is each message's own
//   MessageAttributes
//   Deliveries  [{Queue: ARN, Fill: between head and tail}]
//
// and answers with those that Failed, by their place in Deliveries as Id. No client can send it:
// see is_delivery.
#pragma once

#include "core/registry.hpp"

namespace tocsin::sqs {

bool is_delivery(const core::Call& call);
core::Outcome take_deliveries(core::Call& call);
/// SenderId of messages that the caller sends.
std::string sender_of(const core::Call& call);

}  // namespace tocsin::sqs

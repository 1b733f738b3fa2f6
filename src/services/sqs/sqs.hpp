// SPDX-License-Identifier: Apache-2.0
// Amazon SQS, standard and FIFO queues.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/Welcome.html
//
// Where to look: queues.cpp and settings.cpp (queues, attributes, permissions), messages.cpp (what
// senders do), receive.cpp and handles.cpp (what receivers do), store.cpp (how messages lie in the
// state), groups.cpp and deduplication.cpp (FIFO), polls.cpp (long polls), moves.cpp (redrive),
// deliveries.cpp (a topic's fan-out, its body stored once). Not served: KMS keys.
#pragma once

#include "core/registry.hpp"

namespace tocsin::sqs {

void register_sqs(core::Registry& registry);

}  // namespace tocsin::sqs

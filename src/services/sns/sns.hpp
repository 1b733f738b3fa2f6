// SPDX-License-Identifier: Apache-2.0
// Amazon SNS: standard and FIFO topics, mail, HTTP/S, functions, queues, text messages, mobile
// push. https://docs.aws.amazon.com/sns/latest/api/welcome.html
//
// The way of a message: publish.cpp checks it, fan_out.cpp goes through the topic's subscriptions
// in steps, filter.cpp says which want it, queues.cpp hands it to queues, delivery.cpp carries it
// to all others with their retries (delivery_policy.cpp) and dead letters. What is sent is made in
// envelope.cpp and signed by a worker (signer.cpp). The handshake with endpoints is
// confirmation.cpp. Not served: KMS keys, data protection, message archives, Firehose.
#pragma once

#include "core/registry.hpp"

namespace tocsin::sns {

void register_sns(core::Registry& registry);

}  // namespace tocsin::sns

// SPDX-License-Identifier: Apache-2.0
// How a message reaches a topic's subscribers.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
#pragma once

#include "core/registry.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {

/// Fans the message out, in bounded steps in inputs of their own.
void distribute(core::Context& context, const Publication& publication);
/// Asks the endpoint (http, https, email, email-json) to confirm with `token`.
void request_confirmation(core::Context& context, const Subscription& subscription,
                          const std::string& token);
void on_deliveries(core::Registry& registry);

}  // namespace tocsin::sns

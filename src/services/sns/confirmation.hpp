// SPDX-License-Identifier: Apache-2.0
// The handshake with endpoints that anybody could name: https and mail.
// https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.prepare.html
#pragma once

#include "core/registry.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {

enum class Handshaking {
  Begin,  // SubscriptionConfirmation
  End     // UnsubscribeConfirmation: with the token it can begin again
};
/// Tells the endpoint its `token`.
void request_confirmation(core::Context& context, const Topic& topic,
                          const Subscription& subscription, const std::string& token,
                          Handshaking what);
void on_confirmations(core::Registry& registry);

}  // namespace tocsin::sns

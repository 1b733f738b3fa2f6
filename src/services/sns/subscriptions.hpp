// SPDX-License-Identifier: Apache-2.0
// Subscriptions: made, confirmed, listed and ended.
#pragma once

#include "core/registry.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {

core::Outcome subscribe(core::Call& call);
core::Outcome confirm_subscription(core::Call& call);
core::Outcome unsubscribe(core::Call& call);
/// Who follows the link in a message shows no signature, and needs no permission unless the
/// subscription asks for one.
std::vector<core::Access> needs_unsubscribe(core::Call& call);
core::Outcome list_subscriptions(core::Call& call);
core::Outcome list_subscriptions_by_topic(core::Call& call);

/// The subscription that SubscriptionArn names. Errors: InvalidParameter, NotFound.
Result<Subscription> subscription_of(core::Call& call);
/// Removes it and what points at it.
void drop_subscription(core::Context& context, const Subscription& subscription);
void on_tokens(core::Registry& registry);

}  // namespace tocsin::sns

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"

namespace tocsin::sns {

core::Outcome subscribe(core::Call& call);
core::Outcome confirm_subscription(core::Call& call);
core::Outcome unsubscribe(core::Call& call);
/// Who follows the link in a message shows no signature, and needs no permission unless the
/// subscription asks for one.
std::vector<core::Access> needs_unsubscribe(core::Call& call);
core::Outcome list_subscriptions(core::Call& call);
core::Outcome list_subscriptions_by_topic(core::Call& call);
core::Outcome get_subscription_attributes(core::Call& call);
core::Outcome set_subscription_attributes(core::Call& call);

}  // namespace tocsin::sns

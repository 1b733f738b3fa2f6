// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/sns/latest/api/API_SetSubscriptionAttributes.html
#pragma once

#include "core/registry.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {

/// All of a subscription's attributes together. Error: InvalidParameter; `place` is "" or
/// "Attributes Reason: ".
Result<void> check_subscription_attributes(core::Call& call, const Topic& topic,
                                           const Subscription& subscription,
                                           const std::string& place);

core::Outcome get_subscription_attributes(core::Call& call);
core::Outcome set_subscription_attributes(core::Call& call);

}  // namespace tocsin::sns

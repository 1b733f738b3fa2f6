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

/// Notes that a subscription with some attributes takes the place of one with others (none: of no
/// subscription). Error FilterPolicyLimitExceeded.
Result<void> count_filter(core::Context& context, const Scope& scope, const Texts& before,
                          const Texts& after);

core::Outcome get_subscription_attributes(core::Call& call);
core::Outcome set_subscription_attributes(core::Call& call);

}  // namespace tocsin::sns

// SPDX-License-Identifier: Apache-2.0
// Filter policies: EventBridge's pattern language over a message's attributes or its body.
// https://docs.aws.amazon.com/sns/latest/dg/sns-subscription-filter-policies.html
#pragma once

#include <vector>

#include "services/sns/state.hpp"

namespace tocsin::sns {

/// Error: InvalidParameter in AWS's words. `place` is "" or "Attributes Reason: ".
Result<void> check_filter(const std::string& policy, const std::string& scope,
                          const std::string& place);

/// Which of the subscriptions want the message, one flag each.
std::vector<bool> wanted_by(const std::vector<Subscription>& subscriptions,
                            const Publication& publication);

}  // namespace tocsin::sns

// SPDX-License-Identifier: Apache-2.0
// A topic's attributes, and the permissions in its policy.
// https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
#pragma once

#include "core/registry.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {

/// Error: InvalidParameter; `place` is "" or "Attributes Reason: ".
Result<void> check_topic_attribute(const Topic& topic, const std::string& name,
                                   const std::string& value, const std::string& place);
/// The policy that decides about the call. Without one of its own, a topic lets CloudWatch alarms
/// of its account publish; other services need a policy that names them.
std::string policy_for(const core::Call& call, const Topic& topic);

core::Outcome get_topic_attributes(core::Call& call);
core::Outcome set_topic_attributes(core::Call& call);
core::Outcome add_permission(core::Call& call);
core::Outcome remove_permission(core::Call& call);

}  // namespace tocsin::sns

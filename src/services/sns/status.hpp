// SPDX-License-Identifier: Apache-2.0
// Delivery status in CloudWatch Logs, for topics whose attributes name a role that may write it.
// https://docs.aws.amazon.com/sns/latest/dg/sns-topic-attributes.html
#pragma once

#include "core/registry.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {

/// A delivery has ended after `attempts`, well where `error` is none.
void note_delivery(core::Context& context, const Topic& topic, const Publication& publication,
                   const Subscription& subscription, const std::optional<Error>& error,
                   int attempts);
void on_status(core::Registry& registry);

}  // namespace tocsin::sns

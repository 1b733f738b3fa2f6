// SPDX-License-Identifier: Apache-2.0
// What a topic sends to queues. A few get a SendMessage each; for many the body is handed over once
// (services/sqs/deliveries.hpp says how), so that it is stored once.
#pragma once

#include "core/registry.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {

void deliver_to_queues(core::Context& context, const Topic& topic, const Publication& publication,
                       const std::vector<const Subscription*>& subscriptions);
/// A call by SNS for the topic, in the account and region of `target`.
core::CallSpec as_topic(std::string service, std::string operation, Document params,
                        const Arn& target, const std::string& topic_arn);
/// To the dead letters of the subscription's RedrivePolicy, if it has one.
void dead_letter(core::Context& context, const Publication& publication,
                 const Subscription& subscription, const Error& error);

}  // namespace tocsin::sns

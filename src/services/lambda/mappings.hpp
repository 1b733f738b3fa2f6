// SPDX-License-Identifier: Apache-2.0
// Event source mappings of SQS queues.
// https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html
#pragma once

#include "core/registry.hpp"
#include "services/lambda/invocation.hpp"

namespace tocsin::lambda {

core::Outcome create_mapping(core::Call& call);
core::Outcome get_mapping(core::Call& call);
core::Outcome update_mapping(core::Call& call);
core::Outcome delete_mapping(core::Call& call);
core::Outcome list_mappings(core::Call& call);
/// With the condition key lambda:FunctionArn.
core::Needs needs_mapping(std::string action);

/// Asks the queue for messages, unless that is under way or there is no room for more.
void poll(core::Context& context, Mapping& mapping);
void on_polling(core::Registry& registry);

}  // namespace tocsin::lambda

// SPDX-License-Identifier: Apache-2.0
// The functions of custom rules: the events that they get.
// https://docs.aws.amazon.com/config/latest/developerguide/evaluate-config_develop-rules_example-events.html
#pragma once

#include "services/config/evaluation_token.hpp"

namespace tocsin::config {

/// Whether the item is in the rule's scope no longer.
enum class EventScope { In, Left };

/// `difference`: null on request. No effect where the rule does not ask for such messages: an item
/// that is too large comes as OversizedConfigurationItemChangeNotification.
void invoke_on_item(Context& context, const Rule& rule, const Item& item,
                    const Document& difference, EventScope left = EventScope::In);
/// ScheduledNotification.
void invoke_on_schedule(Context& context, const Rule& rule);
/// With a message of any kind: {"messageType": …, …}.
void invoke(Context& context, const Rule& rule, Object message, EventScope left,
            const std::string& evaluation = {});

}  // namespace tocsin::config

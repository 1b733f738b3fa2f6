// SPDX-License-Identifier: Apache-2.0
// Messages to the delivery channel's SNS topic.
#pragma once

#include "core/context.hpp"
#include "services/config/items.hpp"

namespace tocsin::config {

/// Publishes `message` (with "messageType", "notificationCreationTime" and, where it has none,
/// "recordVersion" "1.0") to the topic of the scope's delivery channel; no effect where there is
/// none. The subject is cut to 100 characters.
void notify(core::Context& context, std::string_view message_type, std::string subject,
            Object message);

/// The message with those three members at its end.
Object completed_message(const core::Context& context, std::string_view message_type,
                         Object message);
/// Publishes a text to the topic.
void send_message(core::Context& context, const std::string& topic, std::string subject,
                  std::string message);

/// Tells topic and bus of a new item; one that is too large is told by its summary and put into the
/// bucket. `size`: of the item's row.
/// https://docs.aws.amazon.com/config/latest/developerguide/oversized-notification-example.html
void announce_item(core::Context& context, const Item& item, Object difference, std::size_t size);

}  // namespace tocsin::config

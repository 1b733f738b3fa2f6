// SPDX-License-Identifier: Apache-2.0
// A delivery that is a task of its own: functions, HTTP/S, mail, SMS, devices; its retries and end.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
#pragma once

#include "core/registry.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {

void deliver(core::Context& context, const Topic& topic, const Publication& publication,
             const Subscription& subscription);
/// As `deliver`, for a message of its own that no topic has (Publish to a number or a device).
void deliver_directly(core::Context& context, const Publication& publication,
                      const std::string& protocol, const std::string& endpoint);
/// The headers of what is sent to HTTP/S endpoints.
Object http_headers(std::string_view type, std::string_view id, std::string_view topic,
                    std::string_view subscription, std::string_view content_type);
void on_deliveries(core::Registry& registry);

}  // namespace tocsin::sns

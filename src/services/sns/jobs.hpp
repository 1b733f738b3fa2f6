// SPDX-License-Identifier: Apache-2.0
// The work of a delivery, for each protocol.
#pragma once

#include "core/task.hpp"
#include "services/sns/delivery_policy.hpp"

namespace tocsin::sns {

core::CallSpec invoke_function(const Publication& publication, const Subscription& subscription);
core::JobSpec post(const Publication& publication, const Subscription& subscription,
                   const DeliveryPolicy& policy);
core::JobSpec mail(const Publication& publication, const Subscription& subscription);
core::JobSpec text_message(const Publication& publication, const std::string& number,
                           const std::string& sender);
core::JobSpec push(const Publication& publication, const Endpoint& device);
core::Retry retry_of(const std::string& protocol);

}  // namespace tocsin::sns

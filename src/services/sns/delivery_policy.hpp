// SPDX-License-Identifier: Apache-2.0
// When an HTTP/S endpoint is tried again.
// https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
#pragma once

#include "services/sns/state.hpp"

namespace tocsin::sns {

struct HealthyRetryPolicy {
  int min_delay = 20;  // seconds
  int max_delay = 20;
  int retries = 3;
  int no_delay = 0;         // of the retries: at once
  int min_delay_tries = 0;  // then so many min_delay apart
  int max_delay_tries = 0;  // and at the end so many max_delay apart
  std::string function = "linear";
};

struct DeliveryPolicy {
  HealthyRetryPolicy retry;
  int most_per_second = 0;  // 0: unlimited
  std::string content_type = "text/plain; charset=UTF-8";
};

/// A subscription's DeliveryPolicy. Error: InvalidParameter.
Result<void> check_delivery_policy(const std::string& text, std::string_view place);
/// A topic's: {"http": {…}}.
Result<void> check_topic_delivery_policy(const std::string& text, std::string_view place);

/// The subscription's own, else its topic's, else AWS's default.
DeliveryPolicy effective_policy(const Topic& topic, const Subscription& subscription);
/// As GetTopicAttributes and GetSubscriptionAttributes show it.
std::string effective_topic_policy(const Topic& topic);
std::string effective_subscription_policy(const DeliveryPolicy& policy);

/// How long to wait before retry `number` (from 1); none where it was the last.
std::optional<Duration> delay_before_retry(const HealthyRetryPolicy& policy, int number);

}  // namespace tocsin::sns

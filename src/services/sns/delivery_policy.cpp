// SPDX-License-Identifier: Apache-2.0
#include "services/sns/delivery_policy.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

namespace tocsin::sns {
namespace {

constexpr std::string_view kFunctions[] = {"linear", "arithmetic", "geometric", "exponential"};
constexpr std::string_view kContentTypes[] = {"text/plain",
                                              "application/json",
                                              "application/x-www-form-urlencoded",
                                              "application/xml",
                                              "text/css",
                                              "text/csv",
                                              "text/html",
                                              "text/xml",
                                              "application/atom+xml",
                                              "application/geo+json",
                                              "application/octet-stream",
                                              "application/soap+xml"};

Failure invalid(std::string_view place, std::string_view why) {
  return fail("InvalidParameter",
              fmt::format("Invalid parameter: {}DeliveryPolicy: {}", place, why));
}

int number(const Object& object, std::string_view name, int fallback) {
  return static_cast<int>(integer(object, name).value_or(fallback));
}

HealthyRetryPolicy retry_of(const Object& given, HealthyRetryPolicy fallback = {}) {
  if (given.empty()) return fallback;
  HealthyRetryPolicy out;
  out.min_delay = number(given, "minDelayTarget", out.min_delay);
  out.max_delay = number(given, "maxDelayTarget", std::max(out.max_delay, out.min_delay));
  out.retries = number(given, "numRetries", out.retries);
  out.no_delay = number(given, "numNoDelayRetries", 0);
  out.min_delay_tries = number(given, "numMinDelayRetries", 0);
  out.max_delay_tries = number(given, "numMaxDelayRetries", 0);
  out.function = string_of(given, "backoffFunction", "linear");
  return out;
}

Result<void> check_retry(const Object& given, std::string_view place) {
  if (given.empty()) return {};
  const auto policy = retry_of(given);
  if (policy.min_delay < 1 || policy.min_delay > 3600)
    return invalid(place, "healthyRetryPolicy.minDelayTarget must be between 1 and 3600");
  if (policy.max_delay < policy.min_delay || policy.max_delay > 3600)
    return invalid(place,
                   "healthyRetryPolicy.maxDelayTarget must be greater than or equal to "
                   "minDelayTarget and at most 3600");
  if (policy.retries < 0 || policy.retries > 100)
    return invalid(place, "healthyRetryPolicy.numRetries must be between 0 and 100");
  if (policy.no_delay < 0 || policy.min_delay_tries < 0 || policy.max_delay_tries < 0)
    return invalid(place, "healthyRetryPolicy: numbers of retries must be 0 or greater");
  if (policy.no_delay + policy.min_delay_tries + policy.max_delay_tries > policy.retries)
    return invalid(place,
                   "healthyRetryPolicy.numRetries must be greater than or equal to the total of "
                   "numMinDelayRetries, numNoDelayRetries and numMaxDelayRetries");
  if (std::ranges::find(kFunctions, policy.function) == std::end(kFunctions))
    return invalid(place,
                   "healthyRetryPolicy.backoffFunction must be one of linear, arithmetic, "
                   "geometric, exponential");
  return {};
}

Result<void> check_throttle(const Object& given, std::string_view place) {
  if (!given.empty() && number(given, "maxReceivesPerSecond", 0) < 1)
    return invalid(place, "throttlePolicy.maxReceivesPerSecond must be greater than or equal to 1");
  return {};
}

Result<void> check_request(const Object& given, std::string_view place) {
  const auto type = text(given, "headerContentType");
  const auto kind = type.substr(0, type.find(';'));
  if (type.empty() || std::ranges::find(kContentTypes, kind) != std::end(kContentTypes)) return {};
  return invalid(place, fmt::format("requestPolicy.headerContentType {} is not supported", type));
}

Result<Document> parsed(const std::string& text, std::string_view place) {
  auto policy = parse_json(text);
  if (!policy || !policy->is_object()) return invalid(place, "failed to parse JSON.");
  return policy;
}

Document parsed_or_empty(const std::string& text) {
  auto policy = text.empty() ? Result<Document>(Object{}) : parse_json(text);
  return policy && policy->is_object() ? *policy : Document(Object{});
}

Object shown(const HealthyRetryPolicy& policy) {
  return {{"minDelayTarget", policy.min_delay},   {"maxDelayTarget", policy.max_delay},
          {"numRetries", policy.retries},         {"numMaxDelayRetries", policy.max_delay_tries},
          {"numNoDelayRetries", policy.no_delay}, {"numMinDelayRetries", policy.min_delay_tries},
          {"backoffFunction", policy.function}};
}

/// Between min and max delay, `x` from 0 to 1 over `steps` retries.
double backoff(const HealthyRetryPolicy& policy, double x, int steps) {
  const double low = policy.min_delay, high = policy.max_delay;
  if (policy.function == "arithmetic") return low + (high - low) * x * x;
  if (policy.function == "geometric") return low * std::pow(high / low, x);
  if (policy.function == "exponential")
    return low + (high - low) * (std::exp2(x * (steps - 1)) - 1) /
                     std::max(std::exp2(steps - 1) - 1, 1.0);
  return low + (high - low) * x;
}

}  // namespace

Result<void> check_delivery_policy(const std::string& text, std::string_view place) {
  const auto policy = TRY(parsed(text, place));
  TRY(check_retry(object_of(policy, "healthyRetryPolicy"), place));
  TRY(check_throttle(object_of(policy, "throttlePolicy"), place));
  return check_request(object_of(policy, "requestPolicy"), place);
}

Result<void> check_topic_delivery_policy(const std::string& text, std::string_view place) {
  const auto policy = TRY(parsed(text, place));
  const auto& http = object_of(policy, "http");
  TRY(check_retry(object_of(http, "defaultHealthyRetryPolicy"), place));
  TRY(check_throttle(object_of(http, "defaultThrottlePolicy"), place));
  return check_request(object_of(http, "defaultRequestPolicy"), place);
}

DeliveryPolicy effective_policy(const Topic& topic, const Subscription& subscription) {
  const auto theirs = parsed_or_empty(attribute_of(topic.attributes, "DeliveryPolicy"));
  const auto& http = object_of(theirs, "http");
  const bool fixed = flag(http, "disableSubscriptionOverrides");
  const auto own = fixed ? Document(Object{})
                         : parsed_or_empty(attribute_of(subscription.attributes, "DeliveryPolicy"));
  DeliveryPolicy out;
  out.retry = retry_of(object_of(own, "healthyRetryPolicy"),
                       retry_of(object_of(http, "defaultHealthyRetryPolicy")));
  out.most_per_second =
      number(object_of(own, "throttlePolicy"), "maxReceivesPerSecond",
             number(object_of(http, "defaultThrottlePolicy"), "maxReceivesPerSecond", 0));
  out.content_type = string_of(
      object_of(own, "requestPolicy"), "headerContentType",
      text(object_of(http, "defaultRequestPolicy"), "headerContentType", out.content_type));
  return out;
}

std::string effective_topic_policy(const Topic& topic) {
  const auto policy = effective_policy(topic, {});
  const auto given = parsed_or_empty(attribute_of(topic.attributes, "DeliveryPolicy"));
  Object http{{"defaultHealthyRetryPolicy", shown(policy.retry)},
              {"disableSubscriptionOverrides",
               flag(object_of(given, "http"), "disableSubscriptionOverrides")}};
  if (policy.most_per_second)
    http["defaultThrottlePolicy"] = Object{{"maxReceivesPerSecond", policy.most_per_second}};
  http["defaultRequestPolicy"] = Object{{"headerContentType", policy.content_type}};
  return to_json(Object{{"http", std::move(http)}});
}

std::string effective_subscription_policy(const DeliveryPolicy& policy) {
  Object out{{"healthyRetryPolicy", shown(policy.retry)}};
  if (policy.most_per_second)
    out["throttlePolicy"] = Object{{"maxReceivesPerSecond", policy.most_per_second}};
  else
    out["throttlePolicy"] = nullptr;
  out["requestPolicy"] = Object{{"headerContentType", policy.content_type}};
  return to_json(out);
}

std::optional<Duration> delay_before_retry(const HealthyRetryPolicy& policy, int number) {
  if (number > policy.retries) return std::nullopt;
  if (number <= policy.no_delay) return Duration(0);
  number -= policy.no_delay;
  if (number <= policy.min_delay_tries) return std::chrono::seconds(policy.min_delay);
  number -= policy.min_delay_tries;
  const int steps =
      policy.retries - policy.no_delay - policy.min_delay_tries - policy.max_delay_tries;
  if (number > steps) return std::chrono::seconds(policy.max_delay);
  const double x = steps > 1 ? static_cast<double>(number - 1) / (steps - 1) : 0.0;
  return Duration(static_cast<std::int64_t>(backoff(policy, x, steps) * 1000));
}

}  // namespace tocsin::sns

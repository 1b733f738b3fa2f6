// SPDX-License-Identifier: Apache-2.0
#include "services/sns/subscription_attributes.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "services/sns/delivery_policy.hpp"
#include "services/sns/filter.hpp"
#include "services/sns/subscriptions.hpp"
#include "services/sns/topics.hpp"

namespace tocsin::sns {
namespace {

using core::Call;
using core::Outcome;

constexpr std::int64_t kMostFilters = 10'000;  // of an account and region

Result<void> check_raw(const Subscription& subscription, const std::string& value,
                       const std::string& place) {
  const auto& protocol = subscription.protocol;
  if (value != "true" && value != "false")
    return invalid(fmt::format("{}RawMessageDelivery: Invalid value [{}]. Must be true or false.",
                               place, value));
  if (value == "true" && protocol != "sqs" && !protocol.starts_with("http"))
    return invalid(
        fmt::format("{}RawMessageDelivery: Raw message delivery is not supported for protocol {}",
                    place, protocol));
  return {};
}

Result<void> check_redrive(const Subscription& subscription, const std::string& value,
                           const std::string& place) {
  const auto policy = parse_json(value);
  if (!policy || !policy->is_object())
    return invalid(place + "RedrivePolicy: failed to parse JSON.");
  const auto target = text(*policy, "deadLetterTargetArn");
  const auto queue = Arn::parse(target);
  if (!queue || queue->service != "sqs")
    return invalid(place + "RedrivePolicy: deadLetterTargetArn is an invalid arn");
  if (queue->account != subscription.scope.account.str() ||
      queue->region != subscription.scope.region)
    return invalid(place +
                   "RedrivePolicy: must use an SQS queue in the same account and region as the "
                   "subscription");
  if (target.ends_with(".fifo") && !subscription.topic.ends_with(".fifo"))
    return invalid(place +
                   "RedrivePolicy: must use a standard queue as DLQ for a subscription of a "
                   "standard topic");
  return {};
}

Result<void> check_one(const Subscription& subscription, const std::string& name,
                       const std::string& value, const std::string& place) {
  if (name == "RawMessageDelivery") return check_raw(subscription, value, place);
  if (name == "FilterPolicyScope") {
    if (value == "MessageAttributes" || value == "MessageBody") return {};
    return invalid(
        fmt::format("{}FilterPolicyScope: Invalid value [{}]. Please use either "
                    "MessageBody or MessageAttributes",
                    place, value));
  }
  if (name == "FilterPolicy")
    return value.empty()
               ? Result<void>()
               : check_filter(value, attribute_of(subscription.attributes, "FilterPolicyScope"),
                              place);
  if (name == "RedrivePolicy")
    return value.empty() ? Result<void>() : check_redrive(subscription, value, place);
  if (name == "DeliveryPolicy") {
    if (!subscription.protocol.starts_with("http"))
      return invalid(place + "DeliveryPolicy: only supported for HTTP/S subscriptions");
    return value.empty() ? Result<void>() : check_delivery_policy(value, place);
  }
  if (name == "SubscriptionRoleArn" || name == "ReplayPolicy")
    return invalid(fmt::format("{}{} is not supported by Tocsin", place, name));
  return invalid(place.empty() ? "AttributeName" : "Attributes Reason: Unknown attribute " + name);
}

bool is_empty_policy(const std::string& value) {
  const auto parsed = parse_json(value);
  return parsed && parsed->is_object() && parsed->as_object().empty();
}

}  // namespace

Result<void> check_subscription_attributes(Call&, const Topic&, const Subscription& subscription,
                                           const std::string& place) {
  for (const auto& [name, value] : subscription.attributes)
    TRY(check_one(subscription, name, value, place));
  return {};
}

Result<void> count_filter(core::Context& context, const Scope& scope, const Texts& before,
                          const Texts& after) {
  const int change = after.contains("FilterPolicy") - before.contains("FilterPolicy");
  if (!change) return {};
  auto filters = kFilters.get(context, core::Key::of(scope)).value_or(Count{});
  filters.count += change;
  if (change > 0 && filters.count > kMostFilters)
    return fail("FilterPolicyLimitExceeded",
                "Filter policy limit exceeded: the account has the greatest number of filter "
                "policies.",
                403);
  kFilters.put(context, core::Key::of(scope), filters);
  return {};
}

Outcome get_subscription_attributes(Call& call) {
  const auto found = subscription_of(call);
  if (!found) return found.error();
  Object out{{"SubscriptionArn", arn_of(*found)},
             {"TopicArn", arn("sns", found->scope, found->topic)},
             {"Owner", found->owner.str()},
             {"Protocol", found->protocol},
             {"Endpoint", found->endpoint},
             {"PendingConfirmation", found->pending ? "true" : "false"},
             {"ConfirmationWasAuthenticated",
              found->pending || found->confirmed_by_link ? "false" : "true"},
             {"RawMessageDelivery", "false"}};
  if (!found->principal.empty()) out["SubscriptionPrincipal"] = found->principal;
  const auto topic = kTopics.get(call, core::Key::of(found->scope, found->topic));
  if (topic && found->protocol.starts_with("http"))
    out["EffectiveDeliveryPolicy"] =
        effective_subscription_policy(effective_policy(*topic, *found));
  if (found->attributes.contains("FilterPolicy")) out["FilterPolicyScope"] = "MessageAttributes";
  for (const auto& [name, value] : found->attributes)
    out[name] = value;
  return Object{{"Attributes", std::move(out)}};
}

Outcome set_subscription_attributes(Call& call) {
  auto found = subscription_of(call);
  if (!found) return found.error();
  const auto topic = kTopics.get(call, core::Key::of(found->scope, found->topic));
  if (!topic) return fail("NotFound", "Topic does not exist", 404);
  const auto name = string_of(call.params(), "AttributeName");
  const auto value = string_of(call.params(), "AttributeValue");
  auto after = *found;
  after.attributes[name] = value;
  if (auto checked = check_one(after, name, value, ""); !checked) return checked.error();
  if (auto checked = check_subscription_attributes(call, *topic, after, ""); !checked)
    return checked.error();
  if (value.empty() || (name == "FilterPolicy" && is_empty_policy(value)))
    after.attributes.erase(name);
  if (auto counted = count_filter(call, after.scope, found->attributes, after.attributes); !counted)
    return counted.error();
  kSubscriptions.put(call, key_of(after), after);
  return Object{};
}

}  // namespace tocsin::sns

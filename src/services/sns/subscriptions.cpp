// SPDX-License-Identifier: Apache-2.0
#include "services/sns/subscriptions.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/glob.hpp"
#include "services/sns/delivery.hpp"
#include "services/sns/topics.hpp"

namespace tocsin::sns {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::size_t kPage = 100;
constexpr auto kTokenLife = std::chrono::hours(72);

Key key_of(const Subscription& each) {
  return Key::of(each.scope, each.topic, each.id);
}
Key endpoint_key(const Subscription& each) {
  return Key::of(each.scope, each.topic, each.protocol, each.endpoint);
}

Result<void> check_endpoint(const std::string& protocol, const std::string& endpoint) {
  const auto target = Arn::parse(endpoint);
  if (protocol == "sqs" || protocol == "lambda") {
    if (!target || target->service != protocol)
      return invalid(fmt::format("{} endpoint ARN", protocol == "sqs" ? "SQS" : "Lambda"));
    if (endpoint.ends_with(".fifo"))
      return invalid(
          "Endpoint Reason: FIFO SQS Queues can not be subscribed to standard SNS topics");
    return {};
  }
  if (protocol == "http" || protocol == "https") {
    if (!endpoint.starts_with(protocol + "://"))
      return invalid("Endpoint must match the specified protocol");
    return {};
  }
  if (protocol == "email" || protocol == "email-json") {
    const auto at = endpoint.find('@');
    if (at == std::string::npos || at == 0 || at + 1 == endpoint.size() ||
        endpoint.find_first_of(" \r\n") != std::string::npos) {
      return invalid("Email address");
    }
    return {};
  }
  if (protocol == "sms" || protocol == "application" || protocol == "firehose") {
    return invalid(fmt::format("Protocol Reason: {} is not supported by Tocsin", protocol));
  }
  return invalid(fmt::format("Amazon SNS does not support this protocol string: {}", protocol));
}

Result<void> check_attribute(const std::string& name, const std::string& value,
                             const std::string& protocol) {
  if (name == "RawMessageDelivery") {
    if (value != "true" && value != "false")
      return invalid(
          "Attributes Reason: RawMessageDelivery: Invalid value. Must be true or false.");
    if (value == "true" && protocol != "sqs" && !protocol.starts_with("http")) {
      return invalid(fmt::format(
          "Attributes Reason: RawMessageDelivery is not supported for protocol {}", protocol));
    }
    return {};
  }
  if (name != "RedrivePolicy")
    return invalid(fmt::format("AttributeName Reason: {} is not supported by Tocsin", name));
  if (value.empty()) return {};
  const auto policy = parse_json(value);
  const auto queue = policy ? Arn::parse(text(*policy, "deadLetterTargetArn")) : std::nullopt;
  if (!queue || queue->service != "sqs")
    return invalid("RedrivePolicy: deadLetterTargetArn must be the ARN of an SQS queue");
  return {};
}

std::string address_of(const Call& call) {
  const auto& host = call.request().host;
  return (call.request().secure ? "https://" : "http://") +
         (host.empty() ? "localhost:4566" : host);
}

Result<Subscription> subscription_of(Call& call) {
  const auto name = Arn::parse(text(call.params(), "SubscriptionArn"));
  const auto colon = name ? name->resource.find(':') : std::string::npos;
  if (!name || name->service != "sns" || colon == std::string::npos) {
    return invalid(
        "SubscriptionArn Reason: An ARN must have at least 6 elements, not a pending one");
  }
  const Key key{name->account, name->region, name->resource.substr(0, colon),
                name->resource.substr(colon + 1)};
  auto found = kSubscriptions.get(call, key);
  if (!found) return fail("NotFound", "Subscription does not exist", 404);
  return *std::move(found);
}

bool anonymous(const Call& call) {
  return call.principal().kind == core::Principal::Kind::Anonymous;
}

Object listed(const Subscription& each) {
  return Object{{"SubscriptionArn", each.pending ? "PendingConfirmation" : arn_of(each)},
                {"Owner", each.owner.str()},
                {"Protocol", each.protocol},
                {"Endpoint", each.endpoint},
                {"TopicArn", arn("sns", each.scope, each.topic)}};
}

/// The token is the last key's topic and id, joined: names of topics have no colon.
Object page(Call& call, const Key& prefix) {
  const auto after = string_of(call.params(), "NextToken");
  const auto colon = std::min(after.find(':'), after.size());
  Array found;
  std::string last, next;
  kSubscriptions.scan(
      call, prefix,
      [&](const auto& key, const Subscription& each) {
        if (found.size() == kPage)
          next = last;
        else
          found.push_back(listed(each));
        last = key[2] + ":" + key[3];
        return next.empty();
      },
      store::Direction::Forward,
      colon == after.size()
          ? std::nullopt
          : std::optional(Key::of(call.scope(), after.substr(0, colon), after.substr(colon + 1))));
  Object reply{{"Subscriptions", std::move(found)}};
  if (!next.empty()) reply["NextToken"] = next;
  return reply;
}

Outcome reply_for(const Call& call, const Subscription& each) {
  const bool hidden = each.pending && !flag(call.params(), "ReturnSubscriptionArn");
  return Object{{"SubscriptionArn", hidden ? "pending confirmation" : arn_of(each)}};
}

void send_token(Call& call, Subscription& subscription) {
  const auto token = hex(call.new_bytes(64));
  subscription.token_hash = hex(sha256(token));
  subscription.token_expires = call.now() + kTokenLife;
  kSubscriptions.put(call, key_of(subscription), subscription);
  request_confirmation(call, subscription, token);
}

}  // namespace

Outcome subscribe(Call& call) {
  const auto topic = topic_of(call);
  if (!topic) return topic.error();
  Subscription made{.scope = topic->scope,
                    .topic = topic->name,
                    .protocol = string_of(call.params(), "Protocol"),
                    .endpoint = string_of(call.params(), "Endpoint"),
                    .owner = call.account(),
                    .address = address_of(call)};
  if (auto checked = check_endpoint(made.protocol, made.endpoint); !checked) return checked.error();
  for (const auto& entry : object_of(call.params(), "Attributes")) {
    const std::string name(entry.key()), value(entry.value().as_string());
    if (auto checked = check_attribute(name, value, made.protocol); !checked)
      return checked.error();
    made.attributes[name] = value;
  }
  if (const auto known = kEndpoints.get(call, endpoint_key(made))) {
    auto existing = kSubscriptions.get(call, Key::of(made.scope, made.topic, known->id));
    if (existing) {
      if (!made.attributes.empty() && made.attributes != existing->attributes) {
        return invalid("Attributes Reason: Subscription already exists with different attributes");
      }
      if (existing->pending) send_token(call, *existing);
      return reply_for(call, *existing);
    }
  }
  made.id = call.new_uuid();
  made.pending = made.protocol.starts_with("http") || made.protocol.starts_with("email");
  kEndpoints.put(call, endpoint_key(made), {made.id});
  if (made.pending)
    send_token(call, made);
  else
    kSubscriptions.put(call, key_of(made), made);
  return reply_for(call, made);
}

Outcome confirm_subscription(Call& call) {
  const auto topic = topic_of(call);
  if (!topic) return topic.error();
  const auto hash = hex(sha256(text(call.params(), "Token")));
  std::optional<Subscription> found;
  kSubscriptions.scan(call, Key::of(topic->scope, topic->name),
                      [&](const auto&, const Subscription& each) {
                        if (each.token_hash == hash) found = each;
                        return !found;
                      });
  if (!found || (found->pending && found->token_expires <= call.now())) return invalid("Token");
  if (std::exchange(found->pending, false)) {
    found->confirmed_by_link = anonymous(call);
    found->authenticate_on_unsubscribe =
        !found->confirmed_by_link &&
        equals_ignore_case(text(call.params(), "AuthenticateOnUnsubscribe"), "true");
  }
  kSubscriptions.put(call, key_of(*found), *found);
  return Object{{"SubscriptionArn", arn_of(*found)}};
}

std::vector<core::Access> needs_unsubscribe(Call& call) {
  const auto found = subscription_of(call);
  if (anonymous(call) && !(found && found->authenticate_on_unsubscribe)) return {};
  return needs_topic("Unsubscribe", "SubscriptionArn")(call);
}

Outcome unsubscribe(Call& call) {
  const auto found = subscription_of(call);
  if (!found && found.error().code == "NotFound") return Object{};
  if (!found) return found.error();
  kSubscriptions.erase(call, key_of(*found));
  kEndpoints.erase(call, endpoint_key(*found));
  return Object{};
}

Outcome list_subscriptions(Call& call) {
  return page(call, Key::of(call.scope()));
}

Outcome list_subscriptions_by_topic(Call& call) {
  const auto topic = topic_of(call);
  if (!topic) return topic.error();
  return page(call, Key::of(topic->scope, topic->name));
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
  for (const auto& [name, value] : found->attributes)
    out[name] = value;
  return Object{{"Attributes", std::move(out)}};
}

Outcome set_subscription_attributes(Call& call) {
  auto found = subscription_of(call);
  if (!found) return found.error();
  const auto name = string_of(call.params(), "AttributeName");
  const auto value = string_of(call.params(), "AttributeValue");
  if (auto checked = check_attribute(name, value, found->protocol); !checked)
    return checked.error();
  if (value.empty())
    found->attributes.erase(name);
  else
    found->attributes[name] = value;
  kSubscriptions.put(call, key_of(*found), *found);
  return Object{};
}

}  // namespace tocsin::sns

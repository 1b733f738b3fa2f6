// SPDX-License-Identifier: Apache-2.0
#include "services/sns/subscriptions.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/glob.hpp"
#include "services/sns/confirmation.hpp"
#include "services/sns/devices.hpp"
#include "services/sns/signer.hpp"
#include "services/sns/sms.hpp"
#include "services/sns/subscription_attributes.hpp"
#include "services/sns/topics.hpp"

namespace tocsin::sns {
namespace {

using core::Call;
using core::Context;
using core::Key;
using core::Outcome;

constexpr std::size_t kPage = 100;
constexpr std::size_t kMostOfFifo = 100;
constexpr auto kTokenLife = std::chrono::hours(72);

Key endpoint_key(const Subscription& each) {
  return Key::of(each.scope, each.topic, each.protocol, each.endpoint);
}

bool needs_confirmation(const std::string& protocol) {
  return protocol.starts_with("http") || protocol.starts_with("email");
}

Result<void> check_arn_endpoint(const Topic& topic, const std::string& protocol,
                                const std::string& endpoint) {
  const auto target = Arn::parse(endpoint);
  if (!target || target->service != protocol || target->resource.empty())
    return invalid(fmt::format("{} endpoint ARN", protocol == "sqs" ? "SQS" : "Lambda"));
  if (!topic.fifo() && protocol == "sqs" && endpoint.ends_with(".fifo"))
    return invalid(
        "Invalid parameter: Endpoint Reason: FIFO SQS Queues can not be subscribed to "
        "standard SNS topics");
  return {};
}

Result<void> check_mail_endpoint(const std::string& endpoint) {
  const auto at = endpoint.find('@');
  if (at == std::string::npos || at == 0 || at + 1 == endpoint.size() ||
      endpoint.find_first_of(" \r\n") != std::string::npos)
    return invalid("Email address");
  return {};
}

Result<void> check_endpoint(Call& call, const Topic& topic, const std::string& protocol,
                            const std::string& endpoint) {
  if (topic.fifo() && protocol != "sqs")
    return invalid(fmt::format(
        "Protocol Reason: FIFO topics deliver to Amazon SQS queues only, not to {}", protocol));
  if (protocol == "sqs" || protocol == "lambda")
    return check_arn_endpoint(topic, protocol, endpoint);
  if (protocol == "http" || protocol == "https")
    return endpoint.starts_with(protocol + "://")
               ? Result<void>()
               : invalid("Endpoint must match the specified protocol");
  if (protocol == "email" || protocol == "email-json") return check_mail_endpoint(endpoint);
  if (protocol == "sms")
    return is_phone_number(endpoint) ? Result<void>()
                                     : invalid(fmt::format("Invalid SMS endpoint: {}", endpoint));
  if (protocol == "application")
    return device_named(call, endpoint) ? Result<void>()
                                        : invalid("Application endpoint arn invalid:" + endpoint);
  if (protocol == "firehose")
    return invalid("Protocol Reason: firehose is not supported by Tocsin");
  return invalid(fmt::format("Amazon SNS does not support this protocol string: {}", protocol));
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

/// A new token for the subscription, which must be stored afterwards.
std::string new_token(Context& context, Subscription& subscription) {
  if (!subscription.token_hash.empty()) kTokens.erase(context, Key{subscription.token_hash});
  const auto token = hex(context.new_bytes(64));
  subscription.token_hash = hex(sha256(token));
  subscription.token_expires = context.now() + kTokenLife;
  kTokens.put(context, Key{subscription.token_hash},
              {subscription.scope, subscription.topic, subscription.id});
  context.upkeep(subscription.token_expires,
                 {"sns.token_expired", Object{{"hash", subscription.token_hash}}});
  return token;
}

void send_token(Call& call, const Topic& topic, Subscription& subscription) {
  const auto token = new_token(call, subscription);
  kSubscriptions.put(call, key_of(subscription), subscription);
  request_confirmation(call, topic, subscription, token, Handshaking::Begin);
}

/// What was never confirmed, and what was ended by its link, is forgotten with its token.
void token_expired(Context& context, const core::Resumption& timer) {
  const auto hash = string_of(timer.context, "hash");
  const auto token = kTokens.get(context, Key{hash});
  if (!token) return;
  kTokens.erase(context, Key{hash});
  const auto key = Key::of(token->scope, token->topic, token->id);
  kFormer.erase(context, key);
  const auto found = kSubscriptions.get(context, key);
  if (found && found->pending && found->token_hash == hash) drop_subscription(context, *found);
}

Result<Subscription> made_by(Call& call, const Topic& topic) {
  Subscription made{.scope = topic.scope,
                    .topic = topic.name,
                    .protocol = string_of(call.params(), "Protocol"),
                    .endpoint = string_of(call.params(), "Endpoint"),
                    .owner = call.account(),
                    .principal = call.principal().arn,
                    .address = address_of(call)};
  TRY(check_endpoint(call, topic, made.protocol, made.endpoint));
  for (const auto& entry : object_of(call.params(), "Attributes")) {
    const auto* value = entry.value().if_string();
    made.attributes[std::string(entry.key())] = value ? std::string(*value) : "";
  }
  TRY(check_subscription_attributes(call, topic, made, "Attributes Reason: "));
  return made;
}

Result<void> check_limit(Call& call, const Topic& topic) {
  if (!topic.fifo() || kSubscriptions.all(call, key_of(topic)).size() < kMostOfFifo) return {};
  return fail("SubscriptionLimitExceeded", "Subscription limit exceeded", 403);
}

Outcome existing_subscription(Call& call, const Topic& topic, const Subscription& made,
                              Subscription existing) {
  if (!made.attributes.empty() && made.attributes != existing.attributes)
    return invalid("Attributes Reason: Subscription already exists with different attributes");
  if (existing.pending) {
    send_token(call, topic, existing);
  } else if (!existing.bounced.empty()) {  // asked for anew: another try
    existing.bounced.clear();
    kSubscriptions.put(call, key_of(existing), existing);
  }
  return reply_for(call, existing);
}

/// The subscription of a token: one that is there, or one that was ended by its link.
std::optional<Subscription> with_token(Call& call, const Topic& topic) {
  const auto hash = hex(sha256(text(call.params(), "Token")));
  const auto token = kTokens.get(call, Key{hash});
  if (!token || token->scope != topic.scope || token->topic != topic.name) return std::nullopt;
  const auto key = Key::of(token->scope, token->topic, token->id);
  auto found = kSubscriptions.get(call, key);
  if (!found) found = kFormer.get(call, key);
  if (!found || found->token_hash != hash) return std::nullopt;
  return found;
}

}  // namespace

Result<Subscription> subscription_of(Call& call) {
  const auto name = Arn::parse(text(call.params(), "SubscriptionArn"));
  const auto colon = name ? name->resource.find(':') : std::string::npos;
  if (!name || name->service != "sns")
    return invalid(
        fmt::format("SubscriptionArn Reason: An ARN must have at least 6 elements, not "
                    "{}",
                    1 + std::ranges::count(text(call.params(), "SubscriptionArn"), ':')));
  if (colon == std::string::npos) return invalid("SubscriptionId");
  auto found =
      kSubscriptions.get(call, Key{name->account, name->region, name->resource.substr(0, colon),
                                   name->resource.substr(colon + 1)});
  if (!found) return fail("NotFound", "Subscription does not exist", 404);
  return *std::move(found);
}

void drop_subscription(Context& context, const Subscription& subscription) {
  if (const auto found = kSubscriptions.get(context, key_of(subscription)))
    (void)count_filter(context, found->scope, found->attributes, {});
  kSubscriptions.erase(context, key_of(subscription));
  kEndpoints.erase(context, endpoint_key(subscription));
  kPace.erase(context, key_of(subscription));
}

Outcome subscribe(Call& call) {
  const auto topic = topic_of(call);
  if (!topic) return topic.error();
  auto made = made_by(call, *topic);
  if (!made) return made.error();
  if (const auto known = kEndpoints.get(call, endpoint_key(*made))) {
    auto existing = kSubscriptions.get(call, Key::of(made->scope, made->topic, known->id));
    if (existing) return existing_subscription(call, *topic, *made, *std::move(existing));
  }
  if (auto checked = check_limit(call, *topic); !checked) return checked.error();
  if (auto counted = count_filter(call, made->scope, {}, made->attributes); !counted)
    return counted.error();
  ask_for_signer(call);
  made->id = call.new_uuid();
  made->pending = needs_confirmation(made->protocol);
  kEndpoints.put(call, endpoint_key(*made), {made->id});
  if (made->pending)
    send_token(call, *topic, *made);
  else
    kSubscriptions.put(call, key_of(*made), *made);
  return reply_for(call, *made);
}

Outcome confirm_subscription(Call& call) {
  const auto topic = topic_of(call);
  if (!topic) return topic.error();
  auto found = with_token(call, *topic);
  if (!found) return invalid("Token");
  const bool former = !kSubscriptions.contains(call, key_of(*found));
  if (found->pending || former) {
    found->pending = false;
    found->confirmed_by_link = anonymous(call);
    found->authenticate_on_unsubscribe =
        !found->confirmed_by_link &&
        equals_ignore_case(text(call.params(), "AuthenticateOnUnsubscribe"), "true");
  }
  kFormer.erase(call, key_of(*found));
  if (former) {
    if (auto counted = count_filter(call, found->scope, {}, found->attributes); !counted)
      return counted.error();
  }
  kEndpoints.put(call, endpoint_key(*found), {found->id});
  kSubscriptions.put(call, key_of(*found), *found);
  return Object{{"SubscriptionArn", arn_of(*found)}};
}

std::vector<core::Access> needs_unsubscribe(Call& call) {
  const auto found = subscription_of(call);
  if (anonymous(call) && !(found && found->authenticate_on_unsubscribe)) return {};
  return needs_topic("Unsubscribe", "SubscriptionArn")(call);
}

Outcome unsubscribe(Call& call) {
  auto found = subscription_of(call);
  if (!found && found.error().code == "NotFound") return Object{};
  if (!found) return found.error();
  drop_subscription(call, *found);
  const auto topic = kTopics.get(call, Key::of(found->scope, found->topic));
  if (!topic || found->pending || !needs_confirmation(found->protocol) || !found->bounced.empty())
    return Object{};
  const auto token = new_token(call, *found);
  kFormer.put(call, key_of(*found), *found);
  request_confirmation(call, *topic, *found, token, Handshaking::End);
  return Object{};
}

Outcome list_subscriptions(Call& call) {
  return page(call, Key::of(call.scope()));
}

Outcome list_subscriptions_by_topic(Call& call) {
  const auto topic = topic_of(call);
  if (!topic) return topic.error();
  return page(call, key_of(*topic));
}

void on_tokens(core::Registry& registry) {
  registry.on_resume("sns.token_expired", token_expired);
}

}  // namespace tocsin::sns

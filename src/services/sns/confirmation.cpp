// SPDX-License-Identifier: Apache-2.0
#include "services/sns/confirmation.hpp"

#include <fmt/format.h>

#include "services/sns/delivery.hpp"
#include "services/sns/envelope.hpp"
#include "services/sns/jobs.hpp"
#include "services/sns/signer.hpp"

namespace tocsin::sns {
namespace {

using core::Context;

constexpr std::string_view kSender = "no-reply@sns.amazonaws.com";

Handshake handshake_of(Context& context, const Topic& topic, const Subscription& subscription,
                       const std::string& token, Handshaking what) {
  const auto name = arn_of(topic);
  const bool begin = what == Handshaking::Begin;
  return {.type = begin ? "SubscriptionConfirmation" : "UnsubscribeConfirmation",
          .id = context.new_uuid(),
          .token = token,
          .topic = name,
          .message =
              begin ? fmt::format("You have chosen to subscribe to the topic {}.\nTo confirm the "
                                  "subscription, visit the SubscribeURL included in this message.",
                                  name)
                    : fmt::format("You have chosen to deactivate subscription {}.\nTo cancel this "
                                  "operation and restore the subscription, visit the SubscribeURL "
                                  "included in this message.",
                                  arn_of(subscription)),
          .url = fmt::format("{}/?Action=ConfirmSubscription&TopicArn={}&Token={}",
                             subscription.address, name, token),
          .signature_version = attribute_of(topic.attributes, "SignatureVersion", "1"),
          .time = context.now()};
}

core::JobSpec post(const Handshake& handshake, const Subscription& subscription, Document body) {
  const bool begin = handshake.type == "SubscriptionConfirmation";
  return {.kind = "http.request",
          .payload = Object{{"Method", "POST"},
                            {"Url", subscription.endpoint},
                            {"Headers", http_headers(handshake.type, handshake.id, handshake.topic,
                                                     begin ? "" : arn_of(subscription),
                                                     "text/plain; charset=UTF-8")},
                            {"Body", std::move(body)},
                            {"TimeoutMs", 15'000}}};
}

std::string letter_of(const Handshake& handshake) {
  if (handshake.type == "SubscriptionConfirmation")
    return fmt::format(
        "You have chosen to subscribe to the topic:\n{0}\n\nTo confirm this subscription, visit "
        "the link below (if this was in error no action is necessary):\n{1}\n\nor run:\naws sns "
        "confirm-subscription --topic-arn {0} --token {2}\n",
        handshake.topic, handshake.url, handshake.token);
  return fmt::format(
      "Your subscription to the topic below has been deactivated:\n{}\n\nIf this was in error, "
      "visit the link below to restore it:\n{}\n",
      handshake.topic, handshake.url);
}

core::JobSpec mail(const Handshake& handshake, const Subscription& subscription, Document text) {
  const auto* subject = handshake.type == "SubscriptionConfirmation"
                            ? "AWS Notification - Subscription Confirmation"
                            : "AWS Notification - Unsubscribe Confirmation";
  return {.kind = "mail.send",
          .payload = Object{{"From", kSender},
                            {"To", Array{Document(boost::json::string(subscription.endpoint))}},
                            {"Subject", subject},
                            {"Text", std::move(text)},
                            {"Headers", Object{{"x-amz-sns-message-id", handshake.id}}}}};
}

/// Sends it; the token stays sealed on its way through log and state.
void send(Context& context, const Handshake& handshake, const Subscription& subscription,
          std::string_view signature, std::string_view certificate) {
  const bool http = subscription.protocol.starts_with("http");
  const auto text =
      subscription.protocol == "email"
          ? letter_of(handshake)
          : body_of(handshake, signature, fmt::format("{}{}", subscription.address, certificate));
  auto sealed = context.seal(text);
  context.start(
      {.work = http ? post(handshake, subscription, std::move(sealed))
                    : mail(handshake, subscription, std::move(sealed)),
       .retry = http ? core::Retry{.attempts = 4, .initial = std::chrono::seconds(20), .rate = 1.0}
                     : retry_of("email")});
}

Object stored(const Handshake& handshake, Document sealed_token) {
  return {{"type", handshake.type},
          {"id", handshake.id},
          {"token", std::move(sealed_token)},
          {"version", handshake.signature_version},
          {"time", to_ms(handshake.time)}};
}

void sign_ended(Context& context, const core::Resumption& end) {
  const auto key = decoded<Token>(object_of(end.context, "subscription"));
  const auto row = core::Key::of(key.scope, key.topic, key.id);
  const auto& kept = object_of(end.context, "handshake");
  const bool begin = text(kept, "type") == "SubscriptionConfirmation";
  const auto subscription = begin ? kSubscriptions.get(context, row) : kFormer.get(context, row);
  const auto topic = kTopics.get(context, core::Key::of(key.scope, key.topic));
  if (!subscription || !topic) return;
  auto handshake =
      handshake_of(context, *topic, *subscription, context.open(*find(kept, "token")).value_or(""),
                   begin ? Handshaking::Begin : Handshaking::End);
  handshake.id = string_of(kept, "id");
  handshake.signature_version = string_of(kept, "version");
  handshake.time = from_ms(integer(kept, "time").value_or(0));
  if (!end.outcome) return send(context, handshake, *subscription, "", "");
  send(context, handshake, *subscription, text(object_of(*end.outcome, "Signatures"), "default"),
       text(*end.outcome, "Certificate"));
}

}  // namespace

void request_confirmation(Context& context, const Topic& topic, const Subscription& subscription,
                          const std::string& token, Handshaking what) {
  const auto handshake = handshake_of(context, topic, subscription, token, what);
  if (subscription.protocol == "email" || !has_signer(context))
    return send(context, handshake, subscription, "", "");
  const Token key{subscription.scope, subscription.topic, subscription.id};
  sign(context, Object{{"default", context.seal(signable(handshake))}}, handshake.signature_version,
       {"sns.handshake_signed", Object{{"subscription", encode(key)},
                                       {"handshake", stored(handshake, context.seal(token))}}});
}

void on_confirmations(core::Registry& registry) {
  registry.on_resume("sns.handshake_signed", sign_ended);
}

}  // namespace tocsin::sns

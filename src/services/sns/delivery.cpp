// SPDX-License-Identifier: Apache-2.0
#include "services/sns/delivery.hpp"

#include <fmt/format.h>

#include "services/sns/devices.hpp"
#include "services/sns/encryption.hpp"
#include "services/sns/jobs.hpp"
#include "services/sns/publications.hpp"
#include "services/sns/queues.hpp"
#include "services/sns/sms.hpp"
#include "services/sns/status.hpp"

namespace tocsin::sns {
namespace {

using core::Context;
using core::Key;
using core::Resumption;

/// What a delivery needs again at its end.
struct Delivery {
  Topic topic;
  Publication publication;
  Subscription subscription;
};

Object place(const Publication& publication, const Subscription& subscription, int tries) {
  return {{"publication", publication.id},
          {"subscription", subscription.id},
          {"protocol", subscription.protocol},
          {"endpoint", subscription.endpoint},
          {"tries", tries}};
}

void fail_now(Context& context, const Delivery& delivery, const Error& error, int tries) {
  note_delivery(context, delivery.topic, delivery.publication, delivery.subscription, error, tries);
  dead_letter(context, delivery.publication, delivery.subscription, error);
}

/// The moment at which the endpoint may have its next message.
Time free_slot(Context& context, const Subscription& subscription, int most_per_second) {
  if (!most_per_second) return context.now();
  const auto key = key_of(subscription);
  const auto pace = kPace.get(context, key).value_or(Moment{});
  const auto slot = std::max(pace.time, context.now());
  kPace.put(context, key, {slot + Duration(1000 / most_per_second)});
  return slot;
}

/// The work; an error where there is nothing to be tried.
Result<std::variant<core::CallSpec, core::JobSpec>> work_of(Context& context,
                                                            const Delivery& delivery) {
  const auto& [topic, publication, subscription] = delivery;
  const auto& protocol = subscription.protocol;
  if (protocol == "lambda") return invoke_function(publication, subscription);
  if (protocol.starts_with("http"))
    return post(publication, subscription, effective_policy(topic, subscription));
  if (protocol == "sms") {
    TRY(check_reachable(context, publication.scope, subscription.endpoint));
    return text_message(publication, subscription.endpoint, sender_of(context, publication));
  }
  if (protocol == "application")
    return push(publication, TRY(enabled_device(context, subscription.endpoint)));
  if (!subscription.bounced.empty())
    return fail("EndpointDisabled", "The address bounced: " + subscription.bounced);
  return mail(publication, subscription);
}

void attempt(Context& context, const Delivery& delivery, int tries) {
  auto work = work_of(context, delivery);
  if (!work) {
    fail_now(context, delivery, work.error(), tries);
    return release(context, delivery.publication.id);
  }
  if (auto* job = std::get_if<core::JobSpec>(&*work))
    seal_work(context, delivery.publication, *job);
  context.start(
      {.work = *std::move(work),
       .retry = retry_of(delivery.subscription.protocol),
       .then = {"sns.delivered", place(delivery.publication, delivery.subscription, tries)}});
}

std::optional<Delivery> delivery_of(Context& context, const Document& place) {
  auto publication = publication_of(context, string_of(place, "publication"));
  if (!publication) return std::nullopt;
  const auto id = string_of(place, "subscription");
  Topic topic{.scope = publication->scope, .name = publication->topic};
  Subscription subscription{.scope = publication->scope,
                            .protocol = string_of(place, "protocol"),
                            .endpoint = string_of(place, "endpoint")};
  if (!id.empty()) {
    auto found = kSubscriptions.get(context, Key::of(topic.scope, topic.name, id));
    auto known = kTopics.get(context, key_of(topic));
    if (!found || !known) {  // gone meanwhile
      release(context, publication->id);
      return std::nullopt;
    }
    subscription = *std::move(found);
    topic = *std::move(known);
  }
  return Delivery{std::move(topic), *std::move(publication), std::move(subscription)};
}

/// Why an attempt failed; for HTTP a reply other than 2xx counts.
std::optional<Error> failure_of(const Result<Document>& outcome, const std::string& protocol) {
  if (!outcome) return outcome.error();
  const auto status = integer(*outcome, "Status");
  if (!protocol.starts_with("http") || !status || *status / 100 == 2) return std::nullopt;
  const bool server = *status >= 500 || *status < 200 || *status == 429;
  return Error{std::to_string(*status), "the endpoint answered with an error",
               static_cast<int>(*status), server ? Fault::Server : Fault::Client};
}

/// What the other side's answer says about the endpoint for all messages to come.
void learn(Context& context, const Delivery& delivery, const Error& error) {
  auto subscription = delivery.subscription;
  if (error.code == "MailRejected" && !subscription.id.empty()) {
    subscription.bounced = error.message;
    kSubscriptions.put(context, key_of(subscription), subscription);
  }
  if (error.code == "OptedOut") opt_out(context, delivery.publication.scope, subscription.endpoint);
  if (error.code == "EndpointGone") disable_device(context, subscription.endpoint);
}

void delivered(Context& context, const Resumption& end) {
  const auto delivery = delivery_of(context, end.context);
  if (!delivery) return;
  const auto& subscription = delivery->subscription;
  const int tries = static_cast<int>(integer(end.context, "tries").value_or(1));
  const auto failure = failure_of(end.outcome, subscription.protocol);
  if (failure && failure->fault == Fault::Server && subscription.protocol.starts_with("http")) {
    const auto policy = effective_policy(delivery->topic, subscription);
    if (const auto delay = delay_before_retry(policy.retry, tries)) {
      context.at(context.now() + *delay, {"sns.redeliver", end.context});
      return;
    }
  }
  const int attempts = subscription.protocol.starts_with("http") ? tries : end.attempts;
  if (failure) {
    learn(context, *delivery, *failure);
    fail_now(context, *delivery, *failure, attempts);
  } else {
    note_delivery(context, delivery->topic, delivery->publication, subscription, std::nullopt,
                  attempts);
  }
  release(context, delivery->publication.id);
}

void redeliver(Context& context, const Resumption& timer) {
  if (const auto delivery = delivery_of(context, timer.context))
    attempt(context, *delivery, static_cast<int>(integer(timer.context, "tries").value_or(0)) + 1);
}

}  // namespace

Object http_headers(std::string_view type, std::string_view id, std::string_view topic,
                    std::string_view subscription, std::string_view content_type) {
  Object headers{{"Content-Type", content_type},
                 {"User-Agent", "Amazon Simple Notification Service Agent"},
                 {"x-amz-sns-message-type", type},
                 {"x-amz-sns-message-id", id},
                 {"x-amz-sns-topic-arn", topic}};
  if (!subscription.empty()) headers["x-amz-sns-subscription-arn"] = subscription;
  return headers;
}

void deliver(Context& context, const Topic& topic, const Publication& publication,
             const Subscription& subscription) {
  keep_again(context, publication.id, 1);
  const bool http = subscription.protocol.starts_with("http");
  const auto slot =
      http ? free_slot(context, subscription, effective_policy(topic, subscription).most_per_second)
           : context.now();
  if (slot == context.now()) return attempt(context, {topic, publication, subscription}, 1);
  context.at(slot, {"sns.redeliver", place(publication, subscription, 0)});
}

void deliver_directly(Context& context, const Publication& publication, const std::string& protocol,
                      const std::string& endpoint) {
  keep(context, publication, 1);
  const Subscription nobody{.scope = publication.scope, .protocol = protocol, .endpoint = endpoint};
  attempt(context, {{.scope = publication.scope}, publication, nobody}, 1);
}

void on_deliveries(core::Registry& registry) {
  registry.on_resume("sns.delivered", delivered);
  registry.on_resume("sns.redeliver", redeliver);
}

}  // namespace tocsin::sns

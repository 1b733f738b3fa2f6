// SPDX-License-Identifier: Apache-2.0
#include "services/sns/queues.hpp"

#include <charconv>
#include <fmt/format.h>

#include "base/log.hpp"
#include "services/sns/envelope.hpp"
#include "services/sns/status.hpp"

namespace tocsin::sns {
namespace {

using core::Context;

constexpr std::size_t kFew = 20;  // queues that get a call of their own

Object send_params(const Arn& queue, const Publication& publication,
                   const Subscription& subscription) {
  Object params{{"QueueUrl", fmt::format("https://sqs.{}.amazonaws.com/{}/{}", queue.region,
                                         queue.account, queue.resource)},
                {"MessageBody", body_of(publication, subscription)}};
  if (raw(subscription) && !publication.attributes.empty())
    params["MessageAttributes"] = publication.attributes;
  if (!publication.group.empty()) params["MessageGroupId"] = publication.group;
  if (queue.resource.ends_with(".fifo") && !publication.deduplication.empty())
    params["MessageDeduplicationId"] = publication.deduplication;
  return params;
}

std::optional<Error> send_one(Context& context, const Publication& publication,
                              const Subscription& subscription) {
  const auto queue = Arn::parse(subscription.endpoint);
  if (!queue) return Error{"InvalidAddress", "the endpoint is no queue"};
  const auto sent =
      context
          .call(as_topic("sqs", "SendMessage", send_params(*queue, publication, subscription),
                         *queue, topic_arn(publication)))
          .result();
  if (sent) return std::nullopt;
  return sent.error();
}

void ended(Context& context, const Topic& topic, const Publication& publication,
           const Subscription& subscription, const std::optional<Error>& error) {
  note_delivery(context, topic, publication, subscription, error, 1);
  if (error) dead_letter(context, publication, subscription, *error);
}

/// Subscriptions that share one body: raw ones, and those that get the notification.
void hand_over(Context& context, const Topic& topic, const Publication& publication,
               const std::vector<const Subscription*>& subscriptions, bool is_raw) {
  const auto parts =
      is_raw ? Parts{message_for(publication, "sqs"), ""} : shared_parts(publication, "sqs");
  Array deliveries;
  for (const auto* each : subscriptions)
    deliveries.push_back(
        Object{{"Queue", each->endpoint}, {"Fill", is_raw ? "" : own_part(publication, *each)}});
  Object params{{"Content", publication.id + (is_raw ? "-raw" : "")},
                {"Head", parts.head},
                {"Tail", parts.tail},
                {"Deliveries", std::move(deliveries)}};
  if (is_raw) params["MessageAttributes"] = publication.attributes;
  const auto done =
      context
          .call(as_topic("sqs", "SendMessageBatch", std::move(params),
                         {.region = topic.scope.region, .account = topic.scope.account.str()},
                         topic_arn(publication)))
          .result();
  std::vector<std::optional<Error>> errors(subscriptions.size());
  if (!done) errors.assign(subscriptions.size(), done.error());
  for (const auto& failed : done ? array_of(*done, "Failed") : Array{}) {
    const auto id = string_of(failed, "Id");
    std::size_t index = 0;
    std::from_chars(id.data(), id.data() + id.size(), index);
    errors[index] = Error{string_of(failed, "Code"), string_of(failed, "Message")};
  }
  for (std::size_t i = 0; i < subscriptions.size(); ++i)
    ended(context, topic, publication, *subscriptions[i], errors[i]);
}

}  // namespace

core::CallSpec as_topic(std::string service, std::string operation, Document params,
                        const Arn& target, const std::string& topic_arn) {
  return {std::move(service),
          std::move(operation),
          std::move(params),
          {AccountId(target.account), target.region},
          {.kind = core::Credential::Kind::Service,
           .account = AccountId(target.account),
           .service = "sns.amazonaws.com",
           .source_arn = topic_arn},
          {}};
}

void deliver_to_queues(Context& context, const Topic& topic, const Publication& publication,
                       const std::vector<const Subscription*>& subscriptions) {
  if (subscriptions.size() <= kFew || topic.fifo() || !publication.group.empty()) {
    for (const auto* each : subscriptions)
      ended(context, topic, publication, *each, send_one(context, publication, *each));
    return;
  }
  std::vector<const Subscription*> raw_ones, others;
  for (const auto* each : subscriptions)
    (raw(*each) ? raw_ones : others).push_back(each);
  if (!raw_ones.empty()) hand_over(context, topic, publication, raw_ones, true);
  if (!others.empty()) hand_over(context, topic, publication, others, false);
}

void dead_letter(Context& context, const Publication& publication, const Subscription& subscription,
                 const Error& error) {
  const auto text = attribute_of(subscription.attributes, "RedrivePolicy");
  const auto policy = text.empty() ? Result<Document>(Document()) : parse_json(text);
  const auto queue =
      policy ? Arn::parse(tocsin::text(*policy, "deadLetterTargetArn")) : std::nullopt;
  if (!queue) return;
  auto params = send_params(*queue, publication, subscription);
  const auto attribute = [](const std::string& value) {
    return Object{{"DataType", "String"}, {"StringValue", value.empty() ? "-" : value}};
  };
  if (!raw(subscription))
    params["MessageAttributes"] = Object{{"RequestID", attribute(context.new_uuid())},
                                         {"ErrorCode", attribute(error.code)},
                                         {"ErrorMessage", attribute(error.message)}};
  auto call = as_topic("sqs", "SendMessage", std::move(params), *queue, topic_arn(publication));
  const auto sent = context.call(call).result();
  if (sent || sent.error().fault == Fault::Client) return;
  context.start({.work = std::move(call), .retry = {.attempts = 100, .initial = Duration(1000)}});
}

}  // namespace tocsin::sns

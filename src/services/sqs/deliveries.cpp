// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/deliveries.hpp"

#include "services/sqs/attributes.hpp"
#include "services/sqs/encryption.hpp"
#include "services/sqs/queues.hpp"
#include "services/sqs/store.hpp"

namespace tocsin::sqs {
namespace {

using core::Call;
using core::Key;

constexpr std::string_view kPublisher = "sns.amazonaws.com";

/// The queue, where its policy lets the topic send.
Result<Queue> open_queue(Call& call, std::string_view name) {
  const auto target = Arn::parse(name);
  if (!target) return no_such_queue();
  auto queue = kQueues.get(call, Key{target->account, target->region, target->resource});
  if (!queue) return no_such_queue();
  TRY(call.authorize({.action = "sqs:SendMessage",
                      .resource = std::string(name),
                      .owner = queue->scope.account,
                      .resource_policy = attribute(*queue, "Policy")}));
  return *std::move(queue);
}

/// Under a key of KMS each queue has a body of its own.
Result<void> enclose_own(Call& call, const Queue& queue, const Document& delivery,
                         Message& message) {
  const auto& params = call.params();
  if (const auto& attributes = object_of(params, "MessageAttributes"); !attributes.empty())
    message.attributes = attributes;
  return enclose(
      call, asker_of(call), queue, message,
      string_of(params, "Head") + string_of(delivery, "Fill") + string_of(params, "Tail"));
}

/// Counts in `sharing` the messages that name the call's content.
void share(Call& call, const Document& delivery, Message& message, std::int64_t& sharing) {
  const auto& params = call.params();
  message.content = string_of(params, "Content");
  message.fill = string_of(delivery, "Fill");
  if (sharing++) return;
  share_content(call, *message.content,
                content_of(call, text(params, "Head"), text(params, "Tail"),
                           object_of(params, "MessageAttributes")),
                0);
}

Result<void> take_delivery(Call& call, const Document& delivery, std::size_t number,
                           std::int64_t& sharing) {
  const auto queue = TRY(open_queue(call, text(delivery, "Queue")));
  const auto delay = std::chrono::seconds(number_attribute(queue, "DelaySeconds"));
  Message message{.id = call.new_uuid(),
                  .sender = sender_of(call),
                  .sent = call.now(),
                  .visible = call.now() + delay};
  message.order = order_of(call, message.id, message.sent, number);
  if (under_kms(queue))
    TRY(enclose_own(call, queue, delivery, message));
  else
    share(call, delivery, message, sharing);
  enqueue(call, queue, message, delay.count() ? Hidden::Delayed : Hidden::No);
  return {};
}

}  // namespace

bool is_delivery(const Call& call) {
  return call.principal().kind == core::Principal::Kind::Service &&
         call.principal().service == kPublisher && find(call.params(), "Deliveries");
}

std::string sender_of(const Call& call) {
  return call.principal().id.empty() ? call.principal().arn : call.principal().id;
}

core::Outcome take_deliveries(Call& call) {
  const auto& deliveries = array_of(call.params(), "Deliveries");
  Array failed;
  std::int64_t sharing = 0;
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    const auto taken = take_delivery(call, deliveries[i], i, sharing);
    if (taken) continue;
    failed.push_back(Object{{"Id", std::to_string(i)},
                            {"SenderFault", true},
                            {"Code", taken.error().code},
                            {"Message", taken.error().message}});
  }
  if (sharing) share_content(call, string_of(call.params(), "Content"), {}, sharing);
  return Object{{"Failed", std::move(failed)}};
}

}  // namespace tocsin::sqs

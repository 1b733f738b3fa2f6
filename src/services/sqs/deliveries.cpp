// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/deliveries.hpp"

#include "services/sqs/attributes.hpp"
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

}  // namespace

bool is_delivery(const Call& call) {
  return call.principal().kind == core::Principal::Kind::Service &&
         call.principal().service == kPublisher && find(call.params(), "Deliveries");
}

std::string sender_of(const Call& call) {
  return call.principal().id.empty() ? call.principal().arn : call.principal().id;
}

core::Outcome take_deliveries(Call& call) {
  const auto& params = call.params();
  const auto& deliveries = array_of(params, "Deliveries");
  const auto content = string_of(params, "Content");
  const auto sender = sender_of(call);
  Array failed;
  std::int64_t taken = 0;
  for (std::size_t i = 0; i < deliveries.size(); ++i) {
    const auto queue = open_queue(call, text(deliveries[i], "Queue"));
    if (!queue) {
      const auto& error = queue.error();
      failed.push_back(Object{{"Id", std::to_string(i)},
                              {"SenderFault", true},
                              {"Code", error.code},
                              {"Message", error.message}});
      continue;
    }
    const auto delay = std::chrono::seconds(number_attribute(*queue, "DelaySeconds"));
    Message message{.id = call.new_uuid(),
                    .sender = sender,
                    .sent = call.now(),
                    .visible = call.now() + delay,
                    .content = content,
                    .fill = string_of(deliveries[i], "Fill")};
    message.order = order_of(call, message.id, message.sent, i);
    if (!taken++)
      share_content(call, content,
                    {string_of(params, "Head"), string_of(params, "Tail"),
                     object_of(params, "MessageAttributes")},
                    0);
    enqueue(call, *queue, message, delay.count() ? Hidden::Delayed : Hidden::No);
  }
  if (taken) share_content(call, content, {}, taken);
  return Object{{"Failed", std::move(failed)}};
}

}  // namespace tocsin::sqs

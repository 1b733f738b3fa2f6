// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/receive.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/sqs/attributes.hpp"
#include "services/sqs/digests.hpp"
#include "services/sqs/queues.hpp"

namespace tocsin::sqs {
namespace {

using core::Context;
using core::Continuation;
using core::Key;
using core::Resumption;

constexpr int kDropStep = 500;

Document reference(const Queue& queue) {
  return Object{{"scope", encode(queue.scope)}, {"name", queue.name}, {"store", queue.store}};
}

/// The queue of a timer; none where it is gone or was purged since.
std::optional<Queue> referred(Context& context, const Document& reference) {
  auto queue = kQueues.get(
      context, Key::of(decoded<Scope>(object_of(reference, "scope")), text(reference, "name")));
  if (!queue || queue->store != text(reference, "store")) return std::nullopt;
  return queue;
}

Key index_key(const std::string& store, const Message& message) {
  return Key{store, time_part(message.visible), message.order};
}

Duration retention(const Queue& queue) {
  return std::chrono::seconds(number_attribute(queue, "MessageRetentionPeriod"));
}

/// True where the message went to the dead-letter queue.
bool redriven(Context& context, const Queue& queue, Message message) {
  const auto redrive = redrive_of(queue);
  if (!redrive || message.receives < redrive->max_receives) return false;
  const auto target = Arn::parse(redrive->target_arn);
  const auto dead =
      target ? kQueues.get(context, Key::of(queue.scope, target->resource)) : std::nullopt;
  if (!dead) return false;
  remove_message(context, queue.store, message);
  message.source = arn_of(queue);
  message.receives = 0;
  message.receipt.clear();
  message.first_received = {};
  message.visible = context.now();
  enqueue(context, *dead, message, false);
  return true;
}

bool name_wanted(const std::vector<std::string>& wanted, std::string_view name) {
  return std::ranges::any_of(wanted, [&](const std::string& each) {
    if (each == "All" || each == ".*" || each == name) return true;
    return each.ends_with(".*") &&
           name.starts_with(std::string_view(each).substr(0, each.size() - 2));
  });
}

Object system_attributes(const Message& message, const std::vector<std::string>& wanted) {
  Object all = message.system_attributes;
  all["SenderId"] = message.sender;
  all["SentTimestamp"] = std::to_string(to_ms(message.sent));
  all["ApproximateReceiveCount"] = std::to_string(message.receives);
  all["ApproximateFirstReceiveTimestamp"] = std::to_string(to_ms(message.first_received));
  if (!message.source.empty()) all["DeadLetterQueueSourceArn"] = message.source;
  Object out;
  for (const auto& entry : all) {
    const std::string_view name(entry.key().data(), entry.key().size());
    if (std::ranges::any_of(wanted,
                            [&](const auto& each) { return each == "All" || each == name; })) {
      out[entry.key()] = entry.value();
    }
  }
  return out;
}

Object received(const Queue& queue, const Message& message, const Poll& poll) {
  const auto handle =
      fmt::format("{}|{}|{}|{}", arn_of(queue), queue.store, message.order, message.receipt);
  Object out{{"MessageId", message.id},
             {"ReceiptHandle", base64(handle)},
             {"MD5OfBody", digest_of_body(message.body)},
             {"Body", message.body}};
  if (auto system = system_attributes(message, poll.system_names); !system.empty())
    out["Attributes"] = std::move(system);
  Object attributes;
  for (const auto& entry : message.attributes) {
    if (name_wanted(poll.attribute_names, {entry.key().data(), entry.key().size()}))
      attributes[entry.key()] = entry.value();
  }
  if (!attributes.empty()) {
    out["MD5OfMessageAttributes"] = digest_of_attributes(attributes);
    out["MessageAttributes"] = std::move(attributes);
  }
  return out;
}

/// The first entries of the index that are visible, as orders of messages.
std::vector<std::string> visible_orders(Context& context, const Queue& queue, std::size_t count) {
  std::vector<std::string> orders;
  kIndex.scan(context, Key{queue.store}, [&](const auto& key, const IndexEntry&) {
    if (key[1] > time_part(context.now()) || orders.size() == count) return false;
    orders.push_back(key[2]);
    return true;
  });
  return orders;
}

Array take(Context& context, const Queue& queue, const Poll& poll) {
  Array out;
  const auto wanted = static_cast<std::size_t>(poll.count);
  // Expired and dead messages are put away on the way, a bounded number of them.
  for (int round = 0; round < 10 && out.size() < wanted; ++round) {
    const auto orders = visible_orders(context, queue, wanted - out.size());
    if (orders.empty()) break;
    for (const auto& order : orders) {
      context.spend();
      auto message = kMessages.get(context, Key{queue.store, order});
      if (!message) continue;
      if (message->sent + retention(queue) <= context.now()) {
        remove_message(context, queue.store, *message);
        continue;
      }
      if (redriven(context, queue, *message)) continue;
      ++message->receives;
      if (!to_ms(message->first_received)) message->first_received = context.now();
      message->receipt = context.new_uuid();
      out.push_back(received(queue, *message, poll));
      move_visibility(context, queue, *std::move(message), context.now() + poll.visibility);
    }
    if (!poll.visibility.count()) break;  // they are visible again at once
  }
  return out;
}

Object reply_of(Array messages) {
  if (messages.empty()) return {};
  return Object{{"Messages", std::move(messages)}};
}

std::optional<std::pair<std::string, Poll>> first_poll(Context& context, const Queue& queue) {
  std::optional<std::pair<std::string, Poll>> first;
  kPolls.scan(context, Key::of(queue.scope, queue.name), [&](const auto& key, const Poll& poll) {
    first = std::pair(key[3], poll);
    return false;
  });
  return first;
}

void end_poll(Context& context, const Queue& queue, const std::pair<std::string, Poll>& poll,
              const Result<Document>& reply) {
  kPolls.erase(context, Key::of(queue.scope, queue.name, poll.first));
  context.cancel(poll.second.timer);
  context.resolve({poll.second.token}, reply);
}

void set_wake_timer(Context& context, const Queue& queue) {
  std::optional<Time> due;
  kIndex.scan(context, Key{queue.store}, [&](const auto& key, const IndexEntry&) {
    due = from_ms(std::stoll(key[1]));
    return false;
  });
  auto clockwork = kClockwork.get(context, Key{queue.store}).value_or(Clockwork{});
  if (!due || (!clockwork.wake_timer.empty() && clockwork.wake <= *due)) return;
  if (!clockwork.wake_timer.empty()) context.cancel(clockwork.wake_timer);
  clockwork.wake = std::max(*due, context.now() + Duration(1));
  clockwork.wake_timer = context.at(clockwork.wake, {"sqs.wake", reference(queue)});
  kClockwork.put(context, Key{queue.store}, clockwork);
}

void wake(Context& context, const Resumption& timer) {
  const auto queue = referred(context, timer.context);
  if (!queue) return;
  if (auto clockwork = kClockwork.get(context, Key{queue->store})) {
    clockwork->wake_timer.clear();
    kClockwork.put(context, Key{queue->store}, *clockwork);
  }
  serve_polls(context, *queue);
}

void poll_ended(Context& context, const Resumption& timer) {
  const Queue queue{.scope = decoded<Scope>(object_of(timer.context, "scope")),
                    .name = string_of(timer.context, "name")};
  const auto order = string_of(timer.context, "order");
  const auto poll = kPolls.get(context, Key::of(queue.scope, queue.name, order));
  if (poll) end_poll(context, queue, {order, *poll}, Document(Object{}));
}

/// Removes what is older than the retention period, and sets the timer for the next.
void sweep(Context& context, const Resumption& timer) {
  const auto queue = referred(context, timer.context);
  if (!queue) return;
  std::vector<Message> expired;
  std::optional<Time> next;
  kMessages.scan(context, Key{queue->store}, [&](const auto&, const Message& message) {
    const auto end = message.sent + retention(*queue);
    if (end > context.now() || expired.size() == kDropStep) {
      next = std::max(end, context.now());
      return false;
    }
    expired.push_back(message);
    return true;
  });
  for (const auto& message : expired)
    remove_message(context, queue->store, message);
  auto clockwork = kClockwork.get(context, Key{queue->store}).value_or(Clockwork{});
  clockwork.sweeping = next.has_value();
  kClockwork.put(context, Key{queue->store}, clockwork);
  if (next) context.at(*next, {"sqs.sweep", reference(*queue)});
}

void drop_step(Context& context, const Resumption& step) {
  const auto store = string_of(step.context, "store");
  std::vector<Message> messages;
  kMessages.scan(context, Key{store}, [&](const auto&, const Message& message) {
    messages.push_back(message);
    return messages.size() < kDropStep;
  });
  for (const auto& message : messages)
    remove_message(context, store, message);
  if (messages.size() == kDropStep) context.later({"sqs.drop", step.context});
}

std::vector<std::string> names_of(const Document& params, std::string_view member) {
  std::vector<std::string> names;
  for (const auto& name : array_of(params, member))
    names.emplace_back(name.as_string());
  return names;
}

Result<std::int64_t> bounded(const Document& params, std::string_view name, std::int64_t fallback,
                             std::int64_t least, std::int64_t most) {
  const auto value = integer(params, name).value_or(fallback);
  if (value >= least && value <= most) return value;
  return fail(
      "InvalidParameterValue",
      fmt::format(
          "Value {} for parameter {} is invalid. Reason: Must be >= {} and <= {}, if provided.",
          value, name, least, most));
}

Result<Poll> poll_of(const core::Call& call, const Queue& queue) {
  const auto& params = call.params();
  Poll poll;
  poll.count = TRY(bounded(params, "MaxNumberOfMessages", 1, 1, 10));
  poll.visibility = std::chrono::seconds(TRY(bounded(
      params, "VisibilityTimeout", number_attribute(queue, "VisibilityTimeout"), 0, 43'200)));
  poll.system_names = names_of(params, "AttributeNames");
  for (auto& name : names_of(params, "MessageSystemAttributeNames"))
    poll.system_names.push_back(std::move(name));
  poll.attribute_names = names_of(params, "MessageAttributeNames");
  return poll;
}

}  // namespace

std::string time_part(Time time) {
  return fmt::format("{:015}", std::max<std::int64_t>(to_ms(time), 0));
}

void enqueue(Context& context, const Queue& queue, const Message& message, bool delayed) {
  kMessages.put(context, Key{queue.store, message.order}, message);
  kIndex.put(context, index_key(queue.store, message), {delayed});
  auto clockwork = kClockwork.get(context, Key{queue.store}).value_or(Clockwork{});
  if (!clockwork.sweeping) {
    clockwork.sweeping = true;
    kClockwork.put(context, Key{queue.store}, clockwork);
    context.at(std::max(message.sent + retention(queue), context.now()),
               {"sqs.sweep", reference(queue)});
  }
  serve_polls(context, queue);
}

void move_visibility(Context& context, const Queue& queue, Message message, Time visible) {
  kIndex.erase(context, index_key(queue.store, message));
  message.visible = visible;
  kIndex.put(context, index_key(queue.store, message), {false});
  kMessages.put(context, Key{queue.store, message.order}, message);
}

void remove_message(Context& context, const std::string& store, const Message& message) {
  kMessages.erase(context, Key{store, message.order});
  kIndex.erase(context, index_key(store, message));
}

void serve_polls(Context& context, const Queue& queue) {
  while (const auto poll = first_poll(context, queue)) {
    if (context.budget() <= 0) {
      context.later({"sqs.wake", reference(queue)});
      return;
    }
    auto messages = take(context, queue, poll->second);
    if (messages.empty()) return set_wake_timer(context, queue);
    end_poll(context, queue, *poll, Document(reply_of(std::move(messages))));
  }
}

void drop_store(Context& context, const std::string& store) {
  if (const auto clockwork = kClockwork.get(context, Key{store});
      clockwork && !clockwork->wake_timer.empty()) {
    context.cancel(clockwork->wake_timer);
  }
  kClockwork.erase(context, Key{store});
  context.later({"sqs.drop", Object{{"store", store}}});
}

void end_polls(Context& context, const Queue& queue, const Error& error) {
  while (const auto poll = first_poll(context, queue))
    end_poll(context, queue, *poll, std::unexpected(error));
}

core::Outcome receive_message(core::Call& call) {
  const auto queue = queue_of(call);
  if (!queue) return queue.error();
  auto poll = poll_of(call, *queue);
  if (!poll) return poll.error();
  const auto wait = bounded(call.params(), "WaitTimeSeconds",
                            number_attribute(*queue, "ReceiveMessageWaitTimeSeconds"), 0, 20);
  if (!wait) return wait.error();
  auto messages = take(call, *queue, *poll);
  if (!messages.empty() || !*wait) return reply_of(std::move(messages));
  const auto token = call.park();
  const auto order = fmt::format("{:020}", call.sequence()) + token.id;
  poll->token = token.id;
  poll->timer =
      call.at(call.now() + std::chrono::seconds(*wait),
              {"sqs.poll_ended",
               Object{{"scope", encode(queue->scope)}, {"name", queue->name}, {"order", order}}});
  kPolls.put(call, Key::of(queue->scope, queue->name, order), *poll);
  set_wake_timer(call, *queue);
  return token;
}

void on_timers(core::Registry& registry) {
  registry.on_resume("sqs.wake", wake);
  registry.on_resume("sqs.poll_ended", poll_ended);
  registry.on_resume("sqs.sweep", sweep);
  registry.on_resume("sqs.drop", drop_step);
}

}  // namespace tocsin::sqs

// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/store.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "services/sqs/attributes.hpp"
#include "services/sqs/flights.hpp"
#include "services/sqs/groups.hpp"
#include "services/sqs/polls.hpp"

namespace tocsin::sqs {
namespace {

using core::Context;
using core::Key;
using core::Resumption;

constexpr std::size_t kDropStep = 500;

Key index_key(const std::string& store, const Message& message) {
  return Key{store, time_part(message.visible), message.order};
}

void start_sweeping(Context& context, const Queue& queue, Clockwork clockwork, Time sent) {
  clockwork.sweeping = true;
  kClockwork.put(context, Key{queue.store}, clockwork);
  context.upkeep(std::max(sent + retention(queue), context.now()), {"sqs.sweep", reference(queue)});
}

/// Up to kDropStep of the store's first messages that `wanted` takes; `next` is the first that it
/// does not.
std::vector<Message> first_messages(Context& context, const std::string& store,
                                    const std::function<bool(const Message&)>& wanted,
                                    std::optional<Message>* next = nullptr) {
  std::vector<Message> found;
  kMessages.scan(context, Key{store}, [&](const auto& key, Message message) {
    message.order = key[1];
    if (found.size() == kDropStep || !wanted(message)) {
      if (next) *next = std::move(message);
      return false;
    }
    found.push_back(std::move(message));
    return true;
  });
  return found;
}

/// Removes what is older than the retention period, and sets the timer for the next.
void sweep(Context& context, const Resumption& timer) {
  const auto queue = referred(context, timer.context);
  if (!queue) return;
  std::optional<Message> next;
  const auto expired = first_messages(
      context, queue->store,
      [&](const Message& message) { return message.sent + retention(*queue) <= context.now(); },
      &next);
  for (const auto& message : expired)
    remove_message(context, queue->store, message);
  auto clockwork = kClockwork.get(context, Key{queue->store}).value_or(Clockwork{});
  if (next) return start_sweeping(context, *queue, clockwork, next->sent);
  clockwork.sweeping = false;
  kClockwork.put(context, Key{queue->store}, clockwork);
}

void drop_step(Context& context, const Resumption& step) {
  const auto store = string_of(step.context, "store");
  const auto messages = first_messages(context, store, [](const Message&) { return true; });
  for (const auto& message : messages)
    remove_message(context, store, message);
  if (messages.size() == kDropStep) context.later({"sqs.drop", step.context});
}

}  // namespace

std::string time_part(Time time) {
  return fmt::format("{:012x}", std::max<std::int64_t>(to_ms(time), 0));
}

std::string order_of(const Context& context, const std::string& id, Time sent, std::size_t number) {
  return fmt::format("{}{:010x}{:03x}{}", time_part(sent), context.sequence(), number,
                     id.substr(0, 8));
}

std::optional<Message> message_at(const store::View& view, const std::string& store,
                                  const std::string& order) {
  auto message = kMessages.get(view, Key{store, order});
  if (message) message->order = order;
  return message;
}

void put_message(Context& context, const Queue& queue, const Message& message, Hidden hidden) {
  kMessages.put(context, Key{queue.store, message.order}, message);
  kIndex.put(context, index_key(queue.store, message), {hidden == Hidden::Delayed});
  if (queue.fifo()) join_group(context, queue, message);
}

void enqueue(Context& context, const Queue& queue, const Message& message, Hidden hidden) {
  put_message(context, queue, message, hidden);
  auto clockwork = kClockwork.get(context, Key{queue.store}).value_or(Clockwork{});
  if (!clockwork.sweeping) start_sweeping(context, queue, clockwork, message.sent);
  if (clockwork.polls) serve_polls(context, queue);
}

void move_visibility(Context& context, const Queue& queue, Message message, Time visible) {
  kIndex.erase(context, index_key(queue.store, message));
  came_back(context, queue.store, message);
  message.visible = visible;
  if (visible > context.now()) went_out(context, queue.store, visible);
  kIndex.put(context, index_key(queue.store, message), {false});
  kMessages.put(context, Key{queue.store, message.order}, message);
  if (queue.fifo()) place_group(context, queue.store, message.fifo->group);
}

void take_out(Context& context, const std::string& store, const Message& message) {
  kMessages.erase(context, Key{store, message.order});
  kIndex.erase(context, index_key(store, message));
  came_back(context, store, message);
  if (message.fifo) leave_group(context, store, message);
}

void remove_message(Context& context, const std::string& store, const Message& message) {
  take_out(context, store, message);
  if (message.content) release_content(context, *message.content);
}

void share_content(Context& context, const std::string& id, const Content& content,
                   std::int64_t count) {
  const auto uses = kUses.get(context, Key{id});
  if (!uses) kContents.put(context, Key{id}, content);
  kUses.put(context, Key{id}, {(uses ? uses->count : 0) + count});
}

void release_content(Context& context, const std::string& id) {
  auto uses = kUses.get(context, Key{id}).value_or(Uses{1});
  if (--uses.count > 0) return kUses.put(context, Key{id}, uses);
  kUses.erase(context, Key{id});
  kContents.erase(context, Key{id});
}

Duration retention(const Queue& queue) {
  return std::chrono::seconds(number_attribute(queue, "MessageRetentionPeriod"));
}

void drop_store(Context& context, const std::string& store) {
  if (const auto clockwork = kClockwork.get(context, Key{store});
      clockwork && !clockwork->wake_timer.empty()) {
    context.cancel(clockwork->wake_timer);
  }
  kClockwork.erase(context, Key{store});
  kFlights.erase(context, Key{store});
  context.later({"sqs.drop", Object{{"store", store}}});
}

Document reference(const Queue& queue) {
  return Object{{"scope", encode(queue.scope)}, {"name", queue.name}, {"store", queue.store}};
}

std::optional<Queue> referred(Context& context, const Document& reference) {
  auto queue = kQueues.get(
      context, Key::of(decoded<Scope>(object_of(reference, "scope")), text(reference, "name")));
  if (!queue || queue->store != text(reference, "store")) return std::nullopt;
  return queue;
}

void on_store_timers(core::Registry& registry) {
  registry.on_resume("sqs.sweep", sweep);
  registry.on_resume("sqs.drop", drop_step);
}

}  // namespace tocsin::sqs

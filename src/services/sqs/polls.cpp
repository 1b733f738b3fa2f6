// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/polls.hpp"

#include <fmt/format.h>

#include "services/sqs/groups.hpp"
#include "services/sqs/receive.hpp"
#include "services/sqs/store.hpp"

namespace tocsin::sqs {
namespace {

using core::Context;
using core::Key;
using core::Resumption;

using Waiting = std::pair<std::string, Poll>;

std::optional<Waiting> first_poll(Context& context, const Queue& queue) {
  std::optional<Waiting> first;
  kPolls.scan(context, Key::of(queue.scope, queue.name), [&](const auto& key, const Poll& poll) {
    first = Waiting(key[3], poll);
    return false;
  });
  return first;
}

Clockwork clockwork_of(Context& context, const Queue& queue) {
  return kClockwork.get(context, Key{queue.store}).value_or(Clockwork{});
}

void end_poll(Context& context, const Queue& queue, const Waiting& poll,
              const Result<Document>& reply) {
  kPolls.erase(context, Key::of(queue.scope, queue.name, poll.first));
  if (auto clockwork = clockwork_of(context, queue); clockwork.polls > 0) {
    --clockwork.polls;
    kClockwork.put(context, Key{queue.store}, clockwork);
  }
  context.cancel(poll.second.timer);
  context.resolve({poll.second.token}, reply);
}

std::optional<Time> next_visible(Context& context, const Queue& queue) {
  if (queue.fifo()) return next_ready(context, queue);
  std::optional<Time> next;
  kIndex.scan(context, Key{queue.store}, [&](const auto& key, const IndexEntry&) {
    next = from_ms(std::stoll(key[1], nullptr, 16));
    return false;
  });
  return next;
}

void set_wake_timer(Context& context, const Queue& queue) {
  const auto due = next_visible(context, queue);
  auto clockwork = clockwork_of(context, queue);
  if (!due || (!clockwork.wake_timer.empty() && clockwork.wake <= *due)) return;
  if (!clockwork.wake_timer.empty()) context.cancel(clockwork.wake_timer);
  clockwork.wake = std::max(*due, context.now() + Duration(1));
  clockwork.wake_timer = context.at(clockwork.wake, {"sqs.wake", reference(queue)});
  kClockwork.put(context, Key{queue.store}, clockwork);
}

void wake(Context& context, const Resumption& timer) {
  const auto queue = referred(context, timer.context);
  if (!queue) return;
  auto clockwork = clockwork_of(context, *queue);
  clockwork.wake_timer.clear();
  kClockwork.put(context, Key{queue->store}, clockwork);
  serve_polls(context, *queue);
}

void poll_ended(Context& context, const Resumption& timer) {
  const auto scope = decoded<Scope>(object_of(timer.context, "scope"));
  const auto name = string_of(timer.context, "name");
  const auto order = string_of(timer.context, "order");
  const auto poll = kPolls.get(context, Key::of(scope, name, order));
  const auto queue = kQueues.get(context, Key::of(scope, name));
  if (poll && queue) end_poll(context, *queue, {order, *poll}, Document(Object{}));
}

}  // namespace

core::Token wait_for_messages(core::Call& call, const Queue& queue, Poll poll, Duration wait) {
  const auto token = call.park();
  const auto order = fmt::format("{:020}", call.sequence()) + token.id;
  poll.token = token.id;
  poll.timer =
      call.at(call.now() + wait,
              {"sqs.poll_ended",
               Object{{"scope", encode(queue.scope)}, {"name", queue.name}, {"order", order}}});
  kPolls.put(call, Key::of(queue.scope, queue.name, order), poll);
  auto clockwork = clockwork_of(call, queue);
  ++clockwork.polls;
  kClockwork.put(call, Key{queue.store}, clockwork);
  set_wake_timer(call, queue);
  return token;
}

void serve_polls(Context& context, const Queue& queue) {
  while (const auto poll = first_poll(context, queue)) {
    if (context.budget() <= 0) {
      context.later({"sqs.wake", reference(queue)});
      return;
    }
    auto messages = take(context, queue, poll->second);
    if (!messages) {
      end_poll(context, queue, *poll, std::unexpected(messages.error()));
      continue;
    }
    if (messages->empty()) return set_wake_timer(context, queue);
    end_poll(context, queue, *poll, Document(Object{{"Messages", *std::move(messages)}}));
  }
}

void end_polls(Context& context, const Queue& queue, const Error& error) {
  while (const auto poll = first_poll(context, queue))
    end_poll(context, queue, *poll, std::unexpected(error));
}

void on_poll_timers(core::Registry& registry) {
  registry.on_resume("sqs.wake", wake);
  registry.on_resume("sqs.poll_ended", poll_ended);
}

}  // namespace tocsin::sqs

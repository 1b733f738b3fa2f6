// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/groups.hpp"

#include <fmt/format.h>

#include "services/sqs/store.hpp"

namespace tocsin::sqs {
namespace {

using core::Context;
using core::Key;

constexpr std::size_t kMostOut = 10;  // as many as one receive takes of a group

/// From when the group can be received: while one of its messages is out, not before that ends.
Time ready_time(const Context& context, const std::vector<Message>& first) {
  auto ready = first.front().visible;
  for (const auto& message : first) {
    if (message.received && message.visible > context.now())
      ready = std::max(ready, message.visible);
  }
  return ready;
}

}  // namespace

void join_group(Context& context, const Queue& queue, const Message& message) {
  const auto& group = message.fifo->group;
  kGroupOrder.put(context, Key{queue.store, group, message.order}, {message.sent});
  const auto place = kGroups.get(context, Key{queue.store, group});
  if (!place || message.order < place->head) place_group(context, queue.store, group);
}

void leave_group(Context& context, const std::string& store, const Message& message) {
  const Key key{store, message.fifo->group, message.order};
  if (!kGroupOrder.contains(context, key)) return;  // of a standard queue
  kGroupOrder.erase(context, key);
  place_group(context, store, message.fifo->group);
}

void place_group(Context& context, const std::string& store, const std::string& group) {
  const Key key{store, group};
  if (const auto old = kGroups.get(context, key))
    kReady.erase(context, Key{store, old->ready, old->head, group});
  const auto first = first_of_group(context, store, group, kMostOut);
  if (first.empty()) return kGroups.erase(context, key);
  const GroupPlace place{time_part(ready_time(context, first)), first.front().order};
  kGroups.put(context, key, place);
  kReady.put(context, Key{store, place.ready, place.head, group}, {});
}

std::vector<std::string> ready_groups(Context& context, const Queue& queue, std::size_t count) {
  std::vector<std::string> groups;
  kReady.scan(context, Key{queue.store}, [&](const auto& key, const Moment&) {
    if (key[1] > time_part(context.now()) || groups.size() == count) return false;
    groups.push_back(key[3]);
    return true;
  });
  return groups;
}

std::optional<Time> next_ready(Context& context, const Queue& queue) {
  std::optional<Time> next;
  kReady.scan(context, Key{queue.store}, [&](const auto& key, const Moment&) {
    next = from_ms(std::stoll(key[1], nullptr, 16));
    return false;
  });
  return next;
}

std::vector<Message> first_of_group(Context& context, const std::string& store,
                                    const std::string& group, std::size_t count) {
  std::vector<std::string> orders;
  kGroupOrder.scan(context, Key{store, group}, [&](const auto& key, const Moment&) {
    orders.push_back(key[2]);
    return orders.size() < count;
  });
  std::vector<Message> messages;
  for (const auto& order : orders) {
    if (auto message = message_at(context, store, order)) messages.push_back(*std::move(message));
  }
  return messages;
}

std::string next_sequence(Context& context, const std::string& origin) {
  auto numbers = kNumbers.get(context, Key{origin}).value_or(Uses{});
  ++numbers.count;
  kNumbers.put(context, Key{origin}, numbers);
  return fmt::format("18849{:015}", numbers.count * 256);
}

}  // namespace tocsin::sqs

// SPDX-License-Identifier: Apache-2.0
// How messages lie in a queue's store: the index, visibility, retention, shared contents.
#pragma once

#include "core/registry.hpp"
#include "services/sqs/state.hpp"

namespace tocsin::sqs {

/// A time as a part of an index key: ordered as text.
std::string time_part(Time time);
/// The key of a message of a standard queue: by time of sending, then as they came. `number` tells
/// apart those of one call.
std::string order_of(const core::Context& context, const std::string& id, Time sent,
                     std::size_t number);

std::optional<Message> message_at(const store::View& view, const std::string& store,
                                  const std::string& order);

/// Puts a message in the queue, visible at message.visible; message.order has been set.
enum class Hidden { No, Delayed };
void put_message(core::Context& context, const Queue& queue, const Message& message, Hidden hidden);
/// put_message, and answers receivers that wait.
void enqueue(core::Context& context, const Queue& queue, const Message& message, Hidden hidden);
/// Hides or shows a message anew.
void move_visibility(core::Context& context, const Queue& queue, Message message, Time visible);
void remove_message(core::Context& context, const std::string& store, const Message& message);
/// The same where the message goes on elsewhere: its content is kept.
void take_out(core::Context& context, const std::string& store, const Message& message);

/// Content that `count` messages are about to share.
void share_content(core::Context& context, const std::string& id, const Content& content,
                   std::int64_t count);

/// One message less shares it.
void release_content(core::Context& context, const std::string& id);

Duration retention(const Queue& queue);
/// Empties a store that no queue names any more, in bounded steps.
void drop_store(core::Context& context, const std::string& store);
/// Names the queue and its store, for timers; and the queue again, where it still has that store.
Document reference(const Queue& queue);
std::optional<Queue> referred(core::Context& context, const Document& reference);
void on_store_timers(core::Registry& registry);

}  // namespace tocsin::sqs

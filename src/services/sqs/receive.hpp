// SPDX-License-Identifier: Apache-2.0
// How messages reach receivers: the store, visibility, long polls, dead letters, retention.
#pragma once

#include "core/registry.hpp"
#include "services/sqs/state.hpp"

namespace tocsin::sqs {

/// A time as a part of an index key: ordered as text.
std::string time_part(Time time);

/// Puts a message in the queue, visible at message.visible, and answers receivers that wait.
void enqueue(core::Context& context, const Queue& queue, const Message& message, bool delayed);
/// Hides or shows a message anew.
void move_visibility(core::Context& context, const Queue& queue, Message message, Time visible);
void remove_message(core::Context& context, const std::string& store, const Message& message);
/// Answers waiting receivers as far as there are messages; sets a timer for the next that becomes
/// visible.
void serve_polls(core::Context& context, const Queue& queue);

/// Empties a store that no queue names any more, in bounded steps.
void drop_store(core::Context& context, const std::string& store);
void end_polls(core::Context& context, const Queue& queue, const Error& error);

core::Outcome receive_message(core::Call& call);
void on_timers(core::Registry& registry);

}  // namespace tocsin::sqs

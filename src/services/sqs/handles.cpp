// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/handles.hpp"

#include <fmt/format.h>

#include "base/crypto.hpp"
#include "services/sqs/attributes.hpp"
#include "services/sqs/messages.hpp"
#include "services/sqs/polls.hpp"
#include "services/sqs/store.hpp"

namespace tocsin::sqs {
namespace {

using core::Call;
using core::Outcome;

constexpr auto kMostHidden = std::chrono::seconds(43'200);

struct Handle {
  std::string order;
  std::string receipt;
  bool current = false;  // not of a store that was purged
};

std::vector<std::string> split(std::string_view text, char mark) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == mark)
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

Result<Handle> handle_of(const Queue& queue, const Document& entry) {
  const auto given = text(entry, "ReceiptHandle");
  const auto bytes = unbase64(given);
  const auto parts = bytes ? split(*bytes, '|') : std::vector<std::string>();
  if (parts.size() != 4 || parts[0] != arn_of(queue))
    return fail(
        "ReceiptHandleIsInvalid",
        fmt::format("The input receipt handle \"{}\" is not a valid receipt handle.", given));
  return Handle{parts[2], parts[3], parts[1] == queue.store};
}

/// The message of the handle, where the store still has it.
std::optional<Message> held(Call& call, const Queue& queue, const Handle& handle) {
  auto message = handle.current ? message_at(call, queue.store, handle.order) : std::nullopt;
  if (!message || !message->received || message->received->receipt != handle.receipt)
    return std::nullopt;
  return message;
}

Failure expired(const Document& entry) {
  return invalid_value(text(entry, "ReceiptHandle"), "ReceiptHandle",
                       "The receipt handle has expired.");
}

Result<Object> remove(Call& call, const Queue& queue, const Document& entry, std::size_t) {
  const auto handle = TRY(handle_of(queue, entry));
  const auto message = held(call, queue, handle);
  if (!message) return Object{};
  if (queue.fifo() && message->visible <= call.now()) return expired(entry);
  remove_message(call, queue.store, *message);
  if (queue.fifo()) serve_polls(call, queue);
  return Object{};
}

Result<Object> change(Call& call, const Queue& queue, const Document& entry, std::size_t) {
  const auto handle = TRY(handle_of(queue, entry));
  const auto timeout = std::chrono::seconds(integer(entry, "VisibilityTimeout").value_or(-1));
  if (timeout.count() < 0 || timeout > kMostHidden)
    return invalid_value(std::to_string(timeout.count()), "VisibilityTimeout",
                         "VisibilityTimeout must be an integer between 0 and 43200.");
  auto message = held(call, queue, handle);
  const bool shown = message && message->visible <= call.now();
  if (!message || (shown && !queue.fifo()))
    return invalid_value(text(entry, "ReceiptHandle"), "ReceiptHandle",
                         "Message does not exist or is not available for visibility timeout "
                         "change.");
  if (shown) return expired(entry);
  if (call.now() + timeout > message->received->latest + kMostHidden)
    return invalid_value(std::to_string(timeout.count()), "VisibilityTimeout",
                         "Total VisibilityTimeout for the message is beyond the limit [43200 "
                         "seconds]");
  move_visibility(call, queue, *std::move(message), call.now() + timeout);
  serve_polls(call, queue);
  return Object{};
}

}  // namespace

Outcome delete_message(Call& call) {
  return single(call, remove);
}
Outcome delete_message_batch(Call& call) {
  return batch(call, remove);
}
Outcome change_message_visibility(Call& call) {
  return single(call, change);
}
Outcome change_message_visibility_batch(Call& call) {
  return batch(call, change);
}

}  // namespace tocsin::sqs

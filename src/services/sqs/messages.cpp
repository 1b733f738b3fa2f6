// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/messages.hpp"

#include <fmt/format.h>

#include "services/sqs/attributes.hpp"
#include "services/sqs/checks.hpp"
#include "services/sqs/deduplication.hpp"
#include "services/sqs/deliveries.hpp"
#include "services/sqs/digests.hpp"
#include "services/sqs/encryption.hpp"
#include "services/sqs/groups.hpp"
#include "services/sqs/queues.hpp"
#include "services/sqs/store.hpp"

namespace tocsin::sqs {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kMostBatch = 1'048'576;

Object text_values(const Object& attributes) {
  Object out;
  for (const auto& each : attributes)
    out[each.key()] = string_of(each.value(), "StringValue");
  return out;
}

Object reply_of(const Document& entry, std::string_view id, std::string_view sequence) {
  Object reply{{"MessageId", id}, {"MD5OfMessageBody", digest_of_body(text(entry, "MessageBody"))}};
  if (const auto& attributes = object_of(entry, "MessageAttributes"); !attributes.empty())
    reply["MD5OfMessageAttributes"] = digest_of_attributes(attributes);
  if (const auto& system = object_of(entry, "MessageSystemAttributes"); !system.empty())
    reply["MD5OfMessageSystemAttributes"] = digest_of_attributes(system);
  if (!sequence.empty()) reply["SequenceNumber"] = sequence;
  return reply;
}

Message message_of(Call& call, const Document& entry, std::int64_t delay) {
  Message message{.id = call.new_uuid(),
                  .sender = sender_of(call),
                  .sent = call.now(),
                  .visible = call.now() + std::chrono::seconds(delay)};
  if (const auto& attributes = object_of(entry, "MessageAttributes"); !attributes.empty())
    message.attributes = attributes;
  if (const auto& system = object_of(entry, "MessageSystemAttributes"); !system.empty())
    message.system_attributes = text_values(system);
  return message;
}

Result<Object> send(Call& call, const Queue& queue, const Document& entry, std::size_t number) {
  const auto size = TRY(checked_size(entry));
  const auto most = number_attribute(queue, "MaximumMessageSize");
  if (size > static_cast<std::size_t>(most))
    return fail("InvalidParameterValue",
                fmt::format("One or more parameters are invalid. Reason: Message must be shorter "
                            "than {} bytes.",
                            most));
  auto mark = TRY(checked_mark(queue, entry));
  const auto delay = TRY(checked_delay(queue, entry));
  if (queue.fifo()) {
    if (const auto before = accepted_before(call, queue, *mark))
      return reply_of(entry, before->id, before->sequence);
    mark->sequence = next_sequence(call, queue.origin);
  }
  auto message = message_of(call, entry, delay);
  message.order = queue.fifo() ? mark->sequence : order_of(call, message.id, message.sent, number);
  message.fifo = std::move(mark);
  TRY(enclose(call, asker_of(call), queue, message, text(entry, "MessageBody")));
  if (queue.fifo()) remember_accepted(call, queue, *message.fifo, message.id);
  enqueue(call, queue, message, delay > 0 ? Hidden::Delayed : Hidden::No);
  return reply_of(entry, message.id, message.fifo ? message.fifo->sequence : "");
}

/// What is wrong with the batch as a whole.
Result<void> check_sent_batch(Call& call) {
  const auto queue = TRY(queue_of(call));
  const auto& entries = array_of(call.params(), "Entries");
  TRY(check_batch(entries));
  std::size_t total = 0;
  for (const auto& entry : entries) {
    total += checked_size(entry).value_or(0);
    if (const auto mark = checked_mark(queue, entry); queue.fifo() && !mark)
      return fail("InvalidParameterValue", mark.error().message);
  }
  if (total <= kMostBatch) return {};
  return fail("BatchRequestTooLong",
              fmt::format("Batch requests cannot be longer than {} bytes. You have sent {} bytes.",
                          kMostBatch, total));
}

Object failed_entry(const Document& entry, const Error& error) {
  return {{"Id", string_of(entry, "Id")},
          {"SenderFault", error.fault == Fault::Client},
          {"Code", error.code},
          {"Message", error.message}};
}

}  // namespace

Outcome single(Call& call, One one) {
  const auto queue = queue_of(call);
  if (!queue) return queue.error();
  auto reply = one(call, *queue, call.params(), 0);
  if (!reply) return reply.error();
  return *std::move(reply);
}

Outcome batch(Call& call, One one) {
  const auto queue = queue_of(call);
  if (!queue) return queue.error();
  const auto& entries = array_of(call.params(), "Entries");
  if (auto checked = check_batch(entries); !checked) return checked.error();
  Array successful, failed;
  std::size_t number = 0;
  for (const auto& entry : entries) {
    auto done = one(call, *queue, entry, number++);
    if (done) {
      (*done)["Id"] = string_of(entry, "Id");
      successful.push_back(*std::move(done));
    } else {
      failed.push_back(failed_entry(entry, done.error()));
    }
  }
  Object reply{{"Successful", std::move(successful)}};
  reply["Failed"] = std::move(failed);
  return reply;
}

Outcome send_message(Call& call) {
  return single(call, send);
}

Outcome send_message_batch(Call& call) {
  if (is_delivery(call)) return take_deliveries(call);
  if (auto checked = check_sent_batch(call); !checked) return checked.error();
  return batch(call, send);
}

}  // namespace tocsin::sqs

// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/messages.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "base/crypto.hpp"
#include "services/sqs/attributes.hpp"
#include "services/sqs/digests.hpp"
#include "services/sqs/queues.hpp"
#include "services/sqs/receive.hpp"

namespace tocsin::sqs {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

Failure invalid(std::string_view reason) {
  return fail("InvalidParameterValue",
              fmt::format("One or more parameters are invalid. Reason: {}", reason));
}

Result<void> check_attribute(std::string_view name, const Document& value) {
  const auto type = text(value, "DataType");
  const auto head = type.substr(0, type.find('.'));
  if (head != "String" && head != "Number" && head != "Binary") {
    return fail("InvalidParameterValue",
                fmt::format("The message attribute '{}' must contain non-empty message attribute "
                            "type, prefixed with String, "
                            "Number or Binary.",
                            name));
  }
  if (text(value, head == "Binary" ? "BinaryValue" : "StringValue").empty()) {
    return fail(
        "InvalidParameterValue",
        fmt::format("The message attribute '{}' must contain a non-empty message attribute value.",
                    name));
  }
  return {};
}

/// The bytes of body and attributes. Errors: InvalidParameterValue, InvalidMessageContents,
/// MissingParameter.
Result<std::size_t> checked_size(const Document& entry) {
  const auto body = text(entry, "MessageBody");
  if (body.empty())
    return fail("MissingParameter", "The request must contain the parameter MessageBody.");
  const auto bad = [](unsigned char c) { return c < 0x20 && c != '\t' && c != '\n' && c != '\r'; };
  if (std::ranges::any_of(body, bad)) {
    return fail(
        "InvalidMessageContents",
        "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | "
        "#xE000 to #xFFFD | #x10000 to #x10FFFF");
  }
  const auto& attributes = object_of(entry, "MessageAttributes");
  if (attributes.size() > 10) return invalid("Number of message attributes must be at most 10.");
  auto size = body.size();
  for (const auto& each : attributes) {
    TRY(check_attribute(std::string(each.key()), each.value()));
    size += each.key().size() + text(each.value(), "DataType").size() +
            text(each.value(), "StringValue").size() +
            text(each.value(), "BinaryValue").size() * 3 / 4;
  }
  return size;
}

Object text_values(const Object& attributes) {
  Object out;
  for (const auto& each : attributes)
    out[each.key()] = Document(std::string(text(each.value(), "StringValue")).c_str());
  return out;
}

Result<Object> send(Call& call, const Queue& queue, const Document& entry, std::size_t number) {
  const auto size = TRY(checked_size(entry));
  if (const auto most = number_attribute(queue, "MaximumMessageSize");
      size > static_cast<std::size_t>(most)) {
    return invalid(fmt::format("Message must be shorter than {} bytes.", most));
  }
  if (find(entry, "MessageGroupId") || find(entry, "MessageDeduplicationId")) {
    return fail("UnsupportedOperation",
                "Tocsin serves standard queues only; message groups and deduplication ids are not "
                "supported.");
  }
  const auto delay =
      integer(entry, "DelaySeconds").value_or(number_attribute(queue, "DelaySeconds"));
  if (delay < 0 || delay > 900) {
    return fail("InvalidParameterValue",
                fmt::format("Value {} for parameter DelaySeconds is invalid. Reason: DelaySeconds "
                            "must be >= 0 and <= 900.",
                            delay));
  }
  Message message{
      .id = call.new_uuid(),
      .body = string_of(entry, "MessageBody"),
      .attributes = object_of(entry, "MessageAttributes"),
      .system_attributes = text_values(object_of(entry, "MessageSystemAttributes")),
      .sender = call.principal().id.empty() ? call.principal().arn : call.principal().id,
      .sent = call.now(),
      .visible = call.now() + std::chrono::seconds(delay)};
  message.order = fmt::format("{}-{:020}-{:03}-{}", time_part(message.sent), call.sequence(),
                              number, message.id);
  Object reply{{"MessageId", message.id}, {"MD5OfMessageBody", digest_of_body(message.body)}};
  if (!message.attributes.empty())
    reply["MD5OfMessageAttributes"] = digest_of_attributes(message.attributes);
  enqueue(call, queue, message, delay > 0);
  return reply;
}

struct Handle {
  std::string order;
  std::string receipt;
  bool current = false;  // not of a store that was purged
};

Result<Handle> handle_of(const Queue& queue, const Document& entry) {
  const auto bytes = unbase64(text(entry, "ReceiptHandle"));
  const auto refused = [&] {
    return fail("ReceiptHandleIsInvalid",
                fmt::format("The input receipt handle \"{}\" is not a valid receipt handle.",
                            text(entry, "ReceiptHandle")));
  };
  if (!bytes) return refused();
  std::vector<std::string> parts(1);
  for (const char c : *bytes) {
    if (c == '|')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  if (parts.size() != 4 || parts[0] != arn_of(queue)) return refused();
  return Handle{parts[2], parts[3], parts[1] == queue.store};
}

Result<Object> remove(Call& call, const Queue& queue, const Document& entry, std::size_t) {
  const auto handle = TRY(handle_of(queue, entry));
  if (!handle.current) return Object{};
  const auto message = kMessages.get(call, Key{queue.store, handle.order});
  if (message && message->receipt == handle.receipt) remove_message(call, queue.store, *message);
  return Object{};
}

Result<Object> change(Call& call, const Queue& queue, const Document& entry, std::size_t) {
  const auto handle = TRY(handle_of(queue, entry));
  const auto timeout = integer(entry, "VisibilityTimeout").value_or(-1);
  if (timeout < 0 || timeout > 43'200) {
    return fail("InvalidParameterValue", fmt::format("Value {} for parameter VisibilityTimeout is "
                                                     "invalid. Reason: VisibilityTimeout must be "
                                                     "an integer between 0 and 43200.",
                                                     timeout));
  }
  auto message =
      handle.current ? kMessages.get(call, Key{queue.store, handle.order}) : std::nullopt;
  if (!message || message->receipt != handle.receipt || message->visible <= call.now()) {
    return fail("MessageNotInflight", "The specified message isn't in flight.");
  }
  move_visibility(call, queue, *std::move(message), call.now() + std::chrono::seconds(timeout));
  serve_polls(call, queue);
  return Object{};
}

using One = Result<Object> (*)(Call&, const Queue&, const Document&, std::size_t);

Outcome single(Call& call, One one) {
  const auto queue = queue_of(call);
  if (!queue) return queue.error();
  auto reply = one(call, *queue, call.params(), 0);
  if (!reply) return reply.error();
  return *std::move(reply);
}

Result<void> check_batch(const Array& entries) {
  if (entries.empty())
    return fail("EmptyBatchRequest",
                "There should be at least one SendMessageBatchRequestEntry in the request.");
  if (entries.size() > 10) {
    return fail("TooManyEntriesInBatchRequest",
                fmt::format("Maximum number of entries per request are 10. You have sent {}.",
                            entries.size()));
  }
  std::set<std::string> ids;
  for (const auto& entry : entries) {
    const auto id = string_of(entry, "Id");
    const auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; };
    if (id.empty() || id.size() > 80 || !std::ranges::all_of(id, allowed)) {
      return fail("InvalidBatchEntryId",
                  "A batch entry id can only contain alphanumeric characters, hyphens and "
                  "underscores. It can be "
                  "at most 80 letters long.");
    }
    if (!ids.insert(id).second)
      return fail("BatchEntryIdsNotDistinct", fmt::format("Id {} repeated.", id));
  }
  return {};
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
      failed.push_back(Object{{"Id", string_of(entry, "Id")},
                              {"SenderFault", done.error().fault == Fault::Client},
                              {"Code", done.error().code},
                              {"Message", done.error().message}});
    }
  }
  Object reply{{"Successful", std::move(successful)}};
  reply["Failed"] = std::move(failed);
  return reply;
}

}  // namespace

Outcome send_message(Call& call) {
  return single(call, send);
}

Outcome send_message_batch(Call& call) {
  std::size_t total = 0;
  for (const auto& entry : array_of(call.params(), "Entries"))
    total += checked_size(entry).value_or(0);
  if (total > 1'048'576) {
    return fail(
        "BatchRequestTooLong",
        fmt::format("Batch requests cannot be longer than 1048576 bytes. You have sent {} bytes.",
                    total));
  }
  return batch(call, send);
}

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

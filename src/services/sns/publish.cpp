// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
#include "services/sns/publish.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "services/sns/delivery.hpp"
#include "services/sns/topics.hpp"

namespace tocsin::sns {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kMostBytes = 262'144;

Result<void> check_subject(const Document& entry) {
  if (!find(entry, "Subject")) return {};
  const auto subject = text(entry, "Subject");
  const auto bad = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (subject.empty() || subject.size() > 100 || subject.front() == ' ' ||
      std::ranges::any_of(subject, bad))
    return invalid("Subject");
  return {};
}

Result<std::size_t> size_of_attributes(const Object& attributes) {
  std::size_t size = 0;
  for (const auto& each : attributes) {
    const auto type = text(each.value(), "DataType");
    const auto value =
        text(each.value(), type.starts_with("Binary") ? "BinaryValue" : "StringValue");
    if (type.empty() || value.empty()) {
      return fail("ParameterValueInvalid",
                  fmt::format("The message attribute '{}' must contain non-empty message attribute "
                              "value for message "
                              "attribute type '{}'.",
                              std::string(each.key()), type));
    }
    size += each.key().size() + type.size() + value.size();
  }
  return size;
}

Result<Publication> publication_of(Call& call, const Topic& topic, const Document& entry) {
  if (find(entry, "MessageGroupId") || find(entry, "MessageDeduplicationId")) {
    return invalid(
        "MessageGroupId Reason: The request includes a parameter that is not valid for this topic "
        "type");
  }
  Publication out{.scope = topic.scope,
                  .topic = topic.name,
                  .id = call.new_uuid(),
                  .subject = string_of(entry, "Subject"),
                  .message = string_of(entry, "Message"),
                  .attributes = object_of(entry, "MessageAttributes"),
                  .time = call.now()};
  if (out.message.empty()) return invalid("Empty message");
  if (out.message.size() + TRY(size_of_attributes(out.attributes)) > kMostBytes)
    return invalid("Message too long");
  TRY(check_subject(entry));
  const auto structure = text(entry, "MessageStructure");
  if (structure.empty()) return out;
  if (structure != "json") return invalid("MessageStructure");
  const auto parsed = parse_json(out.message);
  if (!parsed || !parsed->is_object())
    return invalid("Message Structure - JSON message body failed to parse");
  const auto* fallback = find(*parsed, "default");
  if (!fallback || !fallback->is_string())
    return invalid("Message Structure - No default entry in JSON message body");
  out.by_protocol = parsed->as_object();
  out.message = std::string(fallback->as_string());
  return out;
}

Result<void> check_batch(const Array& entries) {
  if (entries.empty())
    return fail("EmptyBatchRequest", "The batch request doesn't contain any entries.");
  if (entries.size() > 10) {
    return fail("TooManyEntriesInBatchRequest",
                "The batch request contains more entries than permissible (more than 10).");
  }
  std::set<std::string> ids;
  std::size_t total = 0;
  for (const auto& entry : entries) {
    if (!ids.insert(string_of(entry, "Id")).second) {
      return fail("BatchEntryIdsNotDistinct",
                  "Two or more batch entries in the request have the same Id.");
    }
    total += text(entry, "Message").size();
  }
  if (total > kMostBytes)
    return fail("BatchRequestTooLong",
                "The length of all the batch messages put together is more than the limit.");
  return {};
}

}  // namespace

Outcome publish(Call& call) {
  if (find(call.params(), "PhoneNumber"))
    return invalid("PhoneNumber Reason: SMS is not supported by Tocsin");
  const auto* parameter = find(call.params(), "TopicArn") ? "TopicArn" : "TargetArn";
  const auto topic = topic_of(call, parameter);
  if (!topic) return topic.error();
  const auto publication = publication_of(call, *topic, call.params());
  if (!publication) return publication.error();
  distribute(call, *publication);
  return Object{{"MessageId", publication->id}};
}

Outcome publish_batch(Call& call) {
  const auto topic = topic_of(call);
  if (!topic) return topic.error();
  const auto& entries = array_of(call.params(), "PublishBatchRequestEntries");
  if (auto checked = check_batch(entries); !checked) return checked.error();
  Array successful, failed;
  for (const auto& entry : entries) {
    const auto publication = publication_of(call, *topic, entry);
    if (publication) {
      distribute(call, *publication);
      successful.push_back(Object{{"Id", text(entry, "Id")}, {"MessageId", publication->id}});
    } else {
      const auto& error = publication.error();
      failed.push_back(Object{{"Id", text(entry, "Id")},
                              {"Code", error.code},
                              {"Message", error.message},
                              {"SenderFault", true}});
    }
  }
  Object reply{{"Successful", std::move(successful)}};
  reply["Failed"] = std::move(failed);
  return reply;
}

}  // namespace tocsin::sns

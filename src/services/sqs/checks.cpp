// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/checks.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <set>

#include "base/crypto.hpp"
#include "base/glob.hpp"
#include "services/sqs/attributes.hpp"

namespace tocsin::sqs {
namespace {

constexpr std::size_t kMostAttributes = 10;

Failure invalid(std::string message) {
  return fail("InvalidParameterValue", std::move(message));
}

bool is_number(std::string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

Result<void> check_attribute_name(std::string_view name) {
  const auto lower = to_lower(name);
  const auto allowed = [](unsigned char c) {
    return std::isalnum(c) || c == '-' || c == '_' || c == '.';
  };
  if (name.empty() || name.size() > 256)
    return invalid("Length of message attribute name must be between 1 and 256 bytes.");
  if (lower.starts_with("aws.") || lower.starts_with("amazon."))
    return invalid(
        "You can't use message attribute names beginning with 'AWS.' or 'Amazon.'. These strings "
        "are reserved for internal use. Additionally, they cannot start or end with '.'.");
  if (name.front() == '.' || name.back() == '.')
    return invalid(
        "Invalid message attribute name. Message attribute name cannot start or end with '.'");
  if (!std::ranges::all_of(name, allowed) || name.find("..") != name.npos)
    return invalid(
        "Message (user) attributes name can only contain upper and lower score alphabetic "
        "characters, digits, periods, hyphens and underscores.");
  return {};
}

bool printable(std::string_view text) {
  return std::ranges::none_of(
      text, [](unsigned char c) { return c < 0x20 && c != '\t' && c != '\n' && c != '\r'; });
}

Failure bad_characters() {
  return fail(
      "InvalidMessageContents",
      "Invalid characters found. Valid unicode characters are #x9 | #xA | #xD | #x20 to #xD7FF | "
      "#xE000 to #xFFFD | #x10000 to #x10FFFF");
}

/// The bytes of one attribute.
Result<std::size_t> check_attribute(std::string_view name, const Document& value) {
  TRY(check_attribute_name(name));
  const auto type = text(value, "DataType");
  const auto kind = type.substr(0, type.find('.'));
  if (type.empty())
    return invalid(fmt::format(
        "Message (user) attribute '{}' must contain a non-empty attribute type.", name));
  if (kind != "String" && kind != "Number" && kind != "Binary")
    return invalid(
        fmt::format("The type of message (user) attribute '{}' is invalid. You must use "
                    "only the following supported type prefixes: Binary, Number, "
                    "String.",
                    name));
  const bool binary = kind == "Binary";
  const auto content = text(value, binary ? "BinaryValue" : "StringValue");
  if (content.empty())
    return invalid(
        fmt::format("Message (user) attribute '{}' must contain a non-empty value of type '{}'.",
                    name, binary ? "Binary" : "String"));
  if (kind == "Number" && !is_number(content))
    return invalid(
        fmt::format("Can't cast the value of message (user) attribute '{}' to a number.", name));
  if (!printable(content)) return bad_characters();
  return name.size() + type.size() + (binary ? content.size() * 3 / 4 : content.size());
}

Result<void> check_system_attributes(const Object& attributes) {
  for (const auto& each : attributes) {
    if (each.key() != "AWSTraceHeader")
      return invalid(
          fmt::format("Message system attribute name '{}' is invalid.", std::string(each.key())));
    if (text(each.value(), "DataType") != "String")
      return invalid("The message system attribute 'AWSTraceHeader' must have type String.");
    if (text(each.value(), "StringValue").empty())
      return invalid(
          "Message system attribute 'AWSTraceHeader' must contain a non-empty value of type "
          "'String'.");
  }
  return {};
}

/// Alphanumeric and punctuation, 1 to 128.
Result<void> check_id(const Document& entry, std::string_view name) {
  if (!find(entry, name)) return {};
  const auto id = text(entry, name);
  const auto allowed = [](unsigned char c) { return c > 0x20 && c < 0x7f; };
  if (!id.empty() && id.size() <= 128 && std::ranges::all_of(id, allowed)) return {};
  return invalid_value(id, name,
                       fmt::format("{} can only include alphanumeric and punctuation characters. 1 "
                                   "to 128 in length.",
                                   name));
}

}  // namespace

Result<std::size_t> checked_size(const Document& entry) {
  const auto body = text(entry, "MessageBody");
  if (body.empty())
    return fail("MissingParameter", "The request must contain the parameter MessageBody.");
  if (!printable(body)) return bad_characters();
  const auto& attributes = object_of(entry, "MessageAttributes");
  if (attributes.size() > kMostAttributes)
    return invalid(
        fmt::format("Number of message attributes [{}] exceeds the allowed maximum [{}].",
                    attributes.size(), kMostAttributes));
  TRY(check_system_attributes(object_of(entry, "MessageSystemAttributes")));
  auto size = body.size();
  for (const auto& each : attributes)
    size += TRY(check_attribute(std::string(each.key()), each.value()));
  return size;
}

Result<std::optional<FifoMark>> checked_mark(const Queue& queue, const Document& entry) {
  TRY(check_id(entry, "MessageGroupId"));
  TRY(check_id(entry, "MessageDeduplicationId"));
  FifoMark mark{.group = string_of(entry, "MessageGroupId"),
                .deduplication = string_of(entry, "MessageDeduplicationId")};
  if (!queue.fifo()) {
    if (!mark.deduplication.empty())
      return invalid_value(mark.deduplication, "MessageDeduplicationId",
                           "The request includes a parameter that is not valid for this queue "
                           "type.");
    return mark.group.empty() ? std::nullopt : std::optional(mark);
  }
  if (mark.group.empty())
    return fail("MissingParameter", "The request must contain the parameter MessageGroupId.");
  if (mark.deduplication.empty() && attribute(queue, "ContentBasedDeduplication") == "true")
    mark.deduplication = hex(sha256(text(entry, "MessageBody")));
  if (mark.deduplication.empty())
    return invalid(
        "The queue should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
        "provided explicitly");
  return std::optional(mark);
}

Result<std::int64_t> checked_delay(const Queue& queue, const Document& entry) {
  const auto own = integer(entry, "DelaySeconds");
  if (own && queue.fifo() && *own)
    return invalid_value(std::to_string(*own), "DelaySeconds",
                         "The request include parameter that is not valid for this queue type.");
  const auto delay = own ? *own : number_attribute(queue, "DelaySeconds");
  if (delay < 0 || delay > 900)
    return invalid_value(std::to_string(delay), "DelaySeconds",
                         "DelaySeconds must be >= 0 and <= 900.");
  return delay;
}

Result<void> check_batch(const Array& entries) {
  if (entries.empty())
    return fail("EmptyBatchRequest",
                "There should be at least one SendMessageBatchRequestEntry in the request.");
  if (entries.size() > 10)
    return fail("TooManyEntriesInBatchRequest",
                fmt::format("Maximum number of entries per request are 10. You have sent {}.",
                            entries.size()));
  std::set<std::string> ids;
  for (const auto& entry : entries) {
    const auto id = string_of(entry, "Id");
    const auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; };
    if (id.empty() || id.size() > 80 || !std::ranges::all_of(id, allowed))
      return fail("InvalidBatchEntryId",
                  "A batch entry id can only contain alphanumeric characters, hyphens and "
                  "underscores. It can be at most 80 letters long.");
    if (!ids.insert(id).second)
      return fail("BatchEntryIdsNotDistinct", fmt::format("Id {} repeated.", id));
  }
  return {};
}

}  // namespace tocsin::sqs

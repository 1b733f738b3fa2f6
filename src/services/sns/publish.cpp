// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
#include "services/sns/publish.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "base/crypto.hpp"
#include "services/sns/delivery.hpp"
#include "services/sns/devices.hpp"
#include "services/sns/encryption.hpp"
#include "services/sns/fan_out.hpp"
#include "services/sns/sms.hpp"
#include "services/sns/topics.hpp"

namespace tocsin::sns {
namespace {

using core::Call;
using core::Key;
using core::Outcome;

constexpr std::size_t kMostBytes = 262'144;
constexpr auto kInterval = std::chrono::minutes(5);  // of deduplication

Result<void> check_subject(const Document& entry) {
  if (!find(entry, "Subject")) return {};
  const auto subject = text(entry, "Subject");
  const auto bad = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (subject.empty() || subject.size() > 100 || subject.front() == ' ' ||
      std::ranges::any_of(subject, bad))
    return invalid("Subject");
  return {};
}

Result<std::size_t> check_attribute(std::string_view name, const Document& attribute) {
  const auto type = text(attribute, "DataType");
  const auto kind = type.substr(0, type.find('.'));
  const auto value = text(attribute, kind == "Binary" ? "BinaryValue" : "StringValue");
  const auto refused = [](std::string message) {
    return fail("ParameterValueInvalid", std::move(message));
  };
  if (type.empty())
    return refused(
        fmt::format("The message attribute '{}' must contain non-empty message "
                    "attribute type.",
                    name));
  if (kind != "String" && kind != "Number" && kind != "Binary")
    return refused(
        fmt::format("The message attribute '{}' has an invalid message attribute type, "
                    "the set of supported type prefixes is Binary, Number, and String.",
                    name));
  if (value.empty())
    return refused(
        fmt::format("The message attribute '{}' must contain non-empty message "
                    "attribute value for message attribute type '{}'.",
                    name, type));
  if (kind == "Number" && !parse_json(value))
    return refused(fmt::format("Could not cast message attribute '{}' value to number.", name));
  return name.size() + type.size() + value.size();
}

Result<std::size_t> size_of_attributes(const Object& attributes) {
  std::size_t size = 0;
  for (const auto& each : attributes)
    size += TRY(check_attribute(std::string(each.key()), each.value()));
  return size;
}

Result<void> read_structure(const Document& entry, Publication& out) {
  const auto structure = text(entry, "MessageStructure");
  if (structure.empty()) return {};
  if (structure != "json") return invalid("MessageStructure");
  const auto parsed = parse_json(out.message);
  if (!parsed || !parsed->is_object())
    return invalid("Message Structure - JSON message body failed to parse");
  const auto* fallback = find(*parsed, "default");
  if (!fallback || !fallback->is_string())
    return invalid("Message Structure - No default entry in JSON message body");
  for (const auto& each : parsed->as_object()) {
    if (each.key() != "default" && each.value().is_string())
      out.by_protocol[each.key()] = each.value();
  }
  out.message = std::string(fallback->as_string());
  return {};
}

Result<void> check_id(const Document& entry, std::string_view name) {
  if (!find(entry, name)) return {};
  const auto id = text(entry, name);
  const auto allowed = [](unsigned char c) { return c > 0x20 && c < 0x7f; };
  if (!id.empty() && id.size() <= 128 && std::ranges::all_of(id, allowed)) return {};
  return invalid(
      fmt::format("{} Reason: {} can only include alphanumeric and punctuation "
                  "characters. 1 to 128 in length",
                  name, name));
}

/// Group and deduplication id, as the kind of the topic wants them.
Result<void> read_group(const Topic& topic, const Document& entry, Publication& out) {
  TRY(check_id(entry, "MessageGroupId"));
  TRY(check_id(entry, "MessageDeduplicationId"));
  out.group = string_of(entry, "MessageGroupId");
  out.deduplication = string_of(entry, "MessageDeduplicationId");
  if (!topic.fifo()) {
    if (out.deduplication.empty()) return {};
    return invalid(
        "MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that "
        "is not valid for this topic type");
  }
  if (out.group.empty()) return invalid("The MessageGroupId parameter is required for FIFO topics");
  if (out.deduplication.empty() &&
      attribute_of(topic.attributes, "ContentBasedDeduplication") == "true")
    out.deduplication = hex(sha256(text(entry, "Message")));
  if (out.deduplication.empty())
    return invalid(
        "The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId "
        "provided explicitly");
  return {};
}

/// What every message has, whoever gets it.
Result<Publication> message_of(Call& call, const Scope& scope, const Document& entry) {
  Publication out{.scope = scope,
                  .id = call.new_uuid(),
                  .subject = string_of(entry, "Subject"),
                  .message = string_of(entry, "Message"),
                  .attributes = object_of(entry, "MessageAttributes"),
                  .time = call.now()};
  if (out.message.empty()) return invalid("Empty message");
  if (out.message.size() + TRY(size_of_attributes(out.attributes)) > kMostBytes)
    return invalid("Message too long");
  TRY(check_subject(entry));
  TRY(read_structure(entry, out));
  return out;
}

Key accepted_key(const Topic& topic, const Publication& publication) {
  const bool by_group = attribute_of(topic.attributes, "FifoThroughputScope") == "MessageGroup";
  return Key::of(topic.scope, topic.name, by_group ? publication.group : std::string(),
                 publication.deduplication);
}

/// Twenty digits, growing.
std::string next_sequence(Call& call, const Topic& topic) {
  auto numbers = kNumbers.get(call, key_of(topic)).value_or(Count{});
  ++numbers.count;
  kNumbers.put(call, key_of(topic), numbers);
  return fmt::format("1{:019}", numbers.count * 1000);
}

/// True where the topic has had the message; `publication` is then named as that one.
bool duplicate(Call& call, const Topic& topic, Publication& publication) {
  const auto key = accepted_key(topic, publication);
  const auto before = kAccepted.get(call, key);
  if (before && before->until > call.now()) {
    publication.id = before->id;
    publication.sequence = before->sequence;
    return true;
  }
  publication.sequence = next_sequence(call, topic);
  const auto until = call.now() + kInterval;
  kAccepted.put(call, key, {publication.id, publication.sequence, until});
  Array parts;
  for (const auto& part : Key::split(key.bytes()))
    parts.emplace_back(boost::json::string(part));
  call.at(until, {"sns.forget_accepted", Object{{"key", std::move(parts)}}});
  return false;
}

Result<Object> publish_to(Call& call, const Topic& topic, const Document& entry) {
  auto publication = TRY(message_of(call, topic.scope, entry));
  publication.topic = topic.name;
  publication.signature_version = attribute_of(topic.attributes, "SignatureVersion", "1");
  TRY(read_group(topic, entry, publication));
  publication.secret = TRY(data_key_for(call, topic));
  if (!topic.fifo() || !duplicate(call, topic, publication)) distribute(call, publication);
  Object reply{{"MessageId", publication.id}};
  if (topic.fifo()) reply["SequenceNumber"] = publication.sequence;
  return reply;
}

Outcome publish_text(Call& call, const std::string& number) {
  if (!is_phone_number(number))
    return invalid(fmt::format("PhoneNumber Reason: {} is not valid to publish to", number));
  const auto publication = message_of(call, call.scope(), call.params());
  if (!publication) return publication.error();
  deliver_directly(call, *publication, "sms", number);
  return Object{{"MessageId", publication->id}};
}

Outcome publish_push(Call& call, const std::string& target) {
  const auto device = device_named(call, target);
  if (!device) return invalid("TargetArn Reason: No endpoint found for the target arn specified");
  if (!device->enabled) return fail("EndpointDisabled", "Endpoint is disabled");
  const auto publication = message_of(call, call.scope(), call.params());
  if (!publication) return publication.error();
  deliver_directly(call, *publication, "application", target);
  return Object{{"MessageId", publication->id}};
}

Result<void> check_batch(const Topic& topic, const Array& entries) {
  if (entries.empty())
    return fail("EmptyBatchRequest", "The batch request doesn't contain any entries.");
  if (entries.size() > 10)
    return fail("TooManyEntriesInBatchRequest",
                "The batch request contains more entries than permissible.");
  std::set<std::string> ids;
  std::size_t total = 0;
  for (const auto& entry : entries) {
    const auto id = string_of(entry, "Id");
    const auto allowed = [](unsigned char c) { return std::isalnum(c) || c == '-' || c == '_'; };
    if (id.empty() || id.size() > 80 || !std::ranges::all_of(id, allowed))
      return fail("InvalidBatchEntryId",
                  "The Id of a batch entry in a batch request doesn't abide by the specification.");
    if (!ids.insert(id).second)
      return fail("BatchEntryIdsNotDistinct",
                  "Two or more batch entries in the request have the same Id.");
    Publication ignored;
    if (topic.fifo()) TRY(read_group(topic, entry, ignored));
    total += text(entry, "Message").size();
  }
  if (total > kMostBytes)
    return fail("BatchRequestTooLong",
                "The length of all the batch messages put together is more than the limit.");
  return {};
}

std::string target_of(const Call& call) {
  return string_of(call.params(), "TargetArn");
}

}  // namespace

std::vector<core::Access> needs_publish(Call& call) {
  if (find(call.params(), "PhoneNumber"))
    return {{.action = "sns:Publish", .resource = "*", .owner = call.account()}};
  if (find(call.params(), "TopicArn")) return needs_topic("Publish")(call);
  if (is_device_arn(target_of(call)))
    return {{.action = "sns:Publish", .resource = target_of(call), .owner = call.account()}};
  return needs_topic("Publish", "TargetArn")(call);
}

Outcome publish(Call& call) {
  const auto& params = call.params();
  const int targets = (find(params, "TopicArn") != nullptr) +
                      (find(params, "TargetArn") != nullptr) +
                      (find(params, "PhoneNumber") != nullptr);
  if (targets == 0) return invalid("TopicArn or TargetArn Reason: no value for required parameter");
  if (find(params, "PhoneNumber")) {
    const auto number = call.open(*find(params, "PhoneNumber"));
    return publish_text(call, number.value_or(""));
  }
  if (!find(params, "TopicArn") && is_device_arn(target_of(call)))
    return publish_push(call, target_of(call));
  const auto topic = topic_of(call, find(params, "TopicArn") ? "TopicArn" : "TargetArn");
  if (!topic) return topic.error();
  auto reply = publish_to(call, *topic, params);
  if (!reply) return reply.error();
  return *std::move(reply);
}

Outcome publish_batch(Call& call) {
  const auto topic = topic_of(call);
  if (!topic) return topic.error();
  const auto& entries = array_of(call.params(), "PublishBatchRequestEntries");
  if (auto checked = check_batch(*topic, entries); !checked) return checked.error();
  if (const auto key = data_key_for(call, *topic); !key) return key.error();
  Array successful, failed;
  for (const auto& entry : entries) {
    auto done = publish_to(call, *topic, entry);
    if (done) {
      (*done)["Id"] = string_of(entry, "Id");
      successful.push_back(*std::move(done));
    } else {
      failed.push_back(Object{{"Id", text(entry, "Id")},
                              {"Code", done.error().code},
                              {"Message", done.error().message},
                              {"SenderFault", true}});
    }
  }
  Object reply{{"Successful", std::move(successful)}};
  reply["Failed"] = std::move(failed);
  return reply;
}

void on_publish_timers(core::Registry& registry) {
  registry.on_resume("sns.forget_accepted",
                     [](core::Context& context, const core::Resumption& timer) {
                       Key key;
                       for (const auto& part : array_of(timer.context, "key"))
                         key.add(std::string_view(part.as_string()));
                       const auto accepted = kAccepted.get(context, key);
                       if (accepted && accepted->until <= context.now())
                         kAccepted.erase(context, key);
                     });
}

}  // namespace tocsin::sns

// SPDX-License-Identifier: Apache-2.0
#include "services/sns/declare.hpp"

#include <array>

#include "core/declare.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {
namespace {

using core::Call;
using core::Outcome;

// Properties that are attributes of the same name.
constexpr std::array<std::string_view, 7> kAttributes{
    "DisplayName",      "KmsMasterKeyId", "ContentBasedDeduplication",
    "SignatureVersion", "TracingConfig",  "FifoThroughputScope",
    "ArchivePolicy"};

constexpr std::array<std::string_view, 11> kServed{"TopicName",
                                                   "FifoTopic",
                                                   "Subscription",
                                                   "Tags",
                                                   "DisplayName",
                                                   "KmsMasterKeyId",
                                                   "ContentBasedDeduplication",
                                                   "SignatureVersion",
                                                   "TracingConfig",
                                                   "FifoThroughputScope",
                                                   "ArchivePolicy"};

Result<Document> ask(Call& call, std::string operation, Object params) {
  return core::ask(call, "sns", std::move(operation), std::move(params));
}

Result<void> subscribe(Call& call, const std::string& arn, const Object& properties) {
  for (const auto& each : array_of(properties, "Subscription"))
    TRY(ask(call, "Subscribe",
            {{"TopicArn", arn},
             {"Protocol", text(each, "Protocol")},
             {"Endpoint", text(each, "Endpoint")}}));
  return {};
}

}  // namespace

Outcome declare_topic(Call& call, const Object& properties) {
  TRY(core::check_served(properties, kServed));
  const bool fifo = flag(properties, "FifoTopic");
  auto name = core::name_of(call, properties, "TopicName", "Topic");
  if (fifo && !name.ends_with(".fifo")) name += ".fifo";
  if (kTopics.contains(call, core::Key::of(call.scope(), name)))
    return fail("AlreadyExists", name + " already exists");
  Object attributes;
  if (fifo) attributes["FifoTopic"] = "true";
  for (const auto attribute : kAttributes) {
    if (const auto* value = properties.if_contains(attribute))
      attributes[attribute] = core::attribute_of(*value);
  }
  const auto made = TRY(ask(call, "CreateTopic",
                            {{"Name", name},
                             {"Attributes", std::move(attributes)},
                             {"Tags", array_of(properties, "Tags")}}));
  const auto arn = string_of(made, "TopicArn");
  TRY(subscribe(call, arn, properties));
  return Object{{"Id", arn}};
}

Outcome redeclare_topic(Call& call, const std::string& arn, const Object& properties) {
  TRY(core::check_served(properties, kServed));
  const auto topic = kTopics.get(call, core::Key::of(call.scope(), arn.substr(arn.rfind(':') + 1)));
  if (!topic) return fail("NotFound", "Topic does not exist", 404);
  for (const auto attribute : kAttributes) {
    const auto had = topic->attributes.find(std::string(attribute));
    const auto before = had == topic->attributes.end() ? std::string() : had->second;
    const auto* value = properties.if_contains(attribute);
    const auto after = value ? core::attribute_of(*value) : std::string();
    if (before == after) continue;
    TRY(ask(call, "SetTopicAttributes",
            {{"TopicArn", arn}, {"AttributeName", attribute}, {"AttributeValue", after}}));
  }
  const auto tags = core::retagging(topic->tags, properties);
  if (!tags.removed.empty())
    TRY(ask(call, "UntagResource", {{"ResourceArn", arn}, {"TagKeys", tags.removed}}));
  if (!tags.added.empty())
    TRY(ask(call, "TagResource", {{"ResourceArn", arn}, {"Tags", core::tag_list(tags.added)}}));
  TRY(subscribe(call, arn, properties));
  return Object{{"Id", arn}};
}

Outcome undeclare_topic(Call& call, const std::string& arn) {
  return ask(call, "DeleteTopic", {{"TopicArn", arn}});
}

}  // namespace tocsin::sns

// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/declare.hpp"

#include <array>

#include "core/declare.hpp"
#include "services/sqs/attributes.hpp"

namespace tocsin::sqs {
namespace {

using core::Call;
using core::Outcome;

// Properties that are attributes of the same name.
constexpr std::array<std::string_view, 13> kAttributes{"ContentBasedDeduplication",
                                                       "DeduplicationScope",
                                                       "DelaySeconds",
                                                       "FifoThroughputLimit",
                                                       "KmsDataKeyReusePeriodSeconds",
                                                       "KmsMasterKeyId",
                                                       "MaximumMessageSize",
                                                       "MessageRetentionPeriod",
                                                       "ReceiveMessageWaitTimeSeconds",
                                                       "RedriveAllowPolicy",
                                                       "RedrivePolicy",
                                                       "SqsManagedSseEnabled",
                                                       "VisibilityTimeout"};

Result<Document> ask(Call& call, std::string operation, Object params) {
  return core::ask(call, "sqs", std::move(operation), std::move(params));
}

Object attributes_of(const Object& properties) {
  Object attributes;
  for (const auto name : kAttributes) {
    if (const auto* value = properties.if_contains(name))
      attributes[name] = core::attribute_of(*value);
  }
  return attributes;
}

}  // namespace

Outcome declare_queue(Call& call, const Object& properties) {
  const bool fifo = flag(properties, "FifoQueue");
  auto name = core::name_of(call, properties, "QueueName", "Queue");
  if (fifo && !name.ends_with(".fifo")) name += ".fifo";
  if (kQueues.contains(call, core::Key::of(call.scope(), name)))
    return fail("AlreadyExists", name + " already exists");
  auto attributes = attributes_of(properties);
  if (fifo) attributes["FifoQueue"] = "true";
  TRY(ask(call, "CreateQueue",
          {{"QueueName", name},
           {"Attributes", std::move(attributes)},
           {"tags", encode(core::tags_of(array_of(properties, "Tags")))}}));
  return Object{{"Id", public_url({.scope = call.scope(), .name = name})}};
}

Outcome redeclare_queue(Call& call, const std::string& url, const Object& properties) {
  const auto queue = kQueues.get(call, core::Key::of(call.scope(), url.substr(url.rfind('/') + 1)));
  if (!queue) return fail("QueueDoesNotExist", "The specified queue does not exist.");
  auto attributes = attributes_of(properties);
  // What is desired no more goes back to its default.
  for (const auto name : kAttributes) {
    if (!attributes.contains(name) && queue->attributes.contains(std::string(name)))
      attributes[name] = attribute({.scope = queue->scope, .name = queue->name}, name);
  }
  if (!attributes.empty())
    TRY(ask(call, "SetQueueAttributes",
            {{"QueueUrl", url}, {"Attributes", std::move(attributes)}}));
  const auto tags = core::retagging(queue->tags, properties);
  if (!tags.removed.empty())
    TRY(ask(call, "UntagQueue", {{"QueueUrl", url}, {"TagKeys", tags.removed}}));
  if (!tags.added.empty())
    TRY(ask(call, "TagQueue", {{"QueueUrl", url}, {"Tags", encode(tags.added)}}));
  return Object{{"Id", url}};
}

Outcome undeclare_queue(Call& call, const std::string& url) {
  return ask(call, "DeleteQueue", {{"QueueUrl", url}});
}

}  // namespace tocsin::sqs

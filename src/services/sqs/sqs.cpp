// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/sqs.hpp"

#include "services/sqs/messages.hpp"
#include "services/sqs/queues.hpp"
#include "services/sqs/receive.hpp"

namespace tocsin::sqs {
namespace {

/// The permission on a queue that is named, not addressed.
core::Needs needs_named(std::string action) {
  return [action](core::Call& call) -> std::vector<core::Access> {
    auto scope = call.scope();
    if (const auto owner = string_of(call.params(), "QueueOwnerAWSAccountId"); !owner.empty())
      scope.account = AccountId(owner);
    const auto queue = kQueues.get(call, core::Key::of(scope, text(call.params(), "QueueName")));
    core::Access access{.action = action,
                        .resource = arn("sqs", scope, text(call.params(), "QueueName")),
                        .owner = scope.account};
    if (queue && queue->attributes.contains("Policy"))
      access.resource_policy = queue->attributes.at("Policy");
    return {access};
  };
}

}  // namespace

void register_sqs(core::Registry& registry) {
  using enum core::Effect;
  registry.add(core::Service{
      "sqs",
      "sqs",
      {{"CreateQueue", Write, create_queue, needs_named("sqs:CreateQueue")},
       {"DeleteQueue", Write, delete_queue, needs_queue("DeleteQueue")},
       {"GetQueueUrl", Read, get_queue_url, needs_named("sqs:GetQueueUrl")},
       {"GetQueueAttributes", Read, get_queue_attributes, needs_queue("GetQueueAttributes")},
       {"SetQueueAttributes", Write, set_queue_attributes, needs_queue("SetQueueAttributes")},
       {"ListQueues", Read, list_queues},
       {"ListDeadLetterSourceQueues", Read, list_dead_letter_source_queues,
        needs_queue("ListDeadLetterSourceQueues")},
       {"PurgeQueue", Write, purge_queue, needs_queue("PurgeQueue")},
       {"TagQueue", Write, tag_queue, needs_queue("TagQueue")},
       {"UntagQueue", Write, untag_queue, needs_queue("UntagQueue")},
       {"ListQueueTags", Read, list_queue_tags, needs_queue("ListQueueTags")},
       {"SendMessage", Write, send_message, needs_queue("SendMessage")},
       {"SendMessageBatch", Write, send_message_batch, needs_queue("SendMessage")},
       {"ReceiveMessage", Write, receive_message, needs_queue("ReceiveMessage")},
       {"DeleteMessage", Write, delete_message, needs_queue("DeleteMessage")},
       {"DeleteMessageBatch", Write, delete_message_batch, needs_queue("DeleteMessage")},
       {"ChangeMessageVisibility", Write, change_message_visibility,
        needs_queue("ChangeMessageVisibility")},
       {"ChangeMessageVisibilityBatch", Write, change_message_visibility_batch,
        needs_queue("ChangeMessageVisibility")}}});
  registry.add(queue_type());
  on_timers(registry);
}

}  // namespace tocsin::sqs

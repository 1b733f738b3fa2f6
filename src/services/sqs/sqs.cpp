// SPDX-License-Identifier: Apache-2.0
#include "services/sqs/sqs.hpp"

#include "services/sqs/deliveries.hpp"
#include "services/sqs/encryption.hpp"
#include "services/sqs/handles.hpp"
#include "services/sqs/messages.hpp"
#include "services/sqs/moves.hpp"
#include "services/sqs/polls.hpp"
#include "services/sqs/queues.hpp"
#include "services/sqs/receive.hpp"
#include "services/sqs/settings.hpp"
#include "services/sqs/store.hpp"

namespace tocsin::sqs {
namespace {

/// Of a fan-out each queue is asked for itself.
std::vector<core::Access> needs_batch(core::Call& call) {
  if (is_delivery(call)) return {};
  return needs_queue("SendMessage")(call);
}

std::vector<core::Operation> queue_operations() {
  using enum core::Effect;
  return {
      {"CreateQueue", Write, create_queue, needs_named("CreateQueue")},
      {"DeleteQueue", Write, delete_queue, needs_queue("DeleteQueue")},
      {"GetQueueUrl", Read, get_queue_url, needs_named("GetQueueUrl")},
      {"GetQueueAttributes", Read, get_queue_attributes, needs_queue("GetQueueAttributes")},
      {"SetQueueAttributes", Write, set_queue_attributes, needs_queue("SetQueueAttributes")},
      {"ListQueues", Read, list_queues},
      {"ListDeadLetterSourceQueues", Read, list_dead_letter_source_queues,
       needs_queue("ListDeadLetterSourceQueues")},
      {"PurgeQueue", Write, purge_queue, needs_queue("PurgeQueue")},
      {"TagQueue", Write, tag_queue, needs_queue("TagQueue")},
      {"UntagQueue", Write, untag_queue, needs_queue("UntagQueue")},
      {"ListQueueTags", Read, list_queue_tags, needs_queue("ListQueueTags")},
      {"AddPermission", Write, add_permission, needs_queue("AddPermission")},
      {"RemovePermission", Write, remove_permission, needs_queue("RemovePermission")},
      {"StartMessageMoveTask", Write, start_message_move_task, needs_start_move},
      {"CancelMessageMoveTask", Write, cancel_message_move_task,
       needs_move("CancelMessageMoveTask")},
      {"ListMessageMoveTasks", Read, list_message_move_tasks, needs_move("ListMessageMoveTasks")}};
}

std::vector<core::Operation> message_operations() {
  using enum core::Effect;
  return {{"SendMessage", Write, send_message, needs_queue("SendMessage")},
          {"SendMessageBatch", Write, send_message_batch, needs_batch},
          {"ReceiveMessage", Write, receive_message, needs_queue("ReceiveMessage")},
          {"DeleteMessage", Write, delete_message, needs_queue("DeleteMessage")},
          {"DeleteMessageBatch", Write, delete_message_batch, needs_queue("DeleteMessage")},
          {"ChangeMessageVisibility", Write, change_message_visibility,
           needs_queue("ChangeMessageVisibility")},
          {"ChangeMessageVisibilityBatch", Write, change_message_visibility_batch,
           needs_queue("ChangeMessageVisibility")}};
}

}  // namespace

void register_sqs(core::Registry& registry) {
  auto operations = queue_operations();
  for (auto& operation : message_operations())
    operations.push_back(std::move(operation));
  registry.add(core::Service{"sqs", "sqs", std::move(operations)});
  registry.add(queue_type());
  on_store_timers(registry);
  on_poll_timers(registry);
  on_attempt_timers(registry);
  on_move_timers(registry);
  on_data_key_timers(registry);
}

}  // namespace tocsin::sqs

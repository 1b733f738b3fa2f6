// SPDX-License-Identifier: Apache-2.0
// Message move tasks: dead letters back to where they came from, or elsewhere.
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_StartMessageMoveTask.html
#pragma once

#include "core/registry.hpp"

namespace tocsin::sqs {

std::vector<core::Access> needs_start_move(core::Call& call);
/// sqs:<operation> on the source queue of the call, or of the task that its handle names.
core::Needs needs_move(std::string operation);

core::Outcome start_message_move_task(core::Call& call);
core::Outcome cancel_message_move_task(core::Call& call);
core::Outcome list_message_move_tasks(core::Call& call);
void on_move_timers(core::Registry& registry);

}  // namespace tocsin::sqs

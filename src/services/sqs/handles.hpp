// SPDX-License-Identifier: Apache-2.0
// What a receiver does with a message: DeleteMessage, ChangeMessageVisibility and their batches.
#pragma once

#include "core/registry.hpp"

namespace tocsin::sqs {

core::Outcome delete_message(core::Call& call);
core::Outcome delete_message_batch(core::Call& call);
core::Outcome change_message_visibility(core::Call& call);
core::Outcome change_message_visibility_batch(core::Call& call);

}  // namespace tocsin::sqs

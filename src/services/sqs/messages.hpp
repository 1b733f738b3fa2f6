// SPDX-License-Identifier: Apache-2.0
// Sending messages, and what a receiver does with one afterwards.
#pragma once

#include "core/registry.hpp"

namespace tocsin::sqs {

core::Outcome send_message(core::Call& call);
core::Outcome send_message_batch(core::Call& call);
core::Outcome delete_message(core::Call& call);
core::Outcome delete_message_batch(core::Call& call);
core::Outcome change_message_visibility(core::Call& call);
core::Outcome change_message_visibility_batch(core::Call& call);

}  // namespace tocsin::sqs

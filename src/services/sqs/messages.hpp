// SPDX-License-Identifier: Apache-2.0
// SendMessage and its batch.
#pragma once

#include "core/registry.hpp"
#include "services/sqs/state.hpp"

namespace tocsin::sqs {

core::Outcome send_message(core::Call& call);
core::Outcome send_message_batch(core::Call& call);

/// How batches answer: each entry done by `one`, the errors of entries listed. An error of
/// `checked` is that of the whole batch.
using One = Result<Object> (*)(core::Call&, const Queue&, const Document& entry,
                               std::size_t number);
core::Outcome batch(core::Call& call, One one);
core::Outcome single(core::Call& call, One one);

}  // namespace tocsin::sqs

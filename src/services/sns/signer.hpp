// SPDX-License-Identifier: Apache-2.0
// Signatures come from a worker (workers/sign_worker.hpp), which alone has the key. Whether this
// server has one is asked once, when the house is made (in a house made before there was a signer,
// with the first topic), so that the first message is signed already; without one nothing is
// signed.
#pragma once

#include "core/registry.hpp"
#include "services/sns/state.hpp"

namespace tocsin::sns {

void ask_for_signer(core::Context& context);
bool has_signer(const store::View& view);
/// Signs `texts` (sealed or plain, by name); `then` gets {Signatures: {name: base64}, Certificate}.
void sign(core::Context& context, Object texts, std::string_view version, core::Continuation then);
void on_signer(core::Registry& registry);

}  // namespace tocsin::sns

// SPDX-License-Identifier: Apache-2.0
// Key pairs. A private key is given out once and kept nowhere: ED25519 keys are drawn from the
// context, RSA pairs made by the job "key.generate".
#pragma once

#include "core/registry.hpp"
#include "services/ec2/kinds.hpp"

namespace tocsin::ec2 {

std::optional<Resource> key_pair_named(const core::Context& context, std::string_view name);

core::Outcome create_key_pair(core::Call& call);
core::Outcome import_key_pair(core::Call& call);
core::Outcome delete_key_pair(core::Call& call);
core::Outcome describe_key_pairs(core::Call& call);
void on_key_pairs(core::Registry& registry);

}  // namespace tocsin::ec2

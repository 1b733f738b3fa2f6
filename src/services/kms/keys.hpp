// SPDX-License-Identifier: Apache-2.0
// Keys themselves: made, described, listed, switched on and off, deleted after their window.
#pragma once

#include "core/registry.hpp"
#include "services/kms/state.hpp"

namespace tocsin::kms {

/// KeyMetadata.
Object metadata_of(const KmsKey& key);

core::Outcome create_key(core::Call& call);
core::Outcome describe_key(core::Call& call);
core::Outcome list_keys(core::Call& call);
core::Outcome enable_key(core::Call& call);
core::Outcome disable_key(core::Call& call);
core::Outcome update_key_description(core::Call& call);
core::Outcome get_public_key(core::Call& call);

core::Outcome schedule_key_deletion(core::Call& call);
core::Outcome cancel_key_deletion(core::Call& call);

/// "KMS CMK Deletion" and its like.
void emit_key_event(core::Context& context, const KmsKey& key, std::string_view detail_type);

void on_key_resumes(core::Registry& registry);
void on_deletion_resumes(core::Registry& registry);

}  // namespace tocsin::kms

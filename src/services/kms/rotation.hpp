// SPDX-License-Identifier: Apache-2.0
// New material for a symmetric key, by a durable timer or on demand; the old still decrypts.
// https://docs.aws.amazon.com/kms/latest/developerguide/rotate-keys.html
#pragma once

#include "core/registry.hpp"
#include "services/kms/state.hpp"

namespace tocsin::kms {

/// A key that AWS manages rotates every year, without a timer: when it is next used after its day.
void begin_managed_rotation(const core::Context& context, KmsKey& key);
void rotate_managed(core::Context& context, KmsKey& key);

/// Sets the timer of the next rotation; the caller writes the key.
void start_rotating(core::Context& context, KmsKey& key);
void stop_rotating(core::Context& context, KmsKey& key);
/// A rotation that came due while the key was disabled is made up for.
void resume_rotating(core::Context& context, KmsKey& key);

core::Outcome enable_key_rotation(core::Call& call);
core::Outcome disable_key_rotation(core::Call& call);
core::Outcome get_key_rotation_status(core::Call& call);
core::Outcome rotate_key_on_demand(core::Call& call);
core::Outcome list_key_rotations(core::Call& call);
void on_rotation_resumes(core::Registry& registry);

}  // namespace tocsin::kms

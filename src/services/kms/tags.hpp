// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"
#include "services/kms/state.hpp"

namespace tocsin::kms {

/// Errors: TagException, LimitExceededException.
Result<void> add_tags(KmsKey& key, const Array& tags);

core::Outcome tag_resource(core::Call& call);
core::Outcome untag_resource(core::Call& call);
core::Outcome list_resource_tags(core::Call& call);

}  // namespace tocsin::kms

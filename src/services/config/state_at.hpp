// SPDX-License-Identifier: Apache-2.0
// tocsin:GetState, which AWS has not: all that was recorded, as it was at a moment, and whose call
// had last changed it. Reads ranges of keys only: nothing is replayed.
#pragma once

#include "core/registry.hpp"

namespace tocsin::config {

core::Outcome get_state(core::Call& call);

}  // namespace tocsin::config

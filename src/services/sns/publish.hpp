// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"

namespace tocsin::sns {

core::Outcome publish(core::Call& call);
core::Outcome publish_batch(core::Call& call);

}  // namespace tocsin::sns

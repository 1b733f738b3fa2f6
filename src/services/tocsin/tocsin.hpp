// SPDX-License-Identifier: Apache-2.0
// What AWS does not have: the questions that only Tocsin answers.
#pragma once

#include "core/registry.hpp"

namespace tocsin::own {

/// `more`: operations that other services answer.
void register_tocsin_with(core::Registry& registry, std::vector<core::Operation> more);
void register_tocsin(core::Registry& registry);

}  // namespace tocsin::own

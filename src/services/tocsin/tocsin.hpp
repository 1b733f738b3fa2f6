// SPDX-License-Identifier: Apache-2.0
// What AWS does not have: the questions that only Tocsin answers.
#pragma once

#include "core/registry.hpp"

namespace tocsin::own {

void register_tocsin(core::Registry& registry);

}  // namespace tocsin::own

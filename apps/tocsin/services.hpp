// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/registry.hpp"

namespace tocsin::app {

/// Everything that the binary serves.
core::Registry all_services();

}  // namespace tocsin::app

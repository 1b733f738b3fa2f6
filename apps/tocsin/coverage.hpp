// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace tocsin::app {

/// docs/coverage.md: of every service with a model, the operations that are registered and those
/// that are not.
std::string coverage();

}  // namespace tocsin::app

// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>

#include "base/document.hpp"

namespace tocsin::app {

/// Prints every recorded resource as it was at a moment, and whose call had last changed it;
/// returns the exit status.
int state(std::span<char*> words);

/// GetState's resources as a table: a line each.
std::string state_text(const Array& resources);

}  // namespace tocsin::app

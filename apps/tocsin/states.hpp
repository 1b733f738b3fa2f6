// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace tocsin::app {

/// `tocsin states run`: a state machine's definition, run with no server; `tocsin states graph`:
/// drawn, with its run. Returns the exit status.
int states(std::span<char*> words);

}  // namespace tocsin::app

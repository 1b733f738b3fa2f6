// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace tocsin::app {

/// `tocsin ca [--data DIR]` and `tocsin ca issue [--data DIR] [--out DIR] [--aws-region REGION]
/// HOST...`; returns the exit status.
int ca(std::span<char*> words);

}  // namespace tocsin::app

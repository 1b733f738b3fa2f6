// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace tocsin::app {

/// `tocsin match`: event patterns over files or standard input; returns the exit status.
int match(std::span<char*> words);

}  // namespace tocsin::app

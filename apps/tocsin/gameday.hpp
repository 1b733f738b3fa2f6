// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>

namespace tocsin::app {

/// tocsin gameday run SCENARIO [--clock real|virtual] [--format text|json|junit] [--output FILE]: a
/// scenario of content/scenarios, or a folder, against a server of its own. Exit code 0: every
/// phase was reached in time; 1: not; 2: usage.
int gameday(std::span<char*> words);

}  // namespace tocsin::app

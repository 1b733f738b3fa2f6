// SPDX-License-Identifier: Apache-2.0
// States and their conditions in few words.
#pragma once

#include <string>

#include "base/document.hpp"

namespace tocsin::app {

/// "lambda:invoke · 3 retries", "Wait 30 s", "Map".
std::string state_words(const Object& state);
/// "$.severity >= 7 and not $.closed is present"
std::string condition_words(const Object& rule);

}  // namespace tocsin::app

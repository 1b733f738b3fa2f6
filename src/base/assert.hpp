// SPDX-License-Identifier: Apache-2.0
// TOCSIN_ASSERT states what cannot be. It stays on in release and is never reachable from input.
#pragma once

#include <string_view>

namespace tocsin {
[[noreturn]] void assertion_failed(std::string_view condition, std::string_view file, int line);
}

#define TOCSIN_ASSERT(condition) \
  ((condition) ? void() : ::tocsin::assertion_failed(#condition, __FILE__, __LINE__))

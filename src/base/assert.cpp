// SPDX-License-Identifier: Apache-2.0
#include "base/assert.hpp"

#include <cstdio>
#include <cstdlib>

namespace tocsin {

void assertion_failed(std::string_view condition, std::string_view file, int line) {
  std::fprintf(stderr, "tocsin: assertion failed: %.*s at %.*s:%d\n",
               static_cast<int>(condition.size()), condition.data(), static_cast<int>(file.size()),
               file.data(), line);
  std::abort();
}

}  // namespace tocsin

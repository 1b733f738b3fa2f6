// SPDX-License-Identifier: Apache-2.0
// Schedule expressions of EventBridge: any text is refused or means a positive interval.
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "services/events/parts.hpp"

using namespace tocsin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto interval = events::interval_of({reinterpret_cast<const char*>(data), size});
  if (interval) {
    TOCSIN_ASSERT(*interval >= std::chrono::minutes(1));
  } else {
    TOCSIN_ASSERT(interval.error().code == "ValidationException");
  }
  return 0;
}

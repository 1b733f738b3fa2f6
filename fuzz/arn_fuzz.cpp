// SPDX-License-Identifier: Apache-2.0
// An ARN that is read is written as it was.
#include <cstdint>
#include <string_view>

#include "base/arn.hpp"
#include "base/assert.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto arn = tocsin::Arn::parse(text);
  if (!arn) return 0;
  TOCSIN_ASSERT(arn->str() == text);
  TOCSIN_ASSERT(!arn->service.empty() && !arn->resource.empty());
  return 0;
}

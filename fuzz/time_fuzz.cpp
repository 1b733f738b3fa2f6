// SPDX-License-Identifier: Apache-2.0
// Times: what is read can be written in every form, and reads the same again.
#include <cstdint>
#include <string_view>

#include "base/assert.hpp"
#include "base/time.hpp"

using namespace tocsin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  for (const auto& time : {parse_iso8601(text), parse_http_date(text)}) {
    if (!time) continue;
    TOCSIN_ASSERT(from_seconds(to_seconds(*time)) == *time);
    // An offset may lead out of the years of four digits.
    if (*time < parse_iso8601("0000-01-01") || *time > parse_iso8601("9999-12-31")) continue;
    TOCSIN_ASSERT(parse_iso8601(iso8601_ms(*time)) == time);
    const auto seconds = std::chrono::floor<std::chrono::seconds>(*time);
    TOCSIN_ASSERT(parse_iso8601(iso8601(*time)) == seconds);
    TOCSIN_ASSERT(parse_iso8601(amz_date(*time)) == seconds);
    TOCSIN_ASSERT(parse_http_date(http_date(*time)) == seconds);
  }
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Hex, Base64 and sealed texts: what is written is read, and nothing else opens.
#include <cstdint>
#include <string>
#include <string_view>

#include "base/assert.hpp"
#include "base/crypto.hpp"
#include "base/glob.hpp"

using namespace tocsin;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  TOCSIN_ASSERT(unhex(hex(text)) == text);
  TOCSIN_ASSERT(unbase64(base64(text)) == text);
  if (const auto bytes = unhex(text)) TOCSIN_ASSERT(hex(*bytes) == to_lower(text));
  if (const auto bytes = unbase64(text)) {
    TOCSIN_ASSERT(bytes->size() <= text.size() / 4 * 3);
    TOCSIN_ASSERT(unbase64(base64(*bytes)) == bytes);
  }
  static const std::string key(32, 'k');
  TOCSIN_ASSERT(!unseal(key, text));
  const auto sealed = seal_with_nonce(key, std::string(12, 'n'), text, "fuzz");
  TOCSIN_ASSERT(unseal(key, sealed, "fuzz") == text);
  return 0;
}

// SPDX-License-Identifier: Apache-2.0
// Wildcards: up to the first zero byte a pattern, after it a text. Compared with the definition.
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/assert.hpp"
#include "base/glob.hpp"

namespace {

/// By the table of "the first i of the pattern match the first j of the text".
bool defined_match(std::string_view pattern, std::string_view text) {
  std::vector<bool> row(text.size() + 1);
  row[0] = true;
  for (const char c : pattern) {
    std::vector<bool> next(text.size() + 1);
    next[0] = c == '*' && row[0];
    for (std::size_t j = 1; j <= text.size(); ++j) {
      next[j] = c == '*' ? row[j] || next[j - 1] : row[j - 1] && (c == '?' || c == text[j - 1]);
    }
    row = std::move(next);
  }
  return row.back();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const auto zero = input.find('\0');
  if (zero == input.npos || size > 512) return 0;
  const auto pattern = input.substr(0, zero), text = input.substr(zero + 1);
  TOCSIN_ASSERT(tocsin::glob_match(pattern, text) == defined_match(pattern, text));
  return 0;
}

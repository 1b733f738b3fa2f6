// SPDX-License-Identifier: Apache-2.0
// Any bytes: a pattern, a zero byte, a message. What parses must match without a crash, never what
// its hint excludes, and its fields must be there whenever a space-delimited pattern matches.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "engines/logfilter/logfilter.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto zero = text.find('\0');
  const auto pattern = text.substr(0, zero);
  const auto message = zero == std::string_view::npos ? std::string_view() : text.substr(zero + 1);
  if (pattern.size() > 1024) return 0;
  const auto filter = tocsin::logfilter::parse(pattern);
  if (!filter) return 0;
  const auto& hint = filter->hint();
  if (!filter->matches(message)) {
    if (filter->everything()) std::abort();
    return 0;
  }
  const bool escaped = hint.escaped && message.find("\\u") != std::string_view::npos;
  if (!escaped && message.find(hint.text) == std::string_view::npos) std::abort();
  for (const auto& [name, value] : filter->extract(message)) {
    if (name.size() < 2 || message.find(value) == std::string_view::npos) std::abort();
  }
  return 0;
}

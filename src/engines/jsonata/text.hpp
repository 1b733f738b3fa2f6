// SPDX-License-Identifier: Apache-2.0
// UTF-8, character by character.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/utf8.hpp"

namespace tocsin::jsonata {

/// The four hexadecimal digits at `at`.
inline std::optional<std::uint32_t> hex_unit(std::string_view text, std::size_t at) {
  std::uint32_t unit = 0;
  for (std::size_t i = at; i < at + 4; ++i) {
    const char c = i < text.size() ? text[i] : 'x';
    const char lower = static_cast<char>(c | 32);
    if (c >= '0' && c <= '9')
      unit = unit << 4 | static_cast<std::uint32_t>(c - '0');
    else if (lower >= 'a' && lower <= 'f')
      unit = unit << 4 | static_cast<std::uint32_t>(lower - 'a' + 10);
    else
      return std::nullopt;
  }
  return unit;
}

/// How many bytes the character at `at` has; one where it is no UTF-8.
inline std::size_t character_size(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t size = lead < 0x80    ? 1
                           : lead >= 0xf0 ? 4
                           : lead >= 0xe0 ? 3
                           : lead >= 0xc0 ? 2
                                          : 1;
  return std::min(size, text.size() - at);
}

inline std::size_t character_count(std::string_view text) {
  std::size_t count = 0;
  for (std::size_t at = 0; at < text.size(); at += character_size(text, at))
    ++count;
  return count;
}

/// Where the character number `index` begins; the end where there are fewer.
inline std::size_t character_at(std::string_view text, std::size_t index) {
  std::size_t at = 0;
  for (; index > 0 && at < text.size(); --index)
    at += character_size(text, at);
  return at;
}

}  // namespace tocsin::jsonata

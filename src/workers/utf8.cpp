// SPDX-License-Identifier: Apache-2.0
#include "workers/utf8.hpp"

#include <cstdint>

namespace tocsin::workers {
namespace {

struct Lead {
  std::size_t length;
  std::uint32_t bits;
  std::uint32_t least;
};

Lead lead_of(unsigned char byte) {
  if (byte < 0x80) return {1, byte, 0};
  if ((byte & 0xE0) == 0xC0) return {2, byte & 0x1FU, 0x80};
  if ((byte & 0xF0) == 0xE0) return {3, byte & 0x0FU, 0x800};
  if ((byte & 0xF8) == 0xF0) return {4, byte & 0x07U, 0x10000};
  return {0, 0, 0};
}

/// The length of the well-formed character at the front; 0 where there is none.
std::size_t character_length(std::string_view bytes) {
  const auto lead = lead_of(static_cast<unsigned char>(bytes.front()));
  if (lead.length == 0 || lead.length > bytes.size()) return 0;
  auto code = lead.bits;
  for (std::size_t i = 1; i < lead.length; ++i) {
    const auto byte = static_cast<unsigned char>(bytes[i]);
    if ((byte & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte & 0x3FU);
  }
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  return code < lead.least || code > 0x10FFFF || surrogate ? 0 : lead.length;
}

}  // namespace

std::string valid_utf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size());
  while (!bytes.empty()) {
    if (const auto length = character_length(bytes)) {
      out.append(bytes.substr(0, length));
      bytes.remove_prefix(length);
    } else {
      out += "\xEF\xBF\xBD";
      bytes.remove_prefix(1);
    }
  }
  return out;
}

}  // namespace tocsin::workers

// SPDX-License-Identifier: Apache-2.0
// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
#include "services/ssm/zip.hpp"

#include <zlib.h>

namespace tocsin::ssm {
namespace {

void put(std::string& out, std::uint32_t value, int bytes) {
  for (int i = 0; i < bytes; ++i)
    out += static_cast<char>(value >> (8 * i) & 0xff);
}

/// What the local header and the directory share: version, flags, method, moment (1980-01-01),
/// checksum, sizes, length of the name.
void put_facts(std::string& out, std::string_view name, std::string_view content) {
  const auto size = static_cast<std::uint32_t>(content.size());
  const auto checksum = crc32(0, reinterpret_cast<const Bytef*>(content.data()), size);
  put(out, 20, 2);
  put(out, 0, 2);
  put(out, 0, 2);
  put(out, 0, 2);
  put(out, 0x21, 2);
  put(out, static_cast<std::uint32_t>(checksum), 4);
  put(out, size, 4);
  put(out, size, 4);
  put(out, static_cast<std::uint32_t>(name.size()), 2);
  put(out, 0, 2);
}

}  // namespace

std::string zip_of(std::string_view name, std::string_view content) {
  std::string out;
  put(out, 0x04034b50, 4);
  put_facts(out, name, content);
  out.append(name).append(content);
  const auto directory = static_cast<std::uint32_t>(out.size());
  put(out, 0x02014b50, 4);
  put(out, 0x031e, 2);  // made on Unix
  put_facts(out, name, content);
  put(out, 0, 2);
  put(out, 0, 2);
  put(out, 0, 2);
  put(out, 0100644U << 16, 4);
  put(out, 0, 4);
  out.append(name);
  const auto size = static_cast<std::uint32_t>(out.size()) - directory;
  put(out, 0x06054b50, 4);
  put(out, 0, 4);
  put(out, 1, 2);
  put(out, 1, 2);
  put(out, size, 4);
  put(out, directory, 4);
  put(out, 0, 2);
  return out;
}

}  // namespace tocsin::ssm

// SPDX-License-Identifier: Apache-2.0
// PNG of one bit a pixel: https://www.w3.org/TR/png/
#include "services/iam/qr_code.hpp"

#include <memory>
#include <qrencode.h>
#include <zlib.h>

#include "base/checksum.hpp"

namespace tocsin::iam {
namespace {

constexpr int kScale = 4, kMargin = 4;  // pixels a module, and modules around the code

using Code = std::unique_ptr<QRcode, decltype(&QRcode_free)>;

std::string big_endian(std::uint32_t number) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8)
    out += static_cast<char>(number >> shift & 0xff);
  return out;
}

std::string chunk(std::string_view type, std::string_view data) {
  const auto body = std::string(type) + std::string(data);
  Checksum sum(ChecksumKind::Crc32);
  sum.update(body);
  return big_endian(static_cast<std::uint32_t>(data.size())) + body + sum.finish();
}

std::string compressed(const std::string& bytes) {
  auto size = ::compressBound(static_cast<uLong>(bytes.size()));
  std::string out(size, '\0');
  ::compress(reinterpret_cast<Bytef*>(out.data()), &size,
             reinterpret_cast<const Bytef*>(bytes.data()), static_cast<uLong>(bytes.size()));
  out.resize(size);
  return out;
}

bool is_dark(const QRcode& code, int x, int y) {
  x = x / kScale - kMargin;
  y = y / kScale - kMargin;
  const bool inside = x >= 0 && y >= 0 && x < code.width && y < code.width;
  return inside && (code.data[y * code.width + x] & 1);
}

/// Line by line: a filter byte of zero, then eight pixels a byte, white where the bit is set.
std::string pixels_of(const QRcode& code, int side) {
  std::string out;
  for (int y = 0; y < side; ++y) {
    std::string line(1 + static_cast<std::size_t>(side + 7) / 8, '\0');
    for (int x = 0; x < side; ++x) {
      if (!is_dark(code, x, y))
        line[1 + static_cast<std::size_t>(x) / 8] |= static_cast<char>(0x80 >> x % 8);
    }
    out += line;
  }
  return out;
}

}  // namespace

std::string qr_code_png(std::string_view text) {
  const Code code(QRcode_encodeString8bit(std::string(text).c_str(), 0, QR_ECLEVEL_M), QRcode_free);
  if (!code) return {};
  const int side = (code->width + 2 * kMargin) * kScale;
  const auto size = big_endian(static_cast<std::uint32_t>(side));
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", size + size + std::string("\1\0\0\0\0", 5)) +
         chunk("IDAT", compressed(pixels_of(*code, side))) + chunk("IEND", "");
}

}  // namespace tocsin::iam

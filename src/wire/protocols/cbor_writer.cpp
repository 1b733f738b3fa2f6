// SPDX-License-Identifier: Apache-2.0
#include <bit>

#include "wire/protocols/cbor.hpp"

namespace tocsin::wire::detail {

void CborWriter::big_endian(std::uint64_t value, int size) {
  for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
    out_ += static_cast<char>(value >> shift);
}

void CborWriter::head(unsigned major, std::uint64_t argument) {
  const auto first = [&](unsigned info) { out_ += static_cast<char>(major << 5 | info); };
  if (argument < 24) return first(static_cast<unsigned>(argument));
  const int power = argument <= 0xFF ? 0 : argument <= 0xFFFF ? 1 : argument <= 0xFFFFFFFF ? 2 : 3;
  first(24 + static_cast<unsigned>(power));
  big_endian(argument, 1 << power);
}

void CborWriter::whole(std::int64_t value) {
  if (value >= 0) return head(0, static_cast<std::uint64_t>(value));
  head(1, static_cast<std::uint64_t>(-1 - value));
}

void CborWriter::real(double value) {
  out_ += '\xFB';
  big_endian(std::bit_cast<std::uint64_t>(value), 8);
}

void CborWriter::bytes(std::string_view value) {
  head(2, value.size());
  out_ += value;
}

void CborWriter::text(std::string_view value) {
  head(3, value.size());
  out_ += value;
}

}  // namespace tocsin::wire::detail

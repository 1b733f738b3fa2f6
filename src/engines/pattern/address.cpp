// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/address.hpp"

#include <arpa/inet.h>

namespace tocsin::pattern {
namespace {

std::optional<Address> parse_v4(std::string_view text) {
  std::uint32_t bits = 0;
  int parts = 0;
  std::size_t at = 0;
  while (at < text.size() && parts < 4) {
    const std::size_t start = at;
    unsigned value = 0;
    for (; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      value = value * 10 + static_cast<unsigned>(text[at] - '0');
      if (value > 255) return std::nullopt;
    }
    if (at == start) return std::nullopt;
    bits = bits << 8 | value;
    if (++parts == 4) break;
    if (at == text.size() || text[at++] != '.') return std::nullopt;
  }
  if (parts != 4 || at != text.size()) return std::nullopt;
  return Address{false, bits};
}

std::optional<Address> parse_v6(std::string_view text) {
  char buffer[INET6_ADDRSTRLEN];
  if (text.size() >= sizeof buffer) return std::nullopt;
  text.copy(buffer, text.size());
  buffer[text.size()] = '\0';
  unsigned char bytes[16];
  if (inet_pton(AF_INET6, buffer, bytes) != 1) return std::nullopt;
  AddressBits bits = 0;
  for (const unsigned char byte : bytes)
    bits = bits << 8 | byte;
  if (bits >> 32 == 0xffff) return Address{false, bits & 0xffffffff};
  return Address{true, bits};
}

bool only_hex_and_colons(std::string_view text) {
  bool colon = false;
  for (const char c : text) {
    if (c == ':') {
      colon = true;
    } else if (!std::isxdigit(static_cast<unsigned char>(c))) {
      return false;
    }
  }
  return colon;
}

bool looks_like_address(std::string_view text) {
  if (only_hex_and_colons(text)) return true;
  int dots = 0;
  char before = '.';
  for (const char c : text) {
    if (c != '.' && (c < '0' || c > '9')) return false;
    if (c == '.' && (before == '.' || ++dots > 3)) return false;
    before = c;
  }
  return dots == 3 && before != '.';
}

Failure bad(std::string message) {
  return fail("InvalidCidr", std::move(message));
}

/// Java's Integer.parseInt, as far as a mask can be meant.
std::optional<int> parse_mask(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  int mask = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), mask);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return mask;
}

}  // namespace

std::optional<Address> parse_address(std::string_view text) {
  if (text.size() < 2 || text.size() > 64) return std::nullopt;
  const char first = text[0];
  if (first >= '0' && first <= '9' && text.find('.') != std::string_view::npos) {
    return parse_v4(text);
  }
  if (first != ':' && !std::isxdigit(static_cast<unsigned char>(first))) return std::nullopt;
  if (!only_hex_and_colons(text)) return std::nullopt;
  return parse_v6(text);
}

Result<AddressRange> parse_cidr(std::string_view text) {
  while (text.ends_with('/'))
    text.remove_suffix(1);  // Java's split drops empty parts at the end
  const auto slash = text.find('/');
  if (slash == std::string_view::npos || text.find('/', slash + 1) != std::string_view::npos) {
    return bad("Malformed CIDR, one '/' required");
  }
  const auto mask = parse_mask(text.substr(slash + 1));
  if (!mask) return bad("Malformed CIDR, mask bits must be an integer");
  if (*mask < 0) return bad("Malformed CIDR, mask bits must not be negative");
  const auto written = text.substr(0, slash);
  const auto address = parse_address(written);
  if (!address && looks_like_address(written)) {
    return bad(fmt::format("Invalid IP address: {}", written));
  }
  if (!address) return bad(fmt::format("Nonstandard IP address: {}", written));
  if (!address->v6 && *mask > 31) return bad("IPv4 mask bits must be < 32");
  if (address->v6 && *mask > 127) return bad("IPv6 mask bits must be < 128");
  const int host_bits = (address->v6 ? 128 : 32) - *mask;
  const AddressBits host = host_bits == 128 ? ~AddressBits{0} : (AddressBits{1} << host_bits) - 1;
  return AddressRange{address->v6, address->bits & ~host, address->bits | host};
}

}  // namespace tocsin::pattern

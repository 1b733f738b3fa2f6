// SPDX-License-Identifier: Apache-2.0
#include "services/ec2/cidr.hpp"

#include <arpa/inet.h>
#include <charconv>
#include <fmt/format.h>

namespace tocsin::ec2 {
namespace {

constexpr int kReserved = 5;

int bits_of(const Cidr& block) {
  return block.v6 ? 128 : 32;
}

bool bit(const Cidr& block, int n) {
  return block.bytes[static_cast<std::size_t>(n / 8)] >> (7 - n % 8) & 1;
}

void clear_hosts(Cidr& block) {
  for (int n = block.length; n < bits_of(block); ++n)
    block.bytes[static_cast<std::size_t>(n / 8)] &= static_cast<std::uint8_t>(~(1 << (7 - n % 8)));
}

/// Adds `n` at the bit that stands `shift` from the end.
void add(Cidr& block, std::uint64_t n, int shift) {
  unsigned __int128 sum = static_cast<unsigned __int128>(n) << shift;
  for (int at = bits_of(block) / 8 - 1; at >= 0; --at) {
    sum += block.bytes[static_cast<std::size_t>(at)];
    block.bytes[static_cast<std::size_t>(at)] = static_cast<std::uint8_t>(sum & 0xff);
    sum >>= 8;
  }
}

std::string address_text(const Cidr& block) {
  char out[INET6_ADDRSTRLEN] = {};
  inet_ntop(block.v6 ? AF_INET6 : AF_INET, block.bytes.data(), out, sizeof(out));
  return out;
}

}  // namespace

std::string Cidr::str() const {
  return fmt::format("{}/{}", address_text(*this), length);
}

std::optional<Cidr> parse_cidr(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  Cidr block{.v6 = text.find(':') != std::string_view::npos};
  const std::string address(text.substr(0, slash));
  const auto length = text.substr(slash + 1);
  if (inet_pton(block.v6 ? AF_INET6 : AF_INET, address.c_str(), block.bytes.data()) != 1)
    return std::nullopt;
  const auto [end, error] =
      std::from_chars(length.data(), length.data() + length.size(), block.length);
  if (error != std::errc() || end != length.data() + length.size()) return std::nullopt;
  if (block.length < 0 || block.length > bits_of(block)) return std::nullopt;
  clear_hosts(block);
  return block;
}

bool contains(const Cidr& outer, const Cidr& inner) {
  if (outer.v6 != inner.v6 || outer.length > inner.length) return false;
  for (int n = 0; n < outer.length; ++n) {
    if (bit(outer, n) != bit(inner, n)) return false;
  }
  return true;
}

bool overlap(const Cidr& one, const Cidr& other) {
  return contains(one, other) || contains(other, one);
}

std::string address_at(const Cidr& block, std::uint32_t n) {
  auto at = block;
  add(at, n, 0);
  return address_text(at);
}

Cidr block_at(const Cidr& outer, int length, std::uint32_t n) {
  auto block = outer;
  block.length = length;
  add(block, n, bits_of(outer) - length);
  return block;
}

std::int64_t usable_addresses(const Cidr& block) {
  return block.v6 ? 0 : (std::int64_t{1} << (32 - block.length)) - kReserved;
}

}  // namespace tocsin::ec2

// SPDX-License-Identifier: Apache-2.0
// Blocks of IPv4 and IPv6 addresses.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace tocsin::ec2 {

struct Cidr {
  bool v6 = false;
  std::array<std::uint8_t, 16> bytes{};  // the first 4 of IPv4
  int length = 0;

  std::string str() const;
};

/// "10.0.1.7/16" is 10.0.0.0/16, as AWS takes it. None without a length.
std::optional<Cidr> parse_cidr(std::string_view text);
bool contains(const Cidr& outer, const Cidr& inner);
bool overlap(const Cidr& one, const Cidr& other);
/// The n-th address of a block.
std::string address_at(const Cidr& block, std::uint32_t n);
/// The n-th block of `length` bits in another.
Cidr block_at(const Cidr& outer, int length, std::uint32_t n);
/// How many addresses AWS lets be used of a subnet: all but five.
std::int64_t usable_addresses(const Cidr& block);

}  // namespace tocsin::ec2

// SPDX-License-Identifier: Apache-2.0
// IP addresses as AWS's matcher reads them: IPv4 in four decimal parts, IPv6 in hexadecimal groups
// (an IPv4-mapped IPv6 address is the IPv4 address).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/result.hpp"

namespace tocsin::pattern {

__extension__ using AddressBits = unsigned __int128;

struct Address {
  bool v6 = false;
  AddressBits bits = 0;
};

struct AddressRange {
  bool v6 = false;
  AddressBits low = 0;
  AddressBits high = 0;

  bool contains(const Address& address) const {
    return v6 == address.v6 && low <= address.bits && address.bits <= high;
  }
};

std::optional<Address> parse_address(std::string_view text);

/// "10.0.0.0/24", "2001:db8::/32"; the bits behind the mask do not matter.
/// The error's message is AWS's, without a position.
Result<AddressRange> parse_cidr(std::string_view text);

}  // namespace tocsin::pattern

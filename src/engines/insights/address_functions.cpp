// SPDX-License-Identifier: Apache-2.0
// IP addresses and subnets.
#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <charconv>

#include "engines/insights/functions.hpp"

namespace tocsin::insights {
namespace {

struct Address {
  std::array<unsigned char, 16> bytes{};
  int size = 0;  // 4 or 16
};

std::optional<Address> address_in(std::string_view text) {
  char terminated[64];
  if (text.size() >= sizeof terminated) return std::nullopt;
  *std::ranges::copy(text, terminated).out = '\0';
  Address out;
  if (inet_pton(AF_INET, terminated, out.bytes.data()) == 1)
    out.size = 4;
  else if (inet_pton(AF_INET6, terminated, out.bytes.data()) == 1)
    out.size = 16;
  return out.size ? std::optional(out) : std::nullopt;
}

bool in_subnet(std::string_view address, std::string_view subnet, int size) {
  const auto slash = subnet.find('/');
  const auto one = address_in(address), net = address_in(subnet.substr(0, slash));
  if (!one || !net || one->size != net->size || (size && one->size != size)) return false;
  int bits = one->size * 8;
  if (slash != std::string_view::npos) {
    const auto digits = subnet.substr(slash + 1);
    const auto [end, error] = std::from_chars(digits.begin(), digits.end(), bits);
    if (error != std::errc() || end != digits.end() || bits < 0 || bits > one->size * 8)
      return false;
  }
  for (int i = 0; i < bits; i += 8) {
    const int mask = bits - i >= 8 ? 0xFF : 0xFF << (8 - (bits - i)) & 0xFF;
    const auto at = static_cast<std::size_t>(i / 8);
    if ((one->bytes[at] ^ net->bytes[at]) & mask) return false;
  }
  return true;
}

template <int size>
Value valid(const Node& node, Record& record) {
  const auto found = address_in(shown(node.children[0](record), record.arena));
  return Value::of(found && (size == 0 || found->size == size));
}

template <int size>
Value inside(const Node& node, Record& record) {
  const auto address = shown(node.children[0](record), record.arena);
  return Value::of(in_subnet(address, shown(node.children[1](record), record.arena), size));
}

}  // namespace

std::vector<Function> address_functions() {
  return {{"isvalidip", 1, 1, valid<0>},       {"isvalidipv4", 1, 1, valid<4>},
          {"isvalidipv6", 1, 1, valid<16>},    {"isipinsubnet", 2, 2, inside<0>},
          {"isipv4insubnet", 2, 2, inside<4>}, {"isipv6insubnet", 2, 2, inside<16>}};
}

}  // namespace tocsin::insights

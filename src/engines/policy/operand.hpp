// SPDX-License-Identifier: Apache-2.0
// The values that condition operators compare: numbers, moments, networks.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.hpp"

namespace tocsin::policy {

enum class Relation { Equal, Less, LessEqual, Greater, GreaterEqual };

/// Decimal. Whole numbers that fit 64 bits are compared exactly.
struct Number {
  double value = 0;
  std::optional<std::int64_t> whole;

  static std::optional<Number> parse(std::string_view text);
  bool compare(Relation relation, const Number& other) const;
};

/// An ISO 8601 date or time (a month or a day alone included), or seconds since the epoch.
std::optional<Time> parse_moment(std::string_view text);
bool compare_moments(Time left, Relation relation, Time right);

/// An IPv4 or IPv6 address, IPv4-mapped ones as IPv4, and how many of its bits count.
struct Network {
  bool v6 = false;
  int bits = 0;
  std::array<unsigned char, 16> bytes{};

  /// "203.0.113.0/24", "2001:DB8::/32", or an address alone.
  static std::optional<Network> parse(std::string_view text);
  /// `address` lies within; of its own bits all must be given.
  bool contains(const Network& address) const;
};

}  // namespace tocsin::policy

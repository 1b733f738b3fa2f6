// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace tocsin::pattern {

namespace detail {

__extension__ using Product = unsigned __int128;

inline std::uint64_t mix(std::uint64_t left, std::uint64_t right) {
  const Product product = static_cast<Product>(left) * right;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

inline std::uint64_t load8(const char* at) {
  std::uint64_t value;
  std::memcpy(&value, at, 8);
  return value;
}

inline std::uint64_t load4(const char* at) {
  std::uint32_t value;
  std::memcpy(&value, at, 4);
  return value;
}

}  // namespace detail

/// Equality of short texts without a call.
inline bool equal_bytes(std::string_view left, std::string_view right) {
  using namespace detail;
  std::size_t size = left.size();
  if (size != right.size()) return false;
  const char* a = left.data();
  const char* b = right.data();
  for (; size > 8; a += 8, b += 8, size -= 8) {
    if (load8(a) != load8(b)) return false;
  }
  if (left.size() >= 8) return load8(a + size - 8) == load8(b + size - 8);
  if (size >= 4) return load4(a) == load4(b) && load4(a + size - 4) == load4(b + size - 4);
  for (; size > 0; --size) {
    if (a[size - 1] != b[size - 1]) return false;
  }
  return true;
}

/// A fast hash (multiply and fold, after wyhash). It decides only where an entry lies, never what
/// matches, and no order of it reaches an output.
inline std::uint32_t hash_bytes(std::string_view text, std::uint64_t seed) {
  using namespace detail;
  constexpr std::uint64_t kA = 0xa0761d6478bd642f;
  constexpr std::uint64_t kB = 0xe7037ed1a0b428db;
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t state = mix(seed ^ kA, kB ^ left);
  for (; left > 16; at += 16, left -= 16)
    state = mix(load8(at) ^ kA, load8(at + 8) ^ state);
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  if (left >= 8) {
    low = load8(at);
    high = load8(at + left - 8);
  } else if (left >= 4) {
    low = load4(at);
    high = load4(at + left - 4);
  } else if (left > 0) {
    const auto byte = [&](std::size_t i) {
      return std::uint64_t{static_cast<unsigned char>(at[i])};
    };
    low = byte(0) << 16 | byte(left >> 1) << 8 | byte(left - 1);
  }
  const std::uint64_t out = mix(low ^ kB, high ^ state);
  return static_cast<std::uint32_t>(out ^ out >> 32);
}

}  // namespace tocsin::pattern

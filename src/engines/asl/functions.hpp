// SPDX-License-Identifier: Apache-2.0
// What the intrinsic functions and Step Functions' additions to JSONata have in common.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/document.hpp"
#include "base/result.hpp"
#include "engines/asl/scope.hpp"

namespace tocsin::asl {

/// Hexadecimal. None: an algorithm other than MD5, SHA-1, SHA-256, SHA-384, SHA-512.
std::optional<std::string> hash_hex(std::string_view data, std::string_view algorithm);
std::string random_uuid(Surroundings& around);
/// A double in [0, 1).
double unit_random(std::uint64_t bits);
/// The first value of a generator seeded so.
std::uint64_t seeded_random(std::int64_t seed);
/// Pieces of `size`, the last shorter.
Array partitioned(const Array& array, std::size_t size);
/// None: more than 1,000 elements, or a step of zero.
std::optional<Array> range_of(std::int64_t first, std::int64_t last, std::int64_t step);

}  // namespace tocsin::asl

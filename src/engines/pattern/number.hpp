// SPDX-License-Identifier: Apache-2.0
// Numbers as keys that compare as unsigned integers. As in AWS's matcher a number takes part in
// numeric comparison only if a double holds it exactly as written (shortest decimal form):
// 0.1 and 300 do, 1E309, 1E-325 and 9007199254740993 do not; those compare as text only.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace tocsin::pattern {

using NumberKey = std::uint64_t;

inline constexpr NumberKey kLowestNumber = 0x000fffffffffffff + 1;  // -1.797…e308
inline constexpr NumberKey kHighestNumber = 0xffefffffffffffff;     // +1.797…e308

NumberKey number_key(double value);

/// The key of a JSON number; nothing where it is not comparable (or no JSON number at all).
std::optional<NumberKey> parse_number(std::string_view text);

/// Whether the whole text is a number of the JSON grammar.
bool is_json_number(std::string_view text);

}  // namespace tocsin::pattern

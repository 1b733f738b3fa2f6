// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace tocsin::telemetry {

/// What keeps an object from being sound JSON, to the last literal: grammar, two members of one
/// name at any depth. UTF-8, quotes and depth have been checked. `structure` are the object's
/// positions in `text`.
std::optional<std::string> find_fault(std::string_view text,
                                      std::span<const std::uint32_t> structure);

}  // namespace tocsin::telemetry

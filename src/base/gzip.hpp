// SPDX-License-Identifier: Apache-2.0
// Whole texts in gzip (RFC 1952). What is too large for memory is streamed by who reads it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tocsin {

std::string gzip(std::string_view text);

/// None where the bytes are no gzip, are cut off, or hold more than `most` bytes.
std::optional<std::string> gunzip(std::string_view packed, std::size_t most);

}  // namespace tocsin

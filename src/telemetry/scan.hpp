// SPDX-License-Identifier: Apache-2.0
// Reading byte by byte, for text that simdjson refuses.
#pragma once

#include <string_view>

namespace tocsin::telemetry {

/// The first byte from `at` that is no white space; the size where there is none.
std::size_t skip_space(std::string_view text, std::size_t at);

/// Behind the object, array, string, number or literal that begins at `at`; npos where it does not
/// end before `bound`.
std::size_t scan_value(std::string_view text, std::size_t at, std::size_t bound);

/// Whether {"Records":[ stands at `at`: then behind it, else 0.
std::size_t begins_records(std::string_view text, std::size_t at);

/// Where, from `from` on, an object begins whose first member is `name`; npos where none does.
std::size_t find_object(std::string_view text, std::size_t from, std::string_view name);

}  // namespace tocsin::telemetry

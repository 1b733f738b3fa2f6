// SPDX-License-Identifier: Apache-2.0
// Numbers and moments by picture, as XPath has them
// (https://www.w3.org/TR/xpath-functions-31/#formatting-numbers). Throw Problem.
#pragma once

#include <string>
#include <string_view>

#include "engines/jsonata/value.hpp"

namespace tocsin::jsonata {

/// Half to even, at so many decimal places.
double rounded(double value, int places);

/// "#,##0.00"; `symbols` may replace decimal-separator and the like.
std::string format_number(double value, const std::string& picture, const Value& symbols);

/// "#,##0", "0001", "1;o", "w", "W", "Ww", "I", "i", "A", "a".
std::string format_integer(double value, std::string_view picture);
double parse_integer(const std::string& text, std::string_view picture);

/// Milliseconds since 1970. An empty picture: ISO 8601.
std::string format_time(double ms, std::string_view picture, std::string_view zone);
/// Undefined where the text does not fit the picture. D3110 where it is no ISO 8601.
Value parse_time(const std::string& text, std::string_view picture, double now);

}  // namespace tocsin::jsonata

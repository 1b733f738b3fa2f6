// SPDX-License-Identifier: Apache-2.0
// How wide texts are, for those who do not have the font.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::drawing {

enum class Weight : std::uint8_t { Normal, Bold };

/// Of UTF-8 text in a sans-serif font, in pixels; a little more than most fonts take.
double text_width(std::string_view text, double size, Weight weight = Weight::Normal);

/// In lines no wider than that, broken at spaces, else within words; what goes beyond `most` lines
/// is cut with "…".
std::vector<std::string> wrapped(std::string_view text, double width, double size, Weight weight,
                                 std::size_t most);

/// With & < > " ' escaped, and what XML cannot have replaced.
std::string escaped(std::string_view text);

}  // namespace tocsin::drawing

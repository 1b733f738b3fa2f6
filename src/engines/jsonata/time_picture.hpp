// SPDX-License-Identifier: Apache-2.0
// "[Y0001]-[M01]-[D01]": the picture of a moment
// (https://www.w3.org/TR/xpath-functions-31/#date-picture-string).
#pragma once

#include <optional>
#include <span>

#include "engines/jsonata/integer_picture.hpp"

namespace tocsin::jsonata {

/// A component, or (component 0) text between components.
struct TimeMarker {
  char component = 0;
  std::string literal = {};
  bool named = false;
  LetterCase names = LetterCase::Lower;
  IntegerPicture integer = {};
  std::optional<std::size_t> least = {}, most = {};  // width
  std::optional<int> year_digits = {};
  bool zulu = false;   // no offset is Z
  bool fixed = false;  // another number follows at once: exactly as many digits as it names
};

/// Throws D3132, D3133, D3135.
std::vector<TimeMarker> read_time_picture(std::string_view picture);

std::span<const std::string_view> month_names();
std::span<const std::string_view> day_names();  // from Monday

/// Of a moment in milliseconds since 1970.
double component_of(double ms, char component);

}  // namespace tocsin::jsonata

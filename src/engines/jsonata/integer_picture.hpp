// SPDX-License-Identifier: Apache-2.0
// The picture of a whole number, alone or as a component of a date's picture.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engines/jsonata/format.hpp"

namespace tocsin::jsonata {

enum class IntegerForm : std::uint8_t { Decimal, Letters, Roman, Words };
enum class LetterCase : std::uint8_t { Lower, Upper, Title };

struct IntegerPicture {
  IntegerForm form = IntegerForm::Decimal;
  LetterCase letters = LetterCase::Lower;
  bool ordinal = false;
  std::uint32_t zero = '0';   // of the digits' family
  std::size_t mandatory = 0;  // digits
  std::size_t optional = 0;
  std::vector<std::pair<std::size_t, std::string>> separators = {};  // digits to their right
  std::size_t regular = 0;  // their distance, where it is the same
};

/// Throws D3130, D3131.
IntegerPicture read_integer_picture(std::string_view text);

std::string format_integer(double value, const IntegerPicture& picture);
double parse_integer(const std::string& text, const IntegerPicture& picture);

/// Whether it is a word of a number ("hundred", "first").
bool is_number_word(std::string_view word);

}  // namespace tocsin::jsonata

// SPDX-License-Identifier: Apache-2.0
#include <cmath>
#include <map>

#include "engines/jsonata/error.hpp"
#include "engines/jsonata/integer_picture.hpp"
#include "engines/jsonata/text.hpp"

namespace tocsin::jsonata {
namespace {

constexpr std::string_view kFew[] = {"Zero",    "One",     "Two",       "Three",    "Four",
                                     "Five",    "Six",     "Seven",     "Eight",    "Nine",
                                     "Ten",     "Eleven",  "Twelve",    "Thirteen", "Fourteen",
                                     "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen"};
constexpr std::string_view kFewth[] = {
    "Zeroth",     "First",     "Second",    "Third",       "Fourth",     "Fifth",     "Sixth",
    "Seventh",    "Eighth",    "Ninth",     "Tenth",       "Eleventh",   "Twelfth",   "Thirteenth",
    "Fourteenth", "Fifteenth", "Sixteenth", "Seventeenth", "Eighteenth", "Nineteenth"};
constexpr std::string_view kTens[] = {"Twenty", "Thirty",  "Forty",  "Fifty",
                                      "Sixty",  "Seventy", "Eighty", "Ninety"};
constexpr std::string_view kMagnitudes[] = {"Thousand", "Million", "Billion", "Trillion"};
constexpr std::pair<int, std::string_view> kRoman[] = {
    {1000, "m"}, {900, "cm"}, {500, "d"}, {400, "cd"}, {100, "c"}, {90, "xc"}, {50, "l"},
    {40, "xl"},  {10, "x"},   {9, "ix"},  {5, "v"},    {4, "iv"},  {1, "i"}};

std::string words(double number, bool after, bool ordinal) {
  if (number < 20) {
    const auto index = static_cast<std::size_t>(number);
    return (after ? " and " : "") + std::string(ordinal ? kFewth[index] : kFew[index]);
  }
  if (number < 100) {
    const auto rest = std::fmod(number, 10);
    auto text =
        (after ? " and " : "") + std::string(kTens[static_cast<std::size_t>(number / 10) - 2]);
    if (rest > 0) return text + "-" + words(rest, false, ordinal);
    return ordinal ? text.substr(0, text.size() - 1) + "ieth" : text;
  }
  std::string text = after ? ", " : "";
  double rest = 0;
  if (number < 1000) {
    rest = std::fmod(number, 100);
    text += std::string(kFew[static_cast<std::size_t>(number / 100)]) + " Hundred";
  } else {
    const auto magnitude =
        std::min<std::size_t>(static_cast<std::size_t>(std::log10(number) / 3 + 1e-12), 4);
    const double factor = std::pow(10, static_cast<double>(magnitude) * 3);
    const double many = std::floor(number / factor);
    rest = number - many * factor;
    text += words(many, false, false) + " " + std::string(kMagnitudes[magnitude - 1]);
  }
  if (rest > 0) return text + words(rest, true, ordinal);
  return ordinal ? text + "th" : text;
}

std::string with_case(std::string text, LetterCase letters) {
  if (letters == LetterCase::Title) return text;
  for (auto& c : text)
    c = static_cast<char>(letters == LetterCase::Upper ? toupper(c) : tolower(c));
  return text;
}

std::string roman(double number) {
  std::string out;
  for (const auto& [value, letters] : kRoman) {
    for (; number >= value; number -= value)
      out += letters;
  }
  return out;
}

std::string letters(double number) {
  std::string out;
  for (; number > 0; number = std::floor((number - 1) / 26))
    out.insert(out.begin(), static_cast<char>('a' + static_cast<int>(std::fmod(number - 1, 26))));
  return out;
}

std::string_view ordinal_suffix(const std::string& digits) {
  const char last = digits.back();
  const bool teens = digits.size() > 1 && digits[digits.size() - 2] == '1';
  if (teens) return "th";
  return last == '1' ? "st" : last == '2' ? "nd" : last == '3' ? "rd" : "th";
}

std::string decimal(double number, const IntegerPicture& picture) {
  auto digits = number_text(number);
  if (digits.size() < picture.mandatory) digits.insert(0, picture.mandatory - digits.size(), '0');
  std::string out;
  for (std::size_t i = 0; i < digits.size(); ++i) {
    const auto left = digits.size() - i;
    if (i > 0) {
      for (const auto& [position, separator] : picture.separators) {
        const bool here = picture.regular ? left % picture.regular == 0 : left == position;
        if (here) out += separator;
        if (picture.regular) break;
      }
    }
    append_utf8(out, picture.zero + static_cast<std::uint32_t>(digits[i] - '0'));
  }
  if (picture.ordinal) out += ordinal_suffix(digits);
  return out;
}

/// The zero of the digits that a character belongs to, where it is a digit.
std::optional<std::uint32_t> zero_of(std::uint32_t c) {
  constexpr std::uint32_t kZeros[] = {0x30,   0x660,  0x6f0,  0x7c0,  0x966,  0x9e6,  0xa66,
                                      0xae6,  0xb66,  0xbe6,  0xc66,  0xce6,  0xd66,  0xe50,
                                      0xed0,  0xf20,  0x1040, 0x17e0, 0x1810, 0x1946, 0x19d0,
                                      0x1a80, 0x1a90, 0x1b50, 0xff10};
  for (const auto zero : kZeros) {
    if (c >= zero && c <= zero + 9) return zero;
  }
  return std::nullopt;
}

std::uint32_t code_of(std::string_view character) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(character[i]) & 63u; };
  const auto lead = static_cast<unsigned char>(character[0]);
  switch (character.size()) {
    case 1:
      return lead;
    case 2:
      return (lead & 31u) << 6 | byte(1);
    case 3:
      return (lead & 15u) << 12 | byte(1) << 6 | byte(2);
    default:
      return (lead & 7u) << 18 | byte(1) << 12 | byte(2) << 6 | byte(3);
  }
}

void read_decimal(std::string_view primary, IntegerPicture& picture) {
  std::vector<std::pair<std::size_t, std::string>> found;  // digits before, separator
  std::size_t digits = 0;
  for (std::size_t at = 0; at < primary.size();) {
    const auto size = character_size(primary, at);
    const auto character = primary.substr(at, size);
    at += size;
    if (const auto zero = zero_of(code_of(character))) {
      if (picture.mandatory && *zero != picture.zero) raise("D3131");
      picture.zero = *zero;
      ++picture.mandatory;
      ++digits;
    } else if (character == "#") {
      ++picture.optional;
      ++digits;
    } else {
      found.emplace_back(digits, std::string(character));
    }
  }
  if (!picture.mandatory) raise("D3130", 0, "", shown(Value(primary)));
  for (auto at = found.rbegin(); at != found.rend(); ++at)
    picture.separators.emplace_back(digits - at->first, at->second);
  if (picture.separators.empty()) return;
  const auto first = picture.separators[0].first;
  for (std::size_t i = 0; i < picture.separators.size(); ++i) {
    const auto& [position, separator] = picture.separators[i];
    if (position != first * (i + 1) || separator != picture.separators[0].second) return;
  }
  picture.regular = first;
}

double from_roman(const std::string& text) {
  double total = 0;
  std::string_view rest = text;
  for (const auto& [value, symbol] : kRoman) {
    for (; rest.starts_with(symbol); rest.remove_prefix(symbol.size()))
      total += value;
  }
  return total;
}

double from_letters(const std::string& text) {
  double total = 0;
  for (const char c : text)
    total = total * 26 + (c - 'a' + 1);
  return total;
}

const std::map<std::string, double>& word_values() {
  static const auto values = [] {
    std::map<std::string, double> known;
    const auto add = [&](std::string_view word, double value) {
      known[with_case(std::string(word), LetterCase::Lower)] = value;
    };
    for (std::size_t i = 0; i < std::size(kFew); ++i) {
      add(kFew[i], static_cast<double>(i));
      add(kFewth[i], static_cast<double>(i));
    }
    for (std::size_t i = 0; i < std::size(kTens); ++i) {
      const auto value = static_cast<double>(i + 2) * 10;
      add(kTens[i], value);
      add(std::string(kTens[i].substr(0, kTens[i].size() - 1)) + "ieth", value);
    }
    add("Hundred", 100);
    add("Hundredth", 100);
    for (std::size_t i = 0; i < std::size(kMagnitudes); ++i) {
      const auto value = std::pow(10, static_cast<double>(i + 1) * 3);
      add(kMagnitudes[i], value);
      add(std::string(kMagnitudes[i]) + "th", value);
    }
    return known;
  }();
  return values;
}

double from_words(const std::string& text) {
  std::vector<double> parts{0};
  std::string word;
  const auto take = [&] {
    const auto known = word_values().find(std::exchange(word, {}));
    if (known == word_values().end()) return;  // "and"
    if (known->second >= 100) {
      parts.back() *= known->second;
    } else if (parts.back() >= 1000) {
      parts.push_back(known->second);
    } else {
      parts.back() += known->second;
    }
  };
  for (const char c : text) {
    if (isalpha(static_cast<unsigned char>(c)))
      word += c;
    else
      take();
  }
  take();
  double sum = 0;
  for (const double part : parts)
    sum += part;
  return sum;
}

double from_decimal(const std::string& text, const IntegerPicture& picture) {
  double value = 0;
  for (std::size_t at = 0; at < text.size();) {
    const auto size = character_size(text, at);
    const auto code = code_of(std::string_view(text).substr(at, size));
    if (code >= picture.zero && code <= picture.zero + 9)
      value = value * 10 + (code - picture.zero);
    at += size;
  }
  return value;
}

}  // namespace

IntegerPicture read_integer_picture(std::string_view text) {
  IntegerPicture picture;
  auto primary = text;
  if (const auto semicolon = text.rfind(';'); semicolon != text.npos) {
    primary = text.substr(0, semicolon);
    picture.ordinal = text.substr(semicolon + 1).starts_with('o');
  }
  if (primary == "A" || primary == "a") {
    picture.form = IntegerForm::Letters;
  } else if (primary == "I" || primary == "i") {
    picture.form = IntegerForm::Roman;
  } else if (primary == "W" || primary == "w" || primary == "Ww") {
    picture.form = IntegerForm::Words;
  } else {
    read_decimal(primary, picture);
    return picture;
  }
  picture.letters = primary == "Ww"     ? LetterCase::Title
                    : primary[0] >= 'a' ? LetterCase::Lower
                                        : LetterCase::Upper;
  return picture;
}

std::string format_integer(double value, const IntegerPicture& picture) {
  const auto number = std::abs(value);
  std::string out;
  switch (picture.form) {
    case IntegerForm::Letters:
      out = with_case(letters(number), picture.letters);
      break;
    case IntegerForm::Roman:
      out = with_case(roman(number), picture.letters);
      break;
    case IntegerForm::Words:
      out = with_case(words(number, false, picture.ordinal), picture.letters);
      break;
    case IntegerForm::Decimal:
      out = decimal(number, picture);
      break;
  }
  return value < 0 ? "-" + out : out;
}

double parse_integer(const std::string& text, const IntegerPicture& picture) {
  const auto lower = with_case(text, LetterCase::Lower);
  switch (picture.form) {
    case IntegerForm::Letters:
      return from_letters(lower);
    case IntegerForm::Roman:
      return from_roman(lower);
    case IntegerForm::Words:
      return from_words(lower);
    default:
      return from_decimal(text, picture);
  }
}

bool is_number_word(std::string_view word) {
  return word_values().contains(with_case(std::string(word), LetterCase::Lower));
}

std::string format_integer(double value, std::string_view picture) {
  return format_integer(value, read_integer_picture(picture));
}

double parse_integer(const std::string& text, std::string_view picture) {
  return parse_integer(text, read_integer_picture(picture));
}

}  // namespace tocsin::jsonata

// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/caseless.hpp"

#include "engines/pattern/case_table.hpp"
#include "engines/pattern/hash.hpp"

namespace tocsin::pattern {
namespace {

constexpr char ascii_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 32) : c;
}

/// The same for eight characters that are all ASCII.
constexpr std::uint64_t ascii_lower(std::uint64_t eight) {
  constexpr std::uint64_t kEach = 0x0101010101010101;
  const std::uint64_t from_a = eight + kEach * (0x80 - 'A');  // the high bit: at least 'A'
  const std::uint64_t after_z = eight + kEach * (0x7f - 'Z');
  return eight | ((from_a ^ after_z) & kEach * 0x80) >> 2;
}

/// The length of the UTF-8 sequence at the front; a stray byte counts as one.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0xc0 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  return std::min(length, text.size());
}

char32_t decode(std::string_view letter) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(letter[i]); };
  if (letter.size() == 1) return byte(0);
  if (letter.size() == 2) return (byte(0) & 31u) << 6 | (byte(1) & 63u);
  if (letter.size() == 3) return (byte(0) & 15u) << 12 | (byte(1) & 63u) << 6 | (byte(2) & 63u);
  return 0x10000;
}

std::string encode(char32_t c) {
  std::string out;
  if (c < 0x80) {
    out += static_cast<char>(c);
  } else if (c < 0x800) {
    out += static_cast<char>(0xc0 | c >> 6);
    out += static_cast<char>(0x80 | (c & 63));
  } else {
    out += static_cast<char>(0xe0 | c >> 12);
    out += static_cast<char>(0x80 | (c >> 6 & 63));
    out += static_cast<char>(0x80 | (c & 63));
  }
  return out;
}

std::string map_letter(std::string_view letter, std::span<const CaseRun> runs,
                       std::span<const CaseExpansion> expansions) {
  const char32_t c = decode(letter);
  if (c < 0x80 || c > 0xffff) return std::string(letter);
  const auto* run = std::ranges::lower_bound(runs, c, {}, &CaseRun::last).base();
  if (run != runs.data() + runs.size() && run->first <= c && (c - run->first) % run->stride == 0) {
    return encode(static_cast<char32_t>(static_cast<std::int32_t>(c) + run->distance));
  }
  for (const auto& expansion : expansions) {
    if (expansion.code_point == c) return expansion.text;
  }
  return std::string(letter);
}

std::string lower_letter(std::string_view letter) {
  if (letter.size() == 1) return std::string(1, ascii_lower(letter[0]));
  return map_letter(letter, kLowerRuns, kLowerExpansions);
}

std::string upper_letter(std::string_view letter) {
  if (letter.size() > 1) return map_letter(letter, kUpperRuns, kUpperExpansions);
  const char c = letter[0];
  return std::string(1, c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c);
}

template <class Map>
std::string map_all(std::string_view text, Map map) {
  std::string out;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    out += map(text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

bool equal_ascii(std::string_view folded, std::string_view value) {
  for (std::size_t i = 0; i < folded.size(); ++i) {
    if (ascii_lower(value[i]) != folded[i]) return false;
  }
  return true;
}

}  // namespace

bool is_ascii(std::string_view text) {
  std::uint64_t bits = 0;
  for (; text.size() >= 8; text.remove_prefix(8))
    bits |= detail::load8(text.data());
  for (const char c : text)
    bits |= static_cast<unsigned char>(c);
  return (bits & 0x8080808080808080) == 0;
}

void append_fold(std::string_view text, std::string& out) {
  if (!is_ascii(text)) {
    out += map_all(map_all(map_all(text, lower_letter), upper_letter), lower_letter);
    return;
  }
  const std::size_t start = out.size();
  out += text;
  char* at = out.data() + start;
  for (; text.size() >= 8; text.remove_prefix(8), at += 8) {
    const std::uint64_t lower = ascii_lower(detail::load8(text.data()));
    std::memcpy(at, &lower, 8);
  }
  for (const char c : text)
    *at++ = ascii_lower(c);
}

std::string fold(std::string_view text) {
  std::string out;
  append_fold(text, out);
  return out;
}

CaselessText::CaselessText(std::string_view text) : folded_(fold(text)), ascii_(is_ascii(text)) {
  if (ascii_) return;
  while (!text.empty()) {
    const auto letter = text.substr(0, sequence_length(text));
    letters_.push_back({lower_letter(letter), upper_letter(letter)});
    text.remove_prefix(letter.size());
  }
}

std::size_t CaselessText::match_front(std::string_view value) const {
  std::size_t taken = 0;
  for (const auto& letter : letters_) {
    const auto rest = value.substr(taken);
    if (rest.starts_with(letter.lower)) {
      taken += letter.lower.size();
    } else if (rest.starts_with(letter.upper)) {
      taken += letter.upper.size();
    } else {
      return std::string_view::npos;
    }
  }
  return taken;
}

bool CaselessText::equals(std::string_view value) const {
  if (!ascii_) return match_front(value) == value.size();
  return value.size() == folded_.size() && equal_ascii(folded_, value);
}

bool CaselessText::starts(std::string_view value) const {
  if (!ascii_) return match_front(value) != std::string_view::npos;
  return value.size() >= folded_.size() && equal_ascii(folded_, value);
}

bool CaselessText::ends(std::string_view value) const {
  if (ascii_) {
    return value.size() >= folded_.size() &&
           equal_ascii(folded_, value.substr(value.size() - folded_.size()));
  }
  for (auto letter = letters_.rbegin(); letter != letters_.rend(); ++letter) {
    if (value.ends_with(letter->lower)) {
      value.remove_suffix(letter->lower.size());
    } else if (value.ends_with(letter->upper)) {
      value.remove_suffix(letter->upper.size());
    } else {
      return false;
    }
  }
  return true;
}

}  // namespace tocsin::pattern

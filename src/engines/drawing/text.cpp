// SPDX-License-Identifier: Apache-2.0
#include "engines/drawing/text.hpp"

namespace tocsin::drawing {
namespace {

/// Helvetica's widths of the characters from ' ' to '~', in thousandths of the size.
constexpr int kWidths[] = {
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333,  278, 278, 556, 556, 556,
    556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
    611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667,  611, 722, 667, 944, 667,
    667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278,  556, 556, 222, 222, 500,
    222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500,  500, 334, 260, 334, 584};

/// The bytes of the first character.
std::size_t character_size(std::string_view text) {
  std::size_t size = 1;
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xc0) == 0x80)
    ++size;
  return size;
}

/// As many characters as fit; at least one.
std::size_t fitting(std::string_view text, double width, double size, Weight weight) {
  std::size_t end = character_size(text);
  while (end < text.size()) {
    const auto next = end + character_size(text.substr(end));
    if (text_width(text.substr(0, next), size, weight) > width) break;
    end = next;
  }
  return end;
}

}  // namespace

double text_width(std::string_view text, double size, Weight weight) {
  double thousandths = 0;
  for (std::size_t at = 0; at < text.size(); at += character_size(text.substr(at))) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte >= 0xe3 && byte < 0xf5)
      thousandths += 1000;  // East Asian, mostly
    else
      thousandths += byte >= ' ' && byte <= '~' ? kWidths[byte - ' '] : 600;
  }
  return thousandths * size / 1000 * (weight == Weight::Bold ? 1.12 : 1.05);
}

std::vector<std::string> wrapped(std::string_view text, double width, double size, Weight weight,
                                 std::size_t most) {
  std::vector<std::string> lines;
  while (!text.empty() && lines.size() < most) {
    auto end = fitting(text, width, size, weight);
    if (end < text.size()) {
      const auto space = text.substr(0, end + 1).rfind(' ');
      if (space != std::string_view::npos && space > 0) end = space;
    }
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(end);
    while (text.starts_with(' '))
      text.remove_prefix(1);
  }
  if (!text.empty() && !lines.empty()) {
    auto& last = lines.back();
    while (!last.empty() && text_width(last + "…", size, weight) > width) {
      do {
        last.pop_back();
      } while (!last.empty() && (static_cast<unsigned char>(last.back()) & 0xc0) == 0x80);
    }
    last += "…";
  }
  return lines;
}

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      case '\'':
        out += "&#39;";
        break;
      case '\n':
        out += "&#10;";
        break;
      default:
        out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
    }
  }
  return out;
}

}  // namespace tocsin::drawing

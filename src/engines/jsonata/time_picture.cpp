// SPDX-License-Identifier: Apache-2.0
#include "engines/jsonata/time_picture.hpp"

#include "engines/jsonata/error.hpp"

namespace tocsin::jsonata {
namespace {

std::string_view default_presentation(char component) {
  constexpr std::string_view kNumbers = "YMDdWwXxHhf";
  if (kNumbers.contains(component)) return "1";
  if (component == 'm' || component == 's') return "01";
  if (component == 'Z' || component == 'z') return "01:01";
  if (std::string_view("FPCE").contains(component)) return "n";
  raise("D3132", 0, "", shown(Value(std::string(1, component))));
}

std::optional<std::size_t> width(std::string_view text) {
  if (text.empty() || text == "*") return std::nullopt;
  return static_cast<std::size_t>(std::stoul(std::string(text)));
}

void read_width(std::string_view text, TimeMarker& marker) {
  const auto dash = text.find('-');
  marker.least = width(text.substr(0, dash));
  if (dash != text.npos) marker.most = width(text.substr(dash + 1));
}

void read_year(TimeMarker& marker) {
  auto& integer = marker.integer;
  if (marker.most) {
    marker.year_digits = static_cast<int>(*marker.most);
    integer.mandatory = *marker.most;
  } else if (const auto digits = integer.mandatory + integer.optional; digits >= 2) {
    marker.year_digits = static_cast<int>(digits);
  }
}

TimeMarker read_marker(std::string text) {
  std::erase_if(text, [](char c) { return isspace(static_cast<unsigned char>(c)); });
  TimeMarker marker;
  marker.component = text.empty() ? ' ' : text[0];
  std::string presentation(default_presentation(marker.component));
  auto format = text.substr(1);
  if (const auto comma = format.rfind(','); comma != format.npos) {
    read_width(std::string_view(format).substr(comma + 1), marker);
    format.erase(comma);
  }
  char modifier = 0;
  if (format.size() == 1) {
    presentation = format;
  } else if (!format.empty()) {
    if (std::string_view("atco").contains(format.back())) {
      modifier = format.back();
      format.pop_back();
    }
    presentation = format;
  }
  const char first = presentation[0];
  if (first == 'n' || first == 'N') {
    marker.named = true;
    marker.names = first == 'n'                     ? LetterCase::Lower
                   : presentation.starts_with("Nn") ? LetterCase::Title
                                                    : LetterCase::Upper;
    return marker;
  }
  if (modifier == 'o' || modifier == 'c') presentation += std::string(";") + modifier;
  marker.zulu = modifier == 't';
  marker.integer = read_integer_picture(presentation);
  if (marker.least && marker.integer.mandatory < *marker.least)
    marker.integer.mandatory = *marker.least;
  if (marker.component == 'Y') read_year(marker);
  return marker;
}

/// Digits that touch the next component's digits must be counted.
void mark_fixed(std::vector<TimeMarker>& markers) {
  for (std::size_t i = 0; i + 1 < markers.size(); ++i) {
    const auto is_number = [&](const TimeMarker& marker) {
      return marker.component && !marker.named && marker.integer.form == IntegerForm::Decimal;
    };
    markers[i].fixed = is_number(markers[i]) && is_number(markers[i + 1]);
  }
}

}  // namespace

std::vector<TimeMarker> read_time_picture(std::string_view picture) {
  std::vector<TimeMarker> markers;
  const auto add_literal = [&](std::string text) {
    if (!text.empty()) markers.push_back({.literal = std::move(text)});
  };
  std::string literal;
  for (std::size_t at = 0; at < picture.size(); ++at) {
    const char c = picture[at];
    const bool doubled = at + 1 < picture.size() && picture[at + 1] == c;
    if ((c == '[' || c == ']') && doubled) {
      literal += c;
      ++at;
    } else if (c == '[') {
      add_literal(std::exchange(literal, {}));
      const auto end = picture.find(']', at);
      if (end == picture.npos) raise("D3135");
      markers.push_back(read_marker(std::string(picture.substr(at + 1, end - at - 1))));
      at = end;
    } else {
      literal += c;
    }
  }
  add_literal(std::move(literal));
  mark_fixed(markers);
  return markers;
}

}  // namespace tocsin::jsonata

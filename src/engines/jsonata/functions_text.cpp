// SPDX-License-Identifier: Apache-2.0
#include <cmath>

#include "base/crypto.hpp"
#include "base/percent.hpp"
#include "engines/jsonata/error.hpp"
#include "engines/jsonata/evaluator.hpp"
#include "engines/jsonata/functions.hpp"
#include "engines/jsonata/text.hpp"

namespace tocsin::jsonata {
namespace {

std::string repeated(std::string_view unit, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i)
    out += unit;
  return out;
}

std::string sliced(std::string_view text, double start, double end) {
  const auto size = static_cast<double>(character_count(text));
  const auto clamped = [&](double at) {
    at = std::trunc(at);
    return std::clamp(at < 0 ? at + size : at, 0.0, size);
  };
  const auto from = clamped(start), to = clamped(end);
  if (from >= to) return "";
  const auto first = character_at(text, static_cast<std::size_t>(from));
  const auto rest = text.substr(first);
  return std::string(rest.substr(0, character_at(rest, static_cast<std::size_t>(to - from))));
}

template <class Change>
Value changed(Arguments& arguments, Change change) {
  if (arguments[0].undefined()) return {};
  return change(arguments[0].string());
}

/// Letters beyond ASCII of two bytes: Latin-1, Greek, Cyrillic. The rest stays as it is.
std::uint32_t other_case(std::uint32_t c, bool upper) {
  const auto within = [&](std::uint32_t low, std::uint32_t high) { return c >= low && c <= high; };
  if (upper) {
    if (within('a', 'z') || (within(0xe0, 0xfe) && c != 0xf7)) return c - 32;
    if (within(0x3b1, 0x3c9) && c != 0x3c2) return c - 32;
    if (within(0x430, 0x44f)) return c - 32;
    if (within(0x450, 0x45f)) return c - 80;
    return within(0x100, 0x137) && c % 2 ? c - 1 : c;
  }
  if (within('A', 'Z') || (within(0xc0, 0xde) && c != 0xd7)) return c + 32;
  if (within(0x391, 0x3a9)) return c + 32;
  if (within(0x410, 0x42f)) return c + 32;
  if (within(0x400, 0x40f)) return c + 80;
  return within(0x100, 0x137) && c % 2 == 0 ? c + 1 : c;
}

std::string in_case(const std::string& text, bool upper) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const auto size = character_size(text, at);
    const auto lead = static_cast<unsigned char>(text[at]);
    if (size == 1)
      out += static_cast<char>(lead < 0x80 ? other_case(lead, upper) : lead);
    else if (size == 2)
      append_utf8(
          out,
          other_case((lead & 31u) << 6 | (static_cast<unsigned char>(text[at + 1]) & 63u), upper));
    else
      out.append(text, at, size);
    at += size;
  }
  return out;
}

std::string url_text(Arguments& arguments, std::string_view kept, std::string_view name) {
  const auto& text = arguments[0].string();
  // A lone surrogate, as a JSON text may escape one.
  if (text.contains("\xed\xa0") || text.contains("\xed\xb0"))
    raise("D3140", 0, std::string(name), shown(arguments[0]));
  return percent_encoded(text, kept);
}

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const auto size = character_size(text, at);
    if ((lead >= 0x80 && lead < 0xc2) || lead > 0xf4) return false;
    for (std::size_t i = 1; i < size; ++i) {
      if ((static_cast<unsigned char>(text[at + i]) & 0xc0) != 0x80) return false;
    }
    if (size < 2 && lead >= 0x80) return false;
    at += size;
  }
  return true;
}

std::string percent_decoded(Arguments& arguments, std::string_view kept, std::string_view name) {
  const auto& text = arguments[0].string();
  const auto refuse = [&] { raise("D3140", 0, std::string(name), shown(arguments[0])); };
  std::string out;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    const auto byte = unhex(text.substr(at + 1, 2));
    if (!byte || byte->size() != 1) refuse();
    if (kept.contains((*byte)[0]))
      out.append(text, at, 3);
    else
      out += *byte;
    at += 2;
  }
  if (!is_utf8(out)) refuse();
  return out;
}

constexpr std::string_view kUnreserved = "-_.!~*'()";
constexpr std::string_view kReserved = ";/?:@&=+$,#";
const std::string kUrl = std::string(kUnreserved) + std::string(kReserved);

}  // namespace

Value function_string(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  const auto& value = arguments[0];
  const bool outer = value.is_array() && value.array().outer;
  return to_text(outer ? value.array().items[0] : value,
                 arguments[1].is_bool() && arguments[1].boolean());
}

Value function_substring(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  const auto& text = arguments[0].string();
  const auto size = static_cast<double>(character_count(text));
  double start = arguments[1].number();
  if (size + start < 0) start = 0;
  if (arguments[2].undefined()) return sliced(text, start, size);
  const double length = arguments[2].number();
  if (length <= 0) return "";
  return sliced(text, start, start >= 0 ? start + length : size + start + length);
}

Value function_substring_before(Arguments& arguments) {
  return changed(arguments, [&](const std::string& text) {
    return Value(text.substr(0, text.find(arguments[1].string())));
  });
}

Value function_substring_after(Arguments& arguments) {
  return changed(arguments, [&](const std::string& text) {
    const auto found = text.find(arguments[1].string());
    return Value(found == text.npos ? text : text.substr(found + arguments[1].string().size()));
  });
}

Value function_lowercase(Arguments& arguments) {
  return changed(arguments, [](const std::string& text) { return Value(in_case(text, false)); });
}

Value function_uppercase(Arguments& arguments) {
  return changed(arguments, [](const std::string& text) { return Value(in_case(text, true)); });
}

Value function_length(Arguments& arguments) {
  return changed(arguments, [](const std::string& text) { return Value(character_count(text)); });
}

Value function_trim(Arguments& arguments) {
  return changed(arguments, [](const std::string& text) {
    std::string out;
    for (const char c : text) {
      const bool space = c == ' ' || c == '\t' || c == '\n' || c == '\r';
      if (!space)
        out += c;
      else if (!out.empty() && out.back() != ' ')
        out += ' ';
    }
    if (out.ends_with(' ')) out.pop_back();
    return Value(out);
  });
}

Value function_pad(Arguments& arguments) {
  return changed(arguments, [&](const std::string& text) {
    const double width = arguments[1].number();
    const auto unit = arguments[2].is_string() && !arguments[2].string().empty()
                          ? arguments[2].string()
                          : std::string(" ");
    const double missing = std::abs(width) - static_cast<double>(character_count(text));
    if (missing <= 0) return Value(text);
    arguments.evaluator.spend(static_cast<std::size_t>(missing));
    const auto padding = sliced(repeated(unit, static_cast<std::size_t>(missing)), 0, missing);
    return Value(width > 0 ? text + padding : padding + text);
  });
}

Value function_join(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  const auto separator = arguments[1].is_string() ? arguments[1].string() : std::string();
  std::string out;
  bool first = true;
  for (const auto& item : items_of(arguments[0])) {
    if (!std::exchange(first, false)) out += separator;
    out += to_text(item);
  }
  return out;
}

Value function_base64encode(Arguments& arguments) {
  return changed(arguments, [](const std::string& text) { return Value(base64(text)); });
}

Value function_base64decode(Arguments& arguments) {
  return changed(arguments,
                 [](const std::string& text) { return Value(unbase64(text).value_or("")); });
}

Value function_encode_url_component(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  return url_text(arguments, kUnreserved, "encodeUrlComponent");
}
Value function_encode_url(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  return url_text(arguments, kUrl, "encodeUrl");
}
Value function_decode_url_component(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  return percent_decoded(arguments, "", "decodeUrlComponent");
}
Value function_decode_url(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  return percent_decoded(arguments, kReserved, "decodeUrl");
}

}  // namespace tocsin::jsonata

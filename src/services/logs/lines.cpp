// SPDX-License-Identifier: Apache-2.0
#include "services/logs/lines.hpp"

#include <charconv>
#include <fmt/format.h>

#include "base/document.hpp"

namespace tocsin::logs {
namespace {

bool take(std::string_view& text, std::string_view token) {
  if (!text.starts_with(token)) return false;
  text.remove_prefix(token.size());
  return true;
}

bool take_number(std::string_view& text, std::int64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || number < 0) return false;
  text.remove_prefix(end - text.data());
  return true;
}

constexpr std::string_view kEscapes = "bfnrt", kMeant = "\b\f\n\r\t";

/// Four digits, which it steps over; U+FFFD where there are not as many.
std::uint32_t take_unit(std::string_view& text) {
  std::uint32_t unit = 0;
  const auto digits = text.substr(0, 4);
  const auto [end, error] = std::from_chars(digits.begin(), digits.end(), unit, 16);
  const bool good = error == std::errc() && end == digits.begin() + 4;
  text.remove_prefix(static_cast<std::size_t>(end - digits.begin()));
  return good ? unit : 0xFFFD;
}

/// What stands behind \u, in UTF-8; a pair of surrogates is one character.
void append_code_point(std::string_view& text, std::string& out) {
  auto code = take_unit(text);
  if (code >= 0xD800 && code < 0xDC00 && text.starts_with("\\u")) {
    text.remove_prefix(2);
    const auto low = take_unit(text);
    code =
        low >= 0xDC00 && low < 0xE000 ? 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00) : 0xFFFD;
  }
  if (code >= 0xD800 && code < 0xE000) code = 0xFFFD;  // half a pair
  const auto part = [&](std::uint32_t bits) { out += static_cast<char>(bits); };
  if (code < 0x80) return part(code);
  if (code < 0x800) {
    part(0xC0 | code >> 6);
  } else {
    if (code < 0x10000) {
      part(0xE0 | code >> 12);
    } else {
      part(0xF0 | code >> 18);
      part(0x80 | (code >> 12 & 0x3F));
    }
    part(0x80 | (code >> 6 & 0x3F));
  }
  part(0x80 | (code & 0x3F));
}

}  // namespace

std::optional<Line> read_line(std::string_view line) {
  Line out;
  if (!take(line, R"({"timestamp":)") || !take_number(line, out.timestamp)) return std::nullopt;
  if (take(line, R"(,"ingestionTime":)")) {
    if (!take_number(line, out.ingested) || !take(line, R"(,"id":)") ||
        !take_number(line, out.ordinal))
      return std::nullopt;
  }
  if (!take(line, R"(,"message":")") || !line.ends_with("\"}")) return std::nullopt;
  out.message = line.substr(0, line.size() - 2);
  return out;
}

std::string unescaped(std::string_view message) {
  std::string out;
  unescape(message, out);
  return out;
}

void unescape(std::string_view message, std::string& out) {
  out.clear();
  for (;;) {
    const auto at = message.find('\\');
    out.append(message.substr(0, at));
    if (at == std::string_view::npos || at + 1 >= message.size()) return;
    const auto code = message[at + 1];
    message.remove_prefix(at + 2);
    if (const auto plain = kEscapes.find(code); plain != std::string_view::npos)
      out += kMeant[plain];
    else if (code == 'u')
      append_code_point(message, out);
    else
      out += code;
  }
}

std::size_t unescaped_size(std::string_view message) {
  auto size = message.size();
  for (auto at = message.find('\\'); at != std::string_view::npos && at + 1 < message.size();) {
    const bool code =
        message[at + 1] == 'u';  // only control characters are written so: one byte each
    size -= code ? 5 : 1;
    at = message.find('\\', at + (code ? 6 : 2));
  }
  return size;
}

std::string escaped(std::string_view text) {
  const auto quoted = boost::json::serialize(Document(boost::json::string(text)));
  return quoted.substr(1, quoted.size() - 2);
}

void write_line(std::string& out, std::int64_t timestamp, std::string_view escaped_message) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"timestamp":{},"message":"{}"}})"
                 "\n",
                 timestamp, escaped_message);
}

void write_full_line(std::string& out, const Line& line) {
  fmt::format_to(std::back_inserter(out),
                 R"({{"timestamp":{},"ingestionTime":{},"id":{},"message":"{}"}})"
                 "\n",
                 line.timestamp, line.ingested, line.ordinal, line.message);
}

std::string event_id(std::string_view stream_id, std::int64_t timestamp, std::int64_t ordinal) {
  std::uint64_t where = 14695981039346656037ULL;
  for (const unsigned char c : stream_id)
    where = (where ^ c) * 1099511628211ULL;
  return fmt::format("3{:014}{:022}{:019}", timestamp, ordinal,
                     where % 10'000'000'000'000'000'000ULL);
}

}  // namespace tocsin::logs

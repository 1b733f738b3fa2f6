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
  if (message.find('\\') == std::string_view::npos) return std::string(message);
  const auto parsed = parse_json(fmt::format("\"{}\"", message));
  return parsed && parsed->is_string() ? std::string(parsed->get_string()) : std::string(message);
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

// SPDX-License-Identifier: Apache-2.0
#include "telemetry/scan.hpp"

#include <algorithm>
#include <string>

namespace tocsin::telemetry {
namespace {

constexpr bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/// Behind the string whose opening quote is at `at`.
std::size_t scan_string(std::string_view text, std::size_t at, std::size_t bound) {
  for (++at; at < bound; ++at) {
    if (text[at] == '"') return at + 1;
    if (text[at] == '\\') ++at;
  }
  return text.npos;
}

}  // namespace

std::size_t skip_space(std::string_view text, std::size_t at) {
  while (at < text.size() && is_space(text[at]))
    ++at;
  return at;
}

std::size_t scan_value(std::string_view text, std::size_t at, std::size_t bound) {
  bound = std::min(bound, text.size());
  if (at >= bound) return text.npos;
  if (text[at] == '"') return scan_string(text, at, bound);
  if (text[at] != '{' && text[at] != '[') {
    constexpr std::string_view kEnds = ",]}[{\": \t\r\n";
    const auto end = text.find_first_of(kEnds, at + 1);
    return end < bound ? end : text.npos;
  }
  for (int open = 0; at < bound;) {
    const char c = text[at];
    if (c == '"') {
      at = scan_string(text, at, bound);
      continue;
    }
    ++at;
    if (c == '{' || c == '[') ++open;
    if ((c == '}' || c == ']') && --open == 0) return at;
  }
  return text.npos;
}

std::size_t begins_records(std::string_view text, std::size_t at) {
  for (const std::string_view token : {"{", "\"Records\"", ":", "["}) {
    at = skip_space(text, at);
    if (!text.substr(at).starts_with(token)) return 0;
    at += token.size();
  }
  return at;
}

std::size_t find_object(std::string_view text, std::size_t from, std::string_view name) {
  const std::string quoted = '"' + std::string(name) + '"';
  for (auto at = text.find(quoted, from); at != text.npos; at = text.find(quoted, at + 1)) {
    auto before = at;
    while (before > from && is_space(text[before - 1]))
      --before;
    if (before > from && text[before - 1] == '{') return before - 1;
  }
  return text.npos;
}

}  // namespace tocsin::telemetry

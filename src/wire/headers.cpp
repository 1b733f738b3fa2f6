// SPDX-License-Identifier: Apache-2.0
#include "wire/headers.hpp"

#include <algorithm>

#include "base/glob.hpp"
#include "base/percent.hpp"

namespace tocsin::wire {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

const std::string* find_header(const Headers& headers, std::string_view name) {
  for (const auto& [field, value] : headers) {
    if (field.size() == name.size() && equals_ignore_case(field, name)) return &value;
  }
  return nullptr;
}

std::string_view header(const Headers& headers, std::string_view name) {
  const auto* value = find_header(headers, name);
  return value ? std::string_view(*value) : std::string_view();
}

std::string uri_encode(std::string_view text, Slash slash) {
  return percent_encoded(text, slash == Slash::Keep ? "-._~/" : "-._~");
}

std::string uri_decode(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (true) {
    const auto at = text.find(separator);
    parts.push_back(text.substr(0, at));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + 1);
  }
}

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

Headers query_parameters(std::string_view query) {
  const auto decoded = [](std::string_view part) {
    std::string text(part);
    std::ranges::replace(text, '+', ' ');
    return uri_decode(text);
  };
  Headers out;
  for (const auto part : split(query, '&')) {
    if (part.empty()) continue;
    const auto equals = std::min(part.find('='), part.size());
    const auto value = part.substr(std::min(equals + 1, part.size()));
    out.emplace_back(decoded(part.substr(0, equals)), decoded(value));
  }
  return out;
}

}  // namespace tocsin::wire

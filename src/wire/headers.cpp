// SPDX-License-Identifier: Apache-2.0
#include "wire/headers.hpp"

#include <array>

#include "base/glob.hpp"

namespace tocsin::wire {
namespace {

constexpr std::array<bool, 256> unreserved_bytes() {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                       "0123456789-._~")) {
    table[static_cast<unsigned char>(c)] = true;
  }
  return table;
}
constexpr auto kUnreserved = unreserved_bytes();

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
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  out.reserve(text.size() + 16);
  for (const unsigned char byte : text) {
    if (kUnreserved[byte] || (byte == '/' && slash == Slash::Keep)) {
      out += static_cast<char>(byte);
    } else {
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
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

}  // namespace tocsin::wire

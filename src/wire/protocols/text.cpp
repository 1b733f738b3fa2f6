// SPDX-License-Identifier: Apache-2.0
#include "wire/protocols/text.hpp"

#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "base/crypto.hpp"
#include "base/glob.hpp"
#include "base/time.hpp"

namespace tocsin::wire::detail {
namespace {

using model::TimestampFormat;
using model::Type;

constexpr double kMaxSeconds = 253402300799.0;  // the end of the year 9999

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// The length of the sequence that `lead` begins and the least code point that needs it; 0: none
/// begins so.
std::pair<std::size_t, std::uint32_t> sequence(unsigned char lead) {
  if (lead < 0x80) return {1, 0};
  if (lead >> 5 == 6) return {2, 0x80};
  if (lead >> 4 == 14) return {3, 0x800};
  if (lead >> 3 == 30) return {4, 0x10000};
  return {0, 0};
}

template <class Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number{};
  if (text.starts_with('+')) text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<Document> whole(const model::Shape& shape, std::string_view text) {
  const auto number = parse_number<std::int64_t>(text);
  if (!number) return std::nullopt;
  if (shape.type == Type::Integer && *number != static_cast<std::int32_t>(*number))
    return std::nullopt;
  return Document(*number);
}

std::optional<Document> real(std::string_view text) {
  if (text == "NaN" || text == "Infinity" || text == "-Infinity") {
    return Document(boost::json::string(text));
  }
  const auto number = parse_number<double>(text);
  if (!number || !std::isfinite(*number)) return std::nullopt;
  return Document(*number);
}

std::optional<Document> timestamp(std::string_view text) {
  if (const auto number = parse_number<double>(text)) {
    if (!std::isfinite(*number) || std::abs(*number) > kMaxSeconds) return std::nullopt;
    return Document(*number);
  }
  auto time = parse_iso8601(text);
  if (!time) time = parse_http_date(text);
  if (!time) return std::nullopt;
  return Document(to_seconds(*time));
}

std::string timestamp_text(double seconds, TimestampFormat format, Precision precision) {
  if (!std::isfinite(seconds) || std::abs(seconds) > kMaxSeconds) return fmt::format("{}", seconds);
  const auto time = from_seconds(seconds);
  if (format == TimestampFormat::Rfc822) return http_date(time);
  if (format == TimestampFormat::UnixTimestamp) {
    const auto ms = to_ms(time);
    return ms % 1000 == 0 ? fmt::format("{}", ms / 1000) : fmt::format("{}", seconds);
  }
  return precision == Precision::Seconds ? iso8601(time) : iso8601_ms(time);
}

}  // namespace

bool valid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto [length, least] = sequence(static_cast<unsigned char>(text[i]));
    if (length == 0 || length > text.size() - i) return false;
    std::uint32_t point =
        static_cast<unsigned char>(text[i]) & (length == 1 ? 0x7F : 0x7F >> length);
    for (std::size_t k = 1; k < length; ++k) {
      const auto next = static_cast<unsigned char>(text[i + k]);
      if (next >> 6 != 2) return false;
      point = point << 6 | (next & 0x3F);
    }
    if (point < least || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF)) return false;
    i += length;
  }
  return true;
}

std::optional<std::string> percent_decode(std::string_view text, Plus plus) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus == Plus::Space) {
      out += ' ';
    } else if (text[i] == '%') {
      if (text.size() - i < 3) return std::nullopt;
      const int high = hex_digit(text[i + 1]);
      const int low = hex_digit(text[i + 2]);
      if (high < 0 || low < 0) return std::nullopt;
      out += static_cast<char>(high << 4 | low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  if (!valid_utf8(out)) return std::nullopt;
  return out;
}

std::optional<Pairs> parse_form(std::string_view text) {
  Pairs pairs;
  while (!text.empty()) {
    const auto part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (part.empty()) continue;
    const auto equals = part.find('=');
    auto key = percent_decode(part.substr(0, equals), Plus::Space);
    auto value = percent_decode(
        equals == std::string_view::npos ? std::string_view{} : part.substr(equals + 1),
        Plus::Space);
    if (!key || !value) return std::nullopt;
    pairs.emplace_back(std::move(*key), std::move(*value));
  }
  return pairs;
}

std::optional<Document> scalar_from_text(const model::Shape& shape, std::string_view text) {
  switch (shape.type) {
    case Type::Boolean:
      if (equals_ignore_case(text, "true")) return Document(true);
      if (equals_ignore_case(text, "false")) return Document(false);
      return std::nullopt;
    case Type::Integer:
    case Type::Long:
      return whole(shape, text);
    case Type::Float:
    case Type::Double:
      return real(text);
    case Type::Timestamp:
      return timestamp(text);
    case Type::Blob:
      if (!unbase64(text)) return std::nullopt;
      return Document(boost::json::string(text));
    case Type::String:
      return Document(boost::json::string(text));
    default:
      return std::nullopt;
  }
}

Precision precision_of(const model::Service& service) {
  return service.id == "iam" || service.id == "sts" ? Precision::Seconds : Precision::Milliseconds;
}

std::string scalar_to_text(const model::Member& member, const Document& value,
                           TimestampFormat fallback, Precision precision) {
  if (value.is_string()) return std::string(value.get_string());
  if (value.is_bool()) return value.get_bool() ? "true" : "false";
  if (value.is_number() && member.shape->type == Type::Timestamp) {
    const bool named = member.timestamp_format != TimestampFormat::Default;
    return timestamp_text(value.to_number<double>(), named ? member.timestamp_format : fallback,
                          precision);
  }
  if (value.is_int64()) return fmt::format("{}", value.get_int64());
  if (value.is_uint64()) return fmt::format("{}", value.get_uint64());
  if (value.is_double()) return fmt::format("{}", value.get_double());
  return value.is_null() ? std::string() : to_json(value);
}

}  // namespace tocsin::wire::detail

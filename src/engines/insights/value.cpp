// SPDX-License-Identifier: Apache-2.0
#include "engines/insights/value.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

#include "base/time.hpp"

namespace tocsin::insights {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// At most four decimals, and none that say nothing.
std::string number_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "Infinity" : "-Infinity";
  if (std::floor(number) == number && std::abs(number) < 1e15)
    return fmt::format("{}", static_cast<std::int64_t>(number));
  if (std::abs(number) >= 1e15) return fmt::format("{}", number);
  auto text = fmt::format("{:.4f}", number);
  while (text.ends_with('0'))
    text.pop_back();
  if (text.ends_with('.')) text.pop_back();
  return text == "-0" ? "0" : text;
}

std::string time_text(double ms) {
  const auto whole = static_cast<std::int64_t>(std::clamp(ms, -6e13, 2.5e14));
  auto text = iso8601_ms(from_ms(whole));  // 2026-11-24T04:11:25.123Z
  text.pop_back();
  std::ranges::replace(text, 'T', ' ');
  return text;
}

int sign(int value) {
  return value < 0 ? -1 : value > 0;
}
int order(double left, double right) {
  return left < right ? -1 : left > right;
}

std::string_view digits(std::string_view text) {
  const auto end = std::ranges::find_if_not(text, is_digit);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

/// Runs of digits by their length, then their value; all else by its bytes.
int natural_order(std::string_view left, std::string_view right) {
  while (!left.empty() && !right.empty()) {
    const auto a = digits(left), b = digits(right);
    if (!a.empty() && !b.empty()) {
      if (a.size() != b.size()) return a.size() < b.size() ? -1 : 1;
      if (const int by = a.compare(b)) return sign(by);
      left.remove_prefix(a.size());
      right.remove_prefix(b.size());
      continue;
    }
    if (left[0] != right[0])
      return static_cast<unsigned char>(left[0]) < static_cast<unsigned char>(right[0]) ? -1 : 1;
    left.remove_prefix(1);
    right.remove_prefix(1);
  }
  return static_cast<int>(!left.empty()) - static_cast<int>(!right.empty());
}

/// A moment that a text names, where it is compared with one.
std::optional<double> number_beside(const Value& value, const Value& other) {
  if (auto number = number_of(value)) return number;
  if (other.kind != Value::Kind::Time || !value.is_text()) return std::nullopt;
  const auto time = parse_iso8601(value.text);
  return time ? std::optional(static_cast<double>(to_ms(*time))) : std::nullopt;
}

}  // namespace

char* Arena::take(std::size_t size) {
  if (used_ + size > room_ || chunks_.empty()) {
    room_ = std::max(kChunk, size);
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(room_));
    used_ = 0;
  }
  auto* out = chunks_.back().get() + used_;
  used_ += size;
  return out;
}

void Arena::reset() {
  used_ = 0;
  if (chunks_.size() > 1 || room_ > kChunk) {
    chunks_.clear();
    room_ = 0;
  }
}

std::optional<double> number_in(std::string_view text) {
  if (text.empty() || !(is_digit(text[0]) || text[0] == '-' || text[0] == '.' || text[0] == '+'))
    return std::nullopt;
  if (text[0] == '+') text.remove_prefix(1);
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<double> number_of(const Value& value) {
  if (value.kind == Value::Kind::Null || value.kind == Value::Kind::Json) return std::nullopt;
  return value.kind == Value::Kind::Text ? number_in(value.text) : std::optional(value.number);
}

bool truth(const Value& value) {
  if (value.is_text()) return value.text == "true" || number_in(value.text).value_or(0) != 0;
  return !value.null() && value.number != 0;
}

std::string shown(const Value& value) {
  switch (value.kind) {
    case Value::Kind::Null:
      return {};
    case Value::Kind::Boolean:
      return value.number != 0 ? "1" : "0";
    case Value::Kind::Number:
      return number_text(value.number);
    case Value::Kind::Time:
      return time_text(value.number);
    default:
      return std::string(value.text);
  }
}

std::string_view shown(const Value& value, Arena& arena) {
  return value.is_text() || value.null() ? value.text : arena.keep(shown(value));
}

bool equal(const Value& left, const Value& right) {
  if (left.null() || right.null()) return false;
  if (left.is_text() && right.is_text() && left.text == right.text) return true;
  const auto a = number_beside(left, right);
  if (const auto b = a ? number_beside(right, left) : std::nullopt) return *a == *b;
  const auto spelled = [](const Value& value, const Value& text) {
    return value.kind == Value::Kind::Boolean && text.is_text() &&
           text.text == (value.number != 0 ? "true" : "false");
  };
  return spelled(left, right) || spelled(right, left);
}

std::optional<int> compare(const Value& left, const Value& right) {
  if (left.null() || right.null()) return std::nullopt;
  const auto a = number_beside(left, right), b = number_beside(right, left);
  if (a && b) return order(*a, *b);
  if (left.is_text() && right.is_text()) return sign(left.text.compare(right.text));
  return sign(shown(left).compare(shown(right)));
}

int sort_order(const Value& left, const Value& right) {
  const auto a = number_of(left), b = number_of(right);
  const auto rank = [](const Value& value, const std::optional<double>& number) {
    return value.null() ? 0 : number ? 2 : 1;
  };
  const auto left_rank = rank(left, a), right_rank = rank(right, b);
  if (left_rank != right_rank) return left_rank < right_rank ? -1 : 1;
  if (left_rank == 0) return 0;
  return left_rank == 2 ? order(*a, *b) : natural_order(left.text, right.text);
}

}  // namespace tocsin::insights

// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/number.hpp"

#include <bit>
#include <cmath>

#include "engines/pattern/hash.hpp"

namespace tocsin::pattern {
namespace {

constexpr int kExactDigits = 15;  // any decimal of so many digits survives a double
constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                   1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                   1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Eight at a time: a digit's upper half is 3, and stays 3 when 6 is added.
const char* behind_digits(const char* at, const char* end) {
  for (; end - at >= 8; at += 8) {
    const auto eight = detail::load8(at);
    constexpr std::uint64_t kHalves = 0xf0f0f0f0f0f0f0f0;
    constexpr std::uint64_t kThrees = 0x3030303030303030;
    if ((eight & kHalves) != kThrees) break;
    if (((eight + 0x0606060606060606) & kHalves) != kThrees) break;
  }
  while (at != end && is_digit(*at))
    ++at;
  return at;
}

/// A JSON number taken apart: sign, significant digits (no zeros at either end) and the power of
/// ten of the last of them. Equal numbers of at most 19 digits are equal field by field.
struct Decimal {
  bool valid = false;
  bool negative = false;
  std::uint64_t digits = 0;  // the first 19
  int count = 0;             // of significant digits
  int exponent = 0;

  bool operator==(const Decimal&) const = default;
};

class Scanner {
 public:
  explicit Scanner(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  Decimal scan() {
    if (at_ != end_ && *at_ == '-') {
      out_.negative = true;
      ++at_;
    }
    if (at_ == end_ || !is_digit(*at_)) return {};
    const bool zero = *at_ == '0';
    const int whole = digits(0);
    if (zero && whole > 1) return {};
    if (at_ != end_ && *at_ == '.') {
      ++at_;
      if (digits(-1) == 0) return {};
    }
    if (at_ != end_ && (*at_ | 32) == 'e' && !power()) return {};
    out_.valid = at_ == end_;
    out_.exponent += zeros_;
    return out_;
  }

 private:
  int digits(int step) {
    int seen = 0;
    for (; at_ != end_ && is_digit(*at_); ++at_, ++seen) {
      out_.exponent += step;
      if (*at_ == '0') {
        zeros_ += out_.count > 0;  // significant only if another digit follows
        continue;
      }
      for (; zeros_ > 0; --zeros_)
        append(0);
      append(static_cast<unsigned>(*at_ - '0'));
    }
    return seen;
  }

  void append(unsigned digit) {
    if (++out_.count <= 19) out_.digits = out_.digits * 10 + digit;
  }

  bool power() {
    ++at_;
    bool negative = false;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) negative = *at_++ == '-';
    if (at_ == end_ || !is_digit(*at_)) return false;
    int value = 0;
    for (; at_ != end_ && is_digit(*at_); ++at_)
      value = std::min(value * 10 + (*at_ - '0'), 100000);
    out_.exponent += negative ? -value : value;
    return true;
  }

  const char* at_;
  const char* end_;
  int zeros_ = 0;
  Decimal out_;
};

/// The shortest decimal of a double, and whether it is what was written.
class Shortest {
 public:
  explicit Shortest(double value) : end_(std::to_chars(text_, text_ + sizeof text_, value).ptr) {}
  std::string_view text() const { return {text_, static_cast<std::size_t>(end_ - text_)}; }

 private:
  char text_[64];
  char* end_;
};

std::optional<double> read_double(std::string_view text) {
  double value = 0;
  const auto last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, value);
  if (error != std::errc{} || end != last || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<NumberKey> parse_exactly(std::string_view text, const Decimal& written) {
  const auto value = read_double(text);
  if (!value || Scanner(Shortest(*value).text()).scan() != written) return std::nullopt;
  return number_key(*value);
}

/// Of a text too long for kExactDigits that is itself a shortest decimal, as most writers of JSON
/// print: one look, without taking it apart.
std::optional<NumberKey> parse_shortest(std::string_view text) {
  const auto value = read_double(text);
  if (!value || Shortest(*value).text() != text) return std::nullopt;
  return number_key(*value);
}

}  // namespace

NumberKey number_key(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);  // -0 becomes 0
  return bits >> 63 ? ~bits : bits | std::uint64_t{1} << 63;
}

std::optional<NumberKey> parse_number(std::string_view text) {
  if (text.size() > kExactDigits + 1) {
    if (const auto key = parse_shortest(text)) return key;
  }
  const Decimal decimal = Scanner(text).scan();
  if (!decimal.valid) return std::nullopt;
  if (decimal.count == 0) return number_key(0);
  if (decimal.count > kExactDigits || std::abs(decimal.exponent) > 22) {
    return parse_exactly(text, decimal);
  }
  const auto digits = static_cast<double>(decimal.digits);
  const double value = decimal.exponent < 0 ? digits / kPowersOfTen[-decimal.exponent]
                                            : digits * kPowersOfTen[decimal.exponent];
  return number_key(decimal.negative ? -value : value);
}

bool is_json_number(std::string_view text) {
  const char* at = text.data();
  const char* const end = at + text.size();
  if (at != end && *at == '-') ++at;
  const char* const whole = at;
  at = behind_digits(at, end);
  if (at == whole || (*whole == '0' && at != whole + 1)) return false;
  if (at != end && *at == '.') {
    const char* const fraction = ++at;
    at = behind_digits(at, end);
    if (at == fraction) return false;
  }
  if (at != end && (*at | 32) == 'e') {
    if (++at != end && (*at == '+' || *at == '-')) ++at;
    const char* const power = at;
    at = behind_digits(at, end);
    if (at == power) return false;
  }
  return at == end;
}

}  // namespace tocsin::pattern

// SPDX-License-Identifier: Apache-2.0
#include <charconv>
#include <cmath>

#include "engines/jsonata/error.hpp"
#include "engines/jsonata/evaluator.hpp"
#include "engines/jsonata/format.hpp"
#include "engines/jsonata/functions.hpp"

namespace tocsin::jsonata {
namespace {

/// value × 10^places by its decimal digits, without the error of a multiplication.
double shifted(double value, int places) {
  const auto text = number_text(value);
  const auto e = text.find('e');
  const int exponent = e == text.npos ? 0 : std::stoi(text.substr(e + 1));
  return std::strtod((text.substr(0, e) + "e" + std::to_string(exponent + places)).c_str(),
                     nullptr);
}

std::optional<double> read_radix(std::string_view text) {
  if (text.size() < 3 || text[0] != '0') return std::nullopt;
  const char kind = static_cast<char>(text[1] | 32);
  const int radix = kind == 'x' ? 16 : kind == 'o' ? 8 : kind == 'b' ? 2 : 0;
  if (!radix) return std::nullopt;
  unsigned long long value = 0;
  const auto read = std::from_chars(text.data() + 2, text.data() + text.size(), value, radix);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return static_cast<double>(value);
}

/// -?digits(.digits)?(e±digits)?
std::optional<double> read_decimal(std::string_view text) {
  const auto digits = text.starts_with('-') ? text.substr(1) : text;
  if (digits.empty() || !isdigit(digits[0]) || digits.back() == '.' || text.contains(".e") ||
      text.contains(".E"))
    return std::nullopt;
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

template <class Fold>
Value folded(Arguments& arguments, Fold fold) {
  const auto items = items_of(arguments[0]);
  if (arguments[0].undefined() || items.empty()) return {};
  double result = items[0].number();
  for (const auto& item : items.subspan(1))
    result = fold(result, item.number());
  return result;
}

template <class Change>
Value changed(Arguments& arguments, Change change) {
  if (arguments[0].undefined()) return {};
  return change(arguments[0].number());
}

}  // namespace

double rounded(double value, int places) {
  if (places) value = shifted(value, places);
  double result = std::floor(value + 0.5);
  if (std::abs(result - value) == 0.5 && std::abs(std::fmod(result, 2)) == 1) result -= 1;
  if (places) result = shifted(result, -places);
  return result == 0 ? 0 : result;
}

Value function_sum(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  double sum = 0;
  for (const auto& item : items_of(arguments[0]))
    sum += item.number();
  return sum;
}

Value function_max(Arguments& arguments) {
  return folded(arguments, [](double a, double b) { return std::max(a, b); });
}

Value function_min(Arguments& arguments) {
  return folded(arguments, [](double a, double b) { return std::min(a, b); });
}

Value function_average(Arguments& arguments) {
  const auto count = static_cast<double>(items_of(arguments[0]).size());
  const auto sum = folded(arguments, [](double a, double b) { return a + b; });
  return sum.undefined() ? sum : Value(sum.number() / count);
}

Value function_number(Arguments& arguments) {
  const auto& value = arguments[0];
  if (value.undefined() || value.is_number()) return value;
  if (value.is_bool()) return value.boolean() ? 1 : 0;
  const auto& text = value.string();
  auto number = read_decimal(text);
  if (!number) number = read_radix(text);
  if (!number) raise("D3030", 0, "", shown(value));
  return *number;
}

Value function_abs(Arguments& arguments) {
  return changed(arguments, [](double value) { return Value(std::abs(value)); });
}
Value function_floor(Arguments& arguments) {
  return changed(arguments, [](double value) { return Value(std::floor(value)); });
}
Value function_ceil(Arguments& arguments) {
  return changed(arguments, [](double value) { return Value(std::ceil(value)); });
}

Value function_round(Arguments& arguments) {
  const int places = arguments[1].is_number() ? static_cast<int>(arguments[1].number()) : 0;
  return changed(arguments, [&](double value) { return Value(rounded(value, places)); });
}

Value function_sqrt(Arguments& arguments) {
  return changed(arguments, [](double value) {
    if (value < 0) raise("D3060", 0, "", number_text(value));
    return Value(std::sqrt(value));
  });
}

Value function_power(Arguments& arguments) {
  return changed(arguments, [&](double base) {
    const double exponent = arguments[1].number();
    const double result = std::pow(base, exponent);
    if (!std::isfinite(result)) raise("D3061", 0, "", number_text(base), number_text(exponent));
    return Value(result);
  });
}

Value function_random(Arguments& arguments) {
  const auto& random = arguments.evaluator.options().random;
  if (!random) raise("D3137", 0, "", "$random() is not available here");
  return random();
}

Value function_format_base(Arguments& arguments) {
  return changed(arguments, [&](double given) {
    const double radix = arguments[1].is_number() ? rounded(arguments[1].number(), 0) : 10;
    if (radix < 2 || radix > 36) raise("D3100", 0, "", number_text(radix));
    auto rest = std::abs(rounded(given, 0));
    std::string digits;
    do {
      digits += "0123456789abcdefghijklmnopqrstuvwxyz"[static_cast<int>(std::fmod(rest, radix))];
      rest = std::floor(rest / radix);
    } while (rest > 0);
    if (given < 0 && digits != "0") digits += '-';
    return Value(std::string(digits.rbegin(), digits.rend()));
  });
}

Value function_format_number(Arguments& arguments) {
  return changed(arguments, [&](double value) {
    return Value(format_number(value, arguments[1].string(), arguments[2]));
  });
}

Value function_format_integer(Arguments& arguments) {
  return changed(arguments, [&](double value) {
    return Value(format_integer(std::floor(value), arguments[1].string()));
  });
}

Value function_parse_integer(Arguments& arguments) {
  if (arguments[0].undefined()) return {};
  return parse_integer(arguments[0].string(), arguments[1].string());
}

}  // namespace tocsin::jsonata

// SPDX-License-Identifier: Apache-2.0
#include "engines/logfilter/pattern.hpp"

#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace tocsin::logfilter {

Failure invalid_pattern() {
  return fail("InvalidParameterException", "Invalid filter pattern");
}

Result<Filter> parse(std::string_view pattern) {
  Reader reader(pattern);
  reader.skip_space();
  const auto parse = reader.peek() == '{'   ? parse_json_pattern
                     : reader.peek() == '[' ? parse_fields
                                            : parse_terms;
  return Filter(TRY(parse(reader.rest())));
}

bool Filter::matches(std::string_view message) const {
  return pattern_->matches(message);
}
std::map<std::string, std::string> Filter::extract(std::string_view message) const {
  return pattern_->extract(message);
}
bool Filter::everything() const {
  return pattern_->everything;
}
const Hint& Filter::hint() const {
  return pattern_->hint;
}
int Filter::regexes() const {
  return pattern_->regexes;
}

// --- comparing ---------------------------------------------------------------------------------

std::optional<double> number_in(std::string_view text) {
  const bool sign = text.starts_with('+');
  if (sign) text.remove_prefix(1);
  if (text.empty() || !(std::isdigit(static_cast<unsigned char>(text[0])) || text[0] == '.' ||
                        (text[0] == '-' && !sign)))
    return std::nullopt;
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    return std::nullopt;
  return value;
}

Operand Operand::of_text(std::string_view text, bool quoted) {
  Operand out;
  if (!quoted) out.number = number_in(text);
  out.any_before = text.starts_with('*');
  if (out.any_before) text.remove_prefix(1);
  out.any_behind = text.ends_with('*') || (text.empty() && out.any_before);
  if (text.ends_with('*')) text.remove_suffix(1);
  out.text = text;
  return out;
}

bool Operand::equals(std::string_view value) const {
  if (regex) return regex->search(value);
  if (any_before && any_behind) return value.find(text) != std::string_view::npos;
  if (any_before) return value.ends_with(text);
  return any_behind ? value.starts_with(text) : value == text;
}

bool Comparison::holds(double value) const {
  const double wanted = operand.number.value_or(std::nan(""));
  switch (op) {
    case Operator::Equal:
      return value == wanted;
    case Operator::NotEqual:
      return value != wanted;
    case Operator::Less:
      return value < wanted;
    case Operator::LessOrEqual:
      return value <= wanted;
    case Operator::Greater:
      return value > wanted;
    case Operator::GreaterOrEqual:
      return value >= wanted;
  }
  return false;
}

bool Comparison::holds(std::string_view value) const {
  if (operand.number) {
    if (const auto number = number_in(value)) return holds(*number);
  }
  if (op == Operator::Equal) return operand.equals(value);
  return op == Operator::NotEqual && !operand.equals(value);
}

// --- reading -----------------------------------------------------------------------------------

bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}
bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

void Reader::skip_space() {
  run(is_space);
}
bool Reader::take_space() {
  return !run(is_space).empty();
}

bool Reader::take(std::string_view token) {
  if (!rest().starts_with(token)) return false;
  at_ += token.size();
  return true;
}

std::optional<Operator> Reader::comparison() {
  if (take("!=")) return Operator::NotEqual;
  if (take("<=")) return Operator::LessOrEqual;
  if (take(">=")) return Operator::GreaterOrEqual;
  if (take("<")) return Operator::Less;
  if (take(">")) return Operator::Greater;
  if (take("=")) return Operator::Equal;
  return std::nullopt;
}

Result<std::string> Reader::quoted() {
  std::string out;
  next();
  while (!done()) {
    char c = next();
    if (c == '"') return out;
    if (c == '\\' && (peek() == '"' || peek() == '\\')) c = next();
    out += c;
  }
  return invalid_pattern();
}

Result<Operand> Reader::regex() {
  next();
  std::string expression;
  while (!done()) {
    const char c = next();
    if (c == '%') {
      Operand out;
      out.regex = std::make_shared<const Regex>(TRY(Regex::compile(expression)));
      return out;
    }
    expression += c;
    if (c == '\\' && !done()) expression += next();
  }
  return invalid_pattern();
}

Result<Operand> Reader::operand(std::string_view ends) {
  if (peek() == '"') return Operand::of_text(TRY(quoted()), true);
  if (peek() == '%') return regex();
  const auto text = run([&](char c) {
    return !is_space(c) && c != '&' && c != '|' && c != '"' &&
           ends.find(c) == std::string_view::npos;
  });
  if (text.empty()) return invalid_pattern();
  return Operand::of_text(text, false);
}

}  // namespace tocsin::logfilter

// SPDX-License-Identifier: Apache-2.0
#include "engines/jsonata/lexer.hpp"

#include <charconv>
#include <cmath>

#include "engines/jsonata/error.hpp"
#include "engines/jsonata/text.hpp"

namespace tocsin::jsonata {
namespace {

constexpr std::string_view kSpace = " \t\n\r\v";
constexpr std::string_view kPairs[] = {"..", ":=", "!=", ">=", "<=", "**", "~>", "?:", "??"};
constexpr std::string_view kSingles = ".[]{}(),@#;:?+-*/%|=<>^&!~";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

}  // namespace

Token Lexer::made(Token::Type type, std::string text) {
  return {.type = type, .text = std::move(text), .position = at_};
}

Token Lexer::literal(Value value) {
  return {.type = Token::Type::Literal, .value = std::move(value), .position = at_};
}

void Lexer::skip_space() {
  while (true) {
    at_ = std::min(source_.find_first_not_of(kSpace, at_), source_.size());
    if (source_.substr(at_, 2) != "/*") return;
    const auto end = source_.find("*/", at_ + 2);
    if (end == source_.npos) raise("S0106", at_);
    at_ = end + 2;
  }
}

std::string_view Lexer::operator_here() const {
  for (const auto pair : kPairs) {
    if (source_.substr(at_, 2) == pair) return pair;
  }
  return kSingles.contains(source_[at_]) ? source_.substr(at_, 1) : std::string_view();
}

Token Lexer::next(bool infix) {
  skip_space();
  if (at_ >= source_.size()) return made(Token::Type::End, "(end)");
  const char c = source_[at_];
  if (!infix && c == '/') return regex();
  if (const auto found = operator_here(); !found.empty()) {
    at_ += found.size();
    return made(Token::Type::Operator, std::string(found));
  }
  if (c == '"' || c == '\'') return string_literal(c);
  if (is_digit(c)) return number_literal();
  if (c == '`') {
    const auto end = source_.find('`', at_ + 1);
    if (end == source_.npos) raise("S0105", source_.size());
    auto text = std::string(source_.substr(at_ + 1, end - at_ - 1));
    at_ = end + 1;
    return made(Token::Type::Name, std::move(text));
  }
  return name();
}

Token Lexer::string_literal(char quote) {
  std::string text;
  for (++at_; at_ < source_.size();) {
    const char c = source_[at_++];
    if (c == quote) return literal(std::move(text));
    if (c == '\\')
      escape(text);
    else
      text += c;
  }
  raise("S0101", at_);
}

void Lexer::escape(std::string& out) {
  constexpr std::string_view kNames = "\"'\\/bfnrt", kMeant = "\"'\\/\b\f\n\r\t";
  if (at_ >= source_.size()) raise("S0101", at_);
  const char c = source_[at_++];
  if (const auto known = kNames.find(c); known != kNames.npos && c != '\'') {
    out += kMeant[known];
    return;
  }
  if (c != 'u') raise("S0103", at_, std::string(1, c));
  auto unit = hex_unit(source_, at_);
  if (!unit) raise("S0104", at_);
  at_ += 4;
  if (*unit >= 0xd800 && *unit < 0xdc00 && source_.substr(at_, 2) == "\\u") {
    const auto low = hex_unit(source_, at_ + 2);
    if (low && *low >= 0xdc00 && *low < 0xe000) {
      *unit = 0x10000 + ((*unit - 0xd800) << 10) + (*low - 0xdc00);
      at_ += 6;
    }
  }
  append_utf8(out, *unit);
}

Token Lexer::number_literal() {
  const auto digits = [&](std::size_t at) {
    while (at < source_.size() && is_digit(source_[at]))
      ++at;
    return at;
  };
  auto end = source_[at_] == '0' ? at_ + 1 : digits(at_);
  if (end + 1 < source_.size() && source_[end] == '.' && is_digit(source_[end + 1]))
    end = digits(end + 1);
  if (end < source_.size() && (source_[end] | 32) == 'e') {
    auto power = end + 1;
    if (power < source_.size() && (source_[power] == '+' || source_[power] == '-')) ++power;
    if (power < source_.size() && is_digit(source_[power])) end = digits(power);
  }
  const auto text = source_.substr(at_, end - at_);
  at_ = end;
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || !std::isfinite(value)) raise("S0102", at_, std::string(text));
  return literal(value);
}

Token Lexer::regex() {
  const auto start = ++at_;
  int depth = 0;
  for (; at_ < source_.size(); ++at_) {
    const char c = source_[at_];
    const bool escaped = source_[at_ - 1] == '\\' && (at_ < 2 || source_[at_ - 2] != '\\');
    if (c == '/' && !escaped && depth == 0) break;
    if (!escaped && (c == '(' || c == '[' || c == '{')) ++depth;
    if (!escaped && (c == ')' || c == ']' || c == '}')) --depth;
  }
  if (at_ >= source_.size()) raise("S0302", at_);
  if (at_ == start) raise("S0301", at_);
  auto pattern = std::string(source_.substr(start, at_ - start));
  const auto flags = ++at_;
  while (at_ < source_.size() && (source_[at_] == 'i' || source_[at_] == 'm'))
    ++at_;
  auto token = made(Token::Type::Regex, std::move(pattern));
  token.flags = std::string(source_.substr(flags, at_ - flags));
  return token;
}

Token Lexer::name() {
  const auto start = at_;
  while (at_ < source_.size() && !kSpace.contains(source_[at_]) && operator_here().empty())
    ++at_;
  auto text = std::string(source_.substr(start, at_ - start));
  if (text.starts_with('$')) return made(Token::Type::Variable, text.substr(1));
  if (text == "or" || text == "in" || text == "and")
    return made(Token::Type::Operator, std::move(text));
  if (text == "true" || text == "false") return literal(text == "true");
  if (text == "null") return literal(nullptr);
  return made(Token::Type::Name, std::move(text));
}

}  // namespace tocsin::jsonata

// SPDX-License-Identifier: Apache-2.0
#include "engines/insights/tokens.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tocsin::insights {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@' || c == '$' ||
         static_cast<unsigned char>(c) >= 128;
}
bool is_part(char c) {
  return is_letter(c) || is_digit(c);
}
bool is_space(char c) {
  return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

}  // namespace

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return out;
}

bool Token::word(std::string_view wanted) const {
  return kind == Kind::Name && !quoted && text.size() == wanted.size() && lower(text) == wanted;
}

Token Tokens::next() {
  auto token = std::move(token_);
  end_ = token.span.end;
  token_ = read();
  return token;
}

bool Tokens::take(std::string_view symbol) {
  if (!token_.symbol(symbol)) return false;
  next();
  return true;
}

bool Tokens::take_word(std::string_view word) {
  if (!token_.word(word)) return false;
  next();
  return true;
}

Failure Tokens::unexpected() const {
  return insights::unexpected(text_, token_.span);
}

/// White space, and comments from # to the end of the line.
void Tokens::skip() {
  while (at_ < text_.size() && (is_space(text_[at_]) || text_[at_] == '#')) {
    if (text_[at_] == '#')
      at_ = std::min(text_.find('\n', at_), text_.size());
    else
      ++at_;
  }
}

Token Tokens::read() {
  skip();
  if (at_ == text_.size()) return {.kind = Token::Kind::End, .span = {at_, at_}};
  const auto c = text_[at_];
  if (c == '"' || c == '\'') return read_text(c);
  if (is_digit(c) || (c == '.' && at_ + 1 < text_.size() && is_digit(text_[at_ + 1])))
    return read_number();
  if (is_letter(c) || c == '`') return read_name();
  return read_symbol();
}

/// A backslash keeps its meaning before a quote or another backslash only.
Token Tokens::read_text(char quote) {
  Token token{.kind = Token::Kind::Text, .span = {at_, at_}};
  for (++at_; at_ < text_.size() && text_[at_] != quote; ++at_) {
    if (text_[at_] == '\\' && at_ + 1 < text_.size() &&
        (text_[at_ + 1] == quote || text_[at_ + 1] == '\\'))
      ++at_;
    token.text += text_[at_];
  }
  if (at_ == text_.size())
    token.kind = Token::Kind::Bad;
  else
    ++at_;
  token.span.end = at_;
  return token;
}

/// "12", "1.5e3", or a period: "5m".
Token Tokens::read_number() {
  Token token{.kind = Token::Kind::Number, .span = {at_, at_}};
  const auto* begin = text_.data() + at_;
  const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), token.number);
  if (error != std::errc()) token.kind = Token::Kind::Bad;
  at_ += std::max<std::size_t>(1, static_cast<std::size_t>(end - begin));
  if (at_ < text_.size() && is_letter(text_[at_])) {
    token.kind = Token::Kind::Period;
    while (at_ < text_.size() && is_part(text_[at_]))
      token.text += text_[at_++];
  }
  token.span.end = at_;
  return token;
}

/// Parts with dots between them; a part may stand in backticks, an index in brackets.
Token Tokens::read_name() {
  Token token{.kind = Token::Kind::Name, .span = {at_, at_}};
  for (bool more = true; more;) {
    std::string part;
    if (at_ < text_.size() && text_[at_] == '`') {
      const auto close = text_.find('`', at_ + 1);
      if (close == std::string_view::npos) {
        token.kind = Token::Kind::Bad;
        at_ = text_.size();
        break;
      }
      part = text_.substr(at_ + 1, close - at_ - 1);
      token.quoted = true;
      at_ = close + 1;
    } else {
      while (at_ < text_.size() && is_part(text_[at_]))
        part += text_[at_++];
    }
    token.path.push_back(std::move(part));
    while (at_ + 2 < text_.size() && text_[at_] == '[' && is_digit(text_[at_ + 1])) {
      const auto close = text_.find_first_not_of("0123456789", at_ + 1);
      if (close == std::string_view::npos || text_[close] != ']' || lower(token.path[0]) == "in")
        break;
      token.path.emplace_back(text_.substr(at_ + 1, close - at_ - 1));
      at_ = close + 1;
    }
    more = at_ + 1 < text_.size() && text_[at_] == '.' &&
           (is_part(text_[at_ + 1]) || text_[at_ + 1] == '`');
    if (more) ++at_;
  }
  token.span.end = at_;
  token.text = fmt::format("{}", fmt::join(token.path, "."));
  return token;
}

Token Tokens::read_symbol() {
  Token token{.kind = Token::Kind::Symbol, .span = {at_, at_ + 1}};
  const auto two = text_.substr(at_, 2);
  if (two == "!=" || two == "<=" || two == ">=" || two == "=~" || two == "==" || two == "<>")
    token.span.end = at_ + 2;
  token.text = text_.substr(at_, token.span.end - at_);
  if (token.text.size() == 1 &&
      std::string_view("|,()[]=<>+-*/%^").find(token.text[0]) == std::string_view::npos)
    token.kind = Token::Kind::Bad;
  at_ = token.span.end;
  return token;
}

Result<Expression> Tokens::regex() {
  if (!token_.symbol("/")) return unexpected();
  Expression out{.kind = Expression::Kind::Regex, .span = token_.span};
  auto at = token_.span.end;
  for (; at < text_.size() && text_[at] != '/'; ++at) {
    if (text_[at] == '\\' && at + 1 < text_.size()) {
      if (text_[at + 1] != '/') out.text += '\\';
      ++at;
    }
    out.text += text_[at];
  }
  if (at == text_.size()) return malformed({out.span.begin, at}, "unclosed regular expression");
  at_ = end_ = out.span.end = at + 1;
  token_ = read();
  return out;
}

}  // namespace tocsin::insights

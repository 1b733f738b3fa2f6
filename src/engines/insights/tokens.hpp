// SPDX-License-Identifier: Apache-2.0
// The words of a query, read one at a time: what a / begins depends on where it stands.
#pragma once

#include "engines/insights/syntax.hpp"

namespace tocsin::insights {

struct Token {
  enum class Kind { End, Name, Text, Number, Period, Symbol, Bad };
  Kind kind = Kind::End;
  Span span;
  std::string text;               // a symbol or word as written; what a quoted text means
  std::vector<std::string> path;  // of a name
  double number = 0;

  bool symbol(std::string_view wanted) const { return kind == Kind::Symbol && text == wanted; }
  /// A bare word, in any case.
  bool word(std::string_view wanted) const;
  bool quoted = false;  // a name in backticks is never a keyword
};

class Tokens {
 public:
  explicit Tokens(std::string_view text) : text_(text) { token_ = read(); }

  const Token& peek() const { return token_; }
  Token next();
  bool take(std::string_view symbol);
  bool take_word(std::string_view word);
  /// Where the next token is the / of a regular expression: that, as an expression.
  Result<Expression> regex();
  Failure unexpected() const;

  std::string_view text() const { return text_; }
  std::size_t end() const { return end_; }  // of the last token taken

 private:
  Token read();
  void skip();
  Token read_text(char quote);
  Token read_number();
  Token read_name();
  Token read_symbol();

  std::string_view text_;
  std::size_t at_ = 0, end_ = 0;
  Token token_;
};

std::string lower(std::string_view text);

}  // namespace tocsin::insights

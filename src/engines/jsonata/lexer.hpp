// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "engines/jsonata/value.hpp"

namespace tocsin::jsonata {

struct Token {
  enum class Type : std::uint8_t { End, Operator, Name, Variable, Literal, Regex };
  Type type = Type::End;
  std::string text;          // of an operator, name, variable (without $) or regex
  std::string flags;         // of a regex
  Value value;               // of a literal
  std::size_t position = 0;  // behind it

  bool is(std::string_view symbol) const { return type == Type::Operator && text == symbol; }
};

class Lexer {
 public:
  explicit Lexer(std::string_view source) : source_(source) {}

  /// `infix`: an operand came before, so that a slash divides. Throws Problem.
  Token next(bool infix);

 private:
  void skip_space();
  Token made(Token::Type type, std::string text);
  Token literal(Value value);
  Token string_literal(char quote);
  void escape(std::string& out);
  Token number_literal();
  Token regex();
  Token name();
  std::string_view operator_here() const;

  std::string_view source_;
  std::size_t at_ = 0;
};

}  // namespace tocsin::jsonata

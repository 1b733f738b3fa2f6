// SPDX-License-Identifier: Apache-2.0
// A pull reader of JSON that stands where Jackson's ReaderBasedJsonParser (2.x) would stand after
// each token, and fails in its words: AWS's messages on patterns quote its positions. In particular
// a string value is read only when its text is asked for, and a member's name takes the first token
// of its value along. Throws JsonProblem; the compiler catches it within this room.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::pattern {

/// What went wrong, as Jackson's exceptions say it: with "\n at [Source: …; line: L, column: C]".
struct JsonProblem {
  std::string message;
};

enum class Token : std::uint8_t {
  End,
  StartObject,
  EndObject,
  StartArray,
  EndArray,
  Name,
  String,
  Integer,
  Float,
  True,
  False,
  Null
};

class JsonReader {
 public:
  explicit JsonReader(std::string_view source) : source_(source) {}

  Token next();
  Token current() const { return current_; }
  /// The text of the current token: a name, a string without escapes, a literal as written.
  const std::string& text();
  /// The name of the member that is being read.
  const std::string& name() const { return name_; }

  /// Throws `message` with the present position.
  [[noreturn]] void problem(std::string_view message) const;

 private:
  struct Scope {
    char close;  // '}' or ']', 0 for the document
    std::size_t start;
    int entries = 0;
  };

  bool skip_space();
  [[noreturn]] void unexpected(char c, std::string_view hint) const;
  [[noreturn]] void unexpected_end(std::string_view what) const;
  std::string location(std::size_t at) const;
  Token close(char c);
  void expect_comma();
  void read_name();
  void skip_colon();
  Token start_value();
  Token enter(Token token);
  Token read_literal(std::string_view literal, Token token);
  Token read_number(std::size_t start);
  void read_digits(std::string_view problem);
  [[noreturn]] void unrecognized(std::size_t start);
  void finish_string();
  void read_escape();
  std::uint32_t read_hex4();

  std::string_view source_;
  std::size_t at_ = 0;
  std::size_t token_start_ = 0;
  std::vector<Scope> scopes_ = {{0, 0}};
  Token current_ = Token::End;
  Token pending_ = Token::End;  // the value that was read along with its name
  bool string_open_ = false;
  std::string text_;
  std::string name_;
};

}  // namespace tocsin::pattern

// SPDX-License-Identifier: Apache-2.0
// The text of a rules file and a place in it.
#pragma once

#include <string>
#include <string_view>

#include "engines/guard/ast.hpp"

namespace tocsin::guard {

/// Thrown within this room only: what the parser was at when it could not go on.
struct ParseProblem {
  std::string context;
  std::size_t at = 0;
};

class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  std::size_t at() const { return at_; }
  void back_to(std::size_t at) { at_ = at; }
  bool ended() const { return at_ >= text_.size(); }
  std::string_view rest() const { return text_.substr(at_); }
  char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void advance(std::size_t count = 1) { at_ += count; }
  bool looking_at(std::string_view what) const { return rest().starts_with(what); }

  bool take(std::string_view what);
  /// One of the two spellings of a keyword, which must end there.
  bool take_word(std::string_view lower, std::string_view upper);
  /// Blanks, line ends and comments. Whether there were any.
  bool skip_blanks();
  void skip_spaces();  // within the line
  /// A letter, then letters, digits and underscores; empty: none here.
  std::string_view name();
  std::string_view name_ahead() const;

  Position position(std::size_t at) const;
  /// Source from `from` to here, blanks made one space.
  std::string source(std::size_t from) const;
  [[noreturn]] void refuse(std::string context) const {
    throw ParseProblem{std::move(context), at_};
  }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

bool is_word(char c);  // letter, digit or underscore

}  // namespace tocsin::guard

// SPDX-License-Identifier: Apache-2.0
// What the three kinds of patterns are made of.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.hpp"
#include "engines/logfilter/logfilter.hpp"
#include "engines/logfilter/regex.hpp"

namespace tocsin::logfilter {

Failure invalid_pattern();

enum class Operator { Equal, NotEqual, Less, LessOrEqual, Greater, GreaterOrEqual };

/// What a field is compared with: a text with * before or behind it, a number, or a regular
/// expression.
struct Operand {
  std::string text;
  bool any_before = false, any_behind = false;  // a * there
  std::optional<double> number;                 // an unquoted number
  std::shared_ptr<const Regex> regex;

  static Operand of_text(std::string_view text, bool quoted);
  bool equals(std::string_view value) const;
  /// A text that every value it equals contains.
  const std::string& literal() const { return regex ? regex->literal() : text; }
};

struct Comparison {
  Operator op = Operator::Equal;
  Operand operand;
  bool holds(std::string_view value) const;
  bool holds(double value) const;
};

/// "12", "-1.5e3": the whole text.
std::optional<double> number_in(std::string_view text);

/// Each kind: whether a message matches, the fields of one that does, and what they contain in any
/// case.
struct Pattern {
  virtual ~Pattern() = default;
  virtual bool matches(std::string_view message) const = 0;
  virtual std::map<std::string, std::string> extract(std::string_view) const { return {}; }
  Hint hint;
  bool everything = false;
  int regexes = 0;
};
using PatternPtr = std::shared_ptr<const Pattern>;

Result<PatternPtr> parse_terms(std::string_view pattern);
Result<PatternPtr> parse_json_pattern(std::string_view pattern);  // from the { on
Result<PatternPtr> parse_fields(std::string_view pattern);        // from the [ on

/// Reads a pattern from left to right.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  bool done() const { return at_ == text_.size(); }
  char peek() const { return done() ? '\0' : text_[at_]; }
  char next() { return text_[at_++]; }
  std::string_view rest() const { return text_.substr(at_); }
  void skip_space();
  /// Steps over `token` if it comes next.
  bool take(std::string_view token);
  bool take_space();
  /// The longest run of bytes that `wanted` takes.
  template <class Wanted>
  std::string_view run(Wanted wanted) {
    const auto begin = at_;
    while (!done() && wanted(text_[at_]))
      ++at_;
    return text_.substr(begin, at_ - begin);
  }

  std::optional<Operator> comparison();
  /// From the opening quote to behind the closing one; \" and \\ stand for themselves.
  Result<std::string> quoted();
  /// From % to %.
  Result<Operand> regex();
  /// A quoted text, a regular expression, or bare text up to one of `ends`, white space, && or ||.
  Result<Operand> operand(std::string_view ends);

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

bool is_space(char c);
/// A letter, a digit, _ or a byte beyond ASCII.
bool is_word(char c);

}  // namespace tocsin::logfilter

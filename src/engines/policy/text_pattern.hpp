// SPDX-License-Identifier: Apache-2.0
// One text of a policy that may hold wildcards and policy variables, compiled.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
//
// In a compiled text the wildcards are two control characters, which no policy may contain, so that
// ${*}, ${?} and whatever a variable stands for are always plain text.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engines/policy/lookup.hpp"

namespace tocsin::policy {

inline constexpr char kAnyRun = '\x01';
inline constexpr char kAnyOne = '\x02';
inline constexpr std::string_view kWildcards{"\x01\x02", 2};

enum class Wildcards { Plain, Active };
enum class Variables { Plain, Active };

/// `pattern` is compiled text.
bool wildcard_match(std::string_view pattern, std::string_view text);

class TextPattern {
 public:
  TextPattern(std::string_view text, Wildcards wildcards, Variables variables);

  // Each is false where a variable has no single value and no default.
  bool equals(std::string_view text, const Lookup& keys) const;
  bool equals_caseless(std::string_view text, const Lookup& keys) const;
  bool like(std::string_view text, const Lookup& keys) const;
  /// As the Resource element compares: a wildcard stays within its colon-separated part, except a
  /// `*` that ends a part, and all within the sixth.
  bool matches_resource(std::string_view text, const Lookup& keys) const;
  /// As ArnEquals and ArnLike compare: six parts, each for itself. A lone `*` matches any ARN.
  bool matches_arn(std::string_view text, const Lookup& keys) const;

  bool resolvable(const Lookup& keys) const;
  void add_keys(std::vector<std::string>& out) const;

 private:
  struct Variable {
    std::string before;  // compiled text in front of it
    KeyName key;
    std::optional<std::string> fallback;
  };
  enum class Shape { Any, Literal, Prefix, General };

  void parse_variable(std::string_view body);
  std::optional<std::string> resolve(const Lookup& keys) const;
  template <class Use>
  bool with_text(const Lookup& keys, Use use) const;
  std::optional<bool> quick_match(std::string_view text) const;
  bool ends_agree(std::string_view text) const;

  Shape shape_ = Shape::General;
  std::string text_;  // behind the last variable, or everything
  std::vector<Variable> variables_;
  std::size_t head_ = 0;  // so much of the beginning, and of the end, is plain text: what differs
  std::size_t tail_ = 0;  // there needs no closer look
};

}  // namespace tocsin::policy

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

#include "engines/policy/policy.hpp"

namespace tocsin::policy {

inline constexpr char kAnyRun = '\x01';
inline constexpr char kAnyOne = '\x02';

enum class Wildcards { Plain, Active };
enum class Variables { Plain, Active };

/// `pattern` is compiled text.
bool wildcard_match(std::string_view pattern, std::string_view text);

class TextPattern {
 public:
  TextPattern(std::string_view text, Wildcards wildcards, Variables variables);

  // Each is false where a variable has no single value and no default.
  bool equals(std::string_view text, const Context& context) const;
  bool equals_caseless(std::string_view text, const Context& context) const;
  bool like(std::string_view text, const Context& context) const;
  /// As the Resource element compares: a wildcard stays within its colon-separated part, except a
  /// `*` that ends a part, and all within the sixth.
  bool matches_resource(std::string_view text, const Context& context) const;
  /// As ArnEquals and ArnLike compare: six parts, each for itself. A lone `*` matches any ARN.
  bool matches_arn(std::string_view text, const Context& context) const;

  bool resolvable(const Context& context) const;
  void add_keys(std::vector<std::string>& keys) const;

 private:
  struct Variable {
    std::string before;  // compiled text in front of it
    std::string key;
    std::optional<std::string> fallback;
  };
  enum class Shape { Any, Literal, Prefix, General };

  void parse_variable(std::string_view body);
  std::optional<std::string> resolve(const Context& context) const;
  template <class Use>
  bool with_text(const Context& context, Use use) const;
  std::optional<bool> quick_match(std::string_view text) const;

  Shape shape_ = Shape::General;
  std::string text_;  // behind the last variable, or everything
  std::vector<Variable> variables_;
};

}  // namespace tocsin::policy

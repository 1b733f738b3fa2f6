// SPDX-License-Identifier: Apache-2.0
// A regular expression of a rule. RE2 takes what it can, in time that grows with the text alone;
// the rest, that looks around or back, goes to Boost.Regex, which gives up on a text that costs too
// much.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tocsin::guard {

class Pattern {
 public:
  /// The error's message says what is wrong with the expression.
  static Result<std::shared_ptr<const Pattern>> compile(std::string_view expression);

  virtual ~Pattern() = default;
  /// Whether it matches anywhere in `text`; none where it gave up.
  virtual std::optional<bool> search(std::string_view text) const = 0;
  /// What `replacement` ("$1-${name}") makes of each match, one after the other; none where it gave
  /// up.
  std::optional<std::string> expand(std::string_view text, std::string_view replacement) const;

  const std::string& expression() const { return expression_; }

 protected:
  using Groups = std::vector<std::string_view>;  // the whole match first
  explicit Pattern(std::string_view expression) : expression_(expression) {}
  virtual bool each_match(std::string_view text,
                          const std::function<void(const Groups&)>& take) const = 0;
  virtual int group_named(const std::string& name) const = 0;  // -1: none

 private:
  void expand_one(const Groups& groups, std::string_view replacement, std::string& out) const;
  std::string_view group(const Groups& groups, const std::string& name) const;

  std::string expression_;
};

}  // namespace tocsin::guard

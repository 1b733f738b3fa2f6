// SPDX-License-Identifier: Apache-2.0
// Wildcard patterns: `*` matches any run of characters, `\*` and `\\` stand for themselves.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tocsin::pattern {

class Wildcard {
 public:
  /// The error's message is AWS's, without a position.
  static Result<Wildcard> parse(std::string_view text);

  /// Linear in the text times the longest literal part; no backtracking into earlier stars.
  bool matches(std::string_view value) const;

  /// The literal parts between the stars; n stars make n + 1 parts, empty ones at the ends
  /// included.
  const std::vector<std::string>& parts() const { return parts_; }
  /// How many characters `*` there are.
  std::size_t stars() const { return parts_.size() - 1; }

 private:
  std::vector<std::string> parts_;
};

}  // namespace tocsin::pattern

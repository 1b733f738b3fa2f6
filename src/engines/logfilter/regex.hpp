// SPDX-License-Identifier: Apache-2.0
// The regular expressions of filter patterns: alternatives of quantified characters and classes,
// without groups. A search costs a fixed number of word operations for each character of the text,
// whatever the expression.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace tocsin::logfilter {

class Regex {
 public:
  /// Error InvalidParameterException.
  static Result<Regex> compile(std::string_view expression);

  /// Whether it matches anywhere in `text`.
  bool search(std::string_view text) const;
  /// The longest text that every match contains; may be empty.
  const std::string& literal() const { return literal_; }

 private:
  friend class RegexCompiler;
  using Bits = std::vector<std::uint64_t>;

  void close(Bits& states) const;
  bool any(const Bits& states, const Bits& mask) const;

  // A state is a place before an item of an alternative, or behind its last. All alternatives stand
  // one after the other.
  std::array<Bits, 129>
      accepts_;    // by character (128: any that is not ASCII): states whose item takes it
  Bits optional_;  // states whose item may be left out
  Bits repeats_;   // states whose item may come again
  Bits starts_, starts_anchored_;  // first states, of alternatives without and with ^
  Bits ends_, ends_anchored_;      // last states, of alternatives without and with $
  std::string literal_;
};

}  // namespace tocsin::logfilter

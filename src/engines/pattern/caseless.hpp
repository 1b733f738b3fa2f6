// SPDX-License-Identifier: Apache-2.0
// Comparison that ignores case as AWS's matcher does it: each character of the pattern matches its
// lower-case or its upper-case form, which may be several characters ("ΰ" matches "Ϋ́"). Characters
// outside the Basic Multilingual Plane match only themselves.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tocsin::pattern {

bool is_ascii(std::string_view text);

/// One form for all texts that may match each other: equal up to case implies equal folds (the
/// reverse holds for ASCII). Appends to `out`.
void append_fold(std::string_view text, std::string& out);
std::string fold(std::string_view text);

class CaselessText {
 public:
  explicit CaselessText(std::string_view text);

  bool equals(std::string_view value) const;
  bool starts(std::string_view value) const;
  bool ends(std::string_view value) const;
  /// The pattern's fold, and whether it is ASCII throughout.
  const std::string& folded() const { return folded_; }
  bool ascii() const { return ascii_; }

 private:
  struct Letter {
    std::string lower;
    std::string upper;
  };

  /// How many bytes of `value` from its start the whole pattern takes; npos where it does not
  /// match.
  std::size_t match_front(std::string_view value) const;

  std::string folded_;
  bool ascii_;
  std::vector<Letter> letters_;  // only where the pattern is not ASCII
};

}  // namespace tocsin::pattern

// SPDX-License-Identifier: Apache-2.0
#include "engines/pattern/wildcard.hpp"

namespace tocsin::pattern {
namespace {

// The only refusal recorded on AWS has six stars; it accepts five.
constexpr std::size_t kMaxStars = 5;

Failure bad(std::string message) {
  return fail("InvalidWildcard", std::move(message));
}

}  // namespace

// Positions in the messages count the quotation mark that AWS's matcher puts before the text.
Result<Wildcard> Wildcard::parse(std::string_view text) {
  Wildcard out;
  out.parts_.emplace_back();
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : '\0';
    if (c == '*') {
      if (next == '*') return bad(fmt::format("Consecutive wildcard characters at pos {}", i + 1));
      out.parts_.emplace_back();
    } else if (c == '\\') {
      if (next != '*' && next != '\\') {
        return bad(fmt::format("Invalid escape character at pos {}", i + 1));
      }
      out.parts_.back() += next;
      ++i;
    } else {
      out.parts_.back() += c;
    }
  }
  if (out.stars() > kMaxStars) {
    return fail("TooComplex",
                "Rule is too complex - try using fewer wildcard characters or fewer repeating "
                "character sequences after a wildcard character");
  }
  return out;
}

bool Wildcard::matches(std::string_view value) const {
  if (parts_.size() == 1) return value == parts_[0];
  if (!value.starts_with(parts_.front())) return false;
  value.remove_prefix(parts_.front().size());
  if (!value.ends_with(parts_.back())) return false;
  value.remove_suffix(parts_.back().size());
  for (std::size_t i = 1; i + 1 < parts_.size(); ++i) {
    const auto found = value.find(parts_[i]);
    if (found == std::string_view::npos) return false;
    value.remove_prefix(found + parts_[i].size());
  }
  return true;
}

}  // namespace tocsin::pattern

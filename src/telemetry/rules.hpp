// SPDX-License-Identifier: Apache-2.0
// The rules that are matched, and which of them an event can really reach.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/document.hpp"
#include "engines/pattern/pattern.hpp"

namespace tocsin::telemetry {

struct RuleText {
  std::string name, pattern;
  bool reads = false;  // sees read-only management events, too
  bool operator==(const RuleText&) const = default;
};

/// Immutable; a rule's id is its place.
struct RuleBook {
  std::vector<RuleText> rules;
  pattern::Snapshot snapshot;
};

/// Error: InvalidEventPatternException in AWS's words, the rule's name before them.
Result<std::shared_ptr<const RuleBook>> make_rule_book(std::vector<RuleText> rules);

/// The rules of a file's text: a JSON object {name: pattern}, or one a line: a pattern (its name is
/// the line's number) or
/// {"name": …, "pattern": …}. A pattern may also be a JSON text. In an object {name: [{"pattern":
/// …}, …]} stands for name/1, name/2 …; members whose names begin with _ are comments. Error: what
/// is wrong, and where.
Result<std::vector<RuleText>> parse_rules(std::string_view text);

/// Matches by name; names of earlier books stay.
using MatchCounts = std::map<std::string, std::uint64_t>;

}  // namespace tocsin::telemetry

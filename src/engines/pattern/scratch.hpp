// SPDX-License-Identifier: Apache-2.0
// The working memory of a matcher, and the match itself: candidates from the access predicates,
// each verified by its other conditions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engines/pattern/automaton.hpp"
#include "engines/pattern/consistency.hpp"
#include "engines/pattern/index.hpp"
#include "engines/pattern/leaves.hpp"

namespace tocsin::pattern {

class Scratch {
 public:
  std::span<const RuleId> match(const Index& index, const Document& event);
  Result<std::span<const RuleId>> match_json(const Index& index, std::string_view event,
                                             Extent extent);
  Result<std::span<const RuleId>> match_indexed(const Index& index, const IndexedObject& event,
                                                Extent extent);
  Result<std::span<const RuleId>> match_enveloped(const Index& index, const Envelope& event,
                                                  Extent extent);

 private:
  /// What is known of a condition in this event. `Depends`: on the choice of array elements.
  enum class Truth : std::uint8_t { No, Yes, Depends };
  struct Memo {
    std::uint32_t epoch = 0;
    Truth truth = Truth::No;
  };
  struct CachedAutomaton {
    std::uint64_t version = 0;
    std::unique_ptr<WildcardAutomaton> automaton;
  };

  void begin(const Index& index);
  std::span<const RuleId> finish();
  void candidates_at(std::uint32_t path);
  void candidates_of_string(std::uint32_t path, const PathNode& node, const Value& value);
  void candidates_ignoring_case(std::uint32_t path, const PathNode& node, const Value& value);
  void candidates_by_wildcard(std::uint32_t path, const PathNode& node, const Value& value);
  WildcardAutomaton& automaton_of(std::uint32_t path, const PathNode& node);

  /// The predicates of a chain, each checked against the value.
  void try_chain(std::uint32_t predicate, const Value& value);
  void hit(std::uint32_t predicate) { follow(index_->predicate(predicate).links); }
  void hit_chain(std::uint32_t predicate);
  void follow(std::uint32_t link);
  void verify(std::uint32_t branch);
  Truth truth_of(std::uint32_t condition);
  Truth find_truth(const ConditionRecord& record) const;
  void matched(std::uint32_t rule);

  const Index* index_ = nullptr;
  Leaves leaves_;
  TextArena arena_;
  TextReader reader_;
  Consistency consistency_;
  std::string folded_;
  std::uint32_t epoch_ = 0;
  std::vector<Memo> conditions_;
  std::vector<std::uint32_t> branches_;  // epoch in which a branch was verified
  std::vector<std::uint32_t> rules_;     // epoch in which a rule matched
  std::vector<RuleId> found_;
  std::unordered_map<std::uint32_t, CachedAutomaton> automata_;
};

}  // namespace tocsin::pattern

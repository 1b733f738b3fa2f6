// SPDX-License-Identifier: Apache-2.0
// All wildcard patterns of one path as one automaton that is built while it runs: a state is a set
// of positions in the patterns, a transition is computed when it is first taken. Memory is capped:
// a full cache starts afresh, and an automaton that keeps starting afresh gives itself up.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engines/pattern/wildcard.hpp"

namespace tocsin::pattern {

class WildcardAutomaton {
 public:
  explicit WildcardAutomaton(std::size_t max_bytes) : max_bytes_(max_bytes) {}

  /// Before the first `run`. `item` is the caller's number.
  void add(const Wildcard& wildcard, std::uint32_t item);

  /// False where the automaton has given up; then the caller tries pattern by pattern.
  bool usable() const { return !given_up_; }

  /// The items whose patterns match; valid until the next call.
  const std::vector<std::uint32_t>& run(std::string_view text);

 private:
  using Positions = std::vector<std::uint32_t>;

  static constexpr std::uint32_t kUnknown = 0xffffffff;
  static constexpr std::uint16_t kStar = 256;
  static constexpr std::uint16_t kEnd = 257;

  struct State {
    Positions positions;
    std::vector<std::uint32_t> items;  // patterns that end here
  };

  void prepare();
  void start_afresh();
  std::uint32_t intern(Positions positions);
  std::uint32_t advance(std::uint32_t state, unsigned char byte);
  void add_closed(std::uint32_t position, Positions& out) const;

  std::size_t max_bytes_;
  std::vector<std::uint16_t> symbols_;  // all patterns, each closed by kEnd
  std::vector<std::uint32_t> items_;    // by position of the kEnd
  Positions starts_;
  std::uint16_t classes_[256] = {};
  std::uint32_t class_count_ = 0;  // 0: not prepared
  std::vector<State> states_;
  std::vector<std::uint32_t> transitions_;  // state * class_count_ + class
  std::unordered_map<std::string, std::uint32_t> known_;
  std::size_t bytes_ = 0;
  std::uint64_t steps_ = 0;
  std::uint64_t computed_ = 0;
  int fresh_starts_ = 0;
  bool given_up_ = false;
};

}  // namespace tocsin::pattern

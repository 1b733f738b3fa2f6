// SPDX-License-Identifier: Apache-2.0
// The stats command: groups of rows and what is said of each.
#pragma once

#include <deque>
#include <unordered_map>

#include "engines/insights/kept.hpp"
#include "engines/insights/plan.hpp"
#include "engines/insights/sketches.hpp"

namespace tocsin::insights {

/// One aggregate of one group.
class Accumulator {
 public:
  /// Returns the bytes that it has grown by.
  std::size_t add(const Aggregate& aggregate, const Value& value, const Rank& rank, Arena& arena);
  Value result(const Aggregate& aggregate, Arena& arena);

 private:
  std::size_t keep(const Value& value, const Rank& rank);
  void keep_extreme(const Value& value, bool least);

  double count_ = 0, sum_ = 0, squares_ = 0;  // squares: of the differences to the mean
  bool kept_any_ = false;
  Kept kept_;
  Rank rank_;
  std::unique_ptr<Distinct> distinct_;
  std::unique_ptr<Percentiles> percentiles_;
};

class Statistics {
 public:
  explicit Statistics(const Phase& phase) : phase_(phase) {}
  void add(Record& record, const Rank& rank);
  std::size_t memory() const { return memory_; }
  /// Fills the record's slots for each group, in the order of their keys: moments newest first.
  template <class Visit>
  void each(Record& record, const Visit& visit) {
    for (auto* group : ordered()) {
      fill(record, *group);
      visit();
    }
  }

 private:
  struct Group {
    std::vector<Kept> keys;
    std::vector<Accumulator> accumulators;
  };
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>()(text);
    }
  };
  Group& group_of(Record& record);
  std::vector<Group*> ordered();
  void fill(Record& record, Group& group);

  const Phase& phase_;
  std::deque<Group> groups_;
  std::unordered_map<std::string, Group*, Hash, std::equal_to<>> by_key_;
  std::vector<Value> values_;
  std::string key_;
  std::size_t memory_ = 0;
};

}  // namespace tocsin::insights

// SPDX-License-Identifier: Apache-2.0
// sort, dedup and limit: the first rows in an order.
#pragma once

#include <unordered_map>

#include "engines/insights/kept.hpp"
#include "engines/insights/plan.hpp"

namespace tocsin::insights {

class Top {
 public:
  /// What is kept of a row: as the last phase its columns, otherwise its slots.
  struct Entry {
    std::vector<Kept> keys;
    Rank rank;
    Row row;
    std::vector<Kept> slots;
    std::size_t size = 0;  // bytes
  };
  using Keep = std::function<void(Entry& entry, Record& record)>;

  Top(const Phase& phase, std::size_t limit, Keep keep)
      : phase_(phase), limit_(limit), keep_(std::move(keep)) {}
  void add(Record& record, const Rank& rank);
  std::size_t memory() const { return memory_; }
  std::vector<Entry> finish();

 private:
  bool before(const std::vector<Value>& keys, const Rank& rank, const Entry& other) const;
  bool before(const Entry& left, const Entry& right) const;
  void add_distinct(Record& record, const Rank& rank);
  Entry made(Record& record, const Rank& rank);
  void fill(Entry& entry, Record& record, const Rank& rank);

  const Phase& phase_;
  std::size_t limit_;
  Keep keep_;
  std::vector<Value> keys_;
  std::vector<Entry> entries_;  // without dedup: a heap, the last in order at its front
  std::unordered_map<std::string, std::size_t> by_key_;
  std::size_t memory_ = 0;
};

}  // namespace tocsin::insights

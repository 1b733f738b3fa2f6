// SPDX-License-Identifier: Apache-2.0
#include "engines/insights/top.hpp"

#include <algorithm>

namespace tocsin::insights {
namespace {

/// Numbers that are texts are read once.
Value normal(const Value& value) {
  if (!value.is_text()) return value;
  const auto number = number_of(value);
  return number ? Value::of(*number) : value;
}

/// Among equals the newest event comes first; rows that are no events keep their order.
bool rank_before(const Rank& left, const Rank& right) {
  return left.source ? order(left, right) > 0 : left.ordinal < right.ordinal;
}

}  // namespace

bool Top::before(const std::vector<Value>& keys, const Rank& rank, const Entry& other) const {
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (const int by = sort_order(keys[i], other.keys[i].value()))
      return phase_.order[i].descending ? by > 0 : by < 0;
  }
  return rank_before(rank, other.rank);
}

bool Top::before(const Entry& left, const Entry& right) const {
  for (std::size_t i = 0; i < left.keys.size(); ++i) {
    if (const int by = sort_order(left.keys[i].value(), right.keys[i].value()))
      return phase_.order[i].descending ? by > 0 : by < 0;
  }
  return rank_before(left.rank, right.rank);
}

void Top::fill(Entry& entry, Record& record, const Rank& rank) {
  memory_ -= entry.size;
  entry = Entry{.rank = rank};
  keep_(entry, record);
  entry.size = sizeof(Entry);
  for (const auto& key : keys_)
    entry.size += entry.keys.emplace_back(key).size();
  for (const auto& [name, value] : entry.row)
    entry.size += sizeof(Field) + name.capacity() + value.capacity();
  for (const auto& slot : entry.slots)
    entry.size += slot.size();
  memory_ += entry.size;
}

void Top::add(Record& record, const Rank& rank) {
  keys_.clear();
  for (const auto& key : phase_.order)
    keys_.push_back(normal(key.node(record)));
  if (!phase_.distinct.empty()) return add_distinct(record, rank);
  const auto heap = [this](const Entry& left, const Entry& right) { return before(left, right); };
  if (entries_.size() == limit_) {
    if (limit_ == 0 || !before(keys_, rank, entries_.front())) return;
    std::ranges::pop_heap(entries_, heap);
  } else {
    entries_.emplace_back();
  }
  fill(entries_.back(), record, rank);
  std::ranges::push_heap(entries_, heap);
}

/// A row in which one of the fields is missing is the double of none.
void Top::add_distinct(Record& record, const Rank& rank) {
  std::string key;
  bool missing = false;
  for (const auto& node : phase_.distinct) {
    const auto value = node(record);
    missing |= value.null();
    append_key(key, value);
  }
  if (missing) {
    fill(entries_.emplace_back(), record, rank);
    return;
  }
  const auto [found, added] = by_key_.emplace(std::move(key), entries_.size());
  if (added) {
    memory_ += found->first.capacity() + 64;
    entries_.emplace_back();
  } else if (!before(keys_, rank, entries_[found->second])) {
    return;
  }
  fill(entries_[found->second], record, rank);
}

std::vector<Top::Entry> Top::finish() {
  std::ranges::sort(entries_, [this](const Entry& a, const Entry& b) { return before(a, b); });
  if (entries_.size() > limit_) entries_.resize(limit_);
  return std::move(entries_);
}

}  // namespace tocsin::insights

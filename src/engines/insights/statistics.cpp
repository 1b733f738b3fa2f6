// SPDX-License-Identifier: Apache-2.0
#include "engines/insights/statistics.hpp"

#include <algorithm>
#include <cmath>

namespace tocsin::insights {

int order(const Rank& left, const Rank& right) {
  if (left.time != right.time) return left.time < right.time ? -1 : 1;
  if (left.source != right.source && left.source && right.source) {
    const auto key = [](const Source& source) {
      return std::tie(source.log, source.stream, source.id);
    };
    const auto a = key(*left.source), b = key(*right.source);
    if (a != b) return a < b ? -1 : 1;
  }
  return left.ordinal < right.ordinal ? -1 : left.ordinal > right.ordinal;
}

void append_key(std::string& key, const Value& value) {
  key += static_cast<char>('a' + static_cast<int>(value.kind));
  if (value.is_text()) {
    const auto size = static_cast<std::uint32_t>(value.text.size());
    key.append(reinterpret_cast<const char*>(&size), sizeof size).append(value.text);
  } else if (!value.null()) {
    key.append(reinterpret_cast<const char*>(&value.number), sizeof value.number);
  }
}

std::size_t Accumulator::keep(const Value& value, const Rank& rank) {
  const auto before = kept_.text.capacity();
  kept_ = Kept(value);
  rank_ = rank;
  kept_any_ = true;
  return kept_.text.capacity() > before ? kept_.text.capacity() - before : 0;
}

/// A number stands before any text.
void Accumulator::keep_extreme(const Value& value, bool least) {
  const auto number = number_of(value);
  const bool is_number = number.has_value();
  const bool has_number = kept_any_ && !kept_.value().is_text();
  if (kept_any_ && has_number && !is_number) return;
  const auto normal = is_number && value.is_text() ? Value::of(*number) : value;
  if (kept_any_ && has_number == is_number) {
    const int by = compare(normal, kept_.value()).value_or(0);
    if (least ? by >= 0 : by <= 0) return;
  }
  keep(normal, {});
}

std::size_t Accumulator::add(const Aggregate& aggregate, const Value& value, const Rank& rank,
                             Arena& arena) {
  using enum Aggregate::Kind;
  if (aggregate.of && value.null()) return 0;
  switch (aggregate.kind) {
    case Count:
      ++count_;
      return 0;
    case CountDistinct:
      if (!distinct_) distinct_ = std::make_unique<Distinct>();
      distinct_->add(shown(value, arena));
      return 16;
    case Sum:
    case Average:
    case Deviation:
    case Percentile: {
      const auto number = number_of(value);
      if (!number) return 0;
      const double before = count_ ? sum_ / count_ : 0;
      ++count_;
      sum_ += *number;
      squares_ += (*number - before) * (*number - sum_ / count_);
      if (aggregate.kind != Percentile) return 0;
      if (!percentiles_) percentiles_ = std::make_unique<Percentiles>();
      percentiles_->add(*number);
      return count_ < 20'000 ? 16 : 0;
    }
    case Minimum:
      keep_extreme(value, true);
      return 0;
    case Maximum:
      keep_extreme(value, false);
      return 0;
    case Earliest:
      return !kept_any_ || order(rank, rank_) < 0 ? keep(value, rank) : 0;
    case Latest:
      return !kept_any_ || order(rank, rank_) > 0 ? keep(value, rank) : 0;
    case SortsFirst:
      return !kept_any_ || sort_order(value, kept_.value()) < 0 ? keep(value, rank) : 0;
    case SortsLast:
      return !kept_any_ || sort_order(value, kept_.value()) > 0 ? keep(value, rank) : 0;
  }
  return 0;
}

Value Accumulator::result(const Aggregate& aggregate, Arena& arena) {
  using enum Aggregate::Kind;
  switch (aggregate.kind) {
    case Count:
      return Value::of(count_);
    case CountDistinct:
      return Value::of(distinct_ ? distinct_->count() : 0.0);
    case Sum:
      return count_ ? Value::of(sum_) : Value{};
    case Average:
      return count_ ? Value::of(sum_ / count_) : Value{};
    case Deviation:
      return count_
                 ? Value::of(count_ > 1 ? std::sqrt(std::max(0.0, squares_ / (count_ - 1))) : 0.0)
                 : Value{};
    case Percentile:
      return percentiles_ ? Value::of(percentiles_->at(aggregate.percent)) : Value{};
    default: {
      auto value = kept_.value();
      value.text = arena.keep(value.text);
      return value;
    }
  }
}

Statistics::Group& Statistics::group_of(Record& record) {
  key_.clear();
  values_.clear();
  for (const auto& key : phase_.groups) {
    values_.push_back(key.node(record));
    append_key(key_, values_.back());
  }
  if (const auto found = by_key_.find(std::string_view(key_)); found != by_key_.end())
    return *found->second;
  auto& group = groups_.emplace_back();
  group.accumulators.resize(phase_.aggregates.size());
  for (const auto& value : values_)
    memory_ += group.keys.emplace_back(value).size();
  memory_ += 2 * key_.size() + 128 + phase_.aggregates.size() * sizeof(Accumulator);
  by_key_.emplace(key_, &group);
  return group;
}

void Statistics::add(Record& record, const Rank& rank) {
  auto& group = group_of(record);
  for (std::size_t i = 0; i < phase_.aggregates.size(); ++i) {
    const auto& aggregate = phase_.aggregates[i];
    const auto value = aggregate.of ? (*aggregate.of)(record) : Value{};
    memory_ += group.accumulators[i].add(aggregate, value, rank, record.arena);
  }
}

std::vector<Statistics::Group*> Statistics::ordered() {
  std::vector<Group*> out;
  for (auto& group : groups_)
    out.push_back(&group);
  std::ranges::sort(out, [](const Group* left, const Group* right) {
    for (std::size_t i = 0; i < left->keys.size(); ++i) {
      const auto a = left->keys[i].value(), b = right->keys[i].value();
      const int by = sort_order(a, b);
      if (by) return a.kind == Value::Kind::Time && b.kind == Value::Kind::Time ? by > 0 : by < 0;
      // Equal to the eye, as 1 and "1" are: told apart by what made them two groups.
      if (a.kind != b.kind) return a.kind < b.kind;
      if (a.text != b.text) return a.text < b.text;
    }
    return false;
  });
  return out;
}

void Statistics::fill(Record& record, Group& group) {
  std::ranges::fill(record.slots, Value{});
  for (std::size_t i = 0; i < group.keys.size(); ++i)
    record.slots[i] = group.keys[i].value();
  for (std::size_t i = 0; i < phase_.aggregates.size(); ++i) {
    const auto& aggregate = phase_.aggregates[i];
    record.slots[static_cast<std::size_t>(aggregate.slot)] =
        group.accumulators[i].result(aggregate, record.arena);
  }
}

}  // namespace tocsin::insights

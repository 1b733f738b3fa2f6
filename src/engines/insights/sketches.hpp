// SPDX-License-Identifier: Apache-2.0
// Answers over more values than one would keep: exact while they are few, close then.
#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace tocsin::insights {

/// How many different texts: exact up to 4,096, then within about 1 % (HyperLogLog).
class Distinct {
 public:
  void add(std::string_view text);
  double count() const;

 private:
  static constexpr int kBits = 14;
  static constexpr std::size_t kExact = 4'096;
  void put(std::uint64_t hash);
  std::unordered_set<std::uint64_t> exact_;
  std::vector<std::uint8_t> registers_;  // empty while exact
};

/// Percentiles by nearest rank: exact up to 20,000 values, then within 0.01 % of the rank for each
/// time that neighbours were merged.
class Percentiles {
 public:
  void add(double value);
  double at(double percent);  // of at least one value

 private:
  static constexpr std::size_t kMost = 20'000;
  struct Point {
    double value, weight;
  };
  void merge();
  std::vector<Point> points_;
  bool sorted_ = true;
};

}  // namespace tocsin::insights

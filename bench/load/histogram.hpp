// SPDX-License-Identifier: Apache-2.0
// Counts of durations, in buckets that are never wider than 1/64 of their value (as
// HdrHistogram's).
#pragma once

#include <bit>
#include <cmath>
#include <cstdint>
#include <vector>

namespace tocsin::bench {

class Histogram {
 public:
  void add(std::uint64_t microseconds) {
    ++counts_[bucket(microseconds)];
    ++total_;
  }
  std::uint64_t total() const { return total_; }

  /// The value that `share` (0 to 1) of all durations do not pass.
  std::uint64_t quantile(double share) const {
    auto left = static_cast<std::uint64_t>(std::ceil(share * static_cast<double>(total_)));
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      if (counts_[i] >= left) return upper(i);
      left -= counts_[i];
    }
    return upper(counts_.size() - 1);
  }

 private:
  static constexpr int kBits = 6;
  static constexpr std::uint64_t kSteps = 1 << kBits;  // buckets in each power of two

  static std::size_t bucket(std::uint64_t value) {
    if (value < kSteps) return value;
    const int shift = std::bit_width(value) - 1 - kBits;
    return (shift + 1) * kSteps + ((value >> shift) - kSteps);
  }
  static std::uint64_t upper(std::size_t bucket) {
    if (bucket < kSteps) return bucket;
    const auto shift = bucket / kSteps - 1;
    return ((bucket % kSteps + kSteps + 1) << shift) - 1;
  }

  std::vector<std::uint64_t> counts_ = std::vector<std::uint64_t>(64 * kSteps);
  std::uint64_t total_ = 0;
};

}  // namespace tocsin::bench

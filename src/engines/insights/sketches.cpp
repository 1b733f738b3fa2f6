// SPDX-License-Identifier: Apache-2.0
#include "engines/insights/sketches.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

namespace tocsin::insights {

void Distinct::add(std::string_view text) {
  const auto hash = static_cast<std::uint64_t>(std::hash<std::string_view>()(text));
  if (!registers_.empty()) return put(hash);
  exact_.insert(hash);
  if (exact_.size() <= kExact) return;
  registers_.resize(std::size_t{1} << kBits);
  for (const auto each : exact_)
    put(each);
  exact_.clear();
}

void Distinct::put(std::uint64_t hash) {
  const auto index = hash >> (64 - kBits);
  const auto zeros = std::countl_zero(hash << kBits | (std::uint64_t{1} << (kBits - 1)));
  registers_[index] = std::max(registers_[index], static_cast<std::uint8_t>(zeros + 1));
}

double Distinct::count() const {
  if (registers_.empty()) return static_cast<double>(exact_.size());
  const auto size = static_cast<double>(registers_.size());
  double sum = 0, empty = 0;
  for (const auto each : registers_) {
    sum += std::ldexp(1.0, -each);
    empty += each == 0;
  }
  const double estimate = 0.7213 / (1 + 1.079 / size) * size * size / sum;
  return std::round(estimate <= 2.5 * size && empty > 0 ? size * std::log(size / empty) : estimate);
}

void Percentiles::add(double value) {
  sorted_ = sorted_ && (points_.empty() || points_.back().value <= value);
  points_.push_back({value, 1});
  if (points_.size() >= kMost) merge();
}

/// Neighbours become their mean.
void Percentiles::merge() {
  std::ranges::sort(points_, {}, &Point::value);
  std::vector<Point> merged;
  merged.reserve(points_.size());
  for (std::size_t i = 0; i + 1 < points_.size(); i += 2) {
    const auto &a = points_[i], &b = points_[i + 1];
    const double weight = a.weight + b.weight;
    merged.push_back({(a.value * a.weight + b.value * b.weight) / weight, weight});
  }
  if (points_.size() % 2) merged.push_back(points_.back());
  points_ = std::move(merged);
  sorted_ = true;
}

double Percentiles::at(double percent) {
  if (!std::exchange(sorted_, true)) std::ranges::sort(points_, {}, &Point::value);
  double total = 0;
  for (const auto& point : points_)
    total += point.weight;
  const double rank = std::max(1.0, std::ceil(percent / 100 * total));
  double seen = 0;
  for (const auto& point : points_) {
    seen += point.weight;
    if (seen >= rank) return point.value;
  }
  return points_.back().value;
}

}  // namespace tocsin::insights

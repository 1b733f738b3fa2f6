// SPDX-License-Identifier: Apache-2.0
#include "engines/metrics/distribution.hpp"

#include <algorithm>
#include <cmath>

namespace tocsin::metrics {
namespace {

constexpr std::size_t kMostValues = 512;
const double kStep = std::log(1.01);

/// The middle of the one percent that holds `value`.
double rounded(double value) {
  if (value == 0) return 0;
  const double size = std::exp((std::floor(std::log(std::abs(value)) / kStep) + 0.5) * kStep);
  return value < 0 ? -size : size;
}

}  // namespace

void Distribution::note(double times, double total, double least, double most) {
  min = count == 0 ? least : std::min(min, least);
  max = count == 0 ? most : std::max(max, most);
  count += times;
  sum += total;
}

void Distribution::insert(double value, double times) {
  // As many as that are left where they lie far apart: all of them are rounded already.
  const bool coarse = values.size() > kMostValues;
  if (coarse) value = rounded(value);
  const auto at = std::ranges::lower_bound(values, value);
  const auto index = at - values.begin();
  if (at != values.end() && *at == value) {
    counts[static_cast<std::size_t>(index)] += times;
    return;
  }
  values.insert(at, value);
  counts.insert(counts.begin() + index, times);
  if (!coarse && values.size() > kMostValues) coarsen();
}

void Distribution::coarsen() {
  std::vector<double> fewer, times;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = rounded(values[i]);
    if (!fewer.empty() && fewer.back() >= value) {
      times.back() += counts[i];
    } else {
      fewer.push_back(value);
      times.push_back(counts[i]);
    }
  }
  values = std::move(fewer);
  counts = std::move(times);
}

void Distribution::add(double value, double times) {
  if (times <= 0) return;
  note(times, value * times, value, value);
  insert(value, times);
}

void Distribution::add_set(double times, double total, double least, double most) {
  if (times <= 0) return;
  note(times, total, least, most);
  if (least == most)
    insert(least, times);
  else
    opaque = true;
}

void Distribution::merge(const Distribution& other) {
  if (other.count <= 0) return;
  note(other.count, other.sum, other.min, other.max);
  opaque |= other.opaque;
  for (std::size_t i = 0; i < other.values.size() && i < other.counts.size(); ++i)
    insert(other.values[i], other.counts[i]);
}

}  // namespace tocsin::metrics

// SPDX-License-Identifier: Apache-2.0
// The values that a metric had in a while: what every statistic is computed from. Count, sum,
// minimum and maximum are exact; values are kept one by one until there are many different ones,
// and then to within one percent, so that a distribution stays small.
#pragma once

#include <optional>
#include <vector>

#include "base/describe.hpp"

namespace tocsin::metrics {

struct Distribution {
  double count = 0, sum = 0, min = 0, max = 0;
  std::vector<double> values, counts;  // values ascending, and how often each was seen
  bool opaque = false;                 // holds a set of statistics, whose values are not known

  void add(double value, double times = 1);
  /// A set of statistics. Its values are known where they are all the same.
  void add_set(double count, double sum, double min, double max);
  void merge(const Distribution& other);

 private:
  void note(double count, double sum, double min, double max);
  void insert(double value, double times);
  void coarsen();
};
BOOST_DESCRIBE_STRUCT(Distribution, (), (count, sum, min, max, values, counts, opaque))

}  // namespace tocsin::metrics

// SPDX-License-Identifier: Apache-2.0
// Operations on metrics.
#pragma once

#include "engines/metrics/math.hpp"
#include "services/monitoring/state.hpp"

namespace tocsin::monitoring {

Outcome put_metric_data(Call& call);
Outcome list_metrics(Call& call);
Outcome get_metric_statistics(Call& call);
Outcome get_metric_data(Call& call);

/// MetricDataQueries, or an alarm's Metrics. Error ValidationError.
Result<std::vector<DataQuery>> queries_in(const Array& list);
/// What a query's expression is, which names others of `queries` only. Error ValidationError.
Result<metrics::Expression> expression_of(const DataQuery& query,
                                          const std::vector<DataQuery>& queries);
Array query_list(const std::vector<DataQuery>& queries);

/// The series of each query by its id, in [start, end) of milliseconds. Error ValidationError.
Result<std::map<std::string, metrics::Value>> answers(const store::View& view, const Scope& scope,
                                                      const std::vector<DataQuery>& queries,
                                                      std::int64_t start, std::int64_t end);

std::vector<core::Access> needs_put_metric_data(Call& call);

}  // namespace tocsin::monitoring

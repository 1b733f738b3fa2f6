// SPDX-License-Identifier: Apache-2.0
// Metric filters: what matches becomes a metric of CloudWatch.
#pragma once

#include <string_view>

#include "services/logs/parts.hpp"

namespace tocsin::logs {

Outcome put_metric_filter(Call& call);
Outcome delete_metric_filter(Call& call);
Outcome describe_metric_filters(Call& call);
core::Needs needs_metric_filters();

/// A text that is a number and nothing else.
std::optional<double> number_in(std::string_view text);
/// Publishes what the events of one PutLogEvents are worth: one call a transformation, one datum a
/// minute and set of dimensions.
void publish_metrics(Context& context, const Group& group, std::string_view lines);
/// A minute in which events came has ended: default values, where nothing matched.
void publish_defaults(Context& context, const core::Resumption& end);

}  // namespace tocsin::logs

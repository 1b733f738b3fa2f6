// SPDX-License-Identifier: Apache-2.0
// CloudWatch: metrics, what is computed from them, and alarms.
//
// PutMetricData adds each value to the row of its metric and minute (of its second, where the
// metric is of high resolution); statistics are computed from rows when they are asked for. Rows
// are rolled up into coarser ones as they age. Alarms are evaluated by durable timers: one whose
// metric has data at the end of each period, until the data has left its evaluation range and the
// state has settled; then it sleeps until the next datum. A change of state runs the alarm's
// actions, and is an event.
#pragma once

#include "core/registry.hpp"

namespace tocsin::monitoring {

/// CloudWatch: the service, its resource types, its timers.
void register_monitoring(core::Registry& registry);

}  // namespace tocsin::monitoring

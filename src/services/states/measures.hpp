// SPDX-License-Identifier: Apache-2.0
// AWS/States in CloudWatch: how many executions of a machine began and ended, and how long they
// took. Counted by the minute, and published when it is over.
// https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
#pragma once

#include "services/states/drive.hpp"

namespace tocsin::states {

/// Children of map runs are not counted.
void measure_start(core::Context& context, const Place& place, const Execution& row);
/// `row` has how and when it ended.
void measure_end(core::Context& context, const Place& place, const Execution& row);

void on_measures(core::Registry& registry);

}  // namespace tocsin::states

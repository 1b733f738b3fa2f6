// SPDX-License-Identifier: Apache-2.0
// What the children of a map run leave: the state's output, or files that ResultWriter writes.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
#pragma once

#include "services/states/drive.hpp"

namespace tocsin::states {

void keep_result(core::Context& context, const Place& place, MapRun& run, const Execution& child,
                 const asl::Finished& finished);
/// The output of the Map state. Error States.ResultWriterFailed, States.DataLimitExceeded.
Result<Document> results_of(core::Context& context, const Scope& scope, const MapRun& run);

}  // namespace tocsin::states

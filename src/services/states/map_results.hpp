// SPDX-License-Identifier: Apache-2.0
// What the children of a map run leave: the state's output, or files that ResultWriter writes.
// https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
#pragma once

#include "services/states/drive.hpp"

namespace tocsin::states {

void keep_result(core::Context& context, const Place& place, MapRun& run, const Execution& child,
                 const asl::Finished& finished, const Document& input);
/// What the child with that index left is forgotten: it is started again.
void forget_result(core::Context& context, const Scope& scope, const MapRun& run,
                   const std::string& index);
/// The output of the Map state; none: a part was written, and more is left. Errors
/// States.ResultWriterFailed, States.DataLimitExceeded.
Result<std::optional<Document>> results_of(core::Context& context, const Scope& scope, MapRun& run);

}  // namespace tocsin::states

// SPDX-License-Identifier: Apache-2.0
// What steps and automations yield.
#pragma once

#include "services/ssm/run.hpp"

namespace tocsin::ssm {

/// Keeps a step's outputs: values for references, texts to be shown. Error: one is not of its type.
Result<void> keep_outputs(At& at, const Ended& ended);
/// What a selector finds in a reply; none where it finds nothing. Error: it is no JSONPath.
Result<std::optional<Document>> selected(const Document& reply, std::string_view selector);
/// `Outputs` of an automation.
Object outputs_of(const Execution& row, const automation::Runbook& runbook);

}  // namespace tocsin::ssm

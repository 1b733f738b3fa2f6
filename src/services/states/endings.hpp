// SPDX-License-Identifier: Apache-2.0
// The rows of an execution as it begins and ends, and who is told.
#pragma once

#include "services/states/drive.hpp"

namespace tocsin::states {

/// A new execution's row and place in the lists.
void open_execution(core::Context& context, const Place& place, const Execution& row,
                    const Document& input);
/// Writes how it ended, and tells those who wait, the event bus and its map run.
void end_execution(core::Context& context, const Place& place, Execution& row,
                   const asl::Finished& finished, const Document& input);
/// Puts an execution that failed among the running ones again.
void reopen_execution(core::Context& context, const Place& place, Execution& row);

/// Standard executions and children of map runs that did not succeed, for 14 days.
bool may_be_redriven(const Execution& row);
/// Why not, in AWS's words; empty: it may.
std::string redrive_refusal(const core::Context& context, const Execution& row);

/// "…:stateMachine:Name", and the ARNs of the version and alias that it was started by.
std::string machine_arn(const Scope& scope, const Execution& row);
void show_qualifiers(Object& reply, const Scope& scope, const Execution& row);

}  // namespace tocsin::states

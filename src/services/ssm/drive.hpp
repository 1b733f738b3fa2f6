// SPDX-License-Identifier: Apache-2.0
// From step to step.
#pragma once

#include "services/ssm/actions.hpp"

namespace tocsin::ssm {

/// A new automation, with a row for each step of its runbook. It goes on in inputs of its own.
void begin_execution(core::Context& context, Execution row, const Document& content);
/// Ends an attempt: tried again, or the step is over and the automation goes on.
void end_attempt(At at, Ended ended);
/// Goes to a step by its name, out of loops that it is not part of.
void go_to(Run& run, const std::string& name);
/// What may not happen any more for a step: its timers and the execution that it waits for.
void let_go(At& at);
void end_execution(Run& run, Status status, std::string message = {});
/// As StopAutomationExecution does.
void cancel_execution(Run& run);
/// Carries out what an action wants next.
void carry_out(At at, Move move);

/// The step's row that is in progress or waits; none between steps.
std::optional<At> step_at_hand(Run& run);

void on_driving(core::Registry& registry);

// --- loops (loops.cpp) ------------------------------------------------------------------------

void begin_loop(At at);
/// The steps of the loop's iteration have come to their end.
void end_iteration(Run& run);
/// Ends the innermost loop's step itself, without going on.
void close_loop(Run& run, Status status);
/// The timer of a loop, whose steps have timers of their own.
void loop_timed_out(core::Context& context, const Document& reference);

// --- children of rate control (rate.cpp) --------------------------------------------------------

void start_children(Run& run);
/// Of rate control, or of a step that waits for it.
void child_ended(core::Context& context, const Execution& child);
void rate_child_ended(Run& run, const Execution& child);

}  // namespace tocsin::ssm

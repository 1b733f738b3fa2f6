// SPDX-License-Identifier: Apache-2.0
// The events of an execution, kept as the engine gave them: one row an advance.
#pragma once

#include "engines/asl/asl.hpp"
#include "services/states/names.hpp"

namespace tocsin::states {

void keep_history(core::Context& context, const core::Key& execution,
                  const std::vector<asl::HistoryEvent>& events);
void erase_history(core::Context& context, const core::Key& execution);

enum class ExecutionData { Included, Left };

/// Visits events as GetExecutionHistory shows them, from `after` (exclusive; 0: the beginning, or
/// the end when going backwards) on. Return false to stop.
using VisitEvent = std::function<bool(std::int64_t id, Document event)>;
void visit_history(const core::Context& context, const core::Key& execution,
                   store::Direction direction, std::int64_t after, ExecutionData data,
                   const VisitEvent& visit);

/// What the first and the last event tell of an execution.
struct Ends {
  std::string input, output;  // JSON text
  std::optional<std::string> error, cause;
};
std::string input_of(const core::Context& context, const core::Key& execution);
Ends ends_of(const core::Context& context, const core::Key& execution);

}  // namespace tocsin::states

// SPDX-License-Identifier: Apache-2.0
// Executions in their saved form and loaded: the last ones that were saved are kept loaded, under a
// hash of what was saved. So a kept one is what loading would give, whatever became of the input
// that saved it.
#pragma once

#include <deque>
#include <unordered_map>

#include "services/states/drive.hpp"

namespace tocsin::states {

class LoadedExecutions {
 public:
  /// The execution that the row holds, which does not hold its names. It is no longer kept. Null
  /// where the row holds none.
  asl::ExecutionPtr take(core::Context& context, const Saved& saved,
                         const asl::StartOptions& names);
  /// Writes the row, and keeps the execution.
  void keep(core::Context& context, const Place& place, Saved saved, asl::ExecutionPtr execution);
  bool awaits(core::Context& context, const Saved& saved, const asl::StartOptions& names,
              std::uint64_t task);

 private:
  void add(const std::string& stamp, asl::ExecutionPtr execution);
  std::unordered_map<std::string, asl::ExecutionPtr> kept_;
  std::deque<std::string> order_;
};

/// Of this thread: each machine has one.
LoadedExecutions& loaded_executions();

}  // namespace tocsin::states

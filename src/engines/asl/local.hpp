// SPDX-License-Identifier: Apache-2.0
// Runs an execution with no server: tasks are answered by a function, timers by a clock that jumps.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engines/asl/asl.hpp"

namespace tocsin::asl {

struct LocalAnswer {
  std::vector<Event> events;  // about the task, in order
};

struct LocalOptions {
  StartOptions start;
  Time now{};
  std::uint64_t seed = 1;
  /// What becomes of a task. None: it stays without an answer until its timeout.
  std::function<LocalAnswer(const StartTask&)> answer = {};
  /// The end of a map run. None: its children are run here.
  std::function<std::optional<Event>(const StartMapRun&)> answer_map = {};
  std::function<std::optional<std::string>(const Resource&)> refusal = {};  // Environment's
  bool save_between = false;  // saves and loads the state between any two events
};

struct LocalResult {
  Finished finished;
  std::vector<HistoryEvent> history;
  bool stuck = false;  // it waits for what nobody will answer
};

LocalResult run_locally(const Machine& machine, const LocalOptions& options);

}  // namespace tocsin::asl

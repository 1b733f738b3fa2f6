// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <set>
#include <string>

#include "engines/asl/local.hpp"

namespace tocsin::app {

/// What a run did with a state.
struct StateMarks {
  int entered = 0, exited = 0, caught = 0, failed = 0;
};

struct Transition {
  std::string from, to;  // "" from: the start
  bool caught = false;
  auto operator<=>(const Transition&) const = default;
};

/// Where a run has been, by its history.
struct RunMarks {
  std::map<std::string, StateMarks> states;
  std::set<Transition> taken;

  static RunMarks of(const asl::LocalResult& run);
};

}  // namespace tocsin::app

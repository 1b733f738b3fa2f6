// SPDX-License-Identifier: Apache-2.0
// A seeded simulator of the core: virtual time, and faults at every seam. One seed replays one run.
//
// Faults: an append that fails (full disk), a crash between append and apply, a crash that loses all state since the last checkpoint,
// job results that come late, twice or never, and workers that fail.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::sim {

struct Report {
  std::uint64_t seed = 0;
  std::size_t acknowledged = 0;  // calls
  std::size_t crashes = 0;
  std::size_t refused = 0;       // calls whose append failed
  std::size_t retried = 0;       // jobs that failed and came again
  std::string digest;            // of the state at the end
  /// What must never happen, and did. Empty: all invariants hold.
  ///  - an acknowledged call is lost, or a refused one is there
  ///  - a delivery is neither done nor in the dead letters, or stands in both
  ///  - a timer has not fired once
  ///  - the log, applied to an empty state, gives another state
  std::vector<std::string> violations;
};

/// Runs `steps` random steps, then brings the machine to rest and checks.
Report simulate(std::uint64_t seed, int steps);

}  // namespace tocsin::sim

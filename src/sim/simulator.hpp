// SPDX-License-Identifier: Apache-2.0
// A seeded simulator: virtual time, and faults at every seam. One seed replays one run.
//
// Faults: an append that fails (full disk), a crash between append and apply, a crash that loses
// all state since the last checkpoint, job results that come late, twice or never, and receivers
// that fail.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tocsin::sim {

struct Report {
  std::uint64_t seed = 0;
  std::size_t acknowledged = 0;  // calls
  std::size_t crashes = 0;
  std::size_t refused = 0;  // calls whose append failed
  std::size_t retried = 0;  // jobs that failed and came again
  std::string digest;       // of the state at the end
  /// What must never happen, and did; empty: all invariants hold. In every world: the log, applied
  /// to an empty state, gives the state that the run ended with.
  std::vector<std::string> violations;
};

/// The core alone, with a service that has one of everything that core offers. Invariants: an
/// acknowledged call is there, a refused one is not; a delivery is done or in the dead letters, not
/// both; a timer fires once.
Report simulate_core(std::uint64_t seed, int steps);

/// The real events, sns and sqs: events that match a rule whose targets are a queue, a queue that
/// is gone, and a topic with a failing HTTP endpoint. Invariant: each target of an acknowledged
/// event has it at least once, or its dead-letter queue has.
Report simulate_deliveries(std::uint64_t seed, int steps);

/// The real sqs, s3 and lambda. Invariants: an acknowledged message is in its queue until it is
/// deleted, and never after; an acknowledged object is what its key holds; an acknowledged
/// asynchronous invocation has run, or lies in the function's dead-letter queue.
Report simulate_services(std::uint64_t seed, int steps);

}  // namespace tocsin::sim

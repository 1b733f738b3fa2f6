// SPDX-License-Identifier: Apache-2.0
// The service that the simulator drives: it has one of everything that core offers to real ones.
#pragma once

#include "core/registry.hpp"
#include "core/table.hpp"

namespace tocsin::sim {

struct Count {
  std::int64_t times = 0;
};
BOOST_DESCRIBE_STRUCT(Count, (), (times))

inline constexpr core::Table<Count> kNotes{"sim.notes"};          // calls that were accepted
inline constexpr core::Table<Count> kDelivered{"sim.delivered"};  // jobs that succeeded
inline constexpr core::Table<Count> kDeadLetters{"sim.dead"};     // jobs that failed for good
inline constexpr core::Table<Count> kFired{"sim.fired"};          // timers

/// Operations Note {Id}, Deliver {Id} (an at-least-once job with retries) and Remind {Id, Seconds}.
core::Registry delivery_service();

}  // namespace tocsin::sim

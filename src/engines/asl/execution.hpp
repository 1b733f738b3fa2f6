// SPDX-License-Identifier: Apache-2.0
// The state of one execution: a tree of branches, each at one state of its flow.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engines/asl/machine.hpp"

namespace tocsin::asl {

using BranchId = std::uint32_t;
inline constexpr BranchId kRoot = 1;

/// A Parallel or Map in flight.
struct Join {
  Value items;      // of a Map
  Value effective;  // what ItemSelector and the branches see
  std::vector<Value> results;
  std::uint32_t total = 0, started = 0, done = 0;
  std::uint32_t concurrency = 0;
};

struct Branch {
  enum class Phase : std::uint8_t { Ready, Waiting, Task, Joining, Retrying };
  BranchId id = kRoot, parent = 0;
  std::uint32_t index = 0;  // among its parent's
  StateId state = kNoState;
  Phase phase = Phase::Ready;
  bool heartbeat_missed = false;
  std::uint32_t retries = 0;
  std::int64_t last = 0;  // the event that the next one follows
  std::int64_t entered_event = 0, before_entry = 0;
  Time entered{};
  Value input;                                       // of the state
  std::uint64_t task = 0, timer = 0, heartbeat = 0;  // timer: of a wait, a timeout or a retry
  std::int64_t heartbeat_s = 0;
  std::string token;
  std::vector<std::uint32_t> attempts;  // of each retrier
  std::vector<std::pair<std::string, Value>> variables;
  std::unique_ptr<Join> join;
};

struct Execution {
  std::string arn, name, role_arn, machine_arn, machine_name, region;
  Value input;
  Time started{};
  FlowId flow = 0;
  std::int64_t redrives = 0;
  std::optional<Document> map_item;
  Status status = Status::Running;
  std::int64_t last_event = 0;
  std::uint64_t last_handle = 0;  // of tasks and timers
  BranchId last_branch = kRoot;
  std::uint64_t timeout = 0;  // the timer of the machine's TimeoutSeconds
  std::map<BranchId, Branch> branches;
  std::vector<BranchId> ready;
};

/// Sets what StartOptions names.
void name(Execution& execution, const StartOptions& names);

}  // namespace tocsin::asl

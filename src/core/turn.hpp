// SPDX-License-Identifier: Apache-2.0
// What the machine itself keeps: rows of its own tables, and the course of one input.
#pragma once

#include "core/machine.hpp"
#include "core/table.hpp"
#include "core/trace.hpp"

namespace tocsin::core {

/// The course of one input.
struct Turn {
  std::uint64_t sequence = 0;
  std::uint64_t epoch = 0;
  Time time{};
  bool read_only = false;
  std::string request_id;         // of the read
  Array reads;                    // of a read: its calls as they ended, its own last; for the audit
  std::uint32_t ids = 0;          // drawn so far
  std::string drawn;              // bytes that are drawn and not yet used
  std::uint32_t nodes = 0;        // trace nodes so far
  int steps = 10'000;             // budget
  std::vector<TraceNode> traced;  // not in order of their numbers
  std::vector<Event> events;
  std::size_t delivered = 0;  // of events
  store::Batch told;          // resources' rows as the changes told so far left them
  Machine::Applied applied;
};

/// A place to return to when a nested call fails: what it queued is dropped.
class Savepoint {
 public:
  explicit Savepoint(Turn& turn)
      : turn_(turn),
        traced_(turn.traced.size()),
        events_(turn.events.size()),
        replies_(turn.applied.replies.size()),
        jobs_(turn.applied.jobs.size()) {}
  void roll_back() {
    turn_.traced.erase(turn_.traced.begin() + traced_, turn_.traced.end());
    turn_.events.erase(turn_.events.begin() + events_, turn_.events.end());
    turn_.applied.replies.erase(turn_.applied.replies.begin() + replies_,
                                turn_.applied.replies.end());
    turn_.applied.jobs.erase(turn_.applied.jobs.begin() + jobs_, turn_.applied.jobs.end());
  }

 private:
  Turn& turn_;
  std::ptrdiff_t traced_, events_, replies_, jobs_;
};

struct Meta {
  std::uint64_t applied = 0;
  std::uint64_t epoch = 0;
  int version = 0;
  Time time{};
};
BOOST_DESCRIBE_STRUCT(Meta, (), (applied, epoch, version, time))

struct TimerRow {
  Continuation then;
  Scope scope;
  std::string cause;
};
BOOST_DESCRIBE_STRUCT(TimerRow, (), (then, scope, cause))

struct TimerDue {
  std::string due;
};
BOOST_DESCRIBE_STRUCT(TimerDue, (), (due))

struct TaskRow {
  std::optional<CallSpec> call;
  std::optional<JobSpec> job;
  Retry retry;
  Continuation then;
  int attempts = 0;
  Time started{};
  std::string node;  // in the trace
  Scope scope;
};
BOOST_DESCRIBE_STRUCT(TaskRow, (), (call, job, retry, then, attempts, started, node, scope))

struct JobRow {
  std::string task;
  int attempt = 0;
};
BOOST_DESCRIBE_STRUCT(JobRow, (), (task, attempt))

/// One caller that waits for a token; the innermost call comes first.
struct ParkedFrame {
  std::string request_id;
  std::string task_id;
  Document request;
  Principal principal;
  std::string event_id;
  std::string node;
};
BOOST_DESCRIBE_STRUCT(ParkedFrame, (), (request_id, task_id, request, principal, event_id, node))

struct ParkedRow {
  std::vector<ParkedFrame> frames;
};
BOOST_DESCRIBE_STRUCT(ParkedRow, (), (frames))

/// Ends the id of a timer for which virtual time does not jump.
inline constexpr std::string_view kUpkeepMark = "~";

inline constexpr Table<Meta> kMeta{"core.meta"};
inline constexpr Table<TimerRow> kTimers{"core.timers"};       // due, id
inline constexpr Table<TimerDue> kTimerDue{"core.timer_due"};  // id
inline constexpr Table<TaskRow> kTasks{"core.tasks"};          // id
inline constexpr Table<JobRow> kJobs{"core.jobs"};             // id
inline constexpr Table<ParkedRow> kParked{"core.parked"};      // token

}  // namespace tocsin::core

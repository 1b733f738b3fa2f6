// SPDX-License-Identifier: Apache-2.0
// What Step Functions keeps. Definitions and all data of executions are sealed.
#pragma once

#include "core/table.hpp"
#include "core/tags.hpp"

namespace tocsin::states {

using core::Tags;

enum class Type { STANDARD, EXPRESS };
BOOST_DESCRIBE_ENUM(Type, STANDARD, EXPRESS)

/// What an update changes: a published version and a running execution keep theirs.
struct Revision {
  std::string id;          // UUID
  bool initial = false;    // the first: DescribeStateMachine does not show its id
  std::string definition;  // SHA-256 in hex: the row of kDefinitions
  std::string role;
  Object logging, tracing, encryption;  // as the API has them
  Time updated{};
};
BOOST_DESCRIBE_STRUCT(Revision, (),
                      (id, initial, definition, role, logging, tracing, encryption, updated))

struct Machine {
  Scope scope;
  std::string name;
  Type type = Type::STANDARD;
  Revision revision;
  Tags tags;
  Time created{};
  bool deleting = false;
  std::int64_t versions = 0;  // the last number that was given
  Object unknown;

  std::string arn() const { return tocsin::arn("states", scope, "stateMachine:" + name); }
};
BOOST_DESCRIBE_STRUCT(Machine, (),
                      (scope, name, type, revision, tags, created, deleting, versions, unknown))

struct Definition {
  Document text;  // sealed
};
BOOST_DESCRIBE_STRUCT(Definition, (), (text))

struct Version {
  std::int64_t number = 0;
  std::string description;
  Revision revision;
  Time created{};
};
BOOST_DESCRIBE_STRUCT(Version, (), (number, description, revision, created))

struct Route {
  std::int64_t version = 0;
  std::int64_t weight = 100;
};
BOOST_DESCRIBE_STRUCT(Route, (), (version, weight))

struct Alias {
  std::string name;
  std::string description;
  std::vector<Route> routes;  // one or two
  Time created{}, updated{};
};
BOOST_DESCRIBE_STRUCT(Alias, (), (name, description, routes, created, updated))

enum class Status { RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE };
BOOST_DESCRIBE_ENUM(Status, RUNNING, SUCCEEDED, FAILED, TIMED_OUT, ABORTED, PENDING_REDRIVE)

/// Who waits for the end of an execution: a client's StartSyncExecution, a task of another
/// execution (startExecution.sync), or a map run.
struct Waiter {
  std::string token;          // of core
  std::string machine, name;  // the other execution
  std::uint64_t task = 0;
  bool parsed = false;  // .sync:2: input and output as JSON, not as text
};
BOOST_DESCRIBE_STRUCT(Waiter, (), (token, machine, name, task, parsed))

/// An execution; its input, output, error and cause stand in its history.
struct Execution {
  std::string machine;  // "Name", of a map run's child "Name/Label"
  std::string name;     // of an Express execution "Name:UUID"
  Type type = Type::STANDARD;
  Revision revision;
  std::int64_t version = 0;  // that it was started by; 0: none
  std::string alias;
  Status status = Status::RUNNING;
  Time start{}, stop{};
  std::string input_hash;  // SHA-256 in hex of the text: StartExecution again is the same call
  std::string trace_header;
  std::string map_run;         // of a child: UUID
  std::int64_t map_index = 0;  // among the run's children
  std::int64_t items = 0;      // that a child has
  std::int64_t redrives = 0;
  Time redriven{};
  std::vector<Waiter> waiters;
  std::string node;  // in the trace
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(Execution, (),
                      (machine, name, type, revision, version, alias, status, start, stop,
                       input_hash, trace_header, map_run, map_index, items, redrives, redriven,
                       waiters, node, unknown))

/// What the engine needs to go on, written at each advance. Kept when an execution failed: a
/// redrive goes on from it.
struct Saved {
  std::string stamp;                           // unique: what a cached execution is known by
  Document execution;                          // sealed asl::save
  std::map<std::string, std::string> timers;   // the engine's handle: core's id
  std::map<std::string, std::string> pending;  // the engine's task: what is to be undone with it
};
BOOST_DESCRIBE_STRUCT(Saved, (), (stamp, execution, timers, pending))

/// The events of one advance (history.hpp).
struct HistoryRow {
  Document events;  // sealed
};
BOOST_DESCRIBE_STRUCT(HistoryRow, (), (events))

struct Listed {};
BOOST_DESCRIBE_STRUCT(Listed, (), ())

/// A run of a distributed Map (map_runs.hpp). Its data is sealed.
struct MapRun {
  std::string machine, name;  // "Name/Label", UUID
  Waiter parent;              // the execution and the task that wait for it
  Status status = Status::RUNNING;
  Time start{}, stop{};
  Type type = Type::STANDARD;  // of the children
  Revision revision;
  std::string state;  // the Map's name
  std::int64_t processor = 0;
  Document input, reader, writer, batcher;
  std::int64_t concurrency = 0, tolerated_count = 0;
  double tolerated_percentage = 0;
  bool listing = false;      // more items are to be read
  std::string continuation;  // where
  std::int64_t total = 0;    // items that were read
  std::int64_t next = 0;     // the item that is started next
  std::int64_t children = 0;
  std::map<std::string, std::int64_t> items, executions;  // by status
  std::int64_t result_bytes = 0;
  bool scheduled = false;  // a step is on its way
  std::string error, cause;
  std::int64_t redrives = 0;
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(MapRun, (),
                      (machine, name, parent, status, start, stop, type, revision, state, processor,
                       input, reader, writer, batcher, concurrency, tolerated_count,
                       tolerated_percentage, listing, continuation, total, next, children, items,
                       executions, result_bytes, scheduled, error, cause, redrives, unknown))

/// Items of a map run, or results of its children.
struct Chunk {
  Document values;  // sealed array
};
BOOST_DESCRIBE_STRUCT(Chunk, (), (values))

struct Activity {
  Scope scope;
  std::string name;
  Tags tags;
  Object encryption;
  Time created{};

  std::string arn() const { return tocsin::arn("states", scope, "activity:" + name); }
};
BOOST_DESCRIBE_STRUCT(Activity, (), (scope, name, tags, encryption, created))

/// A task that no worker has taken yet.
struct ActivityTask {
  std::string machine, name;  // of the execution
  std::uint64_t task = 0;
  std::string token;
  Document input;  // sealed text
};
BOOST_DESCRIBE_STRUCT(ActivityTask, (), (machine, name, task, token, input))

/// A worker that waits (GetActivityTask).
struct ActivityPoll {
  std::string token;  // of core
  std::string timer;
  std::string worker;
};
BOOST_DESCRIBE_STRUCT(ActivityPoll, (), (token, timer, worker))

struct Count {
  std::int64_t value = 0;
};
BOOST_DESCRIBE_STRUCT(Count, (), (value))

// Keys begin with account and region. An execution's are its machine and its name; versions and
// history rows have their number as eight digits, moments are 16 hexadecimal digits of
// milliseconds.
inline constexpr core::Table<Machine> kMachines{"states.machines"};           // name
inline constexpr core::Table<Definition> kDefinitions{"states.definitions"};  // machine, SHA-256
inline constexpr core::Table<Version> kVersions{"states.versions"};           // machine, number
inline constexpr core::Table<Alias> kAliases{"states.aliases"};               // machine, alias
inline constexpr core::Table<Execution> kExecutions{"states.executions"};
inline constexpr core::Table<Saved> kSaved{"states.saved"};
inline constexpr core::Table<HistoryRow> kHistory{"states.history"};  // …, id of the first event
/// For lists: machine, status or "" (all), moment of the start, name.
inline constexpr core::Table<Listed> kListed{"states.listed"};
/// To be forgotten: moment of the end, machine, name.
inline constexpr core::Table<Listed> kEnded{"states.ended"};
inline constexpr core::Table<Listed> kSweeps{"states.sweeps"};     // a sweep's timer is set
inline constexpr core::Table<Count> kOpen{"states.open"};          // running executions
inline constexpr core::Table<MapRun> kMapRuns{"states.map_runs"};  // machine, name
/// For lists: the execution's machine and name, the run's machine and name.
inline constexpr core::Table<Listed> kMapRunsOf{"states.map_runs_of"};
inline constexpr core::Table<Chunk> kMapItems{"states.map_items"};  // machine, name, first index
inline constexpr core::Table<Chunk> kMapResults{"states.map_results"};    // machine, name, index
inline constexpr core::Table<Activity> kActivities{"states.activities"};  // name
inline constexpr core::Table<ActivityTask> kActivityTasks{"states.activity_tasks"};  // name, order
inline constexpr core::Table<ActivityPoll> kActivityPolls{"states.activity_polls"};  // name, order

}  // namespace tocsin::states

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

/// A file that ResultWriter has written.
struct ResultFile {
  std::string status;  // of the children in it
  std::string key;
  std::int64_t size = 0;
};
BOOST_DESCRIBE_STRUCT(ResultFile, (), (status, key, size))

/// A run of a distributed Map (map_runs.hpp). Written with each child: small.
struct MapRun {
  std::string machine, name;  // "Name/Label", UUID
  Waiter parent;              // the execution and the task that wait for it
  Status status = Status::RUNNING;
  Time start{}, stop{};
  Type type = Type::STANDARD;  // of the children
  std::string state;           // the Map's name
  std::int64_t processor = 0;
  std::int64_t concurrency = 0, tolerated_count = 0;
  double tolerated_percentage = 0;
  bool reads = false, writes = false;  // has an ItemReader, a ResultWriter
  bool reading = false;                // more items are to be read
  std::int64_t total = 0;              // items that were read
  std::int64_t next = 0;               // the item that is started next
  std::int64_t first = 0;              // of the chunk in which that is
  std::int64_t children = 0;
  std::map<std::string, std::int64_t> items, executions;  // by status
  std::int64_t result_bytes = 0;
  bool scheduled = false;         // a step is on its way
  std::vector<ResultFile> files;  // while the results are written
  std::string written;            // the status and index up to which they are
  std::string error, cause;
  std::int64_t redrives = 0;
  Time redriven{};
  bool redriving = false;        // children that did not succeed are started again
  std::string redriven_to;       // the index of the last one
  std::int64_t final_items = 0;  // that failed and cannot be redriven
  std::int64_t final_executions = 0;
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(MapRun, (),
                      (machine, name, parent, status, start, stop, type, state, processor,
                       concurrency, tolerated_count, tolerated_percentage, reads, writes, reading,
                       total, next, first, children, items, executions, result_bytes, scheduled,
                       files, written, error, cause, redrives, redriven, redriving, redriven_to,
                       final_items, final_executions, unknown))

/// What a map run was started with. The documents are sealed.
struct MapRunData {
  Revision revision;
  Document input, reader, writer, batcher;
  Object unknown;
};
BOOST_DESCRIBE_STRUCT(MapRunData, (), (revision, input, reader, writer, batcher, unknown))

/// How far a map run has read its items (map_reader.hpp).
struct Reading {
  std::string continuation;          // of a listing
  std::int64_t offset = 0;           // in the file, of what is not read yet
  std::string etag;                  // of the file, which must stay the same
  std::string bracket;               // that a JSON file begins with
  std::vector<std::string> headers;  // of a CSV file
  std::string bucket;                // of an inventory
  std::vector<std::string> files;    // of an inventory, not read yet: the next one last
};
BOOST_DESCRIBE_STRUCT(Reading, (), (continuation, offset, etag, bracket, headers, bucket, files))
struct ReadingRow {
  Document reading;  // sealed
  Document plain;    // an inventory's file, unpacked: a blob
};
BOOST_DESCRIBE_STRUCT(ReadingRow, (), (reading, plain))

/// A child of a map run that did not succeed: a redrive starts it again.
struct Unsuccessful {
  std::string name;
  Status status = Status::FAILED;
  std::int64_t items = 0;
};
BOOST_DESCRIBE_STRUCT(Unsuccessful, (), (name, status, items))

/// Items of a map run (an array), or what a child left.
struct Chunk {
  Document values;  // sealed
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

/// What a machine's executions did in one minute (measures.hpp).
struct Measures {
  Time minute{};
  std::map<std::string, std::int64_t> counts;  // by metric
  std::map<std::string, std::int64_t> times;   // by milliseconds
};
BOOST_DESCRIBE_STRUCT(Measures, (), (minute, counts, times))

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
inline constexpr core::Table<Listed> kSweeps{"states.sweeps"};        // a sweep's timer is set
inline constexpr core::Table<Count> kOpen{"states.open"};             // running executions
inline constexpr core::Table<Measures> kMeasures{"states.measures"};  // machine
// Keys of a map run's rows begin with its machine and name.
inline constexpr core::Table<MapRun> kMapRuns{"states.map_runs"};
inline constexpr core::Table<MapRunData> kMapRunData{"states.map_run_data"};
inline constexpr core::Table<ReadingRow> kMapReadings{"states.map_readings"};
inline constexpr core::Table<Chunk> kMapItems{"states.map_items"};      // …, first index
inline constexpr core::Table<Chunk> kMapResults{"states.map_results"};  // …, status, index
inline constexpr core::Table<Unsuccessful> kMapUnsuccessful{"states.map_unsuccessful"};  // …, index
/// For lists: the execution's machine and name, the run's machine and name.
inline constexpr core::Table<Listed> kMapRunsOf{"states.map_runs_of"};
inline constexpr core::Table<Activity> kActivities{"states.activities"};             // name
inline constexpr core::Table<ActivityTask> kActivityTasks{"states.activity_tasks"};  // name, order
inline constexpr core::Table<ActivityPoll> kActivityPolls{"states.activity_polls"};  // name, order

}  // namespace tocsin::states

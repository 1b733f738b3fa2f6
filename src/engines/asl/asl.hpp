// SPDX-License-Identifier: Apache-2.0
// The Amazon States Language (https://states-language.net/spec.html) as AWS Step Functions runs it.
//
// A definition is compiled once into a Machine. An Execution is plain state that can be saved as a
// document. `advance` takes an event of the outside (a task's result, a timer) and gives what is to
// be done next (start a task, set a timer) and what happened (history events, AWS's). It knows no
// clock, draws no randomness of its own and touches nothing: same machine, state and events, same
// result.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "base/document.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "engines/asl/value.hpp"

namespace tocsin::asl {

class Machine;
using MachinePtr = std::shared_ptr<const Machine>;

enum class MachineType : std::uint8_t { Standard, Express };

/// As ValidateStateMachineDefinition reports it.
struct Diagnostic {
  enum class Severity : std::uint8_t { Error, Warning };
  Severity severity = Severity::Error;
  std::string code;      // "SCHEMA_VALIDATION_FAILED"
  std::string message;   // "Missing 'Next' target: B"
  std::string location;  // "/States/A/Next"; may be empty
  bool operator==(const Diagnostic&) const = default;
};

struct Compiled {
  MachinePtr machine;  // null where one of the diagnostics is an error
  std::vector<Diagnostic> diagnostics;
};
Compiled check(std::string_view definition, MachineType type = MachineType::Standard);

/// What ValidateStateMachineDefinition answers: the diagnostics of at least that severity, `most`
/// of them (0: 100).
Document validation(const Compiled& checked, Diagnostic::Severity least, std::size_t most);

/// Error: InvalidDefinition, "Invalid State Machine Definition: '…'".
Result<MachinePtr> compile(std::string_view definition, MachineType type = MachineType::Standard);

/// What a Task calls.
struct Resource {
  enum class Kind : std::uint8_t { Lambda, Activity, Service };
  enum class Pattern : std::uint8_t { RequestResponse, Sync, WaitForTaskToken };
  Kind kind = Kind::Service;
  Pattern pattern = Pattern::RequestResponse;
  std::string arn;      // as the definition has it
  std::string service;  // "sqs", "aws-sdk:s3": history's resourceType
  std::string action;   // "sendMessage.waitForTaskToken": history's resource
};
std::optional<Resource> parse_resource(std::string_view arn);

// --- What happened ---------------------------------------------------------------------------

enum class EventType : std::uint8_t {
  ExecutionStarted,
  ExecutionSucceeded,
  ExecutionFailed,
  ExecutionAborted,
  ExecutionTimedOut,
  PassStateEntered,
  PassStateExited,
  TaskStateEntered,
  TaskStateExited,
  ChoiceStateEntered,
  ChoiceStateExited,
  WaitStateEntered,
  WaitStateExited,
  SucceedStateEntered,
  SucceedStateExited,
  FailStateEntered,
  ParallelStateEntered,
  ParallelStateExited,
  MapStateEntered,
  MapStateExited,
  ParallelStateStarted,
  ParallelStateSucceeded,
  ParallelStateFailed,
  ParallelStateAborted,
  MapStateStarted,
  MapStateSucceeded,
  MapStateFailed,
  MapStateAborted,
  MapIterationStarted,
  MapIterationSucceeded,
  MapIterationFailed,
  MapIterationAborted,
  MapRunStarted,
  MapRunRedriven,
  MapRunSucceeded,
  MapRunFailed,
  TaskStateAborted,
  WaitStateAborted,
  TaskScheduled,
  TaskStarted,
  TaskStartFailed,
  TaskSubmitted,
  TaskSubmitFailed,
  TaskSucceeded,
  TaskFailed,
  TaskTimedOut,
  LambdaFunctionScheduled,
  LambdaFunctionScheduleFailed,
  LambdaFunctionStarted,
  LambdaFunctionStartFailed,
  LambdaFunctionSucceeded,
  LambdaFunctionFailed,
  LambdaFunctionTimedOut,
  ActivityScheduled,
  ActivityScheduleFailed,
  ActivityStarted,
  ActivitySucceeded,
  ActivityFailed,
  ActivityTimedOut,
  EvaluationFailed,
  ExecutionRedriven
};
std::string_view name_of(EventType type);

struct HistoryEvent {
  std::int64_t id = 0, previous = 0;
  Time timestamp{};
  EventType type{};
  std::int64_t number = 0;  // a map's length, an iteration's index
  std::string_view name;    // of the state; views the Machine
  Value data;               // input or output
  Value details;            // every other detail, as the API names it
};

/// As GetExecutionHistory shows it; without `data` where execution data is not included.
Document to_document(const HistoryEvent& event, bool include_execution_data = true);

// --- What is to be done ----------------------------------------------------------------------

struct StartTask {
  std::uint64_t task = 0;
  const Resource* resource = nullptr;  // of the Machine
  std::string_view state;              // name; views the Machine
  Value parameters;
  std::string credentials;  // RoleArn; empty: the execution's own
  std::string token;        // of .waitForTaskToken and activities
  std::optional<std::int64_t> timeout_s, heartbeat_s;
  std::uint32_t attempt = 0;  // how many times it was retried
};

/// A distributed Map. The host reads the items where there is a reader, starts an execution of
/// `processor` for each (see StartOptions::processor), and answers with MapRunStarted, then
/// TaskSucceeded (output: the array of results, or what ResultWriter leaves) or TaskFailed.
struct StartMapRun {
  std::uint64_t task = 0;
  std::string_view state;
  std::string label;
  std::uint32_t processor = 0;
  bool express = false;
  Value items;                       // selected already; none where `reader` says where they are
  Value input;                       // the state's effective input, for ItemSelector
  Value reader, writer, batcher;     // evaluated
  std::int64_t max_concurrency = 0;  // 0: no limit
  std::int64_t tolerated_count = 0;
  double tolerated_percentage = 0;
};

/// The map run of Redriven::map_run goes on, for this task: only what did not succeed.
struct ResumeMapRun {
  std::uint64_t task = 0;
};

struct CancelTask {
  std::uint64_t task = 0;
};
struct SetTimer {
  std::uint64_t timer = 0;
  Time at{};
};
struct CancelTimer {
  std::uint64_t timer = 0;
};

enum class Status : std::uint8_t { Running, Succeeded, Failed, TimedOut, Aborted };
std::string_view name_of(Status status);  // "SUCCEEDED"

struct Finished {
  Status status = Status::Succeeded;
  Value output;
  std::optional<std::string> error, cause;
};

using Command =
    std::variant<StartTask, StartMapRun, ResumeMapRun, CancelTask, SetTimer, CancelTimer, Finished>;

struct Step {
  std::vector<Command> commands;
  std::vector<HistoryEvent> history;
  bool more = false;  // the budget was used up: advance again with Continue
};

// --- What comes from outside -----------------------------------------------------------------

struct Continue {};
/// A worker has taken an activity's task.
struct TaskStarted {
  std::uint64_t task = 0;
  std::string worker_name;
};
/// The request of a .sync or .waitForTaskToken task was accepted.
struct TaskSubmitted {
  std::uint64_t task = 0;
  Document output;
};
struct TaskSucceeded {
  std::uint64_t task = 0;
  Document output;
};
struct TaskFailed {
  enum class At : std::uint8_t { Run, Start, Submit, Schedule };
  std::uint64_t task = 0;
  std::optional<std::string> error, cause;
  At at = At::Run;
};
struct TaskHeartbeat {
  std::uint64_t task = 0;
};
struct MapRunStarted {
  std::uint64_t task = 0;
  std::string arn;
};
struct TimerFired {
  std::uint64_t timer = 0;
};
struct Stopped {  // StopExecution
  std::optional<std::string> error, cause;
};
struct Redriven {
  std::int64_t count = 1;
  /// A map run that did not succeed, of the distributed Map `state`: where the execution goes on
  /// there, so does the run. Its `count` is of its own redrives.
  struct MapRun {
    std::string state, arn;
    std::int64_t count = 1;
  };
  std::optional<MapRun> map_run = {};
};

using Event = std::variant<Continue, TaskStarted, TaskSubmitted, TaskSucceeded, TaskFailed,
                           TaskHeartbeat, MapRunStarted, TimerFired, Stopped, Redriven>;

struct Environment {
  Time now{};
  std::function<std::uint64_t()> random = {};                      // 64 fresh bits a call
  std::function<std::string(std::uint64_t task)> task_token = {};  // none: made of `random`
  /// Why a resource cannot be called at all ("The activity … does not exist."): States.Runtime.
  std::function<std::optional<std::string>(const Resource&)> refusal = {};
  std::size_t budget = 10'000;  // states entered in one advance
  /// Of TestState: what becomes of a state's data ("afterInputPath", …), and the context object.
  std::function<void(std::string_view stage, const Value& value)> observe = {};
  const Document* context = nullptr;
};

struct StartOptions {
  std::string execution_arn, execution_name, role_arn, machine_arn, machine_name, region;
  Document input;
  std::uint32_t processor = 0;       // StartMapRun::processor: a child of a map run; 0: the machine
  std::optional<Document> map_item;  // of a child: {"Index": …, "Value": …}
};

struct Execution;  // execution.hpp
struct ExecutionDeleter {
  void operator()(Execution* execution) const;
};
using ExecutionPtr = std::unique_ptr<Execution, ExecutionDeleter>;

struct Started {
  ExecutionPtr execution;
  Step step;
};
Started start(const Machine& machine, const StartOptions& options, const Environment& environment);

/// An event about a task or timer that the execution no longer waits for changes nothing.
Step advance(const Machine& machine, Execution& execution, const Event& event,
             const Environment& environment);

Status status(const Execution& execution);
/// Whether it waits for the task: what SendTaskSuccess and SendTaskHeartbeat ask.
bool awaits(const Execution& execution, std::uint64_t task);

/// Whether what StartOptions names (ARNs, names, region) is saved, or given again to `load`.
enum class Names : std::uint8_t { Saved, Left };
Document save(const Execution& execution, Names names = Names::Saved);
ExecutionPtr load(const Document& saved, const StartOptions* names = nullptr);

// --- One state, tested alone -----------------------------------------------------------------

/// How closely a mocked result must follow the API of what the Task calls.
enum class MockCheck : std::uint8_t { Strict, Present };

/// What TestState works with, besides the request.
struct TestSurroundings {
  Time now{};
  std::uint64_t seed = 0;       // of States.UUID() and the like
  std::string account, region;  // of the execution that the context object shows
  /// What is wrong with a mocked result of a service; none: nothing.
  std::function<std::optional<std::string>(const Resource&, const Document& result, MockCheck)>
      mock_fault = {};
};

/// What came of a Task that the host ran: TaskSucceeded or TaskFailed, and an HTTP Task's exchange
/// ({"request": …, "response": …}).
struct TestAnswer {
  Event event;
  Document exchange;
};

struct TestedState {
  std::optional<Document> reply;  // TestState's; none: the host runs `task` and calls again
  MachinePtr machine;             // what `task` points into
  std::optional<StartTask> task;
};

/// `request` is that of TestState. The second call, with the same request and surroundings, has the
/// answer of the task. Errors: InvalidDefinition, InvalidExecutionInput, ValidationException.
Result<TestedState> test_state(const Document& request, const TestSurroundings& surroundings,
                               const std::optional<TestAnswer>& answer = {});

// --- Parts, for the service ------------------------------------------------------------------

/// The items of a map run as its ItemSelector makes them of those that a reader gave.
Result<Document> selected_item(const Machine& machine, std::string_view state, const Value& input,
                               std::int64_t index, const Document& item,
                               const Environment& environment);

}  // namespace tocsin::asl

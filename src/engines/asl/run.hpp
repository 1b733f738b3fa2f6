// SPDX-License-Identifier: Apache-2.0
// One advance of one execution.
#pragma once

#include "engines/asl/execution.hpp"

namespace tocsin::asl {

/// Of a state, an execution or a task; AWS knows failures without a name.
struct FailureInfo {
  std::optional<std::string> error, cause;
};

inline constexpr std::size_t kMostBytes = 256 * 1024;
inline constexpr std::int64_t kMostEvents = 25'000;

class Run final : private Surroundings {
 public:
  Run(const Machine& machine, Execution& execution, const Environment& environment, Step& step)
      : machine_(machine), execution_(execution), environment_(environment), step_(step) {}

  void begin();
  void handle(const Event& event);
  /// Of TestState: what the branches of the root's Parallel or Map, which never ran, have come to.
  void join_mocked(const std::variant<Document, FailureInfo>& mock);

 private:
  using Outcome = Result<bool>;  // true; or what the state fails with

  /// How a state is left.
  struct Exit {
    Value result;
    StateId next = kNoState;
    const Selection* result_path = nullptr;
    const std::optional<Template>* assign = nullptr;
    const std::optional<Template>* output = nullptr;
    bool has_result = false;  // $states.result is defined
    bool is_error = false;    // `result` is the error output
  };

  // run.cpp: from event to event.
  void on(const Continue&) {}
  void on(const TaskStarted& event);
  void on(const TaskSubmitted& event);
  void on(const TaskSucceeded& event);
  void on(const TaskFailed& event);
  void on(const TaskHeartbeat& event);
  void on(const MapRunStarted& event);
  void on(const TimerFired& event);
  void on(const Stopped& event);
  void on(const Redriven& event);
  void drain();
  void enter(Branch& branch);
  void execute(Branch& branch);
  Outcome dispatch(Branch& branch);
  void settle(Branch& branch, const Outcome& outcome);
  Outcome complete(Branch& branch, Exit exit);
  Outcome commit(Branch& branch, const Exit& exit, Value output, std::optional<Document> assigned);
  void move_on(Branch& branch, StateId next, Value output);
  void end_flow(Branch& branch, Value output);
  void finish(Finished finished, EventType type, std::int64_t previous, Value details);
  std::int64_t event(EventType type, std::int64_t previous, std::string_view name = {},
                     Value data = {}, Value details = {}, std::int64_t number = 0);
  void make_ready(Branch& branch);
  Branch& root() { return execution_.branches.at(kRoot); }
  Branch* by_task(std::uint64_t task);
  const State& state_of(const Branch& branch) const {
    return machine_.states[static_cast<std::size_t>(branch.state)];
  }
  std::uint64_t set_timer(Time at);
  void drop_timer(std::uint64_t& timer);
  std::uint64_t new_handle() { return ++execution_.last_handle; }

  // data.cpp: what states do to their data.
  Result<Value> select(const Selection& selection, const Value& from);
  Result<Value> effective_input(Branch& branch);
  std::string cause_of(const Branch& branch, const Error& error) const;
  Result<Value> with_parameters(const State& state, const Value& effective);
  Scope scope_of(const Value& input) { return Scope{*this, *input}; }
  static Outcome fits(const Value& value, std::string_view what);

  // simple_states.cpp
  Outcome pass(Branch& branch);
  Outcome choice(Branch& branch);
  Outcome wait(Branch& branch);
  Result<Time> wait_until(Branch& branch, const Value& effective);
  Result<Time> seconds_from_now(const Setting& setting, const Document& value, bool jsonata);
  Result<Time> timestamp_of(const Setting& setting, const Document& value, bool jsonata);
  Outcome succeed(Branch& branch);
  Outcome fail_state(Branch& branch);
  Result<std::optional<std::string>> fail_text(const Setting& setting,
                                               const std::optional<Intrinsic>& call,
                                               const Value& effective);
  Outcome leave(Branch& branch, Value result);

  // task.cpp
  Outcome start_task(Branch& branch);
  Result<std::optional<std::int64_t>> seconds(const Setting& setting, const Value& effective);
  void announce(Branch& branch, const Resource& resource, const StartTask& task);
  void task_event(Branch& branch, EventType service, EventType lambda, EventType activity,
                  Object details, Value data = {});
  Outcome finish_task(Branch& branch, Value result);
  void fail_task(Branch& branch, const FailureInfo& failure, TaskFailed::At at);
  void task_timed_out(Branch& branch);
  void stop_waiting(Branch& branch);
  std::string make_token(std::uint64_t task);

  // join.cpp
  Outcome start_parallel(Branch& branch);
  Outcome start_map(Branch& branch);
  Result<Value> items_of(Branch& branch, const Value& effective);
  Outcome show_map(Branch& branch, double concurrency, double count, double percentage);
  Result<double> map_number(const Setting& setting, const Value& effective, bool whole,
                            double fallback);
  Outcome start_inline(Branch& branch, double max_concurrency);
  Outcome start_distributed(Branch& branch, StartMapRun run);
  void resume_distributed(Branch& branch, const Redriven::MapRun& run);
  Outcome start_iteration(Branch& branch, std::int64_t previous);
  Result<Value> iteration_input(Branch& branch, const MapPart& map, std::size_t index);
  Branch& new_branch(const Branch& parent, FlowId flow, std::uint32_t index, std::int64_t previous);
  void child_done(Branch& parent, Branch& child, Value output);
  Outcome join_done(Branch& branch);
  void child_failed(Branch& parent, Branch& child, const FailureInfo& failure);

  // failure.cpp
  void raise(Branch& branch, const Error& error);
  void failed(Branch& branch, const FailureInfo& failure, bool raised = false);
  bool retry(Branch& branch, const FailureInfo& failure);
  bool caught(Branch& branch, const FailureInfo& failure);
  void fail_flow(Branch& branch, const FailureInfo& failure);
  Duration retry_delay(const Retrier& retrier, std::uint32_t attempt);
  void abort_children(const Branch& parent, bool told);
  void abort(Branch& branch, bool told);
  void release(Branch& branch);
  void overflow();

  // context.cpp: what expressions see.
  const Document& context() override;
  const Document* variable(std::string_view name) override;
  std::uint64_t random() override { return environment_.random ? environment_.random() : 0; }
  Time now() const override { return environment_.now; }
  void saw(std::string_view stage, const Value& value) const {
    if (environment_.observe) environment_.observe(stage, value);
  }
  void see(const Branch& branch) {
    seen_ = &branch;
    context_.reset();
  }
  std::optional<Document> map_item() const;

  const Machine& machine_;
  Execution& execution_;
  const Environment& environment_;
  Step& step_;
  const Branch* seen_ = nullptr;
  std::optional<std::uint32_t> selecting_;  // the item whose ItemSelector is evaluated
  std::optional<Document> context_;
  std::size_t next_ready_ = 0;
  bool overflowed_ = false;
};

}  // namespace tocsin::asl

// SPDX-License-Identifier: Apache-2.0
#include "services/states/drive.hpp"

#include <deque>

#include "engines/asl/execution.hpp"
#include "services/states/endings.hpp"
#include "services/states/history.hpp"
#include "services/states/loaded.hpp"
#include "services/states/logging.hpp"
#include "services/states/map_runs.hpp"
#include "services/states/tasks.hpp"

namespace tocsin::states {
namespace {

using core::Context;

/// States that one input enters.
constexpr std::size_t kBudget = 1000;

std::uint64_t random_bits(Context& context) {
  std::uint64_t bits = 0;
  for (const unsigned char byte : context.new_bytes(8))
    bits = bits << 8 | byte;
  return bits;
}

/// How the context object names the execution.
asl::StartOptions names_of(const Place& place, const Execution& row) {
  const auto name = machine_name(row.machine);
  return {.execution_arn = execution_arn(place.scope, row),
          .execution_name = row.name.substr(0, row.name.find(':')),
          .role_arn = row.revision.role,
          .machine_arn = arn("states", place.scope, "stateMachine:" + name),
          .machine_name = name,
          .region = place.scope.region};
}

/// One input's work on one execution: what it does is written when it is destroyed.
class Drive {
 public:
  Drive(Context& context, Place place, Execution row)
      : context_(context),
        place_(std::move(place)),
        row_(std::move(row)),
        scope_(context.scope()),
        cause_(context.cause()) {
    context_.set_scope(place_.scope);
    context_.set_cause(row_.node);
    // A map run's child runs a part of its parent's definition, which is a Standard one.
    const auto type = row_.map_run.empty() ? row_.type : Type::STANDARD;
    machine_ = compiled(context_, place_.scope, row_.machine, row_.revision, type);
    environment_.now = context_.now();
    environment_.budget = kBudget;
    environment_.random = [this] { return random_bits(context_); };
    environment_.task_token = [this](std::uint64_t task) {
      return task_token(context_, place_, task);
    };
    environment_.refusal = [this](const asl::Resource& resource) {
      return refusal(context_, resource);
    };
  }
  ~Drive() {
    context_.set_scope(scope_);
    context_.set_cause(cause_);
  }
  Drive(const Drive&) = delete;
  Drive& operator=(const Drive&) = delete;

  bool runnable() const { return machine_ != nullptr; }

  void begin(Document input, const ChildStart& child) {
    auto options = names_of(place_, row_);
    options.input = std::move(input);
    options.processor = child.processor;
    options.map_item = child.map_item;
    auto started = asl::start(*machine_, options, environment_);
    execution_ = std::move(started.execution);
    take(std::move(started.step));
    if (row_.type == Type::EXPRESS && !finished_) set_deadline();
    go_on();
  }

  std::optional<Ended> ended() {
    if (!finished_) return std::nullopt;
    return Ended{row_, *std::move(finished_), std::move(input_)};
  }

  void advance(const asl::Event& event) {
    saved_ = kSaved.get(context_, place_.key()).value_or(Saved{});
    execution_ = loaded_executions().take(context_, saved_, names_of(place_, row_));
    if (!execution_) return;
    if (const auto* fired = std::get_if<asl::TimerFired>(&event))
      saved_.timers.erase(std::to_string(fired->timer));
    if (const auto* done = std::get_if<asl::TaskSucceeded>(&event))
      saved_.pending.erase(std::to_string(done->task));
    events_.push_back(event);
    go_on();
  }

 private:
  /// Express executions end after five minutes, whatever their definition says.
  void set_deadline() {
    constexpr auto kMost = std::chrono::minutes(5);
    if (execution_->timeout && machine_->timeout_s <= kMost / std::chrono::seconds(1)) return;
    if (execution_->timeout) {
      asl::CancelTimer later{execution_->timeout};
      carry_out(later);
    }
    asl::SetTimer deadline{++execution_->last_handle, context_.now() + kMost};
    execution_->timeout = deadline.timer;
    carry_out(deadline);
  }

  void go_on() {
    while (!events_.empty()) {
      const auto event = std::move(events_.front());
      events_.pop_front();
      take(asl::advance(*machine_, *execution_, event, environment_));
    }
    write();
  }

  void take(asl::Step step) {
    std::move(step.history.begin(), step.history.end(), std::back_inserter(history_));
    for (auto& command : step.commands)
      std::visit([&](auto& each) { carry_out(each); }, command);
    if (step.more) context_.later({"states.continue", place_.reference()});
  }

  void carry_out(asl::StartTask& task) {
    for (auto& event : start_task(context_, place_, row_, saved_, task))
      events_.push_back(std::move(event));
  }
  void carry_out(asl::StartMapRun& run) {
    events_.push_back(start_map_run(context_, place_, row_, saved_, run));
  }
  void carry_out(asl::ResumeMapRun& run) { resume_map_run(context_, place_, saved_, run.task); }
  void carry_out(asl::CancelTask& cancelled) { cancel_task(context_, saved_, cancelled.task); }
  void carry_out(asl::SetTimer& timer) {
    auto reference = place_.reference();
    reference["t"] = timer.timer;
    saved_.timers[std::to_string(timer.timer)] =
        context_.at(timer.at, {"states.timer", std::move(reference)});
  }
  void carry_out(asl::CancelTimer& cancelled) {
    const auto found = saved_.timers.find(std::to_string(cancelled.timer));
    if (found == saved_.timers.end()) return;
    context_.cancel(found->second);
    saved_.timers.erase(found);
  }
  void carry_out(asl::Finished& finished) { finished_ = std::move(finished); }

  void write() {
    log_events(context_, place_, row_, history_);
    if (row_.type == Type::STANDARD) keep_history(context_, place_.key(), history_);
    if (finished_) {
      input_ = *execution_->input;
      end_execution(context_, place_, row_, *finished_, input_);
      for (const auto& [handle, timer] : saved_.timers)
        context_.cancel(timer);
      saved_.timers.clear();
      saved_.pending.clear();
    }
    if (!finished_ || may_be_redriven(row_))
      loaded_executions().keep(context_, place_, std::move(saved_), std::move(execution_));
    else
      kSaved.erase(context_, place_.key());
  }

  Context& context_;
  Place place_;
  Execution row_;
  Saved saved_;
  asl::MachinePtr machine_;
  asl::ExecutionPtr execution_;
  asl::Environment environment_;
  std::vector<asl::HistoryEvent> history_;
  std::deque<asl::Event> events_;
  std::optional<asl::Finished> finished_;
  Document input_;
  Scope scope_;
  std::string cause_;
};

void fire(Context& context, const core::Resumption& timer) {
  drive(context, Place::referred(context, timer.context),
        asl::TimerFired{static_cast<std::uint64_t>(integer(timer.context, "t").value_or(0))});
}

}  // namespace

Place Place::referred(const Context& context, const Document& reference) {
  return {context.scope(), string_of(reference, "m"), string_of(reference, "n")};
}

std::optional<Ended> begin(Context& context, const Scope& scope, Execution row, Document input,
                           const ChildStart& child) {
  const Place place{scope, row.machine, row.name};
  row.start = context.now();
  row.node = context.trace("execution", row.machine);
  open_execution(context, place, row, input);
  Drive run(context, place, std::move(row));
  if (!run.runnable()) return std::nullopt;
  run.begin(std::move(input), child);
  return run.ended();
}

void begin_again(Context& context, const Place& place, Execution row, std::uint32_t processor) {
  const auto saved = kSaved.get(context, place.key());
  const auto before =
      saved ? loaded_executions().take(context, *saved, names_of(place, row)) : nullptr;
  kExecutions.erase(context, place.key());
  kSaved.erase(context, place.key());
  begin(context, place.scope, std::move(row), before ? *before->input : Document(nullptr),
        {.processor = processor, .map_item = before ? before->map_item : std::nullopt});
}

void drive(Context& context, const Place& place, const asl::Event& event) {
  auto row = kExecutions.get(context, place.key());
  const bool redriven = std::holds_alternative<asl::Redriven>(event);
  if (!row || (row->status != Status::RUNNING && !redriven)) return;
  Drive run(context, place, *std::move(row));
  if (run.runnable()) run.advance(event);
}

bool awaits(Context& context, const Place& place, std::uint64_t task) {
  const auto saved = kSaved.get(context, place.key());
  if (!saved) return false;
  const auto row = kExecutions.get(context, place.key());
  if (!row || row->status != Status::RUNNING) return false;
  return loaded_executions().awaits(context, *saved, names_of(place, *row), task);
}

void on_driving(core::Registry& registry) {
  registry.on_resume("states.timer", fire);
  registry.on_resume("states.continue", [](Context& context, const core::Resumption& step) {
    drive(context, Place::referred(context, step.context), asl::Continue{});
  });
}

}  // namespace tocsin::states

// SPDX-License-Identifier: Apache-2.0
#include "engines/asl/local.hpp"

#include <deque>
#include <fmt/format.h>
#include <map>

#include "engines/asl/functions.hpp"

namespace tocsin::asl {
namespace {

/// arn:aws:states:us-east-1:111122223333:mapRun:Name
std::string map_run_base(std::string arn) {
  constexpr std::string_view kMachine = ":stateMachine:";
  if (const auto at = arn.find(kMachine); at != std::string::npos)
    arn.replace(at, kMachine.size(), ":mapRun:");
  return arn;
}

class Host {
 public:
  Host(const Machine& machine, const LocalOptions& options) : machine_(machine), options_(options) {
    environment_.now = options.now;
    environment_.random = [this] { return seeded_random(static_cast<std::int64_t>(draws_++)); };
    draws_ = options.seed;
    environment_.refusal = options.refusal;
  }

  LocalResult run() {
    auto started = start(machine_, options_.start, environment_);
    execution_ = std::move(started.execution);
    take(std::move(started.step));
    while (status(*execution_) == Status::Running && next()) {
    }
    result_.stuck = status(*execution_) == Status::Running;
    return std::move(result_);
  }

 private:
  /// The next event: an answer, or else the next timer.
  bool next() {
    if (!events_.empty()) {
      const auto event = std::move(events_.front());
      events_.pop_front();
      advance_by(event);
      return true;
    }
    if (timers_.empty()) return false;
    const auto [due, timer] = *timers_.begin();
    timers_.erase(timers_.begin());
    environment_.now = std::max(environment_.now, due);
    advance_by(TimerFired{timer});
    return true;
  }

  void advance_by(const Event& event) {
    if (options_.save_between) execution_ = load(save(*execution_));
    take(advance(machine_, *execution_, event, environment_));
  }

  void take(Step step) {
    std::move(step.history.begin(), step.history.end(), std::back_inserter(result_.history));
    for (auto& command : step.commands)
      std::visit([&](auto& each) { carry_out(each); }, command);
    if (step.more) events_.push_front(Continue{});
  }

  void carry_out(StartTask& task) {
    if (!options_.answer) return;
    for (auto& event : options_.answer(task).events)
      events_.push_back(std::move(event));
  }
  void carry_out(CancelTask& cancelled) {
    std::erase_if(events_, [&](const Event& event) { return about(event) == cancelled.task; });
  }
  void carry_out(SetTimer& timer) { timers_.emplace(timer.at, timer.timer); }
  void carry_out(CancelTimer& cancelled) {
    std::erase_if(timers_, [&](const auto& each) { return each.second == cancelled.timer; });
  }
  static std::uint64_t about(const Event& event) {
    return std::visit(
        [](const auto& each) -> std::uint64_t {
          if constexpr (requires { each.task; }) return each.task;
          return 0;
        },
        event);
  }
  void carry_out(Finished& finished) { result_.finished = std::move(finished); }

  void carry_out(ResumeMapRun&) {}  // nothing is redriven here
  void carry_out(StartMapRun& run) {
    const auto label = run.label.empty() ? std::string("map") : run.label;
    events_.push_back(MapRunStarted{
        run.task,
        fmt::format("{}/{}:{}", map_run_base(options_.start.machine_arn), label, run.task)});
    if (options_.answer_map) {
      if (auto answer = options_.answer_map(run)) return events_.push_back(std::move(*answer));
    }
    if (!run.items) {
      events_.push_back(TaskFailed{run.task, "States.ItemReaderFailed",
                                   "An ItemReader needs the server", TaskFailed::At::Run});
      return;
    }
    events_.push_back(map_run(run));
  }

  Event map_run(const StartMapRun& run) {
    Array results;
    std::int64_t failed = 0;
    const auto& items = run.items->get_array();
    for (std::size_t i = 0; i < items.size(); ++i) {
      const auto child = this->child(run, i, items[i]);
      if (!child.stuck && child.finished.status == Status::Succeeded)
        results.push_back(*child.finished.output);
      else
        ++failed;
    }
    const auto share =
        items.empty() ? 0.0
                      : 100.0 * static_cast<double>(failed) / static_cast<double>(items.size());
    if (failed > run.tolerated_count && share > run.tolerated_percentage) {
      return TaskFailed{run.task, "States.ExceedToleratedFailureThreshold",
                        "The specified tolerated failure threshold was exceeded",
                        TaskFailed::At::Run};
    }
    return TaskSucceeded{run.task, std::move(results)};
  }

  LocalResult child(const StartMapRun& run, std::size_t index, const Document& item) {
    LocalOptions options = options_;
    options.start.input = item;
    options.start.processor = run.processor;
    Object map_item{{"Index", index}};
    map_item["Value"] = item;
    options.start.map_item = std::move(map_item);
    options.now = environment_.now;
    return run_locally(machine_, options);
  }

  const Machine& machine_;
  const LocalOptions& options_;
  Environment environment_;
  std::uint64_t draws_ = 0;
  ExecutionPtr execution_;
  std::deque<Event> events_;
  std::multimap<Time, std::uint64_t> timers_;
  LocalResult result_;
};

}  // namespace

LocalResult run_locally(const Machine& machine, const LocalOptions& options) {
  return Host(machine, options).run();
}

}  // namespace tocsin::asl

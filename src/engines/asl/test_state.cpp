// SPDX-License-Identifier: Apache-2.0
// TestState: one state, run by the engine that runs executions, its data shown at each stage.
#include <fmt/format.h>

#include "engines/asl/functions.hpp"
#include "engines/asl/test_request.hpp"

namespace tocsin::asl {
namespace {

using Level = TestRequest::Level;

class StateTest {
 public:
  StateTest(TestRequest test, const TestSurroundings& surroundings)
      : test_(std::move(test)), context_(context_object(surroundings)) {
    environment_.now = surroundings.now;
    environment_.random = [draws = surroundings.seed]() mutable {
      return seeded_random(static_cast<std::int64_t>(draws++));
    };
    environment_.observe = [this](std::string_view stage, const Value& value) {
      saw(stage, *value);
    };
    environment_.context = &context_;
    environment_.budget = 1;
    begin(surroundings.region);
  }

  /// To where the state ends, or to the task that the host must run.
  TestedState run(const std::optional<TestAnswer>& answer) {
    advance(Continue{});
    environment_.budget = 0;  // what follows is not entered
    auto task = take_task();
    if (test_.mock) {
      give_mock();
    } else if (task && !answer) {
      return {.reply = {}, .machine = test_.machine, .task = std::move(task)};
    } else if (task) {
      auto event = answer->event;
      std::visit(
          [&](auto& each) {
            if constexpr (requires { each.task; }) each.task = task->task;
          },
          event);
      advance(event);
      exchange_ = answer->exchange;
    } else if (const auto timer = root().timer; timer && root().phase == Branch::Phase::Waiting) {
      advance(TimerFired{timer});
    }
    return {.reply = reply(), .machine = test_.machine, .task = {}};
  }

 private:
  Branch& root() { return execution_.branches.at(kRoot); }
  const State& state() const { return *test_.state; }

  Document context_object(const TestSurroundings& surroundings) const {
    if (test_.context) return *test_.context;
    const auto id = [&](std::int64_t which) {
      return fmt::format("{:016x}",
                         seeded_random(static_cast<std::int64_t>(surroundings.seed) - which));
    };
    const auto machine = "TestState-" + id(1), name = id(2) + id(3);
    const auto arn = [&](std::string_view kind, std::string_view rest) {
      return fmt::format("arn:aws:states:{}:{}:{}:{}", surroundings.region, surroundings.account,
                         kind, rest);
    };
    Object execution{{"Id", arn("express", fmt::format("{}:{}", machine, name))}};
    execution["Input"] = test_.input;
    execution["Name"] = name;
    execution["RoleArn"] = test_.role_arn.empty() ? Document() : Document(test_.role_arn);
    execution["StartTime"] = iso8601_ms(surroundings.now);
    Object context{{"Execution", std::move(execution)}};
    context["StateMachine"] = Object{{"Id", arn("stateMachine", machine)}, {"Name", machine}};
    Object current{{"Name", state().name}, {"EnteredTime", iso8601_ms(surroundings.now)}};
    if (state().task || state().map || state().parallel) current["RetryCount"] = test_.retries;
    context["State"] = std::move(current);
    if (state().task && state().task->resource.pattern == Resource::Pattern::WaitForTaskToken)
      context["Task"] = Object{{"Token", id(4) + id(5)}};
    return context;
  }

  void begin(const std::string& region) {
    execution_.region = region;
    execution_.role_arn = test_.role_arn;
    execution_.input = Value(test_.input);
    auto& branch = execution_.branches[kRoot];
    branch.state = static_cast<StateId>(test_.state - test_.machine->states.data());
    branch.input = execution_.input;
    for (const auto& variable : test_.variables)
      branch.variables.emplace_back(variable.key(), Value(variable.value()));
    execution_.ready.push_back(kRoot);
  }

  Run engine() { return Run(*test_.machine, execution_, environment_, step_); }
  void advance(const Event& event) {
    if (!std::holds_alternative<Continue>(event)) count_retries();
    engine().handle(event);
  }

  void count_retries() {
    root().attempts.assign(state().retriers.size(), static_cast<std::uint32_t>(test_.retries));
  }

  std::optional<StartTask> take_task() {
    for (auto& command : step_.commands)
      if (auto* task = std::get_if<StartTask>(&command)) return std::move(*task);
    return std::nullopt;
  }

  bool settled() { return seen_.contains("error") || execution_.status != Status::Running; }

  void give_mock() {
    if (settled()) return;  // its own fields failed
    if (state().task) {
      const auto task = root().task;
      if (const auto* failure = std::get_if<FailureInfo>(&*test_.mock))
        return advance(TaskFailed{task, failure->error, failure->cause, TaskFailed::At::Run});
      return advance(TaskSucceeded{task, std::get<Document>(*test_.mock)});
    }
    count_retries();
    if (too_many_failed())
      engine().join_mocked(FailureInfo{"States.ExceedToleratedFailureThreshold",
                                       "The specified tolerated failure threshold was exceeded"});
    else
      engine().join_mocked(*test_.mock);
  }

  bool too_many_failed() {
    if (!state().map || !test_.failed_iterations ||
        std::holds_alternative<FailureInfo>(*test_.mock))
      return false;
    const auto failed = static_cast<double>(*test_.failed_iterations);
    const auto* count = find(seen_, "toleratedFailureCount");
    const auto* percentage = find(seen_, "toleratedFailurePercentage");
    if (count && failed > count->to_number<double>()) return true;
    const auto* items = std::get<Document>(*test_.mock).if_array();
    return percentage && items && !items->empty() &&
           100 * failed / static_cast<double>(items->size()) > percentage->to_number<double>();
  }

  void saw(std::string_view stage, const Document& value) { seen_[stage] = value; }

  /// What AWS shows of each type of state.
  bool shown(std::string_view stage) const {
    if (state().parallel) return stage.starts_with("afterResult");
    if (state().map) return stage != "afterParameters" && stage != "result";
    if (state().type == StateType::Pass && state().result)
      return stage == "result" || stage.starts_with("afterResult");
    return true;
  }

  Object inspection() {
    Object out{{"input", to_json(test_.input)}};
    if (state().type == StateType::Fail && !state().jsonata())
      out["afterInputPath"] = to_json(test_.input);
    for (const auto stage :
         {"afterInputPath", "afterArguments", "afterParameters", "afterItemsPath",
          "afterItemSelector", "result", "afterResultSelector", "afterResultPath"}) {
      const auto* value = find(seen_, stage);
      if (value && shown(stage)) out[stage] = to_json(*value);
    }
    for (const auto number :
         {"maxConcurrency", "toleratedFailureCount", "toleratedFailurePercentage"})
      if (const auto* value = find(seen_, number)) out[number] = *value;
    Object details;
    for (const auto number : {"catchIndex", "retryIndex", "retryBackoffIntervalSeconds"})
      if (const auto* value = find(seen_, number)) details[number] = *value;
    if (!details.empty()) out["errorDetails"] = std::move(details);
    Object variables;
    for (const auto& [name, value] : root().variables)
      variables[name] = *value;
    if (!variables.empty()) out["variables"] = to_json(variables);
    if (test_.level == Level::Trace && exchange_.is_object())
      for (const auto& part : exchange_.get_object())
        out[part.key()] = part.value();
    return out;
  }

  std::string_view status() const {
    if (execution_.status == Status::Failed) return "FAILED";
    if (find(seen_, "catchIndex")) return "CAUGHT_ERROR";
    if (find(seen_, "retryBackoffIntervalSeconds")) return "RETRIABLE";
    return "SUCCEEDED";
  }

  Document reply() {
    Object out;
    const auto outcome = status();
    if (outcome == "SUCCEEDED" || outcome == "CAUGHT_ERROR") {
      const bool ended = execution_.status == Status::Succeeded;
      out["output"] = to_json(ended ? *output() : *root().input);
      if (!ended)
        out["nextState"] = test_.machine->states[static_cast<std::size_t>(root().state)].name;
    }
    for (const auto part : {"error", "cause"})
      if (const auto* value = find(seen_, part); value && outcome != "SUCCEEDED")
        out[part] = *value;
    if (test_.level != Level::Info) out["inspectionData"] = inspection();
    out["status"] = outcome;
    return out;
  }

  Value output() const {
    for (const auto& command : step_.commands)
      if (const auto* finished = std::get_if<Finished>(&command)) return finished->output;
    return {};
  }

  TestRequest test_;
  Document context_, exchange_;
  Environment environment_;
  Execution execution_;
  Step step_;
  Object seen_;
};

}  // namespace

Result<TestedState> test_state(const Document& request, const TestSurroundings& surroundings,
                               const std::optional<TestAnswer>& answer) {
  StateTest test(TRY(TestRequest::read(request, surroundings)), surroundings);
  return test.run(answer);
}

}  // namespace tocsin::asl

// SPDX-License-Identifier: Apache-2.0
// A definition, compiled: states in one table, their fields made ready to run.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engines/asl/asl.hpp"
#include "engines/asl/choice.hpp"
#include "engines/asl/template.hpp"

namespace tocsin::asl {

using StateId = std::int32_t;
inline constexpr StateId kNoState = -1;

enum class StateType : std::uint8_t { Pass, Task, Choice, Wait, Succeed, Fail, Parallel, Map };
std::string_view name_of(StateType type);

/// InputPath, OutputPath or ResultPath.
struct Selection {
  enum class Kind : std::uint8_t { Whole, Nothing, At };
  Kind kind = Kind::Whole;
  Path path;
};

/// A field that is a literal, a path (the field's name then ends with Path) or an expression.
struct Setting {
  std::string field;
  std::optional<Document> literal;
  std::optional<Path> path;
  std::optional<Query> query;

  explicit operator bool() const { return literal || path || query; }
  Result<Document> value(const Scope& scope) const;
};

struct Retrier {
  std::vector<std::string> errors;
  std::int64_t interval_s = 1, max_attempts = 3, max_delay_s = 0;
  double backoff = 2.0;
  bool jitter = false;
};

struct Catcher {
  std::vector<std::string> errors;
  StateId next = kNoState;
  Selection result_path;
  std::optional<Template> assign, output;
};

struct TaskPart {
  Resource resource;
  std::optional<Template> credentials;
};

struct ChoicePart {
  std::vector<ChoiceRule> rules;
  StateId otherwise = kNoState;
};

struct WaitPart {
  Setting seconds, timestamp;
};

struct FailPart {
  Setting error, cause;
  std::optional<Intrinsic> error_call, cause_call;
};

struct Flow {
  StateId start = kNoState;
};
using FlowId = std::uint32_t;

struct MapPart {
  FlowId processor = 0;
  bool distributed = false, express = false;
  std::string label;
  Setting items, max_concurrency, tolerated_count, tolerated_percentage;
  std::optional<Template> items_template, selector;  // selector: ItemSelector or Parameters
  std::optional<Template> reader, writer, batcher;
};

struct ParallelPart {
  std::vector<FlowId> branches;
};

struct State {
  std::string name;
  StateType type = StateType::Pass;
  Language language = Language::JsonPath;
  StateId next = kNoState;  // none: the state ends its flow
  Selection input_path, output_path, result_path;
  std::optional<Template> parameters, result_selector, output, assign;  // parameters: or Arguments
  Value result;                                                         // of Pass
  Setting timeout, heartbeat;
  std::vector<Retrier> retriers;
  std::vector<Catcher> catchers;
  std::unique_ptr<TaskPart> task;
  std::unique_ptr<ChoicePart> choice;
  std::unique_ptr<WaitPart> wait;
  std::unique_ptr<FailPart> fail;
  std::unique_ptr<MapPart> map;
  std::unique_ptr<ParallelPart> parallel;

  bool jsonata() const { return language == Language::Jsonata; }
};

class Machine {
 public:
  std::vector<State> states;
  std::vector<Flow> flows;  // the first: the machine's own
  std::int64_t timeout_s = 0;
  MachineType type = MachineType::Standard;

  const State* named(std::string_view name) const;
};

}  // namespace tocsin::asl

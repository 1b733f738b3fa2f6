// SPDX-License-Identifier: Apache-2.0
// From a definition's JSON to a Machine, finding on the way all that AWS would refuse.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engines/asl/machine.hpp"

namespace tocsin::asl {

class Builder {
 public:
  explicit Builder(MachineType type) { machine_->type = type; }

  void build(const Object& definition);
  std::vector<Diagnostic> diagnostics;
  std::shared_ptr<Machine> take() { return std::move(machine_); }

 private:
  /// A state on its way: its JSON, where it stands, and who may follow.
  struct Place {
    State& state;
    const Object& json;
    std::string at;  // "/States/Name"
    FlowId flow;
  };

  // Reports.
  void report(std::string code, std::string message, std::string location);
  void schema(std::string message, std::string location);
  void warn(std::string code, std::string message, std::string location);

  // compile.cpp: flows and their transitions.
  FlowId flow(const Object& json, const std::string& at, Language language);
  void states_of(FlowId flow, const Object& states, const std::string& at, Language language);
  void state(StateId id, const Object& json, const std::string& at, FlowId flow, Language language);
  void connect(FlowId flow, const Object& json, const std::string& at);
  void connect_state(FlowId flow, State& state, const Object& json, const std::string& at);
  StateId target(FlowId flow, const Object& json, std::string_view field, const std::string& at);
  void reachable(FlowId flow, const std::string& at);
  void common(Place& place);
  void next_or_end(Place& place);

  // compile_fields.cpp: what fields are made of.
  std::optional<std::string> text_field(Place& place, std::string_view field, bool required);
  Selection selection(Place& place, std::string_view field, bool reference);
  Setting setting(Place& place, std::string_view field, std::string_view path_field);
  std::optional<Template> payload(Place& place, std::string_view field);
  std::optional<Template> payload_of(const Document& json, Language language,
                                     const std::string& field, const std::string& at);
  std::optional<Path> path(const Document& json, const std::string& field,
                           const std::string& location);
  void whole_number(Place& place, std::string_view field, std::int64_t least, std::int64_t most);

  // compile_states.cpp: a state type each.
  void pass(Place& place);
  void task(Place& place);
  void wait(Place& place);
  void fail(Place& place);
  void parallel(Place& place);
  void map(Place& place);
  void map_settings(Place& place, MapPart& part);
  void label(Place& place, MapPart& part);
  std::vector<Retrier> retriers(Place& place);
  std::vector<Catcher> catchers(Place& place);
  std::vector<std::string> error_equals(const Object& json, const std::string& at);

  // compile_choice.cpp
  void choice(Place& place);
  ChoiceRule rule(Place& place, const Object& json, const std::string& at);
  std::optional<ChoiceTest> test(const Object& json, const std::string& at);
  std::optional<ChoiceTest> joined(const Object& json, const std::string& at);
  bool operand(ChoiceTest& test, const ChoiceOperator& op, const Document& value, bool is_path,
               const std::string& location);

  std::shared_ptr<Machine> machine_ = std::make_shared<Machine>();
  std::vector<std::map<std::string, StateId>> names_;  // of each flow
  std::set<std::string> all_names_;
  std::set<std::string> labels_;
};

/// Whether states of the type may have the field.
bool allowed_field(StateType type, Language language, std::string_view field);

}  // namespace tocsin::asl

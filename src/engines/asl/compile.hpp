// SPDX-License-Identifier: Apache-2.0
// From a definition's JSON to a Machine, finding on the way all that AWS would refuse.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "engines/asl/machine.hpp"

namespace tocsin::asl {

inline constexpr std::int64_t kLongest = 99'999'999;  // seconds

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

  using Fields = std::initializer_list<std::string_view>;
  enum class Presence : std::uint8_t { Optional, Required };
  struct Range {
    std::int64_t least, most;
  };

  // compile_checks.cpp: reports, and what fields of all kinds have in common.
  void report(std::string code, std::string message, std::string location);
  void schema(std::string message, std::string location);
  void warn(std::string code, std::string message, std::string location);
  bool required(const Object& json, Fields fields, const std::string& at);
  void exclusive(const Object& json, Fields fields, const std::string& at,
                 Presence need = Presence::Optional);
  void enumerated(const Object& json, std::string_view field, Fields values, const std::string& at);
  void supported(const Object& json, Fields fields, const std::string& at);
  void other_language(Language language, std::string_view field, const std::string& at);
  std::optional<std::int64_t> whole_number(const Object& json, std::string_view field, Range range,
                                           const std::string& at, Language language);
  const Array* filled_array(const Object& json, std::string_view field, const std::string& at);

  // compile.cpp: flows and their transitions.
  FlowId flow(const Object& json, const std::string& at);
  void states_of(FlowId flow, const Object& states, const std::string& at);
  void state(StateId id, const Object& json, const std::string& at, FlowId flow);
  Language language_of(const Object& json, const std::string& at, bool& downgraded);
  void fields_of(const Place& place);
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
  std::optional<Path> path(const Document& json, const std::string& location);
  std::optional<Template> assignments(const Object& json, Language language, const std::string& at);

  // compile_states.cpp: a state type each.
  void pass(Place& place);
  void task(Place& place);
  void wait(Place& place);
  void fail(Place& place);
  void parallel(Place& place);
  void map(Place& place);
  void map_settings(Place& place, MapPart& part);
  void label(Place& place, MapPart& part);
  void processor(Place& place, MapPart& part);
  void reader(Place& place);
  std::vector<Retrier> retriers(Place& place);
  std::vector<Catcher> catchers(Place& place);
  std::vector<std::string> error_equals(const Array& list, std::size_t index,
                                        const std::string& at);
  Retrier retrier(const Object& json, const std::string& at);

  // compile_resource.cpp
  Resource resource(Place& place);
  void refused_by_express(const Resource& resource, const std::string& location);
  void arguments_of(Place& place, const Resource& resource);

  // compile_warnings.cpp
  void warn_of_paths(const Place& place);

  // compile_choice.cpp
  void choice(Place& place);
  ChoiceRule rule(Place& place, const Object& json, const std::string& at);
  enum class Nested : std::uint8_t { No, Yes };
  std::optional<ChoiceTest> test(const Object& json, const std::string& at, Nested nested);
  void one_selector(const Object& json, const std::string& at);
  std::optional<Path> reference(const Document& json, const std::string& location);
  std::optional<ChoiceTest> joined(const Object& json, const std::string& at);
  bool operand(ChoiceTest& test, const ChoiceOperator& op, const Document& value, bool is_path,
               const std::string& location);

  std::shared_ptr<Machine> machine_ = std::make_shared<Machine>();
  std::vector<std::map<std::string, StateId>> names_;  // of each flow
  std::set<std::string> all_names_;
  std::set<std::string> labels_;
  Language language_ = Language::JsonPath;  // of the machine
};

/// Whether states of the type may have the field.
bool allowed_field(StateType type, Language language, std::string_view field);

}  // namespace tocsin::asl

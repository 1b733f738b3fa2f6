// SPDX-License-Identifier: Apache-2.0
#include "engines/asl/compile.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace tocsin::asl {
namespace {

constexpr std::string_view kTypes[] = {"Pass",    "Task", "Choice",   "Wait",
                                       "Succeed", "Fail", "Parallel", "Map"};

std::optional<StateType> type_named(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kTypes); ++i)
    if (kTypes[i] == name) return static_cast<StateType>(i);
  return std::nullopt;
}

bool ends(const State& state, const Object& json) {
  return flag(json, "End") || state.type == StateType::Succeed || state.type == StateType::Fail;
}

void followers(const State& state, std::vector<StateId>& out) {
  out.push_back(state.next);
  for (const auto& catcher : state.catchers)
    out.push_back(catcher.next);
  if (!state.choice) return;
  out.push_back(state.choice->otherwise);
  for (const auto& rule : state.choice->rules)
    out.push_back(rule.next);
}

}  // namespace

std::string_view name_of(StateType type) {
  return kTypes[static_cast<std::size_t>(type)];
}

const State* Machine::named(std::string_view name) const {
  for (const auto& state : states)
    if (state.name == name) return &state;
  return nullptr;
}

void Builder::report(std::string code, std::string message, std::string location) {
  diagnostics.push_back(
      {Diagnostic::Severity::Error, std::move(code), std::move(message), std::move(location)});
}

void Builder::schema(std::string message, std::string location) {
  report("SCHEMA_VALIDATION_FAILED", std::move(message), std::move(location));
}

void Builder::warn(std::string code, std::string message, std::string location) {
  diagnostics.push_back(
      {Diagnostic::Severity::Warning, std::move(code), std::move(message), std::move(location)});
}

void Builder::build(const Object& definition) {
  const auto language = text(definition, "QueryLanguage", "JSONPath");
  if (language != "JSONPath" && language != "JSONata")
    schema("The value for 'QueryLanguage' must be one of [JSONPath, JSONata]", "/QueryLanguage");
  machine_->timeout_s = integer(definition, "TimeoutSeconds").value_or(0);
  if (definition.contains("TimeoutSeconds") && machine_->timeout_s <= 0)
    schema("The value for 'TimeoutSeconds' must be a positive integer", "/TimeoutSeconds");
  for (const auto& member : definition) {
    static const std::set<std::string_view> kFields = {
        "Comment", "StartAt", "States", "QueryLanguage", "TimeoutSeconds", "Version"};
    if (!kFields.contains(std::string_view(member.key())))
      schema(fmt::format("Field '{}' is not supported", std::string_view(member.key())), "/");
  }
  flow(definition, "", language == "JSONata" ? Language::Jsonata : Language::JsonPath);
}

FlowId Builder::flow(const Object& json, const std::string& at, Language language) {
  const auto id = static_cast<FlowId>(machine_->flows.size());
  machine_->flows.emplace_back();
  names_.emplace_back();
  const auto* states = find(json, "States");
  if (!find(json, "StartAt")) {
    schema("The field 'StartAt' is required but was missing", at.empty() ? "/" : at);
  }
  if (!states || !states->is_object()) {
    schema("The field 'States' is required but was missing", at.empty() ? "/" : at);
    return id;
  }
  if (states->get_object().empty()) schema("The field 'States' must not be empty", at + "/States");
  states_of(id, states->get_object(), at, language);
  connect(id, json, at);
  return id;
}

void Builder::states_of(FlowId flow, const Object& states, const std::string& at,
                        Language language) {
  for (const auto& member : states) {
    const std::string name(member.key());
    const auto place = fmt::format("{}/States/{}", at, name);
    if (name.empty() || name.size() > 80)
      report("INVALID_STATE_NAME", "A state name must have 1 to 80 characters", place);
    if (!all_names_.insert(name).second)
      report("DUPLICATE_STATE_NAME", fmt::format("Duplicate state name: {}", name), place);
    const auto id = static_cast<StateId>(machine_->states.size());
    machine_->states.emplace_back();
    machine_->states.back().name = name;
    names_[flow].emplace(name, id);
    if (const auto* object = member.value().if_object())
      state(id, *object, place, flow, language);
    else
      schema("The value must be an object", place);
  }
}

void Builder::state(StateId id, const Object& json, const std::string& at, FlowId flow,
                    Language language) {
  // Built apart: nested states move the table.
  State built;
  built.name = machine_->states[static_cast<std::size_t>(id)].name;
  built.language = language;
  if (const auto own = text(json, "QueryLanguage"); !own.empty()) {
    if (language == Language::Jsonata && own == "JSONPath")
      schema("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine",
             at + "/QueryLanguage");
    built.language = own == "JSONata" ? Language::Jsonata : Language::JsonPath;
  }
  const auto type = type_named(text(json, "Type"));
  if (!type) {
    schema(find(json, "Type")
               ? fmt::format("The value for 'Type' must be one of [{}]", fmt::join(kTypes, ", "))
               : "The field 'Type' is required but was missing",
           find(json, "Type") ? at + "/Type" : at);
    return;
  }
  built.type = *type;
  Place place{built, json, at, flow};
  common(place);
  machine_->states[static_cast<std::size_t>(id)] = std::move(built);
}

void Builder::common(Place& place) {
  const auto& json = place.json;
  auto& state = place.state;
  for (const auto& member : json) {
    const std::string_view field = member.key();
    if (allowed_field(state.type, state.language, field)) continue;
    const auto other = state.jsonata() ? Language::JsonPath : Language::Jsonata;
    if (allowed_field(state.type, other, field))
      schema(fmt::format("The field '{}' is not supported by the {} query language", field,
                         state.jsonata() ? "JSONata" : "JSONPath"),
             fmt::format("{}/{}", place.at, field));
    else
      schema(fmt::format("Field '{}' is not supported", field), place.at);
  }
  if (!state.jsonata()) {
    state.input_path = selection(place, "InputPath", false);
    state.output_path = selection(place, "OutputPath", false);
    state.result_path = selection(place, "ResultPath", true);
    state.result_selector = payload(place, "ResultSelector");
  }
  state.parameters = payload(place, state.jsonata() ? "Arguments" : "Parameters");
  state.output = payload(place, "Output");
  state.assign = payload(place, "Assign");
  state.retriers = retriers(place);
  state.catchers = catchers(place);
  next_or_end(place);
  switch (state.type) {
    case StateType::Pass:
      return pass(place);
    case StateType::Task:
      return task(place);
    case StateType::Choice:
      return choice(place);
    case StateType::Wait:
      return wait(place);
    case StateType::Fail:
      return fail(place);
    case StateType::Parallel:
      return parallel(place);
    case StateType::Map:
      return map(place);
    case StateType::Succeed:
      return;
  }
}

void Builder::next_or_end(Place& place) {
  const auto type = place.state.type;
  if (type == StateType::Choice || type == StateType::Succeed || type == StateType::Fail) return;
  const bool next = place.json.contains("Next"), end = flag(place.json, "End");
  if (next && end) schema("Only one of 'Next' and 'End' may be given", place.at);
  if (!next && !end) schema("Either the field 'Next' or the field 'End' is required", place.at);
}

StateId Builder::target(FlowId flow, const Object& json, std::string_view field,
                        const std::string& at) {
  const auto* named = find(json, field);
  if (!named) return kNoState;
  const auto location = fmt::format("{}/{}", at, field);
  const auto* text = named->if_string();
  if (!text) {
    schema(fmt::format("The value for '{}' must be a string", field), location);
    return kNoState;
  }
  const auto found = names_[flow].find(std::string(*text));
  if (found != names_[flow].end()) return found->second;
  report("MISSING_TRANSITION_TARGET",
         fmt::format("Missing 'Next' target: {}", std::string_view(*text)), location);
  return kNoState;
}

void Builder::connect_state(FlowId flow, State& state, const Object& json, const std::string& at) {
  if (state.type != StateType::Choice) state.next = target(flow, json, "Next", at);
  const auto& catches = array_of(json, "Catch");
  for (std::size_t i = 0; i < state.catchers.size(); ++i) {
    if (const auto* catcher = catches[i].if_object())
      state.catchers[i].next = target(flow, *catcher, "Next", fmt::format("{}/Catch[{}]", at, i));
  }
  if (!state.choice) return;
  const auto& rules = array_of(json, "Choices");
  for (std::size_t i = 0; i < state.choice->rules.size(); ++i) {
    if (const auto* rule = rules[i].if_object())
      state.choice->rules[i].next =
          target(flow, *rule, "Next", fmt::format("{}/Choices[{}]", at, i));
  }
  state.choice->otherwise = target(flow, json, "Default", at);
}

void Builder::connect(FlowId flow, const Object& json, const std::string& at) {
  const auto& states = json.at("States").get_object();
  machine_->flows[flow].start = target(flow, json, "StartAt", at);
  bool ending = false;
  for (const auto& [name, id] : names_[flow]) {
    const auto* object = states.at(name).if_object();
    if (!object) continue;
    auto& state = machine_->states[static_cast<std::size_t>(id)];
    connect_state(flow, state, *object, fmt::format("{}/States/{}", at, name));
    ending |= ends(state, *object);
  }
  if (!ending && !states.empty())
    report("MISSING_END_STATE", "Workflow has no terminal state", "");
  else
    reachable(flow, at);
}

void Builder::reachable(FlowId flow, const std::string& at) {
  std::set<StateId> seen;
  std::vector<StateId> next{machine_->flows[flow].start};
  while (!next.empty()) {
    const auto id = next.back();
    next.pop_back();
    if (id == kNoState || !seen.insert(id).second) continue;
    followers(machine_->states[static_cast<std::size_t>(id)], next);
  }
  for (const auto& [name, id] : names_[flow]) {
    if (!seen.contains(id))
      report("MISSING_TRANSITION_TARGET", fmt::format("State \"{}\" is not reachable.", name),
             fmt::format("{}/States/{}", at, name));
  }
}

}  // namespace tocsin::asl

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

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xc0) != 0x80;
  }));
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

void Builder::build(const Object& definition) {
  enumerated(definition, "QueryLanguage", {"JSONPath", "JSONata"}, "");
  if (const auto* language = find(definition, "QueryLanguage");
      language && *language != Document("JSONPath"))
    language_ = Language::Jsonata;
  machine_->timeout_s =
      whole_number(definition, "TimeoutSeconds", {0, kLongest}, "", Language::JsonPath).value_or(0);
  supported(definition,
            {"Comment", "StartAt", "States", "QueryLanguage", "TimeoutSeconds", "Version"}, "/");
  flow(definition, "");
}

FlowId Builder::flow(const Object& json, const std::string& at) {
  const auto id = static_cast<FlowId>(machine_->flows.size());
  machine_->flows.emplace_back();
  names_.emplace_back();
  required(json, {"States", "StartAt"}, at.empty() ? "/" : at);
  const auto* states = find(json, "States");
  if (!states) return id;
  if (!states->is_object()) {
    schema("Expected value of type [OBJECT]", at + "/States");
    return id;
  }
  if (states->get_object().empty()) schema("Value cannot be empty", at + "/States");
  states_of(id, states->get_object(), at);
  connect(id, json, at);
  return id;
}

void Builder::states_of(FlowId flow, const Object& states, const std::string& at) {
  for (const auto& member : states) {
    const std::string name(member.key());
    const auto place = fmt::format("{}/States/{}", at, name);
    if (characters(name) > 80)
      report("INVALID_STATE_NAME",
             fmt::format("Invalid State name: {} exceeds the 80-character limit allowed by the "
                         "service",
                         name),
             place);
    if (name.empty()) report("INVALID_STATE_NAME", "Invalid State name: it is empty", place);
    if (!all_names_.insert(name).second)
      report("DUPLICATE_STATE_NAME", fmt::format("Duplicate State name: {}", name), place);
    const auto id = static_cast<StateId>(machine_->states.size());
    machine_->states.emplace_back();
    machine_->states.back().name = name;
    names_[flow].emplace(name, id);
    if (const auto* object = member.value().if_object())
      state(id, *object, place, flow);
    else
      schema("Expected value of type [OBJECT]", place);
  }
}

/// The machine's, unless the state has its own; a Map's or Parallel's is not that of its states.
Language Builder::language_of(const Object& json, const std::string& at, bool& downgraded) {
  const auto* own = find(json, "QueryLanguage");
  if (!own) return language_;
  if (*own != Document("JSONPath")) return Language::Jsonata;
  downgraded = language_ == Language::Jsonata;
  if (downgraded)
    schema("'QueryLanguage' can not be 'JSONPath' if set to 'JSONata' for whole state machine", at);
  return Language::JsonPath;
}

void Builder::state(StateId id, const Object& json, const std::string& at, FlowId flow) {
  // Built apart: nested states move the table.
  State built;
  built.name = machine_->states[static_cast<std::size_t>(id)].name;
  bool downgraded = false;
  built.language = language_of(json, at, downgraded);
  const auto type = type_named(text(json, "Type"));
  if (!type) {
    if (required(json, {"Type"}, at))
      schema(fmt::format("Value should be one of the following: [{}]", fmt::join(kTypes, ", ")),
             at + "/Type");
    return;
  }
  built.type = *type;
  Place place{built, json, at, flow};
  if (!downgraded) fields_of(place);
  enumerated(json, "QueryLanguage", {"JSONPath", "JSONata"}, at);
  common(place);
  warn_of_paths(place);
  machine_->states[static_cast<std::size_t>(id)] = std::move(built);
}

void Builder::fields_of(const Place& place) {
  const auto& state = place.state;
  for (const auto& member : place.json) {
    const std::string_view field = member.key();
    if (allowed_field(state.type, state.language, field)) continue;
    const auto other = state.jsonata() ? Language::JsonPath : Language::Jsonata;
    if (allowed_field(state.type, other, field))
      other_language(state.language, field, place.at);
    else
      schema(fmt::format("Field '{}' is not supported", field), place.at);
  }
}

void Builder::common(Place& place) {
  auto& state = place.state;
  if (!state.jsonata()) {
    state.input_path = selection(place, "InputPath", false);
    state.output_path = selection(place, "OutputPath", false);
    state.result_path = selection(place, "ResultPath", true);
    state.result_selector = payload(place, "ResultSelector");
  }
  state.parameters = payload(place, state.jsonata() ? "Arguments" : "Parameters");
  state.output = payload(place, "Output");
  state.assign = assignments(place.json, state.language, place.at);
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
  exclusive(place.json, {"Next", "End"}, place.at, Presence::Required);
}

StateId Builder::target(FlowId flow, const Object& json, std::string_view field,
                        const std::string& at) {
  const auto* named = find(json, field);
  if (!named) return kNoState;
  const auto location = fmt::format("{}/{}", at, field);
  const auto* text = named->if_string();
  if (!text) {
    schema("Expected value of type [STRING]", location);
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

// SPDX-License-Identifier: Apache-2.0
// What the fields of states are made of: paths, settings, templates.
#include <cmath>
#include <fmt/format.h>

#include "engines/asl/compile.hpp"

namespace tocsin::asl {

Result<Document> Setting::value(const Scope& scope) const {
  if (literal) return *literal;
  if (query) return query->evaluate(scope);
  Document storage;
  const auto found = read_path(*path, scope, storage);
  if (!found)
    return runtime_error(
        fmt::format("Invalid path '{}' : {}", path->text(), found.error().message));
  return Document(**found);
}

std::optional<std::string> Builder::text_field(Place& place, std::string_view field,
                                               bool required) {
  const auto* value = find(place.json, field);
  if (!value) {
    if (required) this->required(place.json, {field}, place.at);
    return std::nullopt;
  }
  if (const auto* text = value->if_string()) return std::string(*text);
  schema("Expected value of type [STRING]", fmt::format("{}/{}", place.at, field));
  return std::nullopt;
}

std::optional<Path> Builder::path(const Document& json, const std::string& location) {
  const auto* text = json.if_string();
  if (text) {
    if (auto parsed = Path::parse(*text)) return std::move(*parsed);
  }
  schema(text ? "Value must be a valid JSONPath." : "Expected value of type [STRING]", location);
  return std::nullopt;
}

Selection Builder::selection(Place& place, std::string_view field, bool reference) {
  Selection out;
  const auto* value = find(place.json, field);
  if (!value) return out;
  const auto location = fmt::format("{}/{}", place.at, field);
  if (value->is_null()) {
    out.kind = Selection::Kind::Nothing;
    return out;
  }
  auto parsed = path(*value, location);
  if (!parsed) return out;
  if (reference && (!parsed->definite() || parsed->root() != Path::Root::Input)) {
    schema("Value is not a Reference Path", location);
    return out;
  }
  if (parsed->whole() && parsed->root() == Path::Root::Input) return out;
  out.kind = Selection::Kind::At;
  out.path = std::move(*parsed);
  return out;
}

Setting Builder::setting(Place& place, std::string_view field, std::string_view path_field) {
  Setting out;
  out.field = field;
  if (const auto* value = find(place.json, path_field); value && !place.state.jsonata()) {
    out.field = path_field;
    out.path = path(*value, fmt::format("{}/{}", place.at, path_field));
    return out;
  }
  const auto* value = find(place.json, field);
  if (!value) return out;
  const auto* text = value->if_string();
  if (!text || !place.state.jsonata() || !is_query(*text)) {
    out.literal = *value;
    return out;
  }
  if (auto query = Query::parse(*text, out.field))
    out.query = std::move(*query);
  else
    schema(query.error().message, fmt::format("{}/{}", place.at, field));
  return out;
}

std::optional<Template> Builder::payload_of(const Document& json, Language language,
                                            const std::string& field, const std::string& at) {
  std::vector<TemplateProblem> problems;
  auto compiled = Template::compile(json, language, field, problems);
  for (auto& problem : problems)
    schema(std::move(problem.message), at + problem.location);
  return compiled;
}

std::optional<Template> Builder::payload(Place& place, std::string_view field) {
  const auto* value = find(place.json, field);
  if (!value) return std::nullopt;
  return payload_of(*value, place.state.language, std::string(field), place.at);
}

namespace {

/// A letter, then letters, digits and underscores; Unicode's letters count.
bool variable_name(std::string_view name) {
  const auto letter = [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) || static_cast<unsigned char>(c) >= 0x80;
  };
  return !name.empty() && letter(name[0]) && std::all_of(name.begin(), name.end(), [&](char c) {
    return letter(c) || c == '_' || std::isdigit(static_cast<unsigned char>(c));
  });
}

}  // namespace

std::optional<Template> Builder::assignments(const Object& json, Language language,
                                             const std::string& at) {
  const auto* given = find(json, "Assign");
  if (!given) return std::nullopt;
  if (const auto* object = given->if_object()) {
    for (const auto& member : *object) {
      std::string_view name = member.key();
      const auto location = fmt::format("{}/Assign/{}", at, name);
      if (language == Language::JsonPath && name.ends_with(".$")) name.remove_suffix(2);
      if (name == "states")
        report("RESERVED_VARIABLE_NAME", "Cannot assign to reserved variable '$states'.", location);
      else if (!variable_name(name))
        report("INVALID_VARIABLE_NAME",
               fmt::format("Invalid variable name '{}': the variable name contains invalid "
                           "characters.",
                           name),
               location);
    }
  }
  return payload_of(*given, language, "Assign", at);
}

namespace {

constexpr unsigned kPass = 1, kTask = 2, kChoice = 4, kWait = 8, kSucceed = 16, kFail = 32,
                   kParallel = 64, kMap = 128;
constexpr unsigned kAll = 255, kWork = kTask | kParallel | kMap,
                   kMoving = kPass | kTask | kWait | kParallel | kMap;

struct FieldRule {
  std::string_view name;
  unsigned json_path, jsonata;  // the types that may have it
};

constexpr FieldRule kFields[] = {
    {"Type", kAll, kAll},
    {"Comment", kAll, kAll},
    {"QueryLanguage", kAll, kAll},
    {"Next", kMoving, kMoving},
    {"End", kMoving, kMoving},
    {"InputPath", kAll & ~kFail, 0},
    {"OutputPath", kAll & ~kFail, 0},
    {"ResultPath", kPass | kWork, 0},
    {"Parameters", kPass | kWork, 0},
    {"ResultSelector", kWork, 0},
    {"Result", kPass, 0},
    {"Output", 0, kAll & ~kFail},
    {"Assign", kAll & ~(kSucceed | kFail), kAll & ~(kSucceed | kFail)},
    {"Arguments", 0, kTask | kParallel},
    {"Retry", kWork, kWork},
    {"Catch", kWork, kWork},
    {"Resource", kTask, kTask},
    {"Credentials", kTask, kTask},
    {"TimeoutSeconds", kTask, kTask},
    {"TimeoutSecondsPath", kTask, 0},
    {"HeartbeatSeconds", kTask, kTask},
    {"HeartbeatSecondsPath", kTask, 0},
    {"Choices", kChoice, kChoice},
    {"Default", kChoice, kChoice},
    {"Seconds", kWait, kWait},
    {"SecondsPath", kWait, 0},
    {"Timestamp", kWait, kWait},
    {"TimestampPath", kWait, 0},
    {"Error", kFail, kFail},
    {"ErrorPath", kFail, 0},
    {"Cause", kFail, kFail},
    {"CausePath", kFail, 0},
    {"Branches", kParallel, kParallel},
    {"ItemProcessor", kMap, kMap},
    {"Iterator", kMap, kMap},
    {"ItemReader", kMap, kMap},
    {"ItemsPath", kMap, 0},
    {"Items", 0, kMap},
    {"ItemSelector", kMap, kMap},
    {"ItemBatcher", kMap, kMap},
    {"ResultWriter", kMap, kMap},
    {"MaxConcurrency", kMap, kMap},
    {"MaxConcurrencyPath", kMap, 0},
    {"ToleratedFailureCount", kMap, kMap},
    {"ToleratedFailureCountPath", kMap, 0},
    {"ToleratedFailurePercentage", kMap, kMap},
    {"ToleratedFailurePercentagePath", kMap, 0},
    {"Label", kMap, kMap},
};

}  // namespace

bool allowed_field(StateType type, Language language, std::string_view field) {
  for (const auto& rule : kFields) {
    if (rule.name == field)
      return (language == Language::JsonPath ? rule.json_path : rule.jsonata) >>
                 static_cast<unsigned>(type) &
             1;
  }
  return false;
}

}  // namespace tocsin::asl

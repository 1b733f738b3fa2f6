// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>

#include "engines/asl/compile.hpp"

namespace tocsin::asl {

void Builder::choice(Place& place) {
  place.state.choice = std::make_unique<ChoicePart>();
  const auto* choices = find(place.json, "Choices");
  if (!choices || !choices->is_array() || choices->get_array().empty()) {
    schema(choices ? "The value for 'Choices' must be a non-empty array"
                   : "The field 'Choices' is required but was missing",
           place.at);
    return;
  }
  std::size_t index = 0;
  for (const auto& each : choices->get_array()) {
    const auto at = fmt::format("{}/Choices[{}]", place.at, index++);
    if (const auto* object = each.if_object()) {
      place.state.choice->rules.push_back(rule(place, *object, at));
    } else {
      schema("The value must be an object", at);
      place.state.choice->rules.emplace_back();
    }
  }
}

ChoiceRule Builder::rule(Place& place, const Object& json, const std::string& at) {
  ChoiceRule out;
  if (!json.contains("Next")) schema("The field 'Next' is required but was missing", at);
  if (const auto* assign = find(json, "Assign"))
    out.assign = payload_of(*assign, place.state.language, "Assign", at);
  if (!place.state.jsonata()) {
    out.test = test(json, at);
    return out;
  }
  if (const auto* output = find(json, "Output"))
    out.output = payload_of(*output, place.state.language, "Output", at);
  const auto* condition = find(json, "Condition");
  if (!condition) {
    schema("The field 'Condition' is required but was missing", at);
  } else if (condition->is_bool()) {
    out.constant = condition->get_bool();
  } else if (const auto* text = condition->if_string(); text && is_query(*text)) {
    const auto field = at.substr(place.at.size() + 1) + "/Condition";
    if (auto query = Query::parse(*text, field))
      out.condition = std::move(*query);
    else
      schema(query.error().message, at + "/Condition");
  } else {
    schema("The value for 'Condition' must be a JSONata expression", at + "/Condition");
  }
  return out;
}

std::optional<ChoiceTest> Builder::joined(const Object& json, const std::string& at) {
  static constexpr std::pair<std::string_view, ChoiceTest::Kind> kJoins[] = {
      {"And", ChoiceTest::Kind::And}, {"Or", ChoiceTest::Kind::Or}, {"Not", ChoiceTest::Kind::Not}};
  for (const auto& [name, kind] : kJoins) {
    const auto* parts = find(json, name);
    if (!parts) continue;
    ChoiceTest out;
    out.kind = kind;
    const auto place = fmt::format("{}/{}", at, name);
    const auto add = [&](const Document& part, const std::string& location) {
      const auto* object = part.if_object();
      if (!object) return schema("The value must be an object", location);
      if (auto compiled = test(*object, location)) out.parts.push_back(std::move(*compiled));
    };
    if (kind == ChoiceTest::Kind::Not) {
      add(*parts, place);
    } else if (const auto* array = parts->if_array()) {
      for (std::size_t i = 0; i < array->size(); ++i)
        add((*array)[i], fmt::format("{}[{}]", place, i));
    }
    if (out.parts.empty()) schema(fmt::format("The value for '{}' is not valid", name), place);
    return out;
  }
  return std::nullopt;
}

bool Builder::operand(ChoiceTest& test, const ChoiceOperator& op, const Document& value,
                      bool is_path, const std::string& location) {
  test.kind = op.kind;
  test.of = op.of;
  if (is_path) {
    auto parsed = path(value, "Path", location);
    if (parsed) test.against = std::move(*parsed);
    return parsed.has_value();
  }
  test.literal = value;
  const bool fits = op.of == ChoiceTest::Of::Boolean   ? value.is_bool()
                    : op.of == ChoiceTest::Of::Numeric ? value.is_number()
                                                       : value.is_string();
  if (!fits) {
    schema("The value has not the type that the operator compares", location);
  } else if (op.of == ChoiceTest::Of::Timestamp && !parse_timestamp(value.get_string())) {
    schema("String does not match RFC3339 timestamp", location);
  }
  return true;
}

std::optional<ChoiceTest> Builder::test(const Object& json, const std::string& at) {
  if (auto join = joined(json, at)) return join;
  ChoiceTest out;
  const auto* variable = find(json, "Variable");
  if (!variable) {
    schema("The field 'Variable' is required but was missing", at);
    return std::nullopt;
  }
  if (auto parsed = path(*variable, "Variable", at + "/Variable"))
    out.variable = std::move(*parsed);
  int operators = 0;
  for (const auto& member : json) {
    const std::string_view name = member.key();
    if (name == "Variable" || name == "Next" || name == "Comment" || name == "Assign") continue;
    const auto location = fmt::format("{}/{}", at, name);
    const auto* op = find_choice_operator(name);
    const bool is_path = !op && name.ends_with("Path") && !name.starts_with("Is");
    if (is_path) op = find_choice_operator(name.substr(0, name.size() - 4));
    if (!op) {
      schema(fmt::format("Field '{}' is not supported", name), at);
      continue;
    }
    ++operators;
    operand(out, *op, member.value(), is_path, location);
  }
  if (operators != 1) schema("A choice rule must have exactly one comparison operator", at);
  return out;
}

}  // namespace tocsin::asl

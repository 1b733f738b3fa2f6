// SPDX-License-Identifier: Apache-2.0
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engines/asl/compile.hpp"

namespace tocsin::asl {

void Builder::choice(Place& place) {
  place.state.choice = std::make_unique<ChoicePart>();
  const auto* choices = filled_array(place.json, "Choices", place.at);
  if (!choices) return;
  std::size_t index = 0;
  for (const auto& each : *choices) {
    const auto at = fmt::format("{}/Choices[{}]", place.at, index++);
    if (const auto* object = each.if_object()) {
      place.state.choice->rules.push_back(rule(place, *object, at));
    } else {
      schema("Expected value of type [OBJECT]", at);
      place.state.choice->rules.emplace_back();
    }
  }
}

ChoiceRule Builder::rule(Place& place, const Object& json, const std::string& at) {
  ChoiceRule out;
  required(json, {"Next"}, at);
  out.assign = assignments(json, place.state.language, at);
  for (const auto field : {"Variable", "Condition"}) {
    if (json.contains(field) && place.state.jsonata() != (field == std::string_view("Condition")))
      other_language(place.state.language, field, at);
  }
  if (!place.state.jsonata()) {
    if (!json.contains("Condition")) out.test = test(json, at, Nested::No);
    return out;
  }
  if (const auto* output = find(json, "Output"))
    out.output = payload_of(*output, place.state.language, "Output", at);
  const auto* condition = find(json, "Condition");
  if (!condition) {
    if (!json.contains("Variable")) one_selector(json, at);
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
      if (!object) return schema("Expected value of type [OBJECT]", location);
      if (auto compiled = test(*object, location, Nested::Yes))
        out.parts.push_back(std::move(*compiled));
    };
    if (kind == ChoiceTest::Kind::Not) {
      add(*parts, place);
    } else if (const auto* array = parts->if_array()) {
      for (std::size_t i = 0; i < array->size(); ++i)
        add((*array)[i], fmt::format("{}[{}]", place, i));
    }
    if (parts->is_array() && parts->get_array().empty()) schema("Value cannot be empty", place);
    return out;
  }
  return std::nullopt;
}

bool Builder::operand(ChoiceTest& test, const ChoiceOperator& op, const Document& value,
                      bool is_path, const std::string& location) {
  test.kind = op.kind;
  test.of = op.of;
  if (is_path) {
    auto parsed = reference(value, location);
    if (parsed) test.against = std::move(*parsed);
    return parsed.has_value();
  }
  test.literal = value;
  const bool fits = op.of == ChoiceTest::Of::Boolean   ? value.is_bool()
                    : op.of == ChoiceTest::Of::Numeric ? value.is_number()
                                                       : value.is_string();
  if (!fits) {
    schema(
        fmt::format("Expected value of type [{}]", op.of == ChoiceTest::Of::Boolean   ? "BOOLEAN"
                                                   : op.of == ChoiceTest::Of::Numeric ? "NUMBER"
                                                                                      : "STRING"),
        location);
  } else if (op.of == ChoiceTest::Of::Timestamp && !parse_timestamp(value.get_string())) {
    schema("String does not match RFC3339 timestamp", location);
  }
  return true;
}

void Builder::one_selector(const Object& json, const std::string& at) {
  int given = 0;
  for (const auto field : {"And", "Or", "Not", "Variable", "Condition"})
    given += json.contains(field) ? 1 : 0;
  if (given != 1)
    schema(
        "The object must have only one of the following fields, [And, Or, Not, Variable, "
        "Condition]",
        at);
}

/// A Variable, or what it is compared with.
std::optional<Path> Builder::reference(const Document& json, const std::string& location) {
  const auto* text = json.if_string();
  if (!text || text->starts_with("$")) return path(json, location);
  schema("Value is not a Reference Path: Reference path didn't start with '$'", location);
  return std::nullopt;
}

std::optional<ChoiceTest> Builder::test(const Object& json, const std::string& at, Nested nested) {
  one_selector(json, at);
  if (nested == Nested::Yes && json.contains("Next")) schema("Field 'Next' is not supported", at);
  if (auto join = joined(json, at)) return join;
  ChoiceTest out;
  const auto* variable = find(json, "Variable");
  if (!variable) return std::nullopt;
  if (auto parsed = reference(*variable, at + "/Variable")) out.variable = std::move(*parsed);
  std::vector<std::string_view> operators;
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
    operators.push_back(name);
    operand(out, *op, member.value(), is_path, location);
  }
  if (operators.size() > 1)
    schema(fmt::format("There should only be one of the following fields: [{}]",
                       fmt::join(operators, ", ")),
           at);
  if (operators.empty()) schema("A rule with a Variable must have a comparison operator", at);
  return out;
}

}  // namespace tocsin::asl

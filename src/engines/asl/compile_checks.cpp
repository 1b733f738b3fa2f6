// SPDX-License-Identifier: Apache-2.0
// The checks that fields of all kinds have in common, in AWS's words.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "engines/asl/compile.hpp"

namespace tocsin::asl {

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

bool Builder::required(const Object& json, Fields fields, const std::string& at) {
  std::vector<std::string_view> missing;
  for (const auto field : fields)
    if (!json.contains(field)) missing.push_back(field);
  if (missing.empty()) return true;
  schema(fmt::format("These fields are required: [{}]", fmt::join(missing, ", ")), at);
  return false;
}

void Builder::exclusive(const Object& json, Fields fields, const std::string& at, Presence need) {
  const auto given = std::count_if(fields.begin(), fields.end(), [&](std::string_view field) {
    const auto* value = find(json, field);
    return value && *value != Document(false);
  });
  const auto names = fmt::format("[{}]", fmt::join(fields, ", "));
  if (given > 1)
    schema(fmt::format("There should only be one of the following fields: {}", names), at);
  if (given == 0 && need == Presence::Required)
    schema(fmt::format("This object should have only one of the following fields: {}", names), at);
}

void Builder::enumerated(const Object& json, std::string_view field, Fields values,
                         const std::string& at) {
  const auto* value = find(json, field);
  if (!value) return;
  const auto location = fmt::format("{}/{}", at, field);
  const auto* text = value->if_string();
  if (!text)
    schema("Expected value of type [STRING]", location);
  else if (std::find(values.begin(), values.end(), *text) == values.end())
    schema(fmt::format("Value should be one of the following: [{}]", fmt::join(values, ", ")),
           location);
}

void Builder::supported(const Object& json, Fields fields, const std::string& at) {
  for (const auto& member : json) {
    const std::string_view field = member.key();
    if (std::find(fields.begin(), fields.end(), field) == fields.end())
      schema(fmt::format("Field '{}' is not supported", field), at);
  }
}

/// A field that only the other language has.
void Builder::other_language(Language language, std::string_view field, const std::string& at) {
  const bool jsonata = language == Language::Jsonata;
  schema(fmt::format("The QueryLanguage is set to '{}', but field '{}' is only supported for the "
                     "'{}' QueryLanguage",
                     jsonata ? "JSONata" : "JSONPath", field, jsonata ? "JSONPath" : "JSONata"),
         at);
}

std::optional<std::int64_t> Builder::whole_number(const Object& json, std::string_view field,
                                                  Range range, const std::string& at,
                                                  Language language) {
  const auto* value = find(json, field);
  if (!value) return std::nullopt;
  const auto* text = value->if_string();
  if (text && language == Language::Jsonata && is_query(*text)) return std::nullopt;
  const auto location = fmt::format("{}/{}", at, field);
  const auto number = integer(json, field);
  if (!number)
    schema("Expected value of type Integer", location);
  else if (*number < range.least)
    schema(fmt::format("Minimum value is {}", range.least), location);
  else if (*number > range.most)
    schema(fmt::format("Maximum value is {}", range.most), location);
  else
    return number;
  return std::nullopt;
}

const Array* Builder::filled_array(const Object& json, std::string_view field,
                                   const std::string& at) {
  const auto* value = find(json, field);
  if (!value) {
    required(json, {field}, at);
    return nullptr;
  }
  const auto* array = value->if_array();
  if (array && !array->empty()) return array;
  schema(array ? "Value cannot be empty" : "Expected value of type [ARRAY]",
         fmt::format("{}/{}", at, field));
  return nullptr;
}

}  // namespace tocsin::asl

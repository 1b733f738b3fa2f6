// SPDX-License-Identifier: Apache-2.0
// https://docs.aws.amazon.com/systems-manager/latest/userguide/documents-schemas-features.html
#include "services/ssm/content.hpp"

#include <fmt/format.h>

#include "engines/yaml/yaml.hpp"

namespace tocsin::ssm {
namespace {

Failure invalid_content(std::string message) {
  return fail("InvalidDocumentContent", std::move(message));
}

Failure wrong_schema(std::string_view version, std::string_view type) {
  return fail("InvalidDocumentSchemaVersion",
              fmt::format("Document schema version, {}, is not supported by SSM for {} documents.",
                          version, type));
}

std::string schema_of(const Document& content) {
  const auto* version = find(content, "schemaVersion");
  return version ? automation::text_of(*version) : "";
}

Result<void> check_declared(const Document& content) {
  const auto parameters = TRY(automation::compile_parameters(object_of(content, "parameters")));
  for (const auto& each : parameters) {
    if (!std::ranges::all_of(each.name, [](unsigned char c) { return std::isalnum(c); }))
      return invalid_content(fmt::format("Parameter name \"{}\" is not alpha-numeric.", each.name));
  }
  for (const auto& name : automation::references(content)) {
    const auto named = std::ranges::any_of(
        parameters, [&](const automation::Parameter& each) { return each.name == name; });
    if (!named && name.find(':') == name.npos)
      return invalid_content(fmt::format("Parameter \"{}\" is not declared.", name));
  }
  return {};
}

Result<void> check_command(const Document& content) {
  const auto schema = schema_of(content);
  if (schema == "1.2") {
    if (object_of(content, "runtimeConfig").empty())
      return invalid_content("The document has no runtimeConfig.");
    return check_declared(content);
  }
  if (schema != "2.0" && schema != "2.2") return wrong_schema(schema, "Command");
  const auto& steps = array_of(content, "mainSteps");
  if (steps.empty()) return invalid_content("The document has no mainSteps.");
  for (const auto& step : steps) {
    if (text(step, "action").empty() || text(step, "name").empty())
      return invalid_content("A step of mainSteps has no action or no name.");
  }
  return check_declared(content);
}

Result<void> check_session(const Document& content) {
  if (schema_of(content) != "1.0") return wrong_schema(schema_of(content), "Session");
  constexpr std::string_view kKinds[]{"Standard_Stream", "InteractiveCommands",
                                      "NonInteractiveCommands", "Port"};
  if (std::ranges::find(kKinds, text(content, "sessionType")) == std::end(kKinds))
    return invalid_content("The document has no valid sessionType.");
  return {};
}

Document fallback_shown(const automation::Parameter& parameter) {
  if (parameter.fallback->is_string()) return *parameter.fallback;
  return Document(to_json(*parameter.fallback));
}

Array parameters_shown(const Document& content) {
  const auto parameters = automation::compile_parameters(object_of(content, "parameters"));
  Array out;
  if (!parameters) return out;
  for (const auto& each : *parameters) {
    Object shown{{"Name", each.name}, {"Type", each.written}};
    if (!each.description.empty()) shown["Description"] = each.description;
    if (each.fallback) shown["DefaultValue"] = fallback_shown(each);
    out.push_back(std::move(shown));
  }
  return out;
}

}  // namespace

Result<Document> read_content(std::string_view content, std::string_view format) {
  if (format == "TEXT") return Document(boost::json::string(content));
  if (format == "YAML") {
    auto parsed = yaml::parse(content);
    if (!parsed) return invalid_content(parsed.error().message);
    if (!parsed->is_object()) return invalid_content("YAML not well-formed. at Line: 1, Column: 1");
    return parsed;
  }
  auto parsed = parse_json(content);
  if (!parsed || !parsed->is_object())
    return invalid_content(fmt::format("JSON not well-formed. {}",
                                       parsed ? "It is no object" : parsed.error().message));
  return parsed;
}

Result<void> check_content(const Document& content, std::string_view type) {
  if (type.starts_with("Automation")) {
    TRY(automation::compile(content));
    return {};
  }
  if (type == "Command") return check_command(content);
  if (type == "Session") return check_session(content);
  if (type == "Policy" && schema_of(content) != "2.0")
    return wrong_schema(schema_of(content), type);
  return {};
}

Result<std::string> content_as(const VersionRow& version, std::string_view format) {
  if (format.empty() || format == version.format) return version.content;
  if (format == "TEXT" || version.format == "TEXT")
    return fail("InvalidDocumentContent", "A text document has no other format.");
  const auto content = TRY(read_content(version.content, version.format));
  return format == "YAML" ? yaml::write(content) : pretty_json(content);
}

Object summary_of(const VersionRow& version, std::string_view type) {
  Object out;
  const auto content = read_content(version.content, version.format);
  if (!content || !content->is_object()) return out;
  if (const auto description = text(*content, "description"); !description.empty())
    out["Description"] = description;
  if (const auto schema = schema_of(*content); !schema.empty()) out["SchemaVersion"] = schema;
  if (auto parameters = parameters_shown(*content); !parameters.empty())
    out["Parameters"] = std::move(parameters);
  if (type.starts_with("Automation") || type == "Command")
    out["PlatformTypes"] = Array{"Windows", "Linux", "MacOS"};
  return out;
}

}  // namespace tocsin::ssm

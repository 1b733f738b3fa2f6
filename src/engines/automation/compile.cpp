// SPDX-License-Identifier: Apache-2.0
// A document's content, member by member.
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <re2/re2.h>

#include "engines/automation/checks.hpp"

namespace tocsin::automation {
namespace {

constexpr std::pair<std::string_view, Type> kTypes[]{
    {"String", Type::String},   {"StringList", Type::StringList}, {"Boolean", Type::Boolean},
    {"Integer", Type::Integer}, {"MapList", Type::MapList},       {"StringMap", Type::StringMap}};

std::optional<Array> array_at(const Object& from, std::string_view member) {
  const auto* found = from.if_contains(member);
  if (!found) return Array{};
  const auto* array = found->if_array();
  return array ? std::optional<Array>(*array) : std::nullopt;
}

Result<Parameter> compile_parameter(std::string_view name, const Document& declared) {
  if (!declared.is_object())
    return invalid(fmt::format("Parameter \"{}\" is not an object.", name));
  const auto& members = declared.get_object();
  Parameter out{.name = std::string(name),
                .written = string_of(members, "type"),
                .description = string_of(members, "description"),
                .pattern = string_of(members, "allowedPattern"),
                .min_items = integer(members, "minItems"),
                .max_items = integer(members, "maxItems"),
                .min_chars = integer(members, "minChars"),
                .max_chars = integer(members, "maxChars")};
  const auto type = type_named(out.written);
  if (!type) {
    return invalid(
        fmt::format("Parameter \"{}\" has an unsupported type \"{}\".", name, out.written));
  }
  out.type = *type;
  out.allowed = array_of(members, "allowedValues");
  if (!re2::RE2(out.pattern, re2::RE2::Quiet).ok()) {
    return invalid(fmt::format(
        "Parameter \"{}\" has an invalid allowedPattern \"{}\" (a pattern that looks around is not "
        "served).",
        name, out.pattern));
  }
  if (const auto* fallback = members.if_contains("default"); fallback && !fallback->is_null()) {
    out.fallback = converted(*fallback, *type);
    if (!out.fallback) {
      return invalid(
          fmt::format("Parameter \"{}\" has a default value that is not of its type.", name));
    }
  }
  return out;
}

Result<Reaction> reaction_of(const Object& step, std::string_view member) {
  const auto text = string_of(step, member);
  if (text.empty() || text == "Abort") return Reaction{};
  if (text == "Continue") return Reaction{Reaction::Kind::Continue, {}};
  if (text.starts_with("step:") && text.size() > 5)
    return Reaction{Reaction::Kind::Step, text.substr(5)};
  return invalid(fmt::format("Step \"{}\" has an invalid value \"{}\" for {}.",
                             tocsin::text(step, "name"), text, member));
}

Result<std::vector<Output>> outputs_of(const Object& step) {
  std::vector<Output> out;
  const auto list = array_at(step, "outputs");
  if (!list) return invalid("The outputs of a step are not a list.");
  for (const auto& each : *list) {
    const auto type = type_named(text(each, "Type", "String"));
    Output output{string_of(each, "Name"), string_of(each, "Selector"), Type::String};
    if (output.name.empty() || output.selector.empty() || !type) {
      return invalid(fmt::format(
          "Step \"{}\" has an output without a valid Name, Selector or Type.", text(step, "name")));
    }
    output.type = *type;
    out.push_back(std::move(output));
  }
  return out;
}

Document or_null(const Object& from, std::string_view member) {
  const auto* found = from.if_contains(member);
  return found ? *found : Document(nullptr);
}

Result<std::vector<Step>> steps_of(const Array& list);

Result<Step> compile_step(const Document& written) {
  if (!written.is_object()) return invalid("A step of mainSteps is not an object.");
  const auto& members = written.get_object();
  Step out{.name = string_of(members, "name"),
           .action = string_of(members, "action"),
           .inputs = object_of(members, "inputs"),
           .end = flag(members, "isEnd") || text(members, "isEnd") == "true",
           .next = string_of(members, "nextStep"),
           .timeout_s = or_null(members, "timeoutSeconds"),
           .attempts = or_null(members, "maxAttempts")};
  if (out.name.empty()) return invalid("A step of mainSteps has no name.");
  if (out.action.empty()) return invalid(fmt::format("Step \"{}\" has no action.", out.name));
  out.on_failure = TRY(reaction_of(members, "onFailure"));
  out.on_cancel = TRY(reaction_of(members, "onCancel"));
  if (const auto* critical = members.if_contains("isCritical")) {
    const auto value = converted(*critical, Type::Boolean);
    if (!value)
      return invalid(fmt::format("Step \"{}\" has an invalid value for isCritical.", out.name));
    out.critical = value->get_bool();
  }
  out.outputs = TRY(outputs_of(members));
  if (out.action == "aws:loop") out.steps = TRY(steps_of(array_of(out.inputs, "Steps")));
  out.inputs.erase("Steps");
  return out;
}

Result<std::vector<Step>> steps_of(const Array& list) {
  std::vector<Step> out;
  for (const auto& each : list)
    out.push_back(TRY(compile_step(each)));
  return out;
}

Result<std::string> schema_of(const Object& content) {
  const auto* version = content.if_contains("schemaVersion");
  if (!version) return invalid("The document has no schemaVersion.");
  const auto text = text_of(*version);
  if (text != "0.3") {
    return fail("InvalidDocumentSchemaVersion",
                fmt::format("Document schema version, {}, is not supported by SSM for Automation "
                            "documents.",
                            text));
  }
  return text;
}

}  // namespace

Failure invalid(std::string message) {
  return fail("InvalidDocumentContent", std::move(message));
}

std::optional<Type> type_named(std::string_view text) {
  for (const auto& [name, type] : kTypes)
    if (name == text) return type;
  if (text.starts_with("List<AWS::")) return Type::StringList;
  if (text.starts_with("AWS::")) return Type::String;
  return std::nullopt;
}

Result<std::vector<Parameter>> compile_parameters(const Object& declared) {
  std::vector<Parameter> out;
  for (const auto& each : declared)
    out.push_back(TRY(compile_parameter(each.key(), each.value())));
  return out;
}

Result<Runbook> compile(const Document& content) {
  if (!content.is_object()) return invalid("The document is not an object.");
  const auto& members = content.get_object();
  TRY(schema_of(members));
  TRY(check_members(members));
  Runbook out{.description = string_of(members, "description"),
              .assume_role = string_of(members, "assumeRole"),
              .variables = object_of(members, "variables")};
  out.parameters = TRY(compile_parameters(object_of(members, "parameters")));
  out.steps = TRY(steps_of(array_of(members, "mainSteps")));
  for (const auto& output : array_of(members, "outputs")) {
    auto name = text_of(output);
    if (const auto found = references(output); found.size() == 1) name = found[0];
    out.outputs.push_back(std::move(name));
  }
  TRY(check(out));
  return out;
}

}  // namespace tocsin::automation

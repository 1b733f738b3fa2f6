// SPDX-License-Identifier: Apache-2.0
// From a file of content/config-rules to a rule.
#include <algorithm>
#include <fmt/format.h>

#include "services/config/managed_rules.hpp"

namespace tocsin::config {
namespace {

constexpr std::string_view kRuleMark = "\n--- rule\n";
constexpr std::string_view kExamplesMark = "\n--- examples\n";

template <class Enum, std::size_t Count>
Result<Enum> named(const std::pair<std::string_view, Enum> (&names)[Count],
                   std::string_view given) {
  for (const auto& [name, value] : names) {
    if (name == given) return value;
  }
  return fail("InvalidContent", fmt::format("{} is none of the words that can stand here", given));
}

constexpr std::pair<std::string_view, Trigger> kTriggers[]{
    {"change", Trigger::ConfigurationItemChange},
    {"periodic", Trigger::Periodic},
    {"both", Trigger::Both}};
constexpr std::pair<std::string_view, Subject> kSubjects[]{{"resource", Subject::Resource},
                                                           {"account", Subject::Account}};
constexpr std::pair<std::string_view, RuleParameter::Type> kTypes[]{
    {"String", RuleParameter::Type::String},
    {"int", RuleParameter::Type::Int},
    {"double", RuleParameter::Type::Double},
    {"boolean", RuleParameter::Type::Boolean},
    {"CSV", RuleParameter::Type::List}};

std::vector<std::string> strings(const Array& array) {
  std::vector<std::string> out;
  for (const auto& each : array)
    out.emplace_back(each.is_string() ? std::string(each.get_string()) : to_json(each));
  return out;
}

Result<RuleParameter> parameter(const Document& given) {
  RuleParameter out{.name = string_of(given, "name"),
                    .description = string_of(given, "description"),
                    .fallback = string_of(given, "default"),
                    .optional = !flag(given, "required"),
                    .allowed = strings(array_of(given, "allowed"))};
  out.type = TRY(named(kTypes, text(given, "type", "String")));
  return out;
}

RuleCall call(const Document& given) {
  const auto& pages = object_of(given, "pages");
  return {.service = string_of(given, "service"),
          .operation = string_of(given, "operation"),
          .params = object_of(given, "params"),
          .as = string_of(given, "as"),
          .absent = strings(array_of(given, "absent")),
          .for_each = string_of(given, "forEach"),
          .pages = {.items = string_of(pages, "items"),
                    .next = string_of(pages, "next"),
                    .token = string_of(pages, "token")}};
}

Result<ManagedRule> rule_of(const Document& given) {
  ManagedRule out;
  out.identifier = string_of(given, "identifier");
  out.name = string_of(given, "name");
  out.description = string_of(given, "description");
  out.resource_types = strings(array_of(given, "resourceTypes"));
  out.subject = TRY(named(kSubjects, text(given, "subject", "resource")));
  out.trigger = TRY(named(kTriggers, text(given, "trigger", "change")));
  out.proactive = flag(given, "proactive");
  for (const auto& each : array_of(given, "parameters"))
    out.parameters.push_back(TRY(parameter(each)));
  for (const auto& each : array_of(given, "calls"))
    out.calls.push_back(call(each));
  if (out.identifier.empty() || out.name.empty() || out.description.empty())
    return fail("InvalidContent", "identifier, name and description are needed");
  return out;
}

}  // namespace

Result<Judged> read_managed_rule(std::string_view file) {
  const auto mark = file.find(kRuleMark);
  if (mark == std::string_view::npos) return fail("InvalidContent", "there is no line --- rule");
  auto rule = TRY(rule_of(TRY(parse_json(file.substr(0, mark)))));
  const auto text = file.substr(mark + kRuleMark.size());
  auto guard =
      TRY(guard::Rules::compile(text.substr(0, text.find(kExamplesMark)), {.extensions = true}));
  return Judged{std::move(rule), std::move(guard)};
}

}  // namespace tocsin::config

// SPDX-License-Identifier: Apache-2.0
#include "services/config/conformance_template.hpp"

#include <fmt/format.h>

#include "engines/yaml/yaml.hpp"
#include "services/config/conformance_functions.hpp"

namespace tocsin::config {
namespace {

constexpr std::size_t kMostRules = 130;
constexpr std::string_view kRule = "AWS::Config::ConfigRule";
constexpr std::string_view kRemediation = "AWS::Config::RemediationConfiguration";

Result<Document> parse(std::string_view text) {
  const auto start = text.find_first_not_of(" \t\r\n");
  auto parsed = start != text.npos && text[start] == '{' ? parse_json(text) : yaml::parse(text);
  if (!parsed) return bad_template("Template format error: " + parsed.error().message);
  if (!parsed->is_object() || object_of(*parsed, "Resources").empty()) {
    return bad_template("Template format error: At least one Resources member must be defined.");
  }
  return parsed;
}

/// Parameters by name: as given, or their defaults.
Result<std::map<std::string, Document>> values_of(const Object& declared,
                                                  const std::map<std::string, std::string>& given) {
  std::map<std::string, Document> values;
  for (const auto& [name, value] : given) {
    if (!declared.contains(name))
      return bad_template(fmt::format("Parameters: [{}] do not exist in the template", name));
    values[name] = boost::json::string(value);
  }
  for (const auto& parameter : declared) {
    const std::string name(parameter.key());
    if (values.contains(name)) continue;
    const auto* fallback = find(parameter.value(), "Default");
    const auto text = fallback ? scalar_text(*fallback) : std::nullopt;
    if (!text) return bad_template(fmt::format("Parameters: [{}] must have values", name));
    values[name] = boost::json::string(*text);
  }
  return values;
}

Result<void> check_allowed(const Object& declared, const std::map<std::string, Document>& values) {
  for (const auto& [name, value] : values) {
    const auto& allowed = array_of(object_of(declared, name), "AllowedValues");
    if (allowed.empty()) continue;
    const bool fits = std::any_of(allowed.begin(), allowed.end(), [&](const Document& one) {
      return scalar_text(one) == scalar_text(value);
    });
    if (!fits) {
      return bad_template(fmt::format("Parameter '{}' must be one of AllowedValues", name));
    }
  }
  return {};
}

/// What a rule is called: its own name, or its logical id.
std::string rule_name(std::string_view logical, const Object& resource) {
  const auto& properties = object_of(resource, "Properties");
  const auto* name = find(properties, "ConfigRuleName");
  return name && name->is_string() ? std::string(name->get_string()) : std::string(logical);
}

/// A rule's parameters, which templates write as an object, are texts in the API.
Result<void> write_parameters(Object& rule) {
  auto* given = rule.if_contains("InputParameters");
  if (!given || given->is_string()) return {};
  const auto* object = given->if_object();
  if (!object) return bad_template("InputParameters must be an object");
  Object texts;
  for (const auto& parameter : *object) {
    const auto text = scalar_text(parameter.value());
    texts[parameter.key()] = text ? Document(boost::json::string(*text)) : parameter.value();
  }
  *given = to_json(texts);
  return {};
}

/// "true" and "5", as parameters give them.
void make_typed(Object& remediation) {
  for (const auto member : {"MaximumAutomaticAttempts", "RetryAttemptSeconds"}) {
    auto* value = remediation.if_contains(member);
    if (!value || !value->is_string()) continue;
    if (auto number = parse_json(std::string(value->get_string())); number && number->is_int64())
      *value = *std::move(number);
  }
  if (auto* automatic = remediation.if_contains("Automatic"); automatic && automatic->is_string())
    *automatic = automatic->get_string() == "true";
}

class Reader {
 public:
  Reader(const Document& document, std::map<std::string, Document> names)
      : resources_(object_of(document, "Resources")),
        functions_(with_rules(std::move(names), resources_), object_of(document, "Conditions"),
                   object_of(document, "Mappings")) {}

  Result<PackTemplate> read() {
    for (const auto& resource : resources_)
      TRY(take(resource.key(), resource.value()));
    if (out_.rules.size() > kMostRules)
      return bad_template("Number of resources provided in the template exceeds the allowed limit");
    if (out_.rules.empty()) return bad_template("The template has no AWS Config rule");
    return std::move(out_);
  }

 private:
  static std::map<std::string, Document> with_rules(std::map<std::string, Document> names,
                                                    const Object& resources) {
    for (const auto& resource : resources) {
      if (const auto* object = resource.value().if_object())
        names[std::string(resource.key())] =
            boost::json::string(rule_name(resource.key(), *object));
    }
    return names;
  }

  Result<void> take(std::string_view logical, const Document& resource) {
    const auto type = text(resource, "Type");
    if (type != kRule && type != kRemediation) {
      return bad_template(fmt::format(
          "Resource type {} of {} is not supported in a conformance pack", type, logical));
    }
    if (const auto wanted = string_of(resource, "Condition");
        !wanted.empty() && !TRY(functions_.condition(wanted)))
      return {};
    auto resolved = TRY(functions_.resolve(object_of(resource, "Properties")));
    auto properties = resolved && resolved->is_object() ? resolved->get_object() : Object{};
    if (type == kRemediation) {
      make_typed(properties);
      out_.remediations.push_back(std::move(properties));
      return {};
    }
    if (text(properties, "ConfigRuleName").empty()) properties["ConfigRuleName"] = logical;
    TRY(write_parameters(properties));
    out_.rules.push_back(std::move(properties));
    return {};
  }

  const Object& resources_;
  TemplateFunctions functions_;
  PackTemplate out_;
};

}  // namespace

Failure bad_template(std::string_view what) {
  return fail("ConformancePackTemplateValidationException",
              fmt::format("Invalid conformance pack template provided. Errors found: [{}]. Fix "
                          "your template and try again.",
                          what));
}

Result<PackTemplate> read_pack_template(std::string_view text,
                                        const std::map<std::string, std::string>& parameters,
                                        const Scope& scope) {
  const auto document = TRY(parse(text));
  const auto& declared = object_of(document, "Parameters");
  auto names = TRY(values_of(declared, parameters));
  TRY(check_allowed(declared, names));
  names["AWS::AccountId"] = boost::json::string(scope.account.str());
  names["AWS::Region"] = boost::json::string(scope.region);
  names["AWS::Partition"] = "aws";
  names["AWS::URLSuffix"] = "amazonaws.com";
  return Reader(document, std::move(names)).read();
}

}  // namespace tocsin::config

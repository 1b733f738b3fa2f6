// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <re2/re2.h>

#include "services/ssm/parameters.hpp"

namespace tocsin::ssm {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kStandard = 4096, kAdvanced = 8192;
constexpr std::int64_t kMostVersions = 100;

Failure invalid_value(std::string message) {
  return fail("ValidationException", std::move(message));
}

/// The value, opened: the model marks it as sensitive.
Result<std::string> value_in(const Call& call) {
  const auto* given = find(call.params(), "Value");
  auto value = given ? call.open(*given) : std::nullopt;
  if (!value || value->empty())
    return invalid_value(
        "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member "
        "must have length greater than or equal to 1");
  return *std::move(value);
}

std::size_t characters(std::string_view value) {
  return static_cast<std::size_t>(
      std::ranges::count_if(value, [](char c) { return (c & 0xC0) != 0x80; }));
}

/// Standard until a value is long or has policies, as the account's default (Intelligent-Tiering is
/// asked for by name).
Result<std::string> tier_of(const Document& params, std::size_t size, std::string_view policies,
                            const Parameter* before) {
  const auto asked = text(params, "Tier", before ? before->latest.tier : "Standard");
  const bool needs_advanced = size > kStandard || !policies.empty();
  std::string tier(asked);
  if (asked == "Intelligent-Tiering") {
    const bool advanced = needs_advanced || (before && before->latest.tier == "Advanced");
    tier = advanced ? "Advanced" : "Standard";
  }
  if (before && before->latest.tier == "Advanced" && tier == "Standard")
    return invalid_value(
        "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the "
        "advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the "
        "advanced parameter and recreate it as a standard parameter.");
  if (tier == "Standard" && size > kStandard)
    return invalid_value(fmt::format(
        "Standard tier parameters support a maximum parameter value of {} characters. To create a "
        "larger parameter value, upgrade the parameter to use the advanced-parameter tier. For "
        "more "
        "information, see "
        "https://docs.aws.amazon.com/systems-manager/latest/userguide/"
        "parameter-store-advanced-parameters.html",
        kStandard));
  if (tier == "Standard" && !policies.empty())
    return invalid_value(
        "Parameter policies are supported only by parameters of the advanced-parameter tier.");
  if (size > kAdvanced)
    return invalid_value(fmt::format(
        "Advanced tier parameters support a maximum parameter value of {} characters.", kAdvanced));
  return tier;
}

Result<void> check_pattern(const std::string& pattern, std::string_view value) {
  if (pattern.empty()) return {};
  const RE2 compiled(pattern, RE2::Quiet);
  if (!compiled.ok())
    return fail("InvalidAllowedPatternException",
                fmt::format("The regular expression {} is not valid.", pattern));
  if (!RE2::FullMatch(value, compiled))
    return fail(
        "ParameterPatternMismatchException",
        fmt::format("Parameter value, cannot be validated against allowedPattern: {}", pattern));
  return {};
}

Result<std::string> type_in(const Document& params, const Parameter* before) {
  const auto asked = text(params, "Type", before ? before->latest.type : "");
  if (asked.empty())
    return invalid_value("A parameter type is required when you create a parameter.");
  constexpr std::array<std::string_view, 3> kTypes{"String", "StringList", "SecureString"};
  if (std::ranges::find(kTypes, asked) == kTypes.end())
    return fail("UnsupportedParameterType", "The parameter type is not supported.");
  const bool was_secure = before && before->latest.type == "SecureString";
  if (before && was_secure != (asked == "SecureString"))
    return fail("HierarchyTypeMismatchException",
                "Parameter Store does not support changing a parameter type in a hierarchy. For "
                "example, you can't change a parameter from a String type to a SecureString type. "
                "You must create a new, unique parameter.");
  return std::string(asked);
}

/// The version that a call asks for, but for its value.
Result<ParameterVersion> version_in(const Call& call, const Parameter* before,
                                    std::string_view value) {
  const auto& params = call.params();
  const auto policies = string_of(params, "Policies");
  TRY(check_policies(policies, call.now()));
  ParameterVersion version {
    .number = before ? before->latest.number + 1 : 1, .type = TRY(type_in(params, before))
    , .tier = TRY(tier_of(params, characters(value), policies, before))
    , .description = string_of(params, "Description", before ? before->latest.description : ""),
      .pattern = string_of(params, "AllowedPattern", before ? before->latest.pattern : ""),
      .data_type = string_of(params, "DataType", before ? before->latest.data_type : "text"),
      .policies = policies, .user = call.principal().arn, .time = call.now()
  };
  if (version.data_type != "text")
    return invalid_value(
        fmt::format("Tocsin does not serve the data type {}; text is served.", version.data_type));
  const auto key = string_of(params, "KeyId", before ? before->latest.key : "");
  if (version.type == "SecureString") version.key = key.empty() ? "alias/aws/ssm" : key;
  if (version.type != "SecureString" && find(params, "KeyId"))
    return invalid_value("KeyId is only supported for parameters of the type SecureString.");
  TRY(check_pattern(version.pattern, value));
  return version;
}

/// Room for one more version: the oldest goes, unless a label holds it.
Result<void> make_room(Call& call, const Parameter& parameter) {
  const auto versions = versions_of(call, parameter);
  if (static_cast<std::int64_t>(versions.size()) < kMostVersions) return {};
  const auto& oldest = versions.front();
  if (!oldest.labels.empty())
    return fail("ParameterMaxVersionLimitExceeded",
                fmt::format("You attempted to create a new version of {} by calling the "
                            "PutParameter API with the overwrite flag. Version {}, the oldest "
                            "version, can't be deleted because it has a label associated with it. "
                            "Move the label to another version of the parameter, and try again.",
                            parameter.name, oldest.number));
  kParameterVersions.erase(
      call, core::Key::of(parameter.scope, parameter.name, fmt::format("{:019}", oldest.number)));
  return {};
}

Result<void> check_overwrite(const Document& params, const Parameter* before) {
  const bool overwrite = flag(params, "Overwrite");
  if (before && !overwrite)
    return fail(
        "ParameterAlreadyExists",
        "The parameter already exists. To overwrite this value, set the overwrite option in "
        "the request to true.");
  if (overwrite && !array_of(params, "Tags").empty())
    return invalid_value(
        "Invalid request: tags and overwrite can't be used together. To create a parameter with "
        "tags, please remove overwrite flag. To update tags for an existing parameter, please use "
        "AddTagsToResource or RemoveTagsFromResource.");
  return {};
}

}  // namespace

Outcome put_parameter(Call& call) {
  const auto& params = call.params();
  const auto name = selected(text(params, "Name")).name;
  TRY(check_parameter_name(name));
  const auto value = TRY(value_in(call));
  const auto before = find_parameter(call, name);
  TRY(check_overwrite(params, before ? &*before : nullptr));
  auto version = TRY(version_in(call, before ? &*before : nullptr, value));
  TRY(keep_value(call, parameter_arn(call.scope(), name), version, value));
  Parameter parameter = before.value_or(Parameter{.scope = call.scope(), .name = name});
  if (before) {
    TRY(make_room(call, *before));
    kParameterVersions.put(call,
                           core::Key::of(parameter.scope, parameter.name,
                                         fmt::format("{:019}", before->latest.number)),
                           before->latest);
  } else {
    parameter.tags = core::tags_of(array_of(params, "Tags"));
  }
  parameter.latest = std::move(version);
  start_policies(call, parameter);
  put_parameter_row(call, parameter);
  tell_change(call, parameter, before ? "Update" : "Create");
  return Object{{"Version", parameter.latest.number}, {"Tier", parameter.latest.tier}};
}

}  // namespace tocsin::ssm

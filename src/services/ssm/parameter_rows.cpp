// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <charconv>
#include <fmt/format.h>

#include "services/ssm/parameters.hpp"

namespace tocsin::ssm {
namespace {

using core::Context;
using core::Key;

Key key_of(const Parameter& parameter) {
  return Key::of(parameter.scope, parameter.name);
}
Key key_of(const Parameter& parameter, std::int64_t number) {
  return Key::of(parameter.scope, parameter.name, fmt::format("{:019}", number));
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::optional<Parameter> find_parameter(const Context& context, std::string_view name) {
  auto row = kParameters.get(context, Key::of(context.scope(), name));
  // An ARN does not tell whether the name begins with the slash that it has.
  if (!row && name.starts_with('/'))
    row = kParameters.get(context, Key::of(context.scope(), name.substr(1)));
  return row;
}

Result<Parameter> parameter_named(const Context& context, std::string_view name) {
  auto row = find_parameter(context, name);
  if (!row) return fail("ParameterNotFound", fmt::format("Parameter {} not found.", name));
  return *std::move(row);
}

void put_parameter_row(Context& context, const Parameter& parameter) {
  kParameters.put(context, key_of(parameter), parameter);
}

std::vector<ParameterVersion> versions_of(const Context& context, const Parameter& parameter) {
  auto all = kParameterVersions.all(context, key_of(parameter));
  all.push_back(parameter.latest);
  return all;
}

Result<ParameterVersion> version_of(const Context& context, const Parameter& parameter,
                                    std::string_view selector) {
  if (selector.empty()) return parameter.latest;
  const auto wanted = selector.substr(1);
  const auto number = number_in(wanted);
  for (auto& version : versions_of(context, parameter)) {
    if (number ? version.number == *number : version.labels.contains(std::string(wanted)))
      return version;
  }
  return fail(
      "ParameterVersionNotFound",
      fmt::format("Systems Manager could not find {} {} of {}. Verify the {} and try again.",
                  number ? "version" : "label", wanted, parameter.name,
                  number ? "version" : "label"));
}

void put_version(Context& context, const Parameter& parameter, const ParameterVersion& version) {
  if (version.number == parameter.latest.number) {
    auto changed = parameter;
    changed.latest = version;
    put_parameter_row(context, changed);
  } else {
    kParameterVersions.put(context, key_of(parameter, version.number), version);
  }
}

void erase_parameter(Context& context, const Parameter& parameter) {
  for (const auto& version : kParameterVersions.all(context, key_of(parameter)))
    kParameterVersions.erase(context, key_of(parameter, version.number));
  for (const auto& timer : parameter.timers)
    context.cancel(timer);
  kParameters.erase(context, key_of(parameter));
}

void tell_change(Context& context, const Parameter& parameter, std::string_view operation) {
  Object detail{
      {"operation", operation}, {"name", parameter.name}, {"type", parameter.latest.type}};
  if (!parameter.latest.description.empty()) detail["description"] = parameter.latest.description;
  context.emit({.source = "aws.ssm",
                .detail_type = "Parameter Store Change",
                .scope = parameter.scope,
                .resources = {parameter_arn(parameter.scope, parameter.name)},
                .detail = std::move(detail)});
}

}  // namespace tocsin::ssm

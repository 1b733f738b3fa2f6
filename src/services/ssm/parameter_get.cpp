// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>

#include "services/ssm/names.hpp"
#include "services/ssm/parameters.hpp"

namespace tocsin::ssm {
namespace {

using core::Call;
using core::Outcome;

constexpr std::size_t kMostNames = 10;

Result<Object> shown(Call& call, const Parameter& parameter, const ParameterVersion& version,
                     std::string_view selector = {}) {
  const auto arn = parameter_arn(parameter.scope, parameter.name);
  Object out{{"Name", parameter.name},
             {"Type", version.type},
             {"Value", TRY(shown_value(call, arn, version, flag(call.params(), "WithDecryption")))},
             {"Version", version.number},
             {"LastModifiedDate", to_seconds(version.time)},
             {"ARN", arn},
             {"DataType", version.data_type}};
  if (!selector.empty()) out["Selector"] = selector;
  return out;
}

Result<Object> one(Call& call, std::string_view asked) {
  const auto wanted = selected(asked);
  const auto parameter = TRY(parameter_named(call, wanted.name));
  const auto version = TRY(version_of(call, parameter, wanted.selector));
  return shown(call, parameter, version, wanted.selector);
}

Result<void> check_names(const Array& names) {
  if (!names.empty() && names.size() <= kMostNames) return {};
  return fail("ValidationException",
              fmt::format("1 validation error detected: Value at 'names' failed to satisfy "
                          "constraint: Member must have length between 1 and {}",
                          kMostNames));
}

Object history_entry(const ParameterVersion& version, const Parameter& parameter, std::string value,
                     Time now) {
  Array labels;
  for (const auto& label : version.labels)
    labels.push_back(boost::json::string(label));
  Object out{{"Name", parameter.name},
             {"Type", version.type},
             {"LastModifiedDate", to_seconds(version.time)},
             {"LastModifiedUser", version.user},
             {"Value", std::move(value)},
             {"Version", version.number},
             {"Labels", std::move(labels)},
             {"Tier", version.tier},
             {"Policies", described_policies(version.policies, now)},
             {"DataType", version.data_type}};
  if (!version.key.empty()) out["KeyId"] = version.key;
  if (!version.description.empty()) out["Description"] = version.description;
  if (!version.pattern.empty()) out["AllowedPattern"] = version.pattern;
  return out;
}

/// Below a path, all levels or the next one alone.
bool is_below(std::string_view name, std::string_view path, bool recursive) {
  if (!name.starts_with(path)) return false;
  name.remove_prefix(path.size());
  if (!path.ends_with('/')) {
    if (!name.starts_with('/')) return false;
    name.remove_prefix(1);
  }
  return recursive || !name.contains('/');
}

Result<bool> agrees(const ParameterVersion& version, const Document& filter) {
  const auto key = text(filter, "Key"), option = text(filter, "Option", "Equals");
  if (key != "Type" && key != "KeyId" && key != "Label")
    return fail("InvalidFilterKey",
                fmt::format("The following filter key is not valid: {}. Valid filter keys include: "
                            "[Type, KeyId].",
                            key));
  if (option != "Equals" && option != "BeginsWith")
    return fail("InvalidFilterOption",
                fmt::format("The following filter option is not valid: {}. Valid options include: "
                            "[Equals, BeginsWith].",
                            option));
  const auto fits = [&](std::string_view value, std::string_view wanted) {
    return option == "Equals" ? value == wanted : value.starts_with(wanted);
  };
  for (const auto& each : array_of(filter, "Values")) {
    const std::string_view wanted(each.as_string());
    if (key == "Type" && fits(version.type, wanted)) return true;
    if (key == "KeyId" && fits(version.key, wanted)) return true;
    if (key == "Label" && version.labels.contains(std::string(wanted))) return true;
  }
  return false;
}

/// A filter by label shows the version that has it.
Result<std::optional<ParameterVersion>> filtered(Call& call, const Parameter& parameter) {
  const auto& filters = array_of(call.params(), "ParameterFilters");
  const bool by_label = std::ranges::any_of(
      filters, [](const auto& filter) { return text(filter, "Key") == "Label"; });
  const auto versions =
      by_label ? versions_of(call, parameter) : std::vector<ParameterVersion>{parameter.latest};
  for (const auto& version : versions) {
    bool all = true;
    for (const auto& filter : filters)
      all = TRY(agrees(version, filter))
    &&all;
    if (all) return std::optional(version);
  }
  return std::optional<ParameterVersion>();
}

}  // namespace

Outcome get_parameter(Call& call) {
  return Object{{"Parameter", TRY(one(call, text(call.params(), "Name")))}};
}

Outcome get_parameters(Call& call) {
  const auto& names = array_of(call.params(), "Names");
  TRY(check_names(names));
  Array found, invalid_names;
  for (const auto& each : names) {
    auto parameter = one(call, each.as_string());
    if (parameter)
      found.push_back(*std::move(parameter));
    else if (parameter.error().code.starts_with("Parameter"))
      invalid_names.push_back(each);
    else
      return parameter.error();
  }
  return Object{{"Parameters", std::move(found)}, {"InvalidParameters", std::move(invalid_names)}};
}

Outcome get_parameters_by_path(Call& call) {
  const auto& params = call.params();
  const auto path = text(params, "Path");
  if (!path.starts_with('/'))
    return invalid(
        "The parameter doesn't meet the parameter name requirements. The parameter name must begin "
        "with a forward slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" "
        "(case-insensitive). It must use only letters, numbers, or the following symbols: . "
        "(period), - (hyphen), _ (underscore).");
  const auto most = page_size(call, 10);
  const auto position = TRY(page_position(call));
  std::optional<core::Key> after;
  if (!position.empty()) after = core::Key::of(call.scope(), position);
  Array found;
  std::string last, next;
  std::optional<Error> failed;
  kParameters.scan(
      call, core::Key::of(call.scope()),
      [&](const auto&, const Parameter& parameter) {
        if (!is_below(parameter.name, path, flag(params, "Recursive"))) return true;
        const auto version = filtered(call, parameter);
        if (version && !*version) return true;
        if (version && found.size() == most) {
          next = last;
          return false;
        }
        auto entry = version ? shown(call, parameter, **version)
                             : Result<Object>(std::unexpected(version.error()));
        if (!entry) {
          failed = entry.error();
          return false;
        }
        found.push_back(*std::move(entry));
        last = parameter.name;
        return true;
      },
      store::Direction::Forward, after);
  if (failed) return *failed;
  Object reply{{"Parameters", std::move(found)}};
  if (!next.empty()) reply["NextToken"] = page_token(call, next);
  return reply;
}

Outcome get_parameter_history(Call& call) {
  const auto parameter = TRY(parameter_named(call, selected(text(call.params(), "Name")).name));
  const auto arn = parameter_arn(parameter.scope, parameter.name);
  const bool decrypt = flag(call.params(), "WithDecryption");
  Array all;
  for (const auto& version : versions_of(call, parameter)) {
    auto value = TRY(shown_value(call, arn, version, decrypt));
    all.push_back(history_entry(version, parameter, std::move(value), call.now()));
  }
  return page_of(call, "Parameters", std::move(all));
}

Outcome delete_parameter(Call& call) {
  const auto parameter = TRY(parameter_named(call, selected(text(call.params(), "Name")).name));
  erase_parameter(call, parameter);
  tell_change(call, parameter, "Delete");
  return Object{};
}

Outcome delete_parameters(Call& call) {
  const auto& names = array_of(call.params(), "Names");
  TRY(check_names(names));
  Array deleted, missing;
  for (const auto& each : names) {
    const auto parameter = find_parameter(call, selected(each.as_string()).name);
    (parameter ? deleted : missing).push_back(each);
    if (!parameter) continue;
    erase_parameter(call, *parameter);
    tell_change(call, *parameter, "Delete");
  }
  return Object{{"DeletedParameters", std::move(deleted)},
                {"InvalidParameters", std::move(missing)}};
}

}  // namespace tocsin::ssm

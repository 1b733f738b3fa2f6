// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "services/ssm/names.hpp"
#include "services/ssm/parameters.hpp"

namespace tocsin::ssm {
namespace {

using core::Call;
using core::Outcome;

/// A filter of DescribeParameters, its legacy form too.
struct Filter {
  std::string key, option;
  std::vector<std::string> values;
};

constexpr std::array<std::string_view, 7> kKeys{"Path", "Name", "Label",   "KeyId",
                                                "Type", "Tier", "DataType"};

Result<Filter> filter_of(const Document& written) {
  Filter filter{.key = string_of(written, "Key"), .option = string_of(written, "Option")};
  for (const auto& value : array_of(written, "Values"))
    filter.values.emplace_back(value.as_string());
  if (!filter.key.starts_with("tag:") && std::ranges::find(kKeys, filter.key) == kKeys.end())
    return fail("InvalidFilterKey",
                fmt::format("The following filter key is not valid: {}. Valid filter keys include: "
                            "[Path, Name, Label, Type, KeyId, Tier, DataType, tag:<key>].",
                            filter.key));
  const bool path = filter.key == "Path";
  if (filter.option.empty()) filter.option = path ? "OneLevel" : "Equals";
  const std::array<std::string_view, 3> options =
      path ? std::array<std::string_view, 3>{"OneLevel", "Recursive", "Recursive"}
           : std::array<std::string_view, 3>{"Equals", "BeginsWith", "Contains"};
  if (std::ranges::find(options, filter.option) == options.end())
    return fail("InvalidFilterOption",
                fmt::format("The following filter option is not valid: {}. Valid options include: "
                            "[{}].",
                            filter.option, path ? "Recursive, OneLevel" : "BeginsWith, Equals"));
  return filter;
}

Result<std::vector<Filter>> filters_in(const Document& params) {
  const auto &filters = array_of(params, "ParameterFilters"), &old = array_of(params, "Filters");
  if (!filters.empty() && !old.empty())
    return invalid("You can use either Filters or ParameterFilters in a single request.");
  std::vector<Filter> out;
  for (const auto& each : filters)
    out.push_back(TRY(filter_of(each)));
  for (const auto& each : old) {
    out.push_back(TRY(filter_of(each)));
    if (out.back().key == "Name") out.back().option = "BeginsWith";
  }
  return out;
}

bool fits(const Filter& filter, std::string_view value, std::string_view wanted) {
  if (filter.option == "BeginsWith") return value.starts_with(wanted);
  if (filter.option == "Contains") return value.contains(wanted);
  return value == wanted;
}

bool is_in(const Filter& filter, std::string_view name, std::string_view path) {
  if (!path.ends_with('/') && name.starts_with(path)) {
    name.remove_prefix(path.size());
    return name.starts_with('/') &&
           (filter.option == "Recursive" || name.find('/', 1) == std::string_view::npos);
  }
  if (!name.starts_with(path)) return false;
  name.remove_prefix(path.size());
  return filter.option == "Recursive" || !name.contains('/');
}

std::vector<std::string> values_of(const Parameter& parameter, const std::string& key) {
  const auto& latest = parameter.latest;
  if (key == "Name") return {parameter.name};
  if (key == "Type") return {latest.type};
  if (key == "KeyId") return {latest.key};
  if (key == "Tier") return {latest.tier};
  if (key == "DataType") return {latest.data_type};
  if (key == "Label") return {latest.labels.begin(), latest.labels.end()};
  const auto tag = parameter.tags.find(key.substr(std::string_view("tag:").size()));
  return tag == parameter.tags.end() ? std::vector<std::string>{}
                                     : std::vector<std::string>{tag->second};
}

bool agrees(const Parameter& parameter, const Filter& filter) {
  if (filter.key == "Path")
    return std::ranges::any_of(
        filter.values, [&](const auto& path) { return is_in(filter, parameter.name, path); });
  const auto values = values_of(parameter, filter.key);
  if (filter.values.empty()) return !values.empty();
  return std::ranges::any_of(values, [&](const auto& value) {
    return std::ranges::any_of(filter.values,
                               [&](const auto& wanted) { return fits(filter, value, wanted); });
  });
}

Object metadata(const Parameter& parameter, Time now) {
  const auto& latest = parameter.latest;
  Object out{{"Name", parameter.name},
             {"ARN", parameter_arn(parameter.scope, parameter.name)},
             {"Type", latest.type},
             {"LastModifiedDate", to_seconds(latest.time)},
             {"LastModifiedUser", latest.user},
             {"Version", latest.number},
             {"Tier", latest.tier},
             {"Policies", described_policies(latest.policies, now)},
             {"DataType", latest.data_type}};
  if (!latest.key.empty()) out["KeyId"] = latest.key;
  if (!latest.description.empty()) out["Description"] = latest.description;
  if (!latest.pattern.empty()) out["AllowedPattern"] = latest.pattern;
  return out;
}

}  // namespace

Outcome describe_parameters(Call& call) {
  const auto filters = TRY(filters_in(call.params()));
  const auto most = page_size(call);
  const auto position = TRY(page_position(call));
  std::optional<core::Key> after;
  if (!position.empty()) after = core::Key::of(call.scope(), position);
  Array found;
  std::string last, next;
  kParameters.scan(
      call, core::Key::of(call.scope()),
      [&](const auto&, const Parameter& parameter) {
        if (!std::ranges::all_of(filters,
                                 [&](const auto& filter) { return agrees(parameter, filter); }))
          return true;
        if (found.size() == most)
          next = last;
        else
          found.push_back(metadata(parameter, call.now())), last = parameter.name;
        return next.empty();
      },
      store::Direction::Forward, after);
  Object reply{{"Parameters", std::move(found)}};
  if (!next.empty()) reply["NextToken"] = page_token(call, next);
  return reply;
}

}  // namespace tocsin::ssm

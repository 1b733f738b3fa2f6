// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <fmt/format.h>

#include "services/ssm/parameters.hpp"

namespace tocsin::ssm {
namespace {

constexpr std::size_t kLongestName = 1011, kLevels = 15;

constexpr std::string_view kNameWords =
    "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). If formed as a "
    "path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a "
    "mix of letters, numbers and the following 3 symbols .-_";

Failure invalid_name(std::string_view words) {
  return fail("ValidationException", std::string(words));
}

bool is_name_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '-' || c == '_' || c == '/';
}

bool is_reserved(std::string_view name) {
  if (name.starts_with('/')) name.remove_prefix(1);
  if (name.size() < 3) return false;
  std::string head(name.substr(0, 3));
  std::ranges::transform(head, head.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
  });
  return head == "aws" || head == "ssm";
}

std::string own_name(std::string_view asked) {
  const auto arn = Arn::parse(asked);
  if (!arn || arn->service != "ssm" || !arn->resource.starts_with("parameter"))
    return std::string(asked);
  // A name without a slash stands behind one in the ARN; which of the two it was, only rows tell.
  return arn->resource.substr(std::string_view("parameter").size());
}

}  // namespace

std::string parameter_arn(const Scope& scope, std::string_view name) {
  if (name.starts_with("arn:")) return std::string(name);
  return arn("ssm", scope, fmt::format("parameter{}{}", name.starts_with('/') ? "" : "/", name));
}

Result<void> check_parameter_name(std::string_view name) {
  if (name.empty() || name.size() > kLongestName)
    return invalid_name(
        fmt::format("Parameter name must have between 1 and {} characters.", kLongestName));
  if (name.contains('/') && !name.starts_with('/'))
    return invalid_name(fmt::format("Parameter name must be a fully qualified name."));
  if (name.starts_with("/aws/") || name == "/aws")
    return fail("AccessDeniedException",
                fmt::format("No access to reserved parameter name: {}.", name));
  if (is_reserved(name) || !std::ranges::all_of(name, is_name_character) || name.contains("//") ||
      name.ends_with('/'))
    return invalid_name(kNameWords);
  if (std::ranges::count(name, '/') > static_cast<std::ptrdiff_t>(kLevels))
    return fail("HierarchyLevelLimitExceededException",
                fmt::format("A hierarchy can have a maximum of {} levels.", kLevels));
  return {};
}

Selected selected(std::string_view asked) {
  const bool is_arn = asked.starts_with("arn:");
  const auto from = is_arn ? asked.find(":parameter") + 1 : 0;
  const auto colon = asked.find(':', from);
  return {own_name(asked.substr(0, colon)),
          colon == std::string_view::npos ? "" : std::string(asked.substr(colon))};
}

core::Needs needs_parameters(std::string action, std::string member) {
  return [action = std::move(action), member = std::move(member)](core::Call& call) {
    std::vector<core::Access> needs;
    const auto need = [&](std::string_view asked) {
      const auto name = selected(asked).name;
      core::Access access{.action = "ssm:" + action, .resource = parameter_arn(call.scope(), name)};
      if (const auto row = find_parameter(call, name)) core::add_resource_tags(access, row->tags);
      needs.push_back(std::move(access));
    };
    const auto* given = find(call.params(), member);
    if (given && given->is_string()) need(given->get_string());
    for (const auto& each : array_of(call.params(), member))
      need(each.as_string());
    return needs;
  };
}

}  // namespace tocsin::ssm
